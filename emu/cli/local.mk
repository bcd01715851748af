# emu/cli/local.mk: sources of this room.
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libpimento.pc
