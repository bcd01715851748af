# isa: error values, images, the ELF container, the assembler engine.
pkginclude_HEADERS += isa/pim_error.h isa/pim_image.h
libpimento_la_SOURCES += isa/pim_error.c isa/pim_error.h isa/pim_image.h isa/instruction_set.h isa/assembler.h
