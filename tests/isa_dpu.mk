# tests/isa_dpu.mk: the DPU instruction set. tests/dpu_vectors.h is also included by the tests of the engine.
EXTRA_DIST += tests/dpu_vectors.h tests/dpu_text.h
if HAVE_CHECK
check_PROGRAMS += tests/test_isa_dpu
TESTS += tests/test_isa_dpu
tests_test_isa_dpu_SOURCES = tests/test_isa_dpu.c
tests_test_isa_dpu_LDADD = libpimento.la $(CHECK_LIBS)
tests_test_isa_dpu_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
endif
