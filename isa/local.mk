# isa: error values, images, the ELF container, the assembler engine.
dist_doc_DATA += doc/assembler.md
pkginclude_HEADERS += isa/pim_error.h isa/pim_image.h
libpimento_la_SOURCES += isa/pim_error.c isa/pim_error.h isa/pim_image.h isa/instruction_set.h isa/assembler.h \
	isa/instruction_sets.c isa/own_note.c isa/own_sets.h isa/hash.h isa/whole_file.c isa/whole_file.h \
	isa/elf_reader.c isa/elf_internal.h isa/image.c isa/debug_lines.c isa/tool_versions.c \
	isa/asm_internal.h isa/asm_memory.c isa/asm_errors.c isa/asm_lexer.c isa/asm_expression.c isa/asm_symbols.c \
	isa/asm_sections.c isa/asm_source.c isa/asm_macros.c isa/asm_conditions.c isa/asm_data.c isa/asm_directives.c \
	isa/asm_listing.c isa/asm_dwarf.c isa/asm_elf.c isa/assembler.c
