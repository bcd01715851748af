# tests/trace.mk: trace files. Two readers, one from the library, one from the document.
if HAVE_CHECK
trace_files = tests/trace_fixture.c tests/trace_fixture.h tests/trace_second_reader.c tests/trace_second_reader.h
check_PROGRAMS += tests/test_trace tests/test_trace_damage tests/test_trace_dram
TESTS += tests/test_trace tests/test_trace_damage tests/test_trace_dram
tests_test_trace_SOURCES = tests/test_trace.c $(trace_files) tests/toy_fixture.c tests/toy_fixture.h \
	tests/toy_counter.c tests/toy_counter.h
tests_test_trace_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_trace_LDADD = libpimento_internal.la $(CHECK_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS)
tests_test_trace_dram_SOURCES = tests/test_trace_dram.c tests/trace_fixture.c tests/trace_fixture.h tests/toy_fixture.h
tests_test_trace_dram_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_trace_dram_LDADD = libpimento_internal.la $(CHECK_LIBS) $(ZSTD_LIBS)
tests_test_trace_damage_SOURCES = tests/test_trace_damage.c $(trace_files)
tests_test_trace_damage_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_trace_damage_LDADD = libpimento_internal.la $(CHECK_LIBS) $(JANSSON_LIBS) $(ZSTD_LIBS)
endif
