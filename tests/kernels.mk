# tests/kernels.mk: kernels, their arithmetic routines, studies; the benchmark of the DPU engines.
EXTRA_DIST += tests/arithmetic_map.s
if HAVE_CHECK
check_PROGRAMS += tests/test_kernels tests/test_arithmetic tests/test_study tests/test_networks
TESTS += tests/test_kernels tests/test_arithmetic tests/test_study tests/test_networks
tests_test_networks_SOURCES = tests/test_networks.c tests/kernel_fixture.h
tests_test_networks_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_networks_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_kernels_SOURCES = tests/test_kernels.c tests/kernel_fixture.h
tests_test_kernels_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_kernels_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_arithmetic_SOURCES = tests/test_arithmetic.c tests/kernel_fixture.h
tests_test_arithmetic_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_arithmetic_CPPFLAGS = $(AM_CPPFLAGS) -DPIM_SOURCE_FOLDER='"$(abs_srcdir)"'
tests_test_arithmetic_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_study_SOURCES = tests/test_study.c tests/kernel_fixture.h
tests_test_study_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_study_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
endif

EXTRA_PROGRAMS += tests/bench/bench_dpu
BENCHMARKS += tests/bench/bench_dpu
tests_bench_bench_dpu_SOURCES = tests/bench/bench_dpu.c
tests_bench_bench_dpu_LDADD = libpimento_internal.la
