# tests/core.mk: sources of this room.
