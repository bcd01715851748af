# tests/core.mk: the core. Two toy machines prove its seams: one built in, one loaded as a module.
EXTRA_DIST += tests/toy_targets/toy-wide.ini
if HAVE_CHECK
# -rpath makes libtool build a shared module although it is never installed.
check_LTLIBRARIES += tests/plugins/toy_plugin.la tests/stale_plugins/toy_stale.la
tests_plugins_toy_plugin_la_SOURCES = tests/toy_plugin.c
tests_plugins_toy_plugin_la_LDFLAGS = -module -avoid-version -rpath /nowhere
tests_plugins_toy_plugin_la_LIBADD = libpimento.la
tests_stale_plugins_toy_stale_la_SOURCES = tests/toy_plugin.c
tests_stale_plugins_toy_stale_la_CPPFLAGS = $(AM_CPPFLAGS) -DTOY_STALE
tests_stale_plugins_toy_stale_la_LDFLAGS = -module -avoid-version -rpath /nowhere
tests_stale_plugins_toy_stale_la_LIBADD = libpimento.la
# A plug-in brings its targets in a folder beside it.
check_DATA = tests/plugins/toy_targets/toy-wide.ini
CLEANFILES += $(check_DATA)
tests/plugins/toy_targets/toy-wide.ini: tests/toy_targets/toy-wide.ini
	$(AM_V_GEN)$(MKDIR_P) tests/plugins/toy_targets && cp $(srcdir)/tests/toy_targets/toy-wide.ini $@

# Those that link libpimento.la prove that the public header is enough.
core_tests = tests/test_core_text tests/test_core_time tests/test_core_registry tests/test_core_target \
	tests/test_core_device tests/test_core_launch tests/test_core_report \
	tests/test_core_memory
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)
tests_test_core_text_SOURCES = tests/test_core_text.c
tests_test_core_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_text_LDADD = libpimento_internal.la $(CHECK_LIBS) $(JANSSON_LIBS)
tests_test_core_time_SOURCES = tests/test_core_time.c
tests_test_core_time_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_time_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_core_registry_SOURCES = tests/test_core_registry.c tests/toy_counter.c tests/toy_counter.h
tests_test_core_registry_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_registry_LDADD = libpimento.la $(CHECK_LIBS)
tests_test_core_target_SOURCES = tests/test_core_target.c tests/toy_counter.c tests/toy_counter.h
tests_test_core_target_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_target_LDADD = libpimento_internal.la $(CHECK_LIBS)
tests_test_core_device_SOURCES = tests/test_core_device.c tests/toy_fixture.c tests/toy_fixture.h \
	tests/toy_counter.c tests/toy_counter.h
tests_test_core_device_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_device_LDADD = libpimento.la $(CHECK_LIBS)
tests_test_core_launch_SOURCES = tests/test_core_launch.c tests/toy_fixture.c tests/toy_fixture.h \
	tests/toy_counter.c tests/toy_counter.h
tests_test_core_launch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_launch_LDADD = libpimento.la $(CHECK_LIBS)
tests_test_core_report_SOURCES = tests/test_core_report.c tests/toy_fixture.c tests/toy_fixture.h \
	tests/toy_counter.c tests/toy_counter.h
tests_test_core_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_core_report_LDADD = libpimento.la $(CHECK_LIBS) $(JANSSON_LIBS)
tests_test_core_memory_SOURCES = tests/test_core_memory.c tests/toy_fixture.h tests/toy_counter.c tests/toy_counter.h
tests_test_core_memory_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc
tests_test_core_memory_LDADD = libpimento.la $(CHECK_LIBS)
endif
