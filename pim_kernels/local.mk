# pim_kernels/local.mk: sources of this room.
