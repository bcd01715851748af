# tests/upmem.mk: the drop-in UPMEM host library, as its users see it: its own headers and nothing else of the tree.
if HAVE_CHECK
check_PROGRAMS += tests/test_upmem
TESTS += tests/test_upmem
tests_test_upmem_SOURCES = tests/test_upmem.c
tests_test_upmem_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/emu/upmem/include
tests_test_upmem_CFLAGS = $(PIM_CFLAGS) $(CHECK_CFLAGS)
tests_test_upmem_LDADD = libdpu.la $(CHECK_LIBS)
endif
