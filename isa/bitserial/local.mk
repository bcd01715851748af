# isa/bitserial: row commands, micro-programs and their generators.
AM_CPPFLAGS += -I$(srcdir)/isa/bitserial
libpimento_la_SOURCES += isa/bitserial/bitserial_rows.c isa/bitserial/bitserial_rows.h isa/bitserial/microprogram.c \
	isa/bitserial/microprogram.h isa/bitserial/operations.c isa/bitserial/operations.h isa/bitserial/generators.h \
	isa/bitserial/generate_arithmetic.c isa/bitserial/generate_compare.c isa/bitserial/generate_constant.c isa/bitserial/generate_logic.c \
	isa/bitserial/generate_ambit.c isa/bitserial/ambit.h \
	isa/bitserial/function_parser.c isa/bitserial/synthesis.c isa/bitserial/synthesis.h isa/bitserial/schedule.c \
	isa/bitserial/schedule_search.c isa/bitserial/schedule_search.h isa/bitserial/synthesise.c isa/bitserial/hand_schedule.c \
	isa/bitserial/truth_table.h isa/bitserial/meaning.c isa/bitserial/program_writer.c isa/bitserial/program_writer.h \
	isa/bitserial/bitserial_isa.c isa/bitserial/bitserial_isa.h isa/bitserial/bitserial_set.c
