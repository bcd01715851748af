# emu/bitserial: the bit-serial DRAM back-end, and its targets.
AM_CPPFLAGS += -I$(srcdir)/emu/bitserial
dist_doc_DATA += doc/bitserial.md doc/command-traces.md
dist_targets_DATA += emu/targets/simdram-ddr4-1bank.ini emu/targets/simdram-ddr4-4bank.ini emu/targets/simdram-ddr4-16bank.ini \
	emu/targets/simdram-ddr4-16bank-limited.ini emu/targets/simdram-ddr4-16bank-limited-one.ini \
	emu/targets/simdram-ddr4-1bank-overlap.ini emu/targets/simdram-ddr4-16bank-overlap.ini emu/targets/simdram-ddr3-8bank.ini \
	emu/targets/simdram-hbm2-16bank.ini
libpimento_la_SOURCES += emu/bitserial/bitserial_backend.c emu/bitserial/bitserial_backend.h emu/bitserial/bitserial_control.c \
	emu/bitserial/bitserial_failure.c emu/bitserial/failure_sources.h emu/bitserial/bitserial_fast.c emu/bitserial/bitserial_fault.c emu/bitserial/bitserial_functions.c emu/bitserial/bitserial_lockstep.c \
	emu/bitserial/bitserial_machine.h emu/bitserial/bitserial_memory.c emu/bitserial/bitserial_parameters.c \
	emu/bitserial/bitserial_record.c emu/bitserial/bitserial_reference.c emu/bitserial/bitserial_snapshot.c emu/bitserial/bitserial_stretch.c \
	emu/bitserial/bitserial_stretch.h emu/bitserial/bitserial_stripes.c \
	emu/bitserial/bitserial_stripes.h emu/bitserial/bitserial_time.c emu/bitserial/bitserial_values.c emu/bitserial/bitserial_values.h
