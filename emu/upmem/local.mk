# emu/upmem: the drop-in UPMEM host library. Its sources see the public header of libpimento and nothing else of the tree.
#
# All vendor names stay in one folder of our own, so that a real SDK is never shadowed; inside, it is laid out as the SDK is, so that
# Makefiles which build paths from $UPMEM_HOME work too. A link to libpimento is there as well, where libdpu.so looks for it too: the
# folder may be moved with the installation, and having it on LD_LIBRARY_PATH puts nothing else there.
upmemdir = $(pkglibdir)/upmem
upmemlibdir = $(upmemdir)/lib
upmemlib_LTLIBRARIES = libdpu.la
upmemincludedir = $(upmemdir)/include/dpu
upmeminclude_HEADERS = emu/upmem/include/dpu.h emu/upmem/include/dpu_error.h emu/upmem/include/dpu_log.h \
	emu/upmem/include/dpu_management.h emu/upmem/include/dpu_probe.h emu/upmem/include/dpu_types.h
upmembindir = $(upmemdir)/bin
dist_upmembin_SCRIPTS = emu/upmem/dpu-pkg-config
upmempkgconfigdir = $(upmemlibdir)/pkgconfig
dist_upmempkgconfig_DATA = emu/upmem/dpu.pc
libdpu_la_SOURCES = emu/upmem/host_session.h emu/upmem/upmem_account.c emu/upmem/upmem_account.h emu/upmem/upmem_alloc.c \
	emu/upmem/upmem_callback.c emu/upmem/upmem_context.c emu/upmem/upmem_context.h emu/upmem/upmem_fifo.c emu/upmem/upmem_launch.c \
	emu/upmem/upmem_log.c emu/upmem/upmem_machine.c emu/upmem/upmem_management.c emu/upmem/upmem_probe.c emu/upmem/upmem_profile.c emu/upmem/upmem_profile.h \
	emu/upmem/upmem_program.c emu/upmem/upmem_queue.c emu/upmem/upmem_queue.h emu/upmem/upmem_scatter.c \
	emu/upmem/upmem_sdk.c emu/upmem/upmem_sdk.h emu/upmem/upmem_set.c emu/upmem/upmem_trace.c \
	emu/upmem/upmem_trace.h emu/upmem/upmem_transfer.c emu/upmem/upmem_transfer.h
libdpu_la_CPPFLAGS = -D_GNU_SOURCE -I$(srcdir)/emu/upmem -I$(srcdir)/emu/upmem/include -I$(srcdir)/emu -I$(srcdir)/isa \
	-DPIM_UPMEM_RELEASES='"$(upmem_release_choices)"'
libdpu_la_CFLAGS = $(PIM_CFLAGS)
libdpu_la_LDFLAGS = -avoid-version -no-undefined -export-symbols-regex '^dpu' '-Wl,-rpath,$$ORIGIN'
libdpu_la_LIBADD = libpimento.la

# ORDER SDK RELEASE: every release that executables ask for, "libdpu.so.<release>"; the source is the survey in the project's facts on the
# host interface. 2020.1 is published (BSD-3-Clause) with the functions and numbers of 2020.3, and 2020.2 lies between them. Links by
# these names and the choices of `pimento host --sdk` come from here; what a release means is told by its year (upmem_sdk_of). 0.0 is the
# vendor's published source, built by its users.
upmem_release_choices = 2020.1|2020.2|2020.3|2020.4|2020.5|2021.1|2021.2|2021.3|2021.4|2023.1|2023.2|2024.1|2024.2|2025.1|0.0
upmem_releases = $(subst |, ,$(upmem_release_choices))
AM_CPPFLAGS += -DPIM_UPMEM_FOLDER='"$(upmemdir)"' -DPIM_COMMAND_FOLDER='"$(bindir)"' \
	-DPIM_UPMEM_RELEASES='"$(upmem_release_choices)"'

# Every name other than libdpu.so under which the library is asked for, and that of libpimento at run time.
upmem_names = libdpujni.so libdpuverbose.so $(foreach release,$(upmem_releases),libdpu.so.$(release) libdpujni.so.$(release) \
	libdpuverbose.so.$(release))
upmem_core = $$(sed -n "s/^dlname='\(.*\)'/\1/p" '$(abs_builddir)/libpimento.la')

install-data-hook:
	cd '$(DESTDIR)$(upmemlibdir)' && for name in $(upmem_names); do $(LN_S) -f libdpu.so $$name || exit 1; done && \
	core=$(upmem_core) && $(LN_S) -f ../../../$$core $$core
uninstall-hook:
	-cd '$(DESTDIR)$(upmemlibdir)' && rm -f $(upmem_names) $(upmem_core)
	-rmdir '$(DESTDIR)$(upmempkgconfigdir)' '$(DESTDIR)$(upmemlibdir)' '$(DESTDIR)$(upmembindir)' '$(DESTDIR)$(upmemincludedir)' \
		'$(DESTDIR)$(upmemdir)/include' '$(DESTDIR)$(upmemdir)' 2>/dev/null

# The same folder in the build tree, so that everything works before it is installed.
noinst_DATA = upmem/stamp
upmem/stamp: libdpu.la $(dist_upmembin_SCRIPTS) $(dist_upmempkgconfig_DATA) $(srcdir)/emu/upmem/local.mk
	$(AM_V_GEN)rm -rf upmem && $(MKDIR_P) upmem/bin upmem/include upmem/lib/pkgconfig && \
	$(LN_S) '$(abs_srcdir)/emu/upmem/include' upmem/include/dpu && \
	$(INSTALL_SCRIPT) $(srcdir)/emu/upmem/dpu-pkg-config upmem/bin && \
	$(INSTALL_DATA) $(srcdir)/emu/upmem/dpu.pc upmem/lib/pkgconfig && \
	cd upmem/lib && for name in $(upmem_names); do $(LN_S) libdpu.so $$name || exit 1; done && \
	core=$(upmem_core) && $(LN_S) ../../.libs/$$core $$core && $(LN_S) ../../.libs/libdpu.so libdpu.so && : >../stamp
clean-local:
	-rm -rf upmem
