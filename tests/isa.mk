# tests/isa.mk: sources of this room.
