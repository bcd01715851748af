/* The tables of the bit-serial back-end: levels, spaces, parameters, counters, energies, event kinds.
 *
 * Where numbers come from. "MIMDRAM" is Oliveira et al., HPCA 2024 (arXiv 2402.19080) and the gem5 model in the repository CMU-SAFARI/MIMDRAM;
 * "SIMDRAM" is Hajinazar, Oliveira et al., ASPLOS 2021 (arXiv 2105.12839), quoted in part from secondary sources; "Proteus" is Oliveira et al.,
 * ICS 2025 (arXiv 2501.17466); "pLUTo" is Ferreira et al., MICRO 2022 and the repository CMU-SAFARI/pLUTo.
 */
#include "bitserial_machine.h"
#include "failure_sources.h"

const struct pim_level bitserial_levels[] = {
    {"channel", "machine.channels"},
    {"rank", "machine.ranks"},
    {"bank", "machine.banks"},
    {NULL, NULL},
};

/* ORDER BITSERIAL SPACE */
const struct pim_space bitserial_spaces[] = {
    [BITSERIAL_SPACE_PROGRAM] = {.name = "program", .bytes = BITSERIAL_MOST_WORDS * BITSERIAL_WORD_BYTES, .granule_bytes = BITSERIAL_WORD_BYTES},
    [BITSERIAL_SPACE_ROWS] = {.name = "rows", .bytes = UINT64_C(1) << 40, .granule_bytes = 8, .address_key = "memory.row_bytes",
                              .vertical = true},
    [BITSERIAL_SPACE_GOOD_COLUMNS] = {.name = "good_columns", .bytes = UINT64_C(1) << 40, .granule_bytes = 8},
    {.name = NULL},
};

#define MIMDRAM_TABLE "MIMDRAM (arXiv 2402.19080), Table 2"
#define MIMDRAM_MODEL "gem5 model in CMU-SAFARI/MIMDRAM, DDR4-2400 4 Gb x8"
#define PLUTO "CMU-SAFARI/pLUTo, simulator, CACTI 7, an 8 kB row"

#define FIELD(name) offsetof(struct bitserial_parameters, name)
#define INTEGER(key_, unit_, low, high, value, field, help_, source_)                                                  \
    {.key = key_, .type = PIM_INTEGER, .unit = unit_, .minimum = low, .maximum = high, .standard = value, .offset = FIELD(field), .help = help_, \
     .source = source_}
#define SOURCE_NAME(name, failure, source) "|" name
#define SOURCE_TEXT(name, failure, source) "; " source
#define REAL(key_, unit_, low, high, value, field, help_, source_)                                                     \
    {.key = key_, .type = PIM_REAL, .unit = unit_, .minimum = low, .maximum = high, .standard = value, .offset = FIELD(field), .help = help_,    \
     .source = source_}
#define CHOICE(key_, choices_, value, field, help_, source_)                                                           \
    {.key = key_, .type = PIM_CHOICE, .unit = "", .standard = value, .choices = choices_, .offset = FIELD(field), .help = help_, .source = source_}

