# emu/cli/local.mk: sources of this room.
