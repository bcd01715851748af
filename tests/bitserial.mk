# tests/bitserial.mk: the bit-serial machine, from the instruction set up.
EXTRA_DIST += tests/bitserial_fixture.h
if HAVE_CHECK
check_PROGRAMS += tests/test_isa_bitserial tests/test_synthesis tests/test_bitserial tests/test_bitserial_values
TESTS += tests/test_isa_bitserial tests/test_synthesis tests/test_bitserial tests/test_bitserial_values
tests_test_isa_bitserial_SOURCES = tests/test_isa_bitserial.c
tests_test_isa_bitserial_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_isa_bitserial_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_synthesis_SOURCES = tests/test_synthesis.c
tests_test_synthesis_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_synthesis_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_bitserial_SOURCES = tests/test_bitserial.c
tests_test_bitserial_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_bitserial_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_bitserial_values_SOURCES = tests/test_bitserial_values.c
tests_test_bitserial_values_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_bitserial_values_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
check_PROGRAMS += tests/test_own_note tests/test_elements
TESTS += tests/test_own_note tests/test_elements
tests_test_elements_SOURCES = tests/test_elements.c
tests_test_elements_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_elements_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_own_note_SOURCES = tests/test_own_note.c
tests_test_own_note_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_own_note_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
endif
EXTRA_PROGRAMS += tests/bench/bench_bitserial
BENCHMARKS += tests/bench/bench_bitserial
tests_bench_bench_bitserial_SOURCES = tests/bench/bench_bitserial.c
tests_bench_bench_bitserial_LDADD = libpimento_internal.la
EXTRA_PROGRAMS += tests/bench/bench_binary
BENCHMARKS += tests/bench/bench_binary
tests_bench_bench_binary_SOURCES = tests/bench/bench_binary.c
tests_bench_bench_binary_LDADD = libpimento_internal.la
