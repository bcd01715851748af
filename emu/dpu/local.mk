# emu/dpu: the UPMEM-like back-end, and its targets.
targetsdir = $(pkgdatadir)/targets
dist_targets_DATA = emu/targets/upmem-1rank.ini emu/targets/upmem-640.ini emu/targets/upmem-prim-logs.ini emu/targets/upmem-gemv-logs.ini \
	emu/targets/upmem-2556.ini
dist_doc_DATA += doc/dpu.md doc/engines.md
libpimento_la_SOURCES += emu/dpu/dpu_machine.h emu/dpu/dpu_backend.c emu/dpu/dpu_backend.h \
	emu/dpu/dpu_parameters.c emu/dpu/dpu_parameters.h emu/dpu/dpu_memory.c emu/dpu/dpu_load.c \
	emu/dpu/dpu_transfer.c emu/dpu/dpu_link.c emu/dpu/dpu_log.c emu/dpu/dpu_log.h emu/dpu/dpu_fault.c emu/dpu/dpu_race.c \
	emu/dpu/dpu_race.h emu/dpu/dpu_snapshot.c emu/dpu/dpu_dma.c emu/dpu/dpu_execute.c emu/dpu/dpu_semantics.h \
	emu/dpu/dpu_schedule.c emu/dpu/dpu_reference.c emu/dpu/dpu_fast.c emu/dpu/dpu_fast.h \
	emu/dpu/dpu_threaded.c emu/dpu/dpu_handlers.inc emu/dpu/dpu_speculation.c
