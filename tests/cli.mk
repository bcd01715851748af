# tests/cli.mk: the command line, the documents, the installation and, when PIMENTO_EXTERNAL names a folder, real binaries.
AM_TESTS_ENVIRONMENT = BUILD='$(abs_builddir)' SOURCE_ROOT='$(abs_srcdir)' CC='$(CC)' PIM_CFLAGS='$(PIM_CFLAGS)'; \
	export BUILD SOURCE_ROOT CC PIM_CFLAGS;
dist_check_SCRIPTS += tests/cli/run_golden tests/documents tests/external tests/installed
TESTS += tests/cli/run_golden tests/documents tests/external tests/installed
EXTRA_DIST += tests/summarise $(golden_files) quickstart LICENSE CITATION.cff CHANGELOG.md README.md doc/pimento.svg \
	$(wildcard $(srcdir)/doc/*.md)
if HAVE_CHECK
check_PROGRAMS += tests/test_host_account
TESTS += tests/test_host_account
tests_test_host_account_SOURCES = tests/test_host_account.c emu/cli/host_account.c emu/cli/host_account.h \
	emu/cli/host_report.c emu/cli/host_report.h
tests_test_host_account_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_test_host_account_LDADD = libpimento_internal.la $(CHECK_LIBS) $(JANSSON_LIBS)
endif
# Three or four files a test, so they are listed by pattern (GNU make).
golden_files = $(wildcard $(srcdir)/tests/cli/*.test $(srcdir)/tests/cli/*.stdout $(srcdir)/tests/cli/*.stderr \
	$(srcdir)/tests/cli/*.glob $(srcdir)/tests/cli/*.exit $(srcdir)/tests/cli/*.s $(srcdir)/tests/cli/*.sh $(srcdir)/tests/cli/*.c)

# Installing relinks libdpu.so in the build folder; tests that load it from there wait.
tests/cli/run_golden.log tests/documents.log tests/test_upmem.log: tests/installed.log
