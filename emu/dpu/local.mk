# emu/dpu: the UPMEM-like back-end, and its targets.
targetsdir = $(pkgdatadir)/targets
dist_targets_DATA = emu/targets/upmem-1rank.ini emu/targets/upmem-640.ini emu/targets/upmem-2556.ini
