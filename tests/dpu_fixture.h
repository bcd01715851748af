/* What the DPU suites share: parameters from the table's defaults, machines, and images made by hand. */
#ifndef DPU_FIXTURE_H
#define DPU_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dpu_backend.h"
#include "dpu_parameters.h"

#define TEST_STOP_AT(pc) (UINT64_C(0x7ef321000000) | (pc)) /* stop true, pc */
#define TEST_STOP UINT64_C(0x7ef320000000)                 /* stop */

static inline const struct pim_parameter *test_row(const char *key)
{
    for (const struct pim_parameter *row = dpu_parameter_rows; row->key; row++)
        if (!strcmp(row->key, key))
            return row;
    return NULL;
}

/* Index of `value` in "a|b|c", or -1. */
static inline int test_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (int index = 0;; index++) {
        size_t next = strcspn(choices, "|");
        if (next == length && !strncmp(choices, value, length))
            return index;
        if (!choices[next])
            return -1;
        choices += next + 1;
    }
}

static inline struct dpu_parameters test_parameters(void)
{
    struct dpu_parameters parameters;
    memset(&parameters, 0, sizeof parameters);
    for (const struct pim_parameter *row = dpu_parameter_rows; row->key; row++) {
        void *field = (char *)&parameters + row->offset;
        if (row->type == PIM_REAL)
            *(double *)field = strtod(row->standard, NULL);
        else if (row->type == PIM_INTEGER)
            *(uint64_t *)field = strtoull(row->standard, NULL, 10);
        else
            *(uint64_t *)field = (uint64_t)test_choice(row->choices, row->standard);
    }
    return parameters;
}

static inline struct dpu_machine *test_machine_with(const struct dpu_parameters *parameters,
                                                    uint32_t units)
{
    struct pim_error error = {0};
    void *machine = NULL;
    enum pim_status status = pim_dpu_backend.open(parameters, units, &machine, &error);
    ck_assert_msg(status == PIM_OK, "%s", error.text);
    return machine;
}

static inline struct dpu_machine *test_machine(uint32_t units)
{
    struct dpu_parameters parameters = test_parameters();
    parameters.ranks = (units + DPU_RANK_DPUS - 1) / DPU_RANK_DPUS;
    return test_machine_with(&parameters, units);
}

/* An image over the caller's arrays; nothing to free. */
static inline struct pim_image test_image(struct pim_segment *segments, size_t segment_count,
                                          struct pim_symbol *symbols, size_t symbol_count,
                                          uint64_t hash)
{
    return (struct pim_image){
        .path = "test.elf", .instruction_set = "dpu", .segment_count = segment_count,
        .segments = segments, .symbol_count = symbol_count, .symbols = symbols,
        .tool_version = "", .hash = hash};
}

static inline struct pim_segment test_segment(uint32_t space, uint64_t address, const void *data,
                                              uint64_t data_bytes, uint64_t memory_bytes)
{
    return (struct pim_segment){.space = space, .address = address, .data_bytes = data_bytes,
                                .memory_bytes = memory_bytes, .data = (uint8_t *)(uintptr_t)data};
}

static inline void test_load(struct dpu_machine *machine, uint32_t first, uint32_t count,
                             const struct pim_image *image)
{
    struct pim_error error = {0};
    uint32_t *units = malloc(count * sizeof *units);
    for (uint32_t i = 0; i < count; i++)
        units[i] = first + i;
    enum pim_status status = pim_dpu_backend.load(machine, units, count, image, &error);
    free(units);
    ck_assert_msg(status == PIM_OK, "%s", error.text);
}

static inline enum pim_status test_move(struct dpu_machine *machine, enum pim_direction direction,
                                        uint32_t unit, uint32_t space, uint64_t offset, void *data,
                                        uint64_t bytes)
{
    struct pim_transfer piece = {unit, space, offset, bytes, data};
    uint64_t duration;
    return pim_dpu_backend.transfer(machine, direction, &piece, 1, 1, 0, &duration, NULL);
}

/* A check program's main: run the suite in fork mode. */
#define TEST_MAIN(make_suite)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        SRunner *runner = srunner_create(make_suite());                                            \
        srunner_run_all(runner, CK_ENV);                                                           \
        int wrong = srunner_ntests_run(runner) == 0 || srunner_ntests_failed(runner) > 0;          \
        srunner_free(runner);                                                                      \
        return wrong;                                                                              \
    }

#endif
