# isa/dpu/local.mk: sources of this room.
