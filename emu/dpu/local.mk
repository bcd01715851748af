# emu/dpu/local.mk: sources of this room.
