/* The race detector on sequences of accesses and edges: what is ordered is silent, what is not is named once. */
#include "dpu_fixture.h"
#include "dpu_race.h"
#include "dpu_text.h"

#include <stdio.h>

enum step_kind { END, READ, WRITE, MRAM_READ, MRAM_WRITE, ACQUIRE, RELEASE, START, STOP, LAUNCH };

/* `who` is the tasklet; `what` an address, a bit or a tasklet. The pc of step i of a sequence is i. */
struct step { enum step_kind kind; uint32_t who, what, bytes; };

enum { MAX_STEPS = 12 };

struct sequence { const char *name; int races; struct step steps[MAX_STEPS]; };

static const struct sequence sequences[] = {
    {"one tasklet cannot race", 0, {{WRITE, 1, 0, 4}, {READ, 1, 0, 4}, {WRITE, 1, 0, 4}}},
    {"two writes", 1, {{WRITE, 1, 0, 4}, {WRITE, 2, 0, 4}}},
    {"write, then read", 1, {{WRITE, 1, 0, 4}, {READ, 2, 0, 4}}},
    {"read, then write", 1, {{READ, 1, 0, 4}, {WRITE, 2, 0, 4}}},
    {"reads only", 0, {{READ, 1, 0, 4}, {READ, 2, 0, 4}, {READ, 3, 0, 4}}},
    {"neighbouring bytes", 0, {{WRITE, 1, 0, 1}, {WRITE, 2, 1, 1}}},
    {"one byte in common", 1, {{WRITE, 1, 0, 4}, {WRITE, 2, 3, 1}}},
    {"every reader is remembered", 2,
     {{READ, 1, 0, 4}, {READ, 2, 0, 4}, {WRITE, 3, 0, 4}}},
    {"the lock orders", 0,
     {{ACQUIRE, 1, 5, 0}, {WRITE, 1, 0, 4}, {RELEASE, 1, 5, 0}, {ACQUIRE, 2, 5, 0}, {WRITE, 2, 0, 4}}},
    {"another lock does not", 1,
     {{ACQUIRE, 1, 5, 0}, {WRITE, 1, 0, 4}, {RELEASE, 1, 5, 0}, {ACQUIRE, 2, 6, 0}, {WRITE, 2, 0, 4}}},
    {"what follows the release is not ordered", 1,
     {{RELEASE, 1, 5, 0}, {WRITE, 1, 0, 4}, {ACQUIRE, 2, 5, 0}, {READ, 2, 0, 4}}},
    {"order goes on through a third", 0,
     {{WRITE, 1, 0, 4}, {RELEASE, 1, 5, 0}, {ACQUIRE, 2, 5, 0}, {RELEASE, 2, 6, 0}, {ACQUIRE, 3, 6, 0}, {WRITE, 3, 0, 4}}},
    {"boot orders the booted", 0, {{WRITE, 0, 0, 4}, {START, 0, 1, 0}, {READ, 1, 0, 4}}},
    {"boot does not order what follows it", 1,
     {{START, 0, 1, 0}, {WRITE, 0, 0, 4}, {READ, 1, 0, 4}}},
    {"resume orders the resumed", 0,
     {{READ, 1, 0, 4}, {STOP, 1, 0, 0}, {START, 2, 1, 0}, {WRITE, 1, 0, 4}}},
    {"a stop comes before the resume that finds it", 0,
     {{WRITE, 1, 0, 4}, {STOP, 1, 0, 0}, {START, 2, 1, 0}, {READ, 2, 0, 4}}},
    {"a stop alone orders nothing", 1,
     {{WRITE, 1, 0, 4}, {STOP, 1, 0, 0}, {READ, 2, 0, 4}}},
    {"notify bits order nothing", 1,
     {{WRITE, 1, 0, 4}, {START, 1, 30, 0}, {READ, 2, 0, 4}}},
    {"a launch comes after everything before it", 0,
     {{WRITE, 1, 0, 4}, {LAUNCH, 0, 0, 0}, {WRITE, 2, 0, 4}}},
    {"MRAM", 1, {{MRAM_WRITE, 1, 64, 16}, {MRAM_READ, 2, 72, 8}}},
    {"MRAM apart", 0, {{MRAM_WRITE, 1, 64, 16}, {MRAM_WRITE, 2, 80, 8}}},
    {"MRAM at its end", 1,
     {{MRAM_WRITE, 1, DPU_MRAM_BYTES - 2048, 2048}, {MRAM_READ, 2, DPU_MRAM_BYTES - 8, 8}}},
    {"WRAM and MRAM are two", 0, {{WRITE, 1, 64, 8}, {MRAM_WRITE, 2, 64, 8}}},
    {"over the pages of the shadow", 1, {{WRITE, 1, 4090, 12}, {READ, 2, 4096, 4}}},
};

