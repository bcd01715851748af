/* Do the arithmetic routines of pim_kernels/dpu give what the host's integers and IEEE arithmetic give, on
 * corner cases and random bit patterns? They run on the emulator, 1024 pairs a launch.
 */
#include "kernel_fixture.h"

#include "assembler.h"
#include "operators/operators.h"
#include "random.h"

/* ORDER ARITHMETIC OPERATION: the rows of arithmetic_map.s. */
struct routine {
    const char *name;
    enum arithmetic_type type;
    enum arithmetic_operation operation;
    bool is_unsigned;
};

static const struct routine routines[] = {
    {"__mulsi3", ARITHMETIC_INT32, ARITHMETIC_MUL, false},   {"__divsi3", ARITHMETIC_INT32, ARITHMETIC_DIV, false},
    {"__muldi3", ARITHMETIC_INT64, ARITHMETIC_MUL, false},   {"__divdi3", ARITHMETIC_INT64, ARITHMETIC_DIV, false},
    {"__addsf3", ARITHMETIC_FLOAT, ARITHMETIC_ADD, false},   {"__subsf3", ARITHMETIC_FLOAT, ARITHMETIC_SUB, false},
    {"__mulsf3", ARITHMETIC_FLOAT, ARITHMETIC_MUL, false},   {"__divsf3", ARITHMETIC_FLOAT, ARITHMETIC_DIV, false},
    {"__adddf3", ARITHMETIC_DOUBLE, ARITHMETIC_ADD, false},  {"__subdf3", ARITHMETIC_DOUBLE, ARITHMETIC_SUB, false},
    {"__muldf3", ARITHMETIC_DOUBLE, ARITHMETIC_MUL, false},  {"__divdf3", ARITHMETIC_DOUBLE, ARITHMETIC_DIV, false},
    {"__udivsi3", ARITHMETIC_INT32, ARITHMETIC_DIV, true},   {"__udivdi3", ARITHMETIC_INT64, ARITHMETIC_DIV, true},
};
enum { ROUTINES = sizeof routines / sizeof routines[0], MULSI3 = 0, DIVSI3 = 1 };
enum { PAIRS = 1024, ARRAY_BYTES = PAIRS * 8 };

static const uint64_t integer_corners[] = {0, 1, 2, 3, 7, 255, 256, 65535, 65536, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001,
    0xfffffffe, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001, 0xffffffffffffffff};
static const uint64_t float_corners[] = {0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000, 0x00800001,
    0x3f800000, 0xbf800000, 0x3f800001, 0x3f7fffff, 0x34000000, 0x33800000, 0x4b800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
    0xff800000, 0x7fc00000, 0x7f800001, 0xffffffff, 0x3effffff, 0x00400000, 0x1fffffff};
static const uint64_t double_corners[] = {0, 0x8000000000000000, 1, 0x8000000000000001, 0x000fffffffffffff, 0x0010000000000000,
    0x8010000000000000, 0x0010000000000001, 0x3ff0000000000000, 0xbff0000000000000, 0x3ff0000000000001, 0x3fefffffffffffff,
    0x3cb0000000000000, 0x3ca0000000000000, 0x4340000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000100000000,
    0x1fffffffffffffff, 0x3fe00000ffffffff};

static const uint64_t *corners_of(enum arithmetic_type type, size_t *count)
{
    if (type == ARITHMETIC_FLOAT) {
        *count = sizeof float_corners / sizeof *float_corners;
        return float_corners;
    }
    if (type == ARITHMETIC_DOUBLE) {
        *count = sizeof double_corners / sizeof *double_corners;
        return double_corners;
    }
    *count = sizeof integer_corners / sizeof *integer_corners;
    return integer_corners;
}

/* ---- the program on a device ---- */

struct map {
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    struct pim_image *image;
    struct asm_output output;
};

