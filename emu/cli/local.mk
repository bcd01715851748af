# emu/cli: the command. The only room that may use all others.
bin_PROGRAMS += pimento
pimento_SOURCES = emu/cli/main.c emu/cli/command.h emu/cli/commands.c emu/cli/command_line.c emu/cli/closest_word.c \
	emu/cli/help_text.c emu/cli/help_text.h emu/cli/version_text.c emu/cli/version_text.h \
	emu/cli/output_file.c emu/cli/output_file.h \
	emu/cli/cmd_asm.c emu/cli/cmd_help.c emu/cli/cmd_info.c emu/cli/cmd_objdump.c
pimento_LDADD = libpimento.la $(JANSSON_LIBS) $(ZSTD_LIBS)

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libpimento.pc