static void play(struct dpu *dpu, const struct step *step, uint32_t pc)
{
    switch (step->kind) {
    case READ: dpu_race_access(dpu, step->who, pc, DPU_SPACE_WRAM, step->what, step->bytes, false); break;
    case WRITE: dpu_race_access(dpu, step->who, pc, DPU_SPACE_WRAM, step->what, step->bytes, true); break;
    case MRAM_READ: dpu_race_access(dpu, step->who, pc, DPU_SPACE_MRAM, step->what, step->bytes, false); break;
    case MRAM_WRITE: dpu_race_access(dpu, step->who, pc, DPU_SPACE_MRAM, step->what, step->bytes, true); break;
    case ACQUIRE: dpu_race_edge_acquire(dpu, step->who, step->what); break;
    case RELEASE: dpu_race_edge_release(dpu, step->who, step->what); break;
    case START: dpu_race_edge_start(dpu, step->who, step->what); break;
    case STOP: dpu_race_edge_stop(dpu, step->who); break;
    case LAUNCH: ck_assert(dpu_race_launch(dpu)); break;
    case END: break;
    }
}

static int count_races(const char *text)
{
    int races = 0;
    for (; text && (text = strstr(text, "race: DPU ")); text++)
        races++;
    return races;
}

static uint8_t code[MAX_STEPS * 8];
static struct pim_segment segments[] = {
    {.space = DPU_SPACE_IRAM, .data_bytes = sizeof code, .memory_bytes = sizeof code, .data = code}};
static struct pim_symbol symbols[] = {
    {.name = "shared", .space = DPU_SPACE_WRAM, .value = 0, .size = 8, .section = ".bss"},
    {.name = "main", .space = DPU_SPACE_IRAM, .value = 0, .size = sizeof code, .section = ".text", .function = true},
};

static struct dpu_machine *racing_machine(struct pim_image *image)
{
    *image = test_image(segments, 1, symbols, 2, 1);
    struct dpu_machine *machine = test_machine(1);
    test_load(machine, 0, 1, image);
    ck_assert(dpu_race_launch(&machine->dpus[0]));
    return machine;
}

