/* The tables of the DPU back-end: levels, spaces, parameters, counters, energies, event kinds.
 *
 * Where numbers come from. "PrIM" is Gomez-Luna et al., "Benchmarking a New Paradigm: An Experimental Characterization of a
 * Real Processing-in-Memory System", arXiv 2105.03814 (IEEE Access 2022). Its figures are quoted here from secondary
 * sources and say so; compare them with the paper before quoting them further. "hardware logs" are the timings published
 * in the repositories Morteza1814/prim-benchmarks at 34bdafb (GEMV/profile) and 852866031/prim-benchmarks-insight at 91bed18 (the
 * profile folder of each program). Sizes are those of the chip description in
 * the vendor's openly licensed host library (BSD-3-Clause) for chip v1A; limits above them do not exist in hardware.
 * No public energy coefficient of the DPU is known: every one below is an assumption and reports have to say so.
 */
#include "dpu_parameters.h"

const struct pim_level dpu_levels[] = {
    {"rank", "machine.ranks"},
    {"chip", "machine.chips"},
    {"dpu", "machine.dpus_per_chip"},
    {NULL, NULL},
};

/* In the order of enum dpu_space. The host library checks exactly these granules; MRAM takes any alignment since 2021. */
const struct pim_space dpu_spaces[] = {
    {.name = "WRAM", .size_key = "memory.wram_bytes", .bytes = DPU_WRAM_BYTES, .granule_bytes = 4,
     .link_base = DPU_WRAM_BASE, .host_while_running = true},
    {.name = "MRAM", .size_key = "memory.mram_bytes", .bytes = DPU_MRAM_BYTES, .granule_bytes = 1,
     .link_base = DPU_MRAM_BASE, .host_while_running = false},
    {.name = "IRAM", .bytes = DPU_IRAM_INSTRUCTIONS * DPU_INSTRUCTION_BYTES, .granule_bytes = 8,
     .link_base = DPU_IRAM_BASE, .host_while_running = false},
    {.name = NULL},
};

#define CHIP_DESCRIPTION "chip description of the vendor's host library (BSD-3-Clause), chip v1A"
#define PRIM_SECONDARY "PrIM (arXiv 2105.03814), quoted from secondary sources"
#define INSIGHT "852866031/prim-benchmarks-insight at 91bed18"
#define GEMV_LOGS "Morteza1814/prim-benchmarks at 34bdafb"
#define NO_COEFFICIENT "assumption: no public coefficient is known for the DPU; "

#define FIELD(name) offsetof(struct dpu_parameters, name)
#define INTEGER(key_, unit_, low, high, value, field, help_, source_)                              \
    {.key = key_, .type = PIM_INTEGER, .unit = unit_, .minimum = low, .maximum = high,             \
     .standard = value, .offset = FIELD(field), .help = help_, .source = source_}
#define REAL(key_, unit_, low, high, value, field, help_, source_)                                 \
    {.key = key_, .type = PIM_REAL, .unit = unit_, .minimum = low, .maximum = high,                \
     .standard = value, .offset = FIELD(field), .help = help_, .source = source_}
#define CHOICE(key_, choices_, value, field, help_, source_)                                       \
    {.key = key_, .type = PIM_CHOICE, .unit = "", .choices = choices_, .standard = value,          \
     .offset = FIELD(field), .help = help_, .source = source_}

