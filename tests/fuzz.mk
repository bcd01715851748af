# tests/fuzz.mk: sources of this room.
