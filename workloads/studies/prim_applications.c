/* The sixteen programs: what their repository runs them with (run_strong_rank.py of GitHub 852866031/prim-benchmarks-insight @91bed18), and what
 * the columns of their logs cover, as their host programs say. Columns that count host work alone are left out. */
#include "prim_checkout.h"

#define EQUAL "equal"

#define TO(label) {label, PRIM_TO_DPUS, 0, 0, 0, 0}
#define FROM(label) {label, PRIM_FROM_DPUS, 0, 0, 0, 0}
#define BOTH(label) {label, PRIM_BOTH_WAYS, 0, 0, 0, 0}
#define KERNEL(label) {label, PRIM_KERNEL, 1, 1, 0, 0}
#define KERNEL_OF_TWO(number, label) {label, PRIM_KERNEL, number, 2, 0, 0}
#define USUAL {TO("CPU-DPU"), KERNEL("DPU Kernel"), FROM("DPU-CPU")}
#define WITH_MIDDLE {TO("CPU-DPU"), KERNEL("DPU Kernel"), BOTH("Inter-DPU"), FROM("DPU-CPU")}

#define STRONG(...) {"./bin/host_code", "-w", "0", "-e", "1", __VA_ARGS__, "-x", "1"}

const struct prim_application prim_applications[] = {
    {"VA", STRONG("-i", "2621440"), {0}, EQUAL, NULL, 1, USUAL},
    {"GEMV", {"./bin/gemv_host", "-m", "8192", "-n", "1024"}, {0}, EQUAL, NULL, 4, USUAL},
    {"SpMV", {"./bin/host_code", "-v", "0"}, {"data/bcsstk30.mtx"}, NULL, "Mismatch", 1, USUAL},
    {"SEL", STRONG("-i", "3932160"), {0}, EQUAL, NULL, 1, WITH_MIDDLE},
    {"UNI", STRONG("-i", "3932160"), {0}, EQUAL, NULL, 1, WITH_MIDDLE},
    {"BS", {"./bin/bs_host", "-i", "262144"}, {0}, EQUAL, NULL, 4, USUAL},
    {"TS", {"./bin/ts_host", "-n", "524288"}, {0}, EQUAL, NULL, 4, USUAL},
    {"BFS", {"./bin/host_code", "-v", "0", "-f", "data/loc-gowalla_edges.txt"}, {"data/loc-gowalla_edges.txt"}, NULL, "Mismatch", 1,
     WITH_MIDDLE},
    /* Three layers in three timed runs; in the first of these each layer starts the timers at zero, so only its last one is counted. */
    {"MLP", {"./bin/mlp_host", "-m", "8192", "-n", "1024"}, {0}, EQUAL, NULL, 4,
     {TO("CPU-DPU"), {"DPU Kernel", PRIM_KERNEL, 1, 1, 7, 9}, {"Inter-DPU", PRIM_BOTH_WAYS, 0, 0, 5, 6}, FROM("DPU-CPU")}},
    {"NW", {"./bin/nw_host", "-w", "0", "-e", "1", "-n", "2560"}, {0}, EQUAL, NULL, 1, WITH_MIDDLE},
    {"HST-S", STRONG("-b", "256"), {"input/image_VanHateren.iml"}, EQUAL, NULL, 1, USUAL},
    {"HST-L", STRONG("-b", "256"), {"input/image_VanHateren.iml"}, EQUAL, NULL, 1, USUAL},
    {"RED", STRONG("-i", "6553600"), {0}, EQUAL, NULL, 1, {TO("CPU-DPU"), KERNEL("DPU Kernel"), FROM("Inter-DPU")}},
    {"SCAN-SSA", STRONG("-i", "3932160"), {0}, EQUAL, NULL, 1,
     {TO("CPU-DPU"), KERNEL_OF_TWO(1, "DPU Kernel Scan"), BOTH("Inter-DPU (Scan)"), KERNEL_OF_TWO(2, "DPU Kernel Add"), FROM("DPU-CPU")}},
    {"SCAN-RSS", STRONG("-i", "3932160"), {0}, EQUAL, NULL, 1,
     {TO("CPU-DPU"), KERNEL_OF_TWO(1, "DPU Kernel Reduction"), BOTH("Inter-DPU (Scan)"), KERNEL_OF_TWO(2, "DPU Kernel Scan"),
      FROM("DPU-CPU")}},
    {"TRNS", STRONG("-p", "64", "-o", "12288"), {0}, EQUAL, NULL, 1,
     {TO("CPU-DPU (Step 1)"), KERNEL_OF_TWO(1, "Step 2"), KERNEL_OF_TWO(2, "Step 3"), FROM("DPU-CPU")}},
    {.name = NULL},
};
