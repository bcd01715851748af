/* Elements that stand upright: do all widths come back as they went, is bit i of element j in column j of row i and nothing beside it touched, does
 * a transfer cost the bytes it moves, also behind a launch, are impossible ones refused?
 */
#include "bitserial_backend.h"
#include "program_writer.h"
#include "random.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 3, ROW_BYTES = 64, COLUMNS = 8 * ROW_BYTES, ROWS = 64, ROWS_SPACE = 1 /* ORDER BITSERIAL SPACE */ };

static uint64_t seed;

struct machine {
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    struct pim_image *images[UNITS];
    struct pim_error error;
};

static void good(struct machine *m, enum pim_status status)
{
    ck_assert_msg(status == PIM_OK, "%s", m->error.text);
}

static void open_machine(struct machine *m, const char *overlap)
{
    *m = (struct machine){0};
    good(m, pim_registry_open(&m->registry, &m->error));
    good(m, pim_target_open(m->registry, "bitserial", &m->target, &m->error));
    good(m, pim_target_set(m->target, "memory.row_bytes", "64", &m->error));
    good(m, pim_target_set(m->target, "memory.d_rows", "128", &m->error));
    good(m, pim_target_set(m->target, "memory.scratch_rows", "16", &m->error));
    good(m, pim_target_set(m->target, "link.bandwidth_gbs", "0.64", &m->error));
    good(m, pim_target_set(m->target, "transposition.overlap", overlap, &m->error));
    const struct pim_device_options options = {.units = UNITS};
    good(m, pim_device_open(m->target, &options, &m->device, &m->error));
    ck_assert_uint_eq(pim_device_columns(m->device, ROWS_SPACE), COLUMNS);
}

static void close_machine(struct machine *m)
{
    pim_device_close(m->device);
    for (int unit = 0; unit < UNITS; unit++)
        pim_image_free(m->images[unit]);
    pim_target_close(m->target);
    pim_registry_close(m->registry);
}

static uint64_t element(const uint8_t *data, unsigned width, uint64_t index)
{
    uint64_t value = 0;
    memcpy(&value, data + index * pim_element_bytes(width), pim_element_bytes(width));
    return value;
}

static uint64_t low_bits(uint64_t value, unsigned width)
{
    return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

static uint64_t moved(struct machine *m)
{
    const struct pim_ledger *ledger = pim_device_ledger(m->device);
    return ledger->to_unit_bytes + ledger->from_unit_bytes;
}

/* One width: elements to three banks, the rows as they are, elements back. */
static void round_trip(struct machine *m, unsigned width)
{
    static uint8_t there[UNITS][8 * COLUMNS], back[UNITS][8 * COLUMNS], rows[UNITS][ROWS * ROW_BYTES];
    uint64_t first = pim_random_below(seed, width, 0, ROWS - width + 1), count = 1 + pim_random_below(seed, width, 1, COLUMNS), bad = UINT64_MAX;
    uint64_t words = (count + 63) / 64, before = moved(m);
    struct pim_elements pieces[UNITS];
    memset(rows, 0xa5, sizeof rows);
    pim_random_fill(there, sizeof there, seed, 1000 + width);
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        struct pim_transfer whole = {unit, ROWS_SPACE, 0, sizeof rows[0], rows[unit]};
        good(m, pim_device_transfer(m->device, PIM_TO_UNIT, &whole, 1, &m->error));
        pieces[unit] = (struct pim_elements){unit, ROWS_SPACE, width, first, count, there[unit]};
    }
    before += sizeof rows;
    good(m, pim_device_transfer_elements(m->device, PIM_TO_UNIT, pieces, UNITS, &m->error));
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        struct pim_transfer whole = {unit, ROWS_SPACE, 0, sizeof rows[0], rows[unit]};
        good(m, pim_device_transfer(m->device, PIM_FROM_UNIT, &whole, 1, &m->error));
        pieces[unit].data = back[unit];
    }
    before += sizeof rows;
    good(m, pim_device_transfer_elements(m->device, PIM_FROM_UNIT, pieces, UNITS, &m->error));
    ck_assert_uint_eq(moved(m) - before, 2 * UNITS * words * 8 * width);
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        for (uint64_t i = 0; i < count; i++)
            bad = element(back[unit], width, i) == low_bits(element(there[unit], width, i), width) ? bad : i;
        for (uint64_t row = 0; row < ROWS; row++)
            for (uint64_t column = 0; column < COLUMNS; column++) {
                bool filled = row >= first && row < first + width && column < 64 * words;
                unsigned old = 0xa5u >> column % 8 & 1;
                unsigned want = !filled ? old : column < count ? element(there[unit], width, column) >> (row - first) & 1 : 0;
                unsigned is = rows[unit][row * ROW_BYTES + column / 8] >> column % 8 & 1;
                bad = is == want ? bad : column;
            }
    }
    ck_assert_msg(bad == UINT64_MAX, "%u bits, element %" PRIu64 " of %" PRIu64 " (seed %" PRIu64 ")", width, bad, count, seed);
}