const struct pim_parameter bitserial_parameter_rows[] = {
    INTEGER("machine.channels", "", "1", "64", "1", channels, "memory channels", MIMDRAM_TABLE),
    INTEGER("machine.ranks", "", "1", "64", "1", ranks, "ranks of a channel", MIMDRAM_TABLE),
    INTEGER("machine.banks", "", "1", "1024", "16", banks, "banks of a rank that compute, in lockstep when launched together", MIMDRAM_TABLE),
    INTEGER("memory.subarrays", "", "1", "64", "1", subarrays, "subarrays of a bank", "SIMDRAM: one subarray of each bank computes"),
    INTEGER("memory.d_rows", "rows", "64", "4032", "1006", d_rows, "data rows of a subarray", "SIMDRAM: 1,024 addresses less 16 of the B and 2 of the C group"),
    INTEGER("memory.row_bytes", "bytes", "64", "1048576", "8192", row_bytes, "of a row over all chips of a rank; 8 columns each; a multiple of 64",
            "MIMDRAM: 8 kB, 65,536 columns"),
    INTEGER("memory.scratch_rows", "rows", "0", "2048", "448", scratch_rows, "the last D rows, which bulk operations use for partial results",
            "assumption: what the widest operation, a signed 64-bit division, needs (385), rounded up"),

    REAL("memory.clock_mhz", "MHz", "1", "1000000", "1200", memory_clock_mhz,
         "clock of the channel's commands; no time follows from it, command traces are exported in its cycles", "DDR4-2400 (JEDEC JESD79-4)"),

    REAL("timing.clock_mhz", "MHz", "1", "1000000", "1000000", clock_mhz, "resolution of the bank's time", "assumption: 1 ps, no rounding"),
    CHOICE("timing.mode", "flat|timed", "flat", timing_mode, "every command takes timing.flat_ns, or as long as tRAS and tRP say",
           "choice of the user; flat agrees with the published latencies"),
    REAL("timing.flat_ns", "ns", "0.001", "1000000", "49", flat_ns, "an AAP or AP in flat mode", "Proteus (arXiv 2501.17466), latency table: multiplication"),
    REAL("timing.tras_ns", "ns", "0.001", "1000000", "32", tras_ns, "row activation until precharge", MIMDRAM_MODEL),
    REAL("timing.trp_ns", "ns", "0.001", "1000000", "14.16", trp_ns, "precharge", MIMDRAM_MODEL),
    REAL("timing.aap_overlap", "", "1", "2", "1.1", aap_overlap, "two activations of an AAP take so many tRAS", "MIMDRAM, section 7"),
    CHOICE("timing.activation_limit", "none|aap-as-one|aap-as-two", "none", activation_limit,
           "how the activations of banks in lockstep count against the window of four",
           "choice of the user; published results assume none, the published gem5 model counts an AAP as one"),
    REAL("timing.tfaw_ns", "ns", "0", "1000000", "21.6", tfaw_ns, "window in which a rank may begin four activations", "DRAMsim3, DDR4-2400 4 Gb x8"),
    CHOICE("timing.refresh", "off|on", "off", refresh, "commands wait for refreshes; none is split", "choice of the user; published results leave it out"),
    REAL("timing.trefi_ns", "ns", "1", "1000000000", "7800", trefi_ns, "time between refreshes", MIMDRAM_MODEL),
    REAL("timing.trfc_ns", "ns", "0", "1000000000", "350", trfc_ns, "time of a refresh", MIMDRAM_MODEL),
    REAL("timing.move_ns", "ns", "0.001", "1000000", "540", move_ns, "copy of a row to another subarray",
         "RowClone, pipelined mode between banks, as generally quoted; assumption: the same between subarrays of a bank"),

    REAL("link.bandwidth_gbs", "GB/s", "0.000001", "100000", "19.2", link_gbs,
         "of a channel; the transposition unit works at this speed behind it", "DDR4-2400, 64 bits"),
    CHOICE("transposition.overlap", "off|on", "off", overlap,
           "on: what goes to rows is transposed and moved while the launch before runs, and counts only where it takes longer",
           "choice of the user; assumption: the rows it goes to are not in use (double buffering)"),
    REAL("launch.us", "us", "0", "1000000", "0", launch_us, "until the control unit has fetched a micro-program", "assumption: hidden behind the run before it"),

    CHOICE("reliability.mode", "ideal|random|columns|masked", "ideal", reliability,
           "majorities are right; or fail at random in any column; or in columns that never work; or those are known, and kernels use the others only",
           "choice of the user; masked: error-free columns as in PUDTune, MVDRAM (arXiv 2503.23817)"),
    CHOICE("reliability.source", "none" FAILURE_SOURCES(SOURCE_NAME), "none", reliability_source,
           "a published failure rate for both numbers below; none: the numbers",
           "choice of the user" FAILURE_SOURCES(SOURCE_TEXT)),
    REAL("reliability.tra_failure", "", "0", "1", "0.0042", tra_failure, "probability that a column of a majority is wrong (mode random)",
         "SIMDRAM, 22 nm, 10 % variation"),
    REAL("reliability.unreliable_columns", "", "0", "1", "0.01", unreliable_columns, "share of columns whose majorities are noise (mode columns)",
         "SiMRA (Yueksel et al., DSN 2024): MAJ3 with 32 rows, 99.00 % right"),
    INTEGER("reliability.seed", "", "0", "4294967295", "1", reliability_seed, "of failures, and of what the compute rows hold at power-on",
            "choice of the user"),

    CHOICE("execution.engine", "fast|reference", "fast", engine, "many columns and commands at a time, or row by row; same results", "choice of the user"),
    CHOICE("execution.trace_commands", "off|on", "off", trace_commands, "every row command is an event of the trace, for DRAM simulators",
           "choice of the user; such traces are large"),

    REAL("energy.activate1_aj", "aJ", "0", "1e15", "207000000", energy_activate1_aj, "an activation of one wordline", PLUTO),
    REAL("energy.activate2_aj", "aJ", "0", "1e15", "252540000", energy_activate2_aj, "of two", PLUTO "; 22 % more for each further wordline (MIMDRAM, section 7)"),
    REAL("energy.activate3_aj", "aJ", "0", "1e15", "298080000", energy_activate3_aj, "of three", PLUTO "; 22 % more for each further wordline (MIMDRAM, section 7)"),
    REAL("energy.precharge_aj", "aJ", "0", "1e15", "458000000", energy_precharge_aj, "a precharge", PLUTO),
    REAL("energy.burst_read_aj", "aJ", "0", "1e15", "7260000000", energy_burst_read_aj, "64 bytes to the host", PLUTO),
    REAL("energy.burst_write_aj", "aJ", "0", "1e15", "7540000000", energy_burst_write_aj, "64 bytes from the host", PLUTO),
    REAL("energy.power_uw", "uW", "0", "1e12", "0", energy_power_uw, "background of a bank", "assumption: the published figures count commands only"),
    {.key = NULL},
};

