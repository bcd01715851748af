# tests/upmem.mk: the drop-in UPMEM host library, as its users see it: its own headers and nothing else of the tree.
upmem_kernel_sources = tests/upmem/crowd.s tests/upmem/mailbox.s tests/upmem/printed.s tests/upmem/profiled.s \
	tests/upmem/state.s tests/upmem/trouble.s
upmem_kernels = $(upmem_kernel_sources:.s=.elf)
EXTRA_DIST += $(upmem_kernel_sources)
dist_check_SCRIPTS += tests/upmem_headers
TESTS += tests/upmem_headers
if HAVE_CHECK
check_PROGRAMS += tests/test_upmem
TESTS += tests/test_upmem
check_DATA += $(upmem_kernels)
CLEANFILES += $(upmem_kernels)
tests_test_upmem_SOURCES = tests/upmem_fixture.c tests/upmem_fixture.h tests/upmem_model.c tests/upmem_model.h \
	tests/upmem_model_transfers.c tests/test_upmem.c tests/test_upmem_abi.c \
	tests/test_upmem_allocation.c tests/test_upmem_callbacks.c tests/test_upmem_iterators.c tests/test_upmem_launches.c \
	tests/test_upmem_log.c tests/test_upmem_memory.c tests/test_upmem_mirror.c tests/test_upmem_misuse.c tests/test_upmem_probe.c \
	tests/test_upmem_profiles.c tests/test_upmem_programs.c tests/test_upmem_queues.c tests/test_upmem_random.c tests/test_upmem_releases.c \
	tests/test_upmem_running.c tests/test_upmem_scatter.c tests/test_upmem_threads.c tests/test_upmem_transfers.c
tests_test_upmem_CPPFLAGS = -D_GNU_SOURCE -DUPMEM_TEST_KERNELS='"$(abs_builddir)/tests/upmem"' \
	-I$(srcdir)/emu/upmem/include
tests_test_upmem_CFLAGS = $(PIM_CFLAGS) $(CHECK_CFLAGS)
tests_test_upmem_LDADD = libdpu.la $(CHECK_LIBS)
# One kernel is put into the test program itself.
tests/test_upmem-test_upmem_programs.$(OBJEXT): tests/upmem/state.elf

$(upmem_kernels): pimento$(EXEEXT)
tests/upmem/%.elf: $(srcdir)/tests/upmem/%.s
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./pimento asm -o $@ $<
endif