static void map_open(struct map *map)
{
    const char *const include_paths[] = {PIM_SOURCE_FOLDER "/pim_kernels/dpu", NULL};
    const struct asm_options options = {.set = instruction_set_named("dpu"), .include_paths = include_paths};
    struct pim_error error = {0};
    ck_assert_msg(asm_file(PIM_SOURCE_FOLDER "/tests/arithmetic_map.s", &options, &map->output, &error) == PIM_OK, "%s",
                  error.text);
    ck_assert_msg(pim_image_read_memory("arithmetic_map", map->output.elf, map->output.elf_bytes, &map->image, &error) == PIM_OK,
                  "%s", error.text);
    map->device = test_device(&(struct test_run){.units = 1, .threads = 1}, &map->registry, &map->target);
    ck_assert_msg(pim_device_load(map->device, (struct pim_units){0, 0}, map->image, &error) == PIM_OK, "%s", error.text);
}

static void map_close(struct map *map)
{
    pim_device_close(map->device);
    pim_image_free(map->image);
    asm_output_free(&map->output);
    pim_target_close(map->target);
    pim_registry_close(map->registry);
}

static void move(struct map *map, enum pim_direction direction, const char *symbol, uint64_t offset, void *data, uint64_t bytes)
{
    const struct pim_symbol *place = pim_image_symbol(map->image, symbol);
    ck_assert_msg(place != NULL, "no symbol %s", symbol);
    struct pim_transfer transfer = {0, place->space, place->value + offset, bytes, data};
    struct pim_error error = {0};
    ck_assert_msg(pim_device_transfer(map->device, direction, &transfer, 1, &error) == PIM_OK, "%s", error.text);
}

static enum pim_status map_run(struct map *map, uint32_t routine, uint32_t tasklets, uint64_t *a, uint64_t *b, uint64_t *results,
                               uint32_t count, struct pim_error *error)
{
    uint32_t arguments[] = {routine, count};
    move(map, PIM_TO_UNIT, "tasklets", 0, &tasklets, sizeof tasklets);
    move(map, PIM_TO_UNIT, "arguments", 0, arguments, sizeof arguments);
    move(map, PIM_TO_UNIT, "__sys_heap_pointer_reset", 0, a, count * 8);
    move(map, PIM_TO_UNIT, "__sys_heap_pointer_reset", ARRAY_BYTES, b, count * 8);
    enum pim_status status = pim_device_run(map->device, (struct pim_units){0, 0}, error);
    if (status == PIM_OK)
        move(map, PIM_FROM_UNIT, "__sys_heap_pointer_reset", 2 * ARRAY_BYTES, results, count * 8);
    return status;
}

/* ---- expected results ---- */

static uint64_t expected(const struct routine *routine, uint64_t a, uint64_t b)
{
    if (routine->is_unsigned)
        return routine->type == ARITHMETIC_INT32 ? (uint32_t)a / (uint32_t)b : a / b;
    return operator_arithmetic(routine->type, routine->operation, a, b);
}

static bool narrow(const struct routine *routine)
{
    return operator_arithmetic_bytes(routine->type) == 4;
}

/* Integer division by zero is a fault, tested apart: such a divisor becomes 1. */
static uint64_t divisor(const struct routine *routine, uint64_t b)
{
    bool integer = routine->type == ARITHMETIC_INT32 || routine->type == ARITHMETIC_INT64;
    bool zero = narrow(routine) ? (uint32_t)b == 0 : b == 0;
    return integer && routine->operation == ARITHMETIC_DIV && zero ? 1 : b;
}

static void check_batch(struct map *map, uint32_t row, uint64_t *a, uint64_t *b, uint32_t count, uint64_t seed)
{
    const struct routine *routine = &routines[row];
    uint64_t results[PAIRS];
    struct pim_error error = {0};
    for (uint32_t i = 0; i < count; i++) {
        b[i] = divisor(routine, b[i]);
        if (narrow(routine)) {
            a[i] = (uint32_t)a[i];
            b[i] = (uint32_t)b[i];
        }
    }
    ck_assert_msg(map_run(map, row, 16, a, b, results, count, &error) == PIM_OK, "%s: %s", routine->name, error.text);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t should_be = expected(routine, a[i], b[i]);
        ck_assert_msg(results[i] == should_be, "%s(0x%llx, 0x%llx) is 0x%llx, expected 0x%llx (PIMENTO_TEST_SEED=%llu)",
                      routine->name, (unsigned long long)a[i], (unsigned long long)b[i], (unsigned long long)results[i],
                      (unsigned long long)should_be, (unsigned long long)seed);
    }
}