const struct pim_parameter dpu_parameter_rows[] = {
    INTEGER("machine.ranks", "", "1", "1024", "1", ranks, "ranks of the machine",
            "assumption: one rank unless the target says otherwise"),
    INTEGER("machine.module_ranks", "", "1", "1024", "2", module_ranks, "ranks of a module, which share a channel",
            PRIM_SECONDARY ": Table 1, 128 DPUs a DIMM, and 64 a rank"),
    INTEGER("machine.chips", "", "1", "8", "8", chips, "chips of a rank", CHIP_DESCRIPTION),
    INTEGER("machine.dpus_per_chip", "", "1", "8", "8", dpus_per_chip, "DPUs of a chip",
            CHIP_DESCRIPTION),
    INTEGER("machine.broken_dpus", "", "0", "65536", "0", broken_dpus,
            "DPUs that the host library does not give out: the last one of each of the last ranks, round by round",
            "assumption: all work unless the target says otherwise; which ones are broken is not published"),

    INTEGER("memory.wram_bytes", "bytes", "8", "65536", "65536", wram_bytes,
            "working memory of a DPU; a multiple of 8", CHIP_DESCRIPTION " (16384 words)"),
    INTEGER("memory.mram_bytes", "bytes", "8", "67108864", "67108864", mram_bytes,
            "DRAM bank of a DPU; a multiple of 8", CHIP_DESCRIPTION),
    INTEGER("memory.iram_instructions", "instructions", "1", "4096", "4096", iram_instructions,
            "instructions a DPU holds; the program counter wraps there", CHIP_DESCRIPTION),

    INTEGER("pipeline.tasklets", "", "1", "24", "24", tasklets, "hardware threads of a DPU",
            CHIP_DESCRIPTION),
    INTEGER("pipeline.atomic_bits", "", "1", "256", "256", atomic_bits,
            "bits for acquire and release; the index of a bit is taken modulo 256",
            CHIP_DESCRIPTION),
    REAL("pipeline.frequency_mhz", "MHz", "1", "10000", "350", frequency_mhz, "clock of a DPU",
         PRIM_SECONDARY ": Table 1, system with 2556 DPUs"),
    INTEGER("pipeline.issue_distance_cycles", "cycles", "1", "64", "11", issue_distance_cycles,
            "smallest distance of two instructions of one tasklet",
            PRIM_SECONDARY "; confirmed by the 1-tasklet hardware log of VA"),
    CHOICE("pipeline.register_file_stall", "off|uPIMulator", "off", register_file_stall,
           "issue slots lost to even and odd register banks",
           "uPIMulator (VIA-Research) as open source; off because hardware logs of VA and GEMV with "
           "16 tasklets contradict it"),

    INTEGER("dma.alpha_read_cycles", "cycles", "0", "100000", "77", dma_alpha_read_cycles,
            "fixed part of the latency of an MRAM to WRAM transfer", PRIM_SECONDARY),
    INTEGER("dma.alpha_write_cycles", "cycles", "0", "100000", "61", dma_alpha_write_cycles,
            "fixed part of the latency of a WRAM to MRAM transfer", PRIM_SECONDARY),
    REAL("dma.beta_cycles_per_byte", "cycles/byte", "0", "1000", "0.5", dma_beta_cycles_per_byte,
         "latency that each byte adds", PRIM_SECONDARY),
    REAL("dma.occupancy_cycles_per_byte", "cycles/byte", "0", "1000", "0.5",
         dma_occupancy_cycles_per_byte, "time each byte keeps the DMA engine busy",
         PRIM_SECONDARY ": peak of 2 bytes per cycle"),
    INTEGER("dma.setup_cycles", "cycles", "0", "100000", "35", dma_setup_cycles,
            "time each transfer keeps the DMA engine busy, whatever its length",
            "mean of two measurements of " PRIM_SECONDARY ", less refresh: COPY-DMA with 1024 bytes, 624.02 MB/s, "
            "is a transfer per 574.3 cycles and gives 37.1; random accesses of 8 bytes, 72.58 MB/s, 38.6 cycles and "
            "32.9. Assumption: both count bytes read and written"),
    REAL("dma.refresh_interval_ns", "ns", "0", "1000000000", "7800", dma_refresh_interval_ns,
         "time between refreshes of the bank; 0: none", "tREFI of DDR4 (JEDEC JESD79-4), normal temperature"),
    REAL("dma.refresh_ns", "ns", "0", "1000000000", "345", dma_refresh_ns,
         "time that a refresh takes from the bank",
         "tRFC that the vendor's openly licensed host library (BSD-3-Clause) programs in 1x refresh mode"),
    INTEGER("dma.refresh_postponed", "", "0", "8", "1", dma_refresh_postponed,
            "refreshes that may be behind: so many and one lie anywhere in so many and one intervals",
            "assumption: DDR4 (JEDEC JESD79-4) allows up to 8; 0, 1 and 8 were tried on the 20 hardware logs of VA, and with 1 all "
            "are within 2 % (doc/dpu.md)"),
    INTEGER("dma.refresh_seed", "", "0", "4294967295", "1", dma_refresh_seed,
            "every DPU draws the places of its refreshes from this; 0: at the end of each interval", "choice of the user"),

    REAL("launch.base_us", "us", "0", "1000000", "119.8", launch_base_us,
         "cost of a synchronous launch before any rank is counted",
         "hardware logs (GEMV 4096 x 256, 1 tasklet, 2 to 2048 DPUs): T(n) - T(1)/n is 0.104 to "
         "0.614 ms; least-squares line, residuals in doc/dpu.md"),
    REAL("launch.per_rank_us", "us", "0", "1000000", "15.18", launch_per_rank_us,
         "cost that each launched rank adds", "hardware logs, as launch.base_us"),

    REAL("link.to_one_dpu_gbs", "GB/s", "0.000001", "100000", "0.33", to_one_dpu_gbs,
         "most that the host moves to the MRAM of one DPU", PRIM_SECONDARY ", large transfers"),
    REAL("link.to_full_rank_gbs", "GB/s", "0.000001", "100000", "6.68", to_full_rank_gbs,
         "most that it moves to all DPUs of a rank, different data", PRIM_SECONDARY ", large transfers to 64 DPUs"),
    REAL("link.from_one_dpu_gbs", "GB/s", "0.000001", "100000", "0.12", from_one_dpu_gbs,
         "most that it moves from the MRAM of one DPU", PRIM_SECONDARY ", large transfers"),
    REAL("link.from_full_rank_gbs", "GB/s", "0.000001", "100000", "4.74", from_full_rank_gbs,
         "most that it moves from all DPUs of a rank", PRIM_SECONDARY ", large transfers from 64 DPUs"),
    REAL("link.broadcast_full_rank_gbs", "GB/s", "0.000001", "100000", "16.88",
         broadcast_full_rank_gbs, "most that it moves to all DPUs of a rank, the same data, delivered bytes",
         PRIM_SECONDARY ", 64 DPUs; assumption: the figure counts delivered bytes"),
    REAL("link.modules_exponent", "", "0", "1", "0.41", modules_exponent,
         "m modules in one call together move m^this times what one moves; 1: modules do not disturb each other",
         "hardware logs " GEMV_LOGS ": 4096 x 28704 to 128, 256, ... 2048 DPUs in 116.2 to 39.4 ms (means of five), least squares of the "
         "logarithms; the other widths are tests (doc/dpu.md)"),

    REAL("link.piece_us", "us", "0", "1000000", "0.296", piece_us,
         "what the host needs to hand over one DPU's part of a transfer",
         "hardware logs " INSIGHT ": TRNS, calls of 64 bytes a DPU take 91.97 us for one to 60 and one to 4 DPUs together, 36.47 us to 1 DPU"),
    REAL("link.to_call_us", "us", "0", "1000000", "35.9", to_call_us,
         "cost of a call that moves bytes to MRAM of a rank, in its turn, whatever the number of DPUs",
         "hardware log " INSIGHT ": TRNS with 1 DPU, 12,582,912 calls of 64 bytes in 458,876 ms, less the piece and the bytes"),
    REAL("link.from_call_us", "us", "0", "1000000", "45", from_call_us,
         "cost of a call that moves bytes from MRAM of a rank, in its turn, whatever the number of DPUs",
         "hardware log " INSIGHT ": NW with 60 DPUs, 5,360 calls of 168 bytes a DPU in 335.9 ms, less the pieces, the bytes, "
         "link.after_launch_us of 127 launches and 59 multiplexers"),
    REAL("link.multiplexer_us", "us", "0", "1000000", "15", multiplexer_us,
         "what a call costs more that reaches the MRAM of other DPUs than the last call of the rank",
         "hardware log " INSIGHT ": SpMV, copies of 1,928 bytes from one after the other of 60 DPUs in 5.238 ms, less link.after_launch_us, calls, "
         "pieces and bytes"),
    REAL("link.to_start_us", "us", "0", "1000000", "0", to_start_us,
         "cost of a call to MRAM beside its turn, when the host is not ready for it",
         "assumption: calls of a program follow each other; target upmem-gemv-logs has a host that needs it"),
    REAL("link.control_call_us", "us", "0", "1000000", "15", control_call_us,
         "cost of a call that moves bytes of WRAM or IRAM of a rank",
         "hardware log " INSIGHT ": TS, 60 copies of 28 bytes to WRAM are what its MRAM calls leave of 4.061 ms, 26.6 us each, less "
         "seven words and the piece"),
    REAL("link.word_us", "us", "0", "1000000", "1.59", word_us,
         "WRAM or IRAM through the control interface: a word of one DPU of every chip",
         "hardware logs " INSIGHT ": RED and TS, 256 bytes of WRAM from each of 60 DPUs in 0.916 and 1.133 ms, their mean less "
         "link.after_launch_us, call and pieces: 12.7 us a word, 8 DPUs a chip"),
    REAL("link.after_launch_us", "us", "0", "1000000", "176", after_launch_us,
         "what the first call to a rank after a launch costs more",
         "hardware logs " INSIGHT ": GEMV and MLP, 552 bytes of MRAM from each of 60 DPUs in 0.279 and 0.233 ms, their mean less call, "
         "pieces and bytes"),
    INTEGER("link.status_poll_ns", "ns", "1", "1000000000", "10000", status_poll_ns,
            "time that passes when a host program asks whether DPUs still run",
            "assumption: no public figure is known; the order of a few commands to each control interface"),

    CHOICE("execution.engine", "fast|reference", "fast", engine,
           "run ahead between synchronising instructions, or cycle by cycle; same results",
           "choice of the user"),
    CHOICE("execution.strict", "off|on", "off", strict,
           "a launch that ends with a tasklet stopped away from the program's end is a fault",
           "choice of the user"),
    CHOICE("execution.profile", "off|on", "off", profile, "count issues per instruction",
           "choice of the user"),
    CHOICE("execution.race_report", "off|on", "off", race_report,
           "look for accesses of two tasklets that nothing orders; runs the reference engine",
           "choice of the user"),
    REAL("energy.instruction_aj", "aJ", "0", "1e15", "20000000", energy_instruction_aj,
         "one issued instruction",
         NO_COEFFICIENT "20 pJ is the order of a simple in-order 32-bit core with its "
         "instruction fetch in a mature process"),
    REAL("energy.wram_access_aj", "aJ", "0", "1e15", "10000000", energy_wram_access_aj,
         "one WRAM load or store",
         NO_COEFFICIENT "10 pJ is the order of a 64-bit access to a 64 KiB SRAM in a mature "
         "process"),
    REAL("energy.dma_byte_aj", "aJ", "0", "1e15", "10000000", energy_dma_byte_aj,
         "one byte between MRAM and WRAM",
         NO_COEFFICIENT "10 pJ (1.25 pJ a bit) is the order of a column access that does not "
         "leave the chip"),
    REAL("energy.dma_setup_aj", "aJ", "0", "1e15", "500000000", energy_dma_setup_aj,
         "one DMA transfer, whatever its length",
         NO_COEFFICIENT "500 pJ is the order of one activation of a 1 KiB row, taken as one per "
         "transfer"),
    REAL("energy.host_byte_aj", "aJ", "0", "1e15", "150000000", energy_host_byte_aj,
         "one byte between host memory and a DPU",
         NO_COEFFICIENT "150 pJ (about 20 pJ a bit) is the order of a DDR4 access with its "
         "interface"),
    REAL("energy.power_idle_uw", "uW", "0", "1e12", "20000", power_idle_uw,
         "power of a DPU and its bank outside launches",
         NO_COEFFICIENT "20 mW makes 2.6 W for an idle module of 128 DPUs"),
    REAL("energy.power_busy_uw", "uW", "0", "1e12", "80000", power_busy_uw,
         "power of a DPU and its bank during a launch, events not counted",
         NO_COEFFICIENT "80 mW makes 10 W for a busy module of 128 DPUs"),
    {.key = NULL},
};

