# isa/dpu/local.mk: the DPU instruction set. The tables are expanded from instructions.tbl by a generator that runs on the build
# machine, so that cross compiling works: set CC_FOR_BUILD.
EXTRA_DIST += isa/dpu/instructions.tbl isa/dpu/generate.c isa/dpu/generate_tree.c isa/dpu/generate.h
dist_doc_DATA += doc/isa-dpu.md
nodist_doc_DATA += doc/isa-dpu-table.md
BUILT_SOURCES += isa/dpu/dpu_forms.h isa/dpu/dpu_tables.inc
CLEANFILES += isa/dpu/generate isa/dpu/dpu_forms.h isa/dpu/dpu_tables.inc doc/isa-dpu-table.md
libpimento_la_SOURCES += isa/dpu/dpu_isa.c isa/dpu/dpu_isa.h isa/dpu/dpu_table.h isa/dpu/dpu_disassembler.c isa/dpu/dpu_set.c
nodist_libpimento_la_SOURCES += isa/dpu/dpu_forms.h isa/dpu/dpu_tables.inc

dpu_generator = $(srcdir)/isa/dpu/generate.c $(srcdir)/isa/dpu/generate_tree.c
dpu_table = $(srcdir)/isa/dpu/instructions.tbl

isa/dpu/generate: $(dpu_generator) $(srcdir)/isa/dpu/generate.h
	$(AM_V_at)$(MKDIR_P) isa/dpu
	$(AM_V_CC)$(CC_FOR_BUILD) -std=gnu11 -O1 -Wall -Wextra -o $@ $(dpu_generator)
isa/dpu/dpu_forms.h: isa/dpu/generate $(dpu_table)
	$(AM_V_GEN)isa/dpu/generate $(dpu_table) forms > $@.tmp && mv $@.tmp $@
isa/dpu/dpu_tables.inc: isa/dpu/generate $(dpu_table)
	$(AM_V_GEN)isa/dpu/generate $(dpu_table) tables > $@.tmp && mv $@.tmp $@
doc/isa-dpu-table.md: isa/dpu/generate $(dpu_table)
	$(AM_V_at)$(MKDIR_P) doc
	$(AM_V_GEN)isa/dpu/generate $(dpu_table) manual > $@.tmp && mv $@.tmp $@
