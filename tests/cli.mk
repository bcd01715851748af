# tests/cli.mk: sources of this room.
