# tests/kernels.mk: sources of this room.
