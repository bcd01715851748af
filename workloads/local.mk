# workloads/local.mk: sources of this room.
