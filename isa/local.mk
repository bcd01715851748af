# isa: error values, images, the ELF container, the assembler engine.
pkginclude_HEADERS += isa/pim_error.h isa/pim_image.h
libpimento_la_SOURCES += isa/pim_error.c isa/pim_error.h isa/pim_image.h isa/instruction_set.h isa/assembler.h \
	isa/instruction_sets.c isa/whole_file.c isa/whole_file.h \
	isa/elf_reader.c isa/elf_internal.h isa/image.c isa/debug_lines.c isa/tool_versions.c