#define COUNTER(name_, unit_, field, help_) {.name = name_, .unit = unit_, .offset = offsetof(struct bitserial_counters, field), .help = help_}

const struct pim_counter bitserial_counter_rows[] = {
    COUNTER("cycles", "cycles", cycles, "elapsed in launches"),
    COUNTER("commands", "commands", commands, "row commands: AAP and AP"),
    COUNTER("aap", "commands", aap, "activate, activate, precharge"),
    COUNTER("ap", "commands", ap, "activate, precharge"),
    COUNTER("activations_1", "activations", activations[1], "of one wordline"),
    COUNTER("activations_2", "activations", activations[2], "of two wordlines"),
    COUNTER("activations_3", "activations", activations[3], "of three wordlines"),
    COUNTER("precharges", "precharges", precharges, "one a command"),
    COUNTER("micro_ops", "operations", micro_ops, "control operations"),
    COUNTER("bulk_operations", "operations", bulk_operations, "bbop instructions"),
    COUNTER("moves", "rows", moves, "rows copied to another subarray"),
    COUNTER("refreshes", "refreshes", refreshes, "that commands waited for"),
    COUNTER("refresh_cycles", "cycles", refresh_cycles, "waited for refreshes"),
    COUNTER("activation_limit_cycles", "cycles", limit_cycles, "waited for the window of four activations"),
    COUNTER("host_write_bursts", "bursts", host_write_bursts, "64 bytes from the host"),
    COUNTER("host_read_bursts", "bursts", host_read_bursts, "64 bytes to the host"),
    COUNTER("overlapped_ps", "ps", overlapped_ps, "of transfers to rows, behind the launch before them"),
    COUNTER("launches", "launches", launches, "launches of the bank"),
    COUNTER("columns", "columns", columns, "of all subarrays, once a launch"),
    COUNTER("columns_masked", "columns", columns_masked, "of these not used, because their majorities fail (mode masked)"),
    {.name = NULL},
};

const struct pim_energy bitserial_energy_rows[] = {
    {"activation, 1 wordline", "activations_1", NULL, "energy.activate1_aj"},
    {"activation, 2 wordlines", "activations_2", NULL, "energy.activate2_aj"},
    {"activation, 3 wordlines", "activations_3", NULL, "energy.activate3_aj"},
    {"precharge", "precharges", NULL, "energy.precharge_aj"},
    {"host to bank", "host_write_bursts", NULL, "energy.burst_write_aj"},
    {"bank to host", "host_read_bursts", NULL, "energy.burst_read_aj"},
    {"background", NULL, "elapsed", "energy.power_uw"},
    {.component = NULL},
};

/* ORDER BITSERIAL EVENT */
const struct pim_event_kind bitserial_event_rows[] = {
    [BITSERIAL_EVENT_LAUNCH] = {"launch", 0x8888aa, {"launch"}, "the control unit starts a micro-program"},
    [BITSERIAL_EVENT_RUN] = {"run", 0x3a7d44, {"commands", "bulk operations"}, "row commands of one interval"},
    [BITSERIAL_EVENT_FAULT] = {"fault", 0xc23030, {"pc", "kind", "row", "command"}, "the program faulted"},
    [BITSERIAL_EVENT_AP] = {"AP", 0x88ccee, {"subarray", "row"}, "row command: activate, precharge"},
    [BITSERIAL_EVENT_AAP] = {"AAP", 0x44aa99, {"subarray", "row", "second subarray", "second row"},
                             "row command: activate a row, then a second one, precharge"},
    [BITSERIAL_EVENT_MOVE] = {"move", 0xddcc77, {"subarray", "row", "second subarray", "second row"},
                              "row command: copy a row to another subarray"},
    [BITSERIAL_EVENT_REFRESH] = {"refresh", 0xbbbbbb, {"refreshes"}, "a row command waits for refreshes"},
    {.name = NULL},
};

static const struct pim_row_command row_commands[] = {
    {BITSERIAL_EVENT_AP, 1}, {BITSERIAL_EVENT_AAP, 2}, {BITSERIAL_EVENT_MOVE, 2}, {0, 0},
};

const struct pim_dram bitserial_dram = {
    .record_key = "execution.trace_commands",
    .clock_key = "memory.clock_mhz",
    .subarrays_key = "memory.subarrays",
    .rows_key = "memory.d_rows",
    .special_rows = BITSERIAL_C_ADDRESSES + BITSERIAL_B_ADDRESSES,
    .row_bytes_key = "memory.row_bytes",
    .burst_bytes = BITSERIAL_BURST_BYTES,
    .commands = row_commands,
};

const struct pim_derived bitserial_derived_rows[] = {
    {"command_rate", "million/s", "commands", "kernel_s", 1e-6, "all banks together"},
    {"energy_per_command", "J", "energy_j", "commands", 1, "all components"},
    {"lanes_lost", "%", "columns_masked", "columns", 100, "columns that are masked"},
    {.name = NULL},
};