#define COUNTER(name_, unit_, field, help_)                                                        \
    {.name = name_, .unit = unit_, .offset = offsetof(struct dpu_counters, field), .help = help_}

#define MIX_ROW(name, counter, help) COUNTER(counter, "instructions", mix[DPU_MIX_##name], help),

/* cycles = issue_cycles + the four idle causes. */
const struct pim_counter dpu_counter_rows[] = {
    COUNTER("cycles", "cycles", cycles, "elapsed in launches"),
    COUNTER("instructions", "instructions", instructions, "executed"),
    COUNTER("issue_cycles", "cycles", issue_cycles, "in which an instruction issued"),
    COUNTER("idle_register_file", "cycles", idle_register_file,
            "no issue: register bank conflict (option)"),
    COUNTER("idle_dma", "cycles", idle_dma, "no issue, at least one tasklet waits for its DMA"),
    COUNTER("idle_sync", "cycles", idle_sync,
            "no issue, no DMA, at least one tasklet of the launch is stopped"),
    COUNTER("idle_revolver", "cycles", idle_revolver,
            "no issue, all tasklets inside their issue distance"),
    COUNTER("dma_reads", "transfers", dma_reads, "MRAM to WRAM or IRAM"),
    COUNTER("dma_writes", "transfers", dma_writes, "WRAM to MRAM"),
    COUNTER("dma_read_bytes", "bytes", dma_read_bytes, "MRAM to WRAM or IRAM"),
    COUNTER("dma_write_bytes", "bytes", dma_write_bytes, "WRAM to MRAM"),
    COUNTER("dma_engine_busy_cycles", "cycles", dma_engine_busy_cycles,
            "the DMA engine was occupied"),
    COUNTER("wram_loads", "accesses", wram_loads, "load instructions"),
    COUNTER("wram_stores", "accesses", wram_stores, "store instructions"),
    COUNTER("launches", "launches", launches, "launches of the DPU"),
    COUNTER("misaligned_dma", "transfers", misaligned_dma,
            "the hardware drops the low address bits of these; without the compiler's own accesses to __mram variables"),
    COUNTER("sync_spins", "instructions", sync_spins,
            "acquire or resume that had to try again"),
    DPU_MIX_MAP(MIX_ROW)
    COUNTER("host_write_bytes", "bytes", host_write_bytes, "from the host to the DPU"),
    COUNTER("host_read_bytes", "bytes", host_read_bytes, "from the DPU to the host"),
    {.name = NULL},
};

