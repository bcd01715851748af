# emu/upmem: the drop-in UPMEM host library. It sees the public header of libpimento and nothing else of the tree.
# All vendor names stay in one folder of our own, so that a real SDK is never shadowed.
upmemdir = $(pkglibdir)/upmem
upmem_LTLIBRARIES = libdpu.la
upmemincludedir = $(upmemdir)/include
upmeminclude_HEADERS = emu/upmem/include/dpu.h emu/upmem/include/dpu_error.h emu/upmem/include/dpu_log.h \
	emu/upmem/include/dpu_management.h emu/upmem/include/dpu_probe.h emu/upmem/include/dpu_types.h
libdpu_la_SOURCES = emu/upmem/host_session.h emu/upmem/upmem_account.c emu/upmem/upmem_account.h emu/upmem/upmem_alloc.c \
	emu/upmem/upmem_callback.c emu/upmem/upmem_context.c emu/upmem/upmem_context.h emu/upmem/upmem_fifo.c emu/upmem/upmem_launch.c \
	emu/upmem/upmem_log.c emu/upmem/upmem_machine.c emu/upmem/upmem_probe.c emu/upmem/upmem_profile.c emu/upmem/upmem_profile.h \
	emu/upmem/upmem_program.c emu/upmem/upmem_queue.c emu/upmem/upmem_queue.h emu/upmem/upmem_scatter.c \
	emu/upmem/upmem_sdk.c emu/upmem/upmem_sdk.h emu/upmem/upmem_set.c emu/upmem/upmem_transfer.c \
	emu/upmem/upmem_transfer.h
libdpu_la_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/emu/upmem -I$(srcdir)/emu/upmem/include -I$(srcdir)/emu -I$(srcdir)/isa
libdpu_la_CFLAGS = $(PIM_CFLAGS)
libdpu_la_LDFLAGS = -avoid-version -no-undefined -export-symbols-regex '^dpu'
libdpu_la_LIBADD = libpimento.la
