# tests/isa_dpu.mk: the DPU instruction set. tests/dpu_vectors.h is also included by the tests of the engine.
EXTRA_DIST += tests/dpu_vectors.h tests/dpu_text.h
dist_check_SCRIPTS += tests/test_isa_dpu_generate.sh
TESTS += tests/test_isa_dpu_generate.sh
if HAVE_CHECK
check_PROGRAMS += tests/test_isa_dpu tests/test_isa_dpu_assembler
TESTS += tests/test_isa_dpu tests/test_isa_dpu_assembler
tests_test_isa_dpu_SOURCES = tests/test_isa_dpu.c
tests_test_isa_dpu_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_isa_dpu_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_isa_dpu_assembler_SOURCES = tests/test_isa_dpu_assembler.c
tests_test_isa_dpu_assembler_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_isa_dpu_assembler_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
endif