#define EVENT_ENERGY(component_, counter_, key) {component_, counter_, NULL, key}
#define POWER(component_, state_, key) {component_, NULL, state_, key}

const struct pim_energy dpu_energy_rows[] = {
    EVENT_ENERGY("pipeline", "instructions", "energy.instruction_aj"),
    EVENT_ENERGY("WRAM loads", "wram_loads", "energy.wram_access_aj"),
    EVENT_ENERGY("WRAM stores", "wram_stores", "energy.wram_access_aj"),
    EVENT_ENERGY("MRAM read", "dma_read_bytes", "energy.dma_byte_aj"),
    EVENT_ENERGY("MRAM write", "dma_write_bytes", "energy.dma_byte_aj"),
    EVENT_ENERGY("DMA read set-up", "dma_reads", "energy.dma_setup_aj"),
    EVENT_ENERGY("DMA write set-up", "dma_writes", "energy.dma_setup_aj"),
    EVENT_ENERGY("host to DPU", "host_write_bytes", "energy.host_byte_aj"),
    EVENT_ENERGY("DPU to host", "host_read_bytes", "energy.host_byte_aj"),
    POWER("static, busy", "busy", "energy.power_busy_uw"),
    POWER("static, idle", "idle", "energy.power_idle_uw"),
    {.component = NULL},
};

