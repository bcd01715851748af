# tests/dpu.mk: the DPU machine. Its engines against each other, and one suite per concern of the machine.
if HAVE_CHECK
check_PROGRAMS += tests/test_dpu_engines
TESTS += tests/test_dpu_engines
tests_test_dpu_engines_SOURCES = tests/test_dpu_engines.c tests/dpu_fixture.h
tests_test_dpu_engines_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_engines_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_memory
TESTS += tests/test_dpu_memory
tests_test_dpu_memory_SOURCES = tests/test_dpu_memory.c tests/dpu_fixture.h
tests_test_dpu_memory_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_memory_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_link
TESTS += tests/test_dpu_link
tests_test_dpu_link_SOURCES = tests/test_dpu_link.c tests/dpu_fixture.h
tests_test_dpu_link_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_link_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_log
TESTS += tests/test_dpu_log
tests_test_dpu_log_SOURCES = tests/test_dpu_log.c tests/dpu_fixture.h
tests_test_dpu_log_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_log_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_fault
TESTS += tests/test_dpu_fault
tests_test_dpu_fault_SOURCES = tests/test_dpu_fault.c tests/dpu_fixture.h
tests_test_dpu_fault_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_fault_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_race
TESTS += tests/test_dpu_race
tests_test_dpu_race_SOURCES = tests/test_dpu_race.c tests/dpu_fixture.h
tests_test_dpu_race_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_race_LDADD = libpimento_internal.la $(CHECK_LIBS)
check_PROGRAMS += tests/test_dpu_semantics
TESTS += tests/test_dpu_semantics
tests_test_dpu_semantics_SOURCES = tests/test_dpu_semantics.c tests/dpu_fixture.h tests/dpu_vectors.h
tests_test_dpu_semantics_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_dpu_semantics_LDADD = libpimento_internal.la $(CHECK_LIBS)
endif
