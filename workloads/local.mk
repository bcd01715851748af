# workloads/local.mk: sources of this room.
libpimento_la_SOURCES += workloads/operators/operators.h workloads/operators/vector_add_reference.c \
	workloads/operators/reduction_reference.c workloads/operators/histogram_reference.c \
	workloads/operators/sequence_reference.c workloads/operators/time_series_reference.c \
	workloads/operators/transpose_reference.c workloads/operators/alignment_reference.c workloads/operators/bfs_reference.c \
	workloads/operators/gemv_reference.c workloads/operators/bit_reference.c workloads/operators/binary_reference.c workloads/operators/bit_runs.h workloads/operators/arithmetic_reference.c
libpimento_la_SOURCES += workloads/operators/scalar_functions.c workloads/operators/scalar_functions.h workloads/operators/relu_network.c \
	workloads/operators/relu_network.h workloads/operators/fixed_functions.c workloads/operators/fixed_functions.h workloads/operators/fixed_network.c
libpimento_la_SOURCES += workloads/studies/study.c workloads/studies/study.h workloads/studies/study_print.c \
	workloads/studies/measure.c workloads/studies/measure.h workloads/studies/upmem_micro.c \
	workloads/studies/upmem_prim.c workloads/studies/upmem_prim.h workloads/studies/upmem_prim_transfers.c \
	workloads/studies/simdram.c workloads/studies/simdram_networks.c workloads/studies/simdram_networks.h workloads/studies/simdram_nonmac.c workloads/studies/prim_applications.c workloads/studies/prim_checkout.c workloads/studies/prim_checkout.h
dist_doc_DATA += doc/study-simdram-result.md doc/study-simdram-networks-result.md doc/study-simdram-nonmac-result.md
dist_doc_DATA += doc/studies.md doc/study-upmem-micro.md doc/study-upmem-prim.md doc/study-upmem-prim-result.md
# Networks: tables of layers, and their reader.
libpimento_la_SOURCES += workloads/networks/network.c workloads/networks/network.h
networksdir = $(pkgdatadir)/networks
dist_networks_DATA = workloads/networks/lenet5.csv workloads/networks/vgg13-32.csv workloads/networks/vgg13-224.csv \
	workloads/networks/vgg16-32.csv workloads/networks/vgg16-224.csv
AM_CPPFLAGS += -DPIM_NETWORK_FOLDER='"$(networksdir)"' -DPIM_NETWORK_SOURCE_FOLDER='"$(abs_srcdir)/workloads/networks"'
