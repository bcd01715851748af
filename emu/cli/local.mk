# emu/cli: the command. The only room that may use all others.
bin_PROGRAMS += pimento
pimento_SOURCES = emu/cli/main.c emu/cli/command.h emu/cli/commands.c emu/cli/command_line.c \
	emu/cli/help_text.c emu/cli/help_text.h emu/cli/manual_page.c emu/cli/completion.c \
	emu/cli/version_text.c emu/cli/version_text.h emu/cli/settings.c emu/cli/settings.h \
	emu/cli/session.c emu/cli/session.h \
	emu/cli/symbol_file.c emu/cli/symbol_file.h emu/cli/progress.c emu/cli/progress.h \
	emu/cli/run_report.c emu/cli/run_report.h \
	emu/cli/host_environment.c emu/cli/host_environment.h emu/cli/host_program.c emu/cli/host_program.h \
	emu/cli/host_account.c emu/cli/host_account.h emu/cli/host_imports.c emu/cli/host_imports.h emu/cli/host_report.c emu/cli/host_report.h \
	emu/cli/cmd_asm.c emu/cli/cmd_help.c emu/cli/cmd_host.c emu/cli/cmd_info.c emu/cli/cmd_kernel.c emu/cli/cmd_objdump.c \
	emu/cli/cmd_run.c emu/cli/cmd_study.c emu/cli/cmd_synthesise.c emu/cli/cmd_targets.c emu/cli/cmd_trace.c
pimento_LDADD = libpimento_internal.la $(JANSSON_LIBS) $(ZSTD_LIBS)

dist_doc_DATA += doc/commands.md doc/building.md

# The manual page and the completion come out of the command's own tables.
man1_MANS = pimento.1
bashcompletiondir = $(datadir)/bash-completion/completions
bashcompletion_DATA = completion/pimento
CLEANFILES += pimento.1 completion/pimento
pimento.1: pimento$(EXEEXT)
	$(AM_V_GEN)./pimento$(EXEEXT) help --man >$@.tmp && mv $@.tmp $@
completion/pimento: pimento$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && ./pimento$(EXEEXT) help --completion >$@.tmp && mv $@.tmp $@

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libpimento.pc