START_TEST(all_widths_come_back)
{
    struct machine m;
    open_machine(&m, "off");
    for (unsigned width = 1; width <= 64; width++)
        round_trip(&m, width);
    close_machine(&m);
}
END_TEST

START_TEST(impossible_ones_are_refused)
{
    static uint8_t data[8 * COLUMNS + 8];
    static const struct { struct pim_elements piece; const char *why; } rows[] = {
        {{0, 0, 8, 0, 1, data}, "no elements stand upright in space 0"},
        {{0, 9, 8, 0, 1, data}, "no elements stand upright in space 9"},
        {{0, ROWS_SPACE, 0, 0, 1, data}, "elements of 0 bits"},
        {{0, ROWS_SPACE, 65, 0, 1, data}, "elements of 65 bits"},
        {{0, ROWS_SPACE, 8, 0, COLUMNS + 1, data}, "513 elements, it has 512 columns"},
        {{UNITS, ROWS_SPACE, 8, 0, 1, data}, "unit 3, the device has 3"},
        {{0, ROWS_SPACE, 8, 121, 1, data}, "expected them within"},
        {{0, ROWS_SPACE, 8, UINT64_MAX / 64, 1, data}, "the space has"}};
    struct machine m;
    open_machine(&m, "off");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pim_error error = {0};
        ck_assert(pim_device_transfer_elements(m.device, PIM_TO_UNIT, &rows[i].piece, 1, &error) != PIM_OK);
        ck_assert_msg(strstr(error.text, rows[i].why) != NULL, "%zu: %s", i, error.text);
    }
    good(&m, pim_device_transfer_elements(m.device, PIM_TO_UNIT, &(struct pim_elements){0, ROWS_SPACE, 8, 0, 0, NULL}, 1, &m.error));
    close_machine(&m);
}
END_TEST

/* ---- transfers behind the launch before ---- */

static uint64_t time_of_write(struct machine *m, uint32_t unit, uint64_t rows)
{
    static uint8_t data[ROWS * ROW_BYTES];
    const struct pim_transfer piece = {unit, ROWS_SPACE, 0, rows * ROW_BYTES, data};
    uint64_t before = pim_device_now_ps(m->device);
    good(m, pim_device_transfer(m->device, PIM_TO_UNIT, &piece, 1, &m->error));
    return pim_device_now_ps(m->device) - before;
}

static void run_commands(struct machine *m, uint32_t unit, unsigned count)
{
    struct program_writer writer = {0};
    for (unsigned i = 0; i < count; i++)
        write_aap(&writer, 0, 1);
    pim_image_free(m->images[unit]);
    good(m, bitserial_image(&writer, &m->images[unit], &m->error));
    good(m, pim_device_load(m->device, (struct pim_units){unit, 1}, m->images[unit], &m->error));
    good(m, pim_device_run(m->device, (struct pim_units){unit, 1}, &m->error));
}

/* At 0.64 GB/s a row of 64 bytes takes 100 ns; a command takes 49 ns. */
START_TEST(transfers_hide_behind_the_launch_before)
{
    for (int overlap = 0; overlap < 2; overlap++) {
        struct machine m;
        open_machine(&m, overlap ? "on" : "off");
        uint64_t hidden = overlap ? 49000 : 0;
        ck_assert_uint_eq(time_of_write(&m, 0, 4), 400000); /* before any launch */
        run_commands(&m, 0, 10);
        ck_assert_uint_eq(time_of_write(&m, 0, 3), 300000 - (overlap ? 300000 : 0)); /* 490 ns: all of it, then what is left */
        ck_assert_uint_eq(time_of_write(&m, 0, 4), 400000 - (overlap ? 190000 : 0));
        ck_assert_uint_eq(time_of_write(&m, 0, 4), 400000);
        run_commands(&m, 0, 10);
        run_commands(&m, 1, 1); /* the launch before on this channel is another bank's */
        ck_assert_uint_eq(time_of_write(&m, 0, 4), 400000 - hidden);
        uint8_t row[ROW_BYTES];
        const struct pim_transfer piece = {0, ROWS_SPACE, 0, sizeof row, row};
        run_commands(&m, 0, 10);
        uint64_t before = pim_device_now_ps(m.device);
        good(&m, pim_device_transfer(m.device, PIM_FROM_UNIT, &piece, 1, &m.error));
        ck_assert_uint_eq(pim_device_now_ps(m.device) - before, 100000); /* results are there when the launch is over */
        close_machine(&m);
    }
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    seed = given ? strtoull(given, NULL, 0) : 20212;
    printf("seed %" PRIu64 " (PIMENTO_TEST_SEED)\n", seed);
    Suite *suite = suite_create("elements that stand upright");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, all_widths_come_back);
    tcase_add_test(tcase, impossible_ones_are_refused);
    tcase_add_test(tcase, transfers_hide_behind_the_launch_before);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
