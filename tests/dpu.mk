# tests/dpu.mk: sources of this room.