START_TEST(corner_cases)
{
    struct map map = {0};
    uint64_t a[PAIRS], b[PAIRS];
    size_t corners;
    const uint64_t *values = corners_of(routines[_i].type, &corners);
    ck_assert_uint_le(corners * corners, PAIRS);
    for (size_t i = 0; i < corners * corners; i++) {
        a[i] = values[i / corners];
        b[i] = values[i % corners];
    }
    map_open(&map);
    check_batch(&map, (uint32_t)_i, a, b, (uint32_t)(corners * corners), 0);
    map_close(&map);
}
END_TEST

/* A bit pattern: any; few bits; or, for floating point, an exponent close to the other operand's, where
 * rounding happens. */
static uint64_t pattern(enum arithmetic_type type, uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t number = pim_random(seed, stream, index), choice = pim_random_below(seed, stream + 2, index, 4);
    uint64_t near = pim_random_below(seed, stream + 4, index, 60);
    if (choice == 0)
        return number;
    if (type == ARITHMETIC_FLOAT)
        return (number & 0x807fffff) | (choice == 1 ? near & 3 : 97 + near) << 23;
    if (type == ARITHMETIC_DOUBLE)
        return (number & 0x800fffffffffffff) | (choice == 1 ? near & 3 : 993 + near) << 52;
    return number >> pim_random_below(seed, stream + 6, index, 64);
}

START_TEST(random_patterns)
{
    struct map map = {0};
    uint64_t a[PAIRS], b[PAIRS], seed = test_seed();
    int batches = test_scaled(16);
    map_open(&map);
    for (int batch = 0; batch < batches; batch++) {
        uint64_t stream = ((uint64_t)_i * 1000 + (uint64_t)batch) * 8;
        for (uint64_t i = 0; i < PAIRS; i++) {
            a[i] = pattern(routines[_i].type, seed, stream, i);
            b[i] = pattern(routines[_i].type, seed, stream + 1, i);
        }
        check_batch(&map, (uint32_t)_i, a, b, PAIRS, seed);
    }
    map_close(&map);
}
END_TEST

START_TEST(division_by_zero_is_fault_2)
{
    struct map map = {0};
    uint64_t a[1] = {5}, b[1] = {0}, results[1];
    struct pim_error error = {0};
    struct pim_fault fault;
    map_open(&map);
    ck_assert_int_eq(map_run(&map, DIVSI3, 1, a, b, results, 1, &error), PIM_GUEST_FAULT);
    ck_assert(pim_device_fault(map.device, 0, &fault));
    ck_assert_ptr_nonnull(strstr(fault.reason, "2"));
    map_close(&map);
}
END_TEST

static uint64_t instructions_of(uint64_t a, uint64_t b)
{
    struct map map = {0};
    uint64_t results[1];
    struct pim_error error = {0};
    map_open(&map);
    ck_assert_msg(map_run(&map, MULSI3, 1, &a, &b, results, 1, &error) == PIM_OK, "%s", error.text);
    uint64_t instructions = test_counter(map.device, "instructions");
    map_close(&map);
    return instructions;
}

/* doc/kernels.md: the cost of a multiplication is a constant and the bit length of the smaller operand, in
 * either order. */
START_TEST(multiplication_costs_the_bits_of_the_smaller_operand)
{
    uint64_t least = instructions_of(1, 1000);
    for (int bits = 1; bits <= 32; bits++) {
        uint64_t smaller = (uint64_t)1 << (bits - 1);
        ck_assert_uint_eq(instructions_of(smaller, 0xffffffff), least + (uint64_t)bits - 1);
        ck_assert_uint_eq(instructions_of(0xffffffff, smaller), least + (uint64_t)bits - 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arithmetic");
    TCase *tcase = tcase_create("routines");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, corner_cases, 0, ROUTINES);
    tcase_add_loop_test(tcase, random_patterns, 0, ROUTINES);
    tcase_add_test(tcase, division_by_zero_is_fault_2);
    tcase_add_test(tcase, multiplication_costs_the_bits_of_the_smaller_operand);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
