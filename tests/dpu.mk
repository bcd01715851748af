# tests/dpu.mk: sources of this room.
if HAVE_CHECK
check_PROGRAMS += tests/test_dpu_engines
TESTS += tests/test_dpu_engines
tests_test_dpu_engines_SOURCES = tests/test_dpu_engines.c
tests_test_dpu_engines_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_engines_LDADD = libpimento.la $(CHECK_LIBS)
endif
