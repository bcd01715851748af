# tests/isa.mk: the ELF reader and the assembler.
if HAVE_CHECK
check_PROGRAMS += tests/test_elf tests/test_assembler
TESTS += tests/test_elf tests/test_assembler
tests_test_elf_SOURCES = tests/test_elf.c
tests_test_elf_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_elf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_assembler_SOURCES = tests/test_assembler.c
tests_test_assembler_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_assembler_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
endif