/* ORDER DPU EVENT */
const struct pim_event_kind dpu_event_rows[] = {
    [DPU_EVENT_LAUNCH] = {"launch", 0x8888aa, {"launch"}, "the host starts the DPU"},
    [DPU_EVENT_RUN] = {"run", 0x3a7d44,
                       {"instructions", "idle_revolver cycles", "idle_dma cycles",
                        "idle_sync cycles"},
                       "summary of the issue slots of one interval"},
    [DPU_EVENT_DMA] = {"dma", 0xd9822b, {"bytes", "WRAM address", "MRAM address", "direction"},
                       "DMA of one tasklet, from issue to resumption; direction 0 read, 1 write, "
                       "2 into IRAM"},
    [DPU_EVENT_FAULT] = {"fault", 0xc23030, {"pc", "kind"}, "the program faulted"},
    {.name = NULL},
};

/* Sums over the units: rates are those of all DPUs together, shares and IPC are averages weighted by running time. */
const struct pim_derived dpu_derived_rows[] = {
    {"ipc", "instructions/cycle", "instructions", "cycles", 1, "per DPU, while it runs"},
    {"idle_dma_share", "", "idle_dma", "cycles", 1, "cycles without an issue that a DMA transfer explains"},
    {"idle_sync_share", "", "idle_sync", "cycles", 1, "cycles without an issue that stopped tasklets explain"},
    {"idle_revolver_share", "", "idle_revolver", "cycles", 1, "cycles without an issue for lack of tasklets"},
    {"instruction_rate", "MIPS", "instructions", "kernel_s", 1e-6, "all DPUs together"},
    {"mram_read_bandwidth", "MB/s", "dma_read_bytes", "kernel_s", 1e-6, "all DPUs together"},
    {"mram_write_bandwidth", "MB/s", "dma_write_bytes", "kernel_s", 1e-6, "all DPUs together"},
    {"dma_engine_share", "", "dma_engine_busy_cycles", "cycles", 1, "of the running time"},
    {"energy_per_instruction", "J", "energy_j", "instructions", 1, "all components, with assumed coefficients"},
    {.name = NULL},
};
