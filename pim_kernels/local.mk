# pim_kernels: device programs with their drivers. The programs are assembled at make by our own assembler.
libpimento_la_SOURCES += pim_kernels/kernels.c pim_kernels/kernels.h \
	pim_kernels/bitserial/bitserial_driver.c pim_kernels/bitserial/bitserial_driver.h pim_kernels/bitserial/bitserial_lanes.c \
	pim_kernels/bitserial/binary_layer.c pim_kernels/bitserial/binary_layer.h \
	pim_kernels/bitserial/binary_product.c pim_kernels/bitserial/binary_product.h \
	pim_kernels/bitserial/simdram_operation.c pim_kernels/bitserial/simdram_gemv.c pim_kernels/bitserial/simdram_bnn.c \
	pim_kernels/bitserial/simdram_network.c pim_kernels/bitserial/simdram_hdc.c \
	pim_kernels/bitserial/simdram_nonmac.c pim_kernels/bitserial/nonmac.h pim_kernels/bitserial/nonmac_scalar.c \
	pim_kernels/bitserial/nonmac_softmax.c pim_kernels/bitserial/nonmac_table.c pim_kernels/bitserial/nonmac_unit.c \
	pim_kernels/bitserial/nonmac_vector.c \
	pim_kernels/dpu/dpu_driver.c pim_kernels/dpu/dpu_driver.h \
	pim_kernels/dpu/vector_add.c pim_kernels/dpu/reduction.c pim_kernels/dpu/histogram.c pim_kernels/dpu/gemv.c \
	pim_kernels/dpu/scan.c pim_kernels/dpu/select.c pim_kernels/dpu/binary_search.c pim_kernels/dpu/time_series.c pim_kernels/dpu/transpose.c \
	pim_kernels/dpu/needleman_wunsch.c pim_kernels/dpu/mlp.c pim_kernels/dpu/spmv.c pim_kernels/dpu/bfs.c \
	pim_kernels/dpu/histogram_image.c pim_kernels/dpu/arithmetic_loops.c pim_kernels/dpu/wram_stream.c pim_kernels/dpu/mram_stream.c

AM_CPPFLAGS += -DPIM_KERNEL_FOLDER='"$(kerneldir)"' \
	-DPIM_KERNEL_BUILD_FOLDER='"$(abs_builddir)/pim_kernels/dpu"'

kerneldir = $(pkgdatadir)/kernels
dpu_kernel_includes = pim_kernels/dpu/runtime.inc pim_kernels/dpu/blocks.inc pim_kernels/dpu/gemv.inc \
	pim_kernels/dpu/handover.inc pim_kernels/dpu/rounds.inc pim_kernels/dpu/shares.inc pim_kernels/dpu/histogram.inc \
	pim_kernels/dpu/partial_sums.inc \
	pim_kernels/dpu/integer_arithmetic.inc pim_kernels/dpu/float_arithmetic.inc pim_kernels/dpu/double_arithmetic.inc
dpu_kernel_sources = pim_kernels/dpu/vector_add.s pim_kernels/dpu/reduction.s pim_kernels/dpu/histogram.s \
	pim_kernels/dpu/histogram_image.s pim_kernels/dpu/scan.s pim_kernels/dpu/select.s pim_kernels/dpu/unique.s pim_kernels/dpu/binary_search.s \
	pim_kernels/dpu/time_series.s pim_kernels/dpu/transpose.s pim_kernels/dpu/needleman_wunsch.s pim_kernels/dpu/spmv.s pim_kernels/dpu/bfs.s \
	pim_kernels/dpu/gemv_int8.s pim_kernels/dpu/gemv_int32.s pim_kernels/dpu/gemv_float.s \
	pim_kernels/dpu/arithmetic_loops.s pim_kernels/dpu/wram_stream.s pim_kernels/dpu/mram_stream.s
dpu_kernels = $(dpu_kernel_sources:.s=.elf)
kernel_DATA = $(dpu_kernels)
EXTRA_DIST += $(dpu_kernel_includes) $(dpu_kernel_sources)
CLEANFILES += $(dpu_kernels)

$(dpu_kernels): pimento$(EXEEXT) $(dpu_kernel_includes)
pim_kernels/dpu/%.elf: $(srcdir)/pim_kernels/dpu/%.s
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./pimento asm -o $@ $<
dist_doc_DATA += doc/kernels.md
