# tests/isa_dpu.mk: sources of this room.