START_TEST(exactly_the_unordered_is_reported)
{
    const struct sequence *sequence = &sequences[_i];
    struct pim_image image;
    struct dpu_machine *machine = racing_machine(&image);
    for (uint32_t i = 0; i < MAX_STEPS && sequence->steps[i].kind != END; i++)
        play(&machine->dpus[0], &sequence->steps[i], i);
    char *text = dpu_race_report(&machine->dpus[0]);
    ck_assert_msg(count_races(text) == sequence->races, "%s:\n%s", sequence->name, text ? text : "silent");
    free(text);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_pair_of_instructions_is_reported_once)
{
    struct pim_image image;
    struct dpu_machine *machine = racing_machine(&image);
    struct dpu *dpu = &machine->dpus[0];
    for (uint32_t i = 0; i < 100; i++) {
        dpu_race_access(dpu, 1, 3, DPU_SPACE_WRAM, 8 * i, 4, true);
        dpu_race_access(dpu, 2, 4, DPU_SPACE_WRAM, 8 * i, 4, false);
        dpu_race_access(dpu, 3, 3, DPU_SPACE_WRAM, 8 * i + 4, 4, true);
        dpu_race_access(dpu, 1, 4, DPU_SPACE_WRAM, 8 * i + 4, 4, false);
    }
    char *text = dpu_race_report(dpu);
    ck_assert_int_eq(count_races(text), 1);
    free(text);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_race_names_both_places)
{
    struct pim_image image;
    struct dpu_machine *machine = racing_machine(&image);
    struct dpu *dpu = &machine->dpus[0];
    dpu_race_access(dpu, 1, 3, DPU_SPACE_WRAM, 4, 4, true);
    dpu_race_access(dpu, 11, 0, DPU_SPACE_WRAM, 4, 4, false);
    char *text = dpu_race_report(dpu);
    ck_assert_ptr_nonnull(strstr(text, "race: DPU 0: WRAM 0x4 (shared+0x4), nothing orders"));
    ck_assert_ptr_nonnull(strstr(text, "tasklet 1 wrote it at instruction 3, main+0x18: "));
    ck_assert_ptr_nonnull(strstr(text, "tasklet 11 read it at instruction 0, main: "));
    free(text);
    text = pim_dpu_backend.diagnostics(machine, 0);
    ck_assert_int_eq(count_races(text), 1);
    free(text);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_flood_of_races_is_cut_and_says_so)
{
    struct pim_image image;
    struct dpu_machine *machine = racing_machine(&image);
    struct dpu *dpu = &machine->dpus[0];
    for (uint32_t i = 0; i < 4000; i++)
        dpu_race_access(dpu, i % 2, i, DPU_SPACE_WRAM, 0, 1, true);
    char *text = dpu_race_report(dpu);
    ck_assert_int_le(count_races(text), 1100);
    ck_assert_ptr_nonnull(strstr(text, "there may be more"));
    free(text);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ------------------------------------------------------------------------------- whole programs --- */

struct program { const char *name; int races; const char *lines[16]; };

/* Thread 0 boots thread 1; both write WRAM 64. Branch targets are instruction indices. */
static const struct program programs[] = {
    {"nothing orders two stores", 1, /* a cell keeps the last write only */
     {"jnz id, 3", "boot id, 1", "sw zero, 64, r0", "sw zero, 64, r1", "stop true, 4"}},
    {"boot comes after the store", 0,
     {"jnz id, 4", "sw zero, 64, r0", "boot id, 1", "jump 5", "sw zero, 64, r1", "stop true, 5"}},
    {"a lock around the store", 0,
     {"jnz id, 2", "boot id, 1", "acquire zero, 5, nz, 2", "sw zero, 64, r1", "release zero, 5, nz, 5", "stop true, 5"}},
    {"a lock around one store only", 2,
     {"jnz id, 4", "boot id, 1", "sw zero, 64, r1", "jump 7", "acquire zero, 5, nz, 4", "sw zero, 64, r1",
      "release zero, 5, nz, 7", "lw r3, zero, 64", "stop true, 8"}},
    {"transfers of the same bytes", 1,
     {"jnz id, 2", "boot id, 1", "move r1, 4096", "move r0, id8", "sdma r0, r1, 0", "stop true, 5"}},
};

static size_t assemble(const struct program *program, uint8_t *bytes)
{
    size_t count = 0;
    for (; program->lines[count]; count++) {
        uint64_t word;
        char why[128] = "";
        ck_assert_msg(assemble_dpu_text(program->lines[count], &word, why, sizeof why), "%s: %s",
                      program->lines[count], why);
        for (unsigned i = 0; i < 8; i++)
            bytes[8 * count + i] = (uint8_t)(word >> 8 * i);
    }
    return 8 * count;
}

START_TEST(a_running_program_is_watched)
{
    const struct program *program = &programs[_i];
    uint8_t bytes[16 * 8];
    size_t size = assemble(program, bytes);
    struct pim_segment text[] = {test_segment(DPU_SPACE_IRAM, 0, bytes, size, size)};
    struct pim_image image = test_image(text, 1, NULL, 0, 1);
    struct dpu_parameters parameters = test_parameters();
    parameters.race_report = DPU_ON;
    struct dpu_machine *machine = test_machine_with(&parameters, 1);
    test_load(machine, 0, 1, &image);
    uint64_t overhead;
    for (int launch = 0; launch < 2; launch++) { /* the second launch repeats the pairs of the first */
        ck_assert(pim_dpu_backend.launch(machine, (uint32_t[]){0}, 1, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
        ck_assert_int_eq(pim_dpu_backend.run_until(machine, 0, 100000, NULL), PIM_DONE);
    }
    char *report = pim_dpu_backend.diagnostics(machine, 0);
    ck_assert_msg(count_races(report) == program->races, "%s:\n%s", program->name, report ? report : "silent");
    free(report);
    pim_dpu_backend.close(machine);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu races");
    TCase *order = tcase_create("is exactly the unordered reported");
    tcase_add_loop_test(order, exactly_the_unordered_is_reported, 0, sizeof sequences / sizeof *sequences);
    suite_add_tcase(suite, order);
    TCase *report = tcase_create("is the report of use");
    tcase_add_test(report, a_pair_of_instructions_is_reported_once);
    tcase_add_test(report, a_race_names_both_places);
    tcase_add_test(report, a_flood_of_races_is_cut_and_says_so);
    suite_add_tcase(suite, report);
    TCase *engine = tcase_create("does the exact engine tell the detector everything");
    tcase_add_loop_test(engine, a_running_program_is_watched, 0, sizeof programs / sizeof *programs);
    suite_add_tcase(suite, engine);
    return suite;
}

TEST_MAIN(make_suite)
