/* One bulk operation on every lane: all that the control unit has, any width, against the meaning of each. */
#include "bitserial_driver.h"

#include <stdio.h>
#include <stdlib.h>

#include "ambit.h"
#include "random.h"

enum { OPERATION, WIDTH, SIGNED, ELEMENTS, ROUNDS, FORM };
enum { BULK, GATES }; /* form */
enum { OPERANDS = 3 }; /* a, b, select */

static const struct pim_kernel_parameter parameters[] = {
    {"operation", 0, BITSERIAL_OPERATION_COUNT - 1, BITSERIAL_ADD, "what is computed"},
    {"width", 1, BITSERIAL_WIDEST, 32, "bits of an operand"},
    {"signed", 0, 1, 0, "1: the signed variant, where there is one"},
    {"elements", 0, 1u << 30, 0, "0: one in every lane"},
    {"rounds", 1, 1000, 1, "how often, one after the other; the account is that of the last"},
    {"form", BULK, GATES, BULK, "the control unit's, or gate by gate, as Ambit would, of unsigned operands; gates: the 16 operations of SIMDRAM's evaluation only"},
    {0},
};
static const char *const forms[] = {"bulk", "gates", NULL};
static const struct pim_kernel_choice choices[] = {{"operation", bitserial_operation_names}, {"form", forms}, {0}};

struct operation {
    struct lanes lanes;
    enum bitserial_operation operation;
    unsigned width, result_width;
    bool is_signed;
    uint64_t count;
    bitserial_row rows[BITSERIAL_MOST_ROW_OPERANDS][2 * BITSERIAL_WIDEST]; /* destination, a, b, select */
    uint64_t *elements[OPERANDS], *result[2], *reference[2];               /* low and high 64 bits */
};

static enum pim_status lay_out(struct operation *o, struct pim_error *error)
{
    static const char *const names[] = {"the result", "the first operand", "the second operand", "the selection"};
    enum pim_status status = PIM_OK;
    for (unsigned i = 0; status == PIM_OK && i < bitserial_operations[o->operation].form + 2u; i++)
        status = lanes_take(&o->lanes, names[i], i == 0 ? o->result_width : i == 3 ? 1 : o->width, o->rows[i], error);
    return status;
}

static bool make_arrays(struct operation *o)
{
    bool good = true;
    for (unsigned i = 0; i < OPERANDS; i++)
        good = (o->elements[i] = calloc(o->count, sizeof(uint64_t))) != NULL && good;
    for (unsigned i = 0; i < 2; i++) {
        good = (o->result[i] = calloc(o->count, sizeof(uint64_t))) != NULL && good;
        good = (o->reference[i] = calloc(o->count, sizeof(uint64_t))) != NULL && good;
    }
    return good;
}

static void free_arrays(struct operation *o)
{
    for (unsigned i = 0; i < OPERANDS; i++)
        free(o->elements[i]);
    for (unsigned i = 0; i < 2; i++) {
        free(o->result[i]);
        free(o->reference[i]);
    }
}

static enum pim_status write_operands(struct operation *o, const struct pim_kernel_job *job, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (unsigned i = 0; status == PIM_OK && i <= (unsigned)bitserial_operations[o->operation].form; i++) {
        unsigned width = i == 2 ? 1 : o->width;
        for (uint64_t lane = 0; lane < o->count; lane++)
            o->elements[i][lane] = pim_random(job->seed, i, lane) >> (64 - width);
        status = lanes_write(&o->lanes, o->rows[i + 1][0], width, o->elements[i], o->count, error);
    }
    return status;
}

/* The micro-program itself, since the control unit has no such operations. */
static enum pim_status run_gates(struct operation *o, struct pim_error *error)
{
    struct program_writer writer = {0};
    struct microprogram program = {0};
    bitserial_row scratch[BITSERIAL_D_ROWS];
    const struct bitserial_operands operands = {.width = o->width, .destination = o->rows[0], .a = o->rows[1], .b = o->rows[2],
                                                .select = o->rows[3], .scratch = scratch};
    uint64_t taken = o->lanes.taken;
    enum pim_status status = lanes_take(&o->lanes, "intermediate results", ambit_scratch_rows(o->operation, o->width), scratch, error);
    if (status != PIM_OK)
        return status;
    o->lanes.taken = taken; /* every round takes the same */
    if (!ambit_generate(o->operation, &operands, &program))
        return pim_fail(error, PIM_USAGE, "simdram_operation: form gates has no operation '%s'", bitserial_operations[o->operation].name);
    write_microprogram(&writer, &program);
    microprogram_free(&program);
    return lanes_run(&o->lanes, &writer, error);
}

static enum pim_status run_operation(struct operation *o, struct pim_error *error)
{
    struct program_writer writer = {0};
    const bitserial_row places[] = {o->rows[0][0], o->rows[1][0], o->rows[2][0], o->rows[3][0]};
    write_bulk(&writer, o->operation, o->is_signed, o->width, places);
    return lanes_run(&o->lanes, &writer, error);
}

static enum pim_status read_result(struct operation *o, struct pim_error *error)
{
    unsigned low = o->result_width < BITSERIAL_WIDEST ? o->result_width : BITSERIAL_WIDEST;
    enum pim_status status = lanes_read(&o->lanes, o->rows[0][0], low, o->result[0], o->count, error);
    if (status == PIM_OK && o->result_width > low)
        status = lanes_read(&o->lanes, o->rows[0][low], o->result_width - low, o->result[1], o->count, error);
    return status;
}

static enum pim_status check(struct operation *o, struct pim_kernel_job *job, struct pim_error *error)
{
    for (uint64_t lane = 0; lane < o->count; lane++) {
        struct bitserial_element want = bitserial_meaning(o->operation, o->elements[0][lane], o->elements[1][lane], o->elements[2][lane], o->width,
                                                          o->is_signed);
        o->reference[0][lane] = want.low;
        o->reference[1][lane] = want.high;
    }
    enum pim_status status = pim_kernel_check(job, "high half", o->result[1], o->reference[1], o->count, sizeof(uint64_t), error);
    return status == PIM_OK ? pim_kernel_check(job, "result", o->result[0], o->reference[0], o->count, sizeof(uint64_t), error) : status;
}

/* The account of earlier rounds is forgotten, time goes on: what hides behind the launch before does so here too. */
static enum pim_status run_round(struct operation *o, struct pim_kernel_job *job, struct pim_error *error)
{
    enum pim_status status = pim_ledger_reset(job->device, error);
    job->step_ps[0] = 0;
    job->launch_nj = 0;
    if (status == PIM_OK)
        status = write_operands(o, job, error);
    if (status == PIM_OK)
        status = job->values[FORM] == GATES ? run_gates(o, error) : run_operation(o, error);
    return status == PIM_OK ? read_result(o, error) : status;
}

static void remark(const struct operation *o, struct pim_kernel_job *job)
{
    const struct bitserial_operation_row *row = &bitserial_operations[o->operation];
    if (job->values[FORM] == GATES)
        snprintf(job->remark, sizeof job->remark, "%s of %u bits gate by gate: %llu commands", row->name, o->width,
                 (unsigned long long)lanes_commands(&o->lanes));
    else
        snprintf(job->remark, sizeof job->remark, "%s%s of %u bits: %zu commands, published: %s", row->name, o->is_signed ? ", signed," : "", o->width,
                 bitserial_command_count(o->operation, o->width, o->is_signed), row->published != NULL && !o->is_signed ? row->published : "not");
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    struct operation *o = calloc(1, sizeof *o);
    if (o == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    o->operation = (enum bitserial_operation)job->values[OPERATION];
    o->width = (unsigned)job->values[WIDTH];
    o->result_width = bitserial_result_width(o->operation, o->width);
    o->is_signed = job->values[SIGNED] && job->values[FORM] == BULK && bitserial_operations[o->operation].has_signed;
    enum pim_status status;
    KERNEL_TRY(lanes_begin(job, &o->lanes, error));
    o->count = job->values[ELEMENTS] ? job->values[ELEMENTS] : o->lanes.count;
    KERNEL_TRY(o->count <= o->lanes.count ? PIM_OK : pim_fail(error, PIM_USAGE, "simdram_operation: %llu elements, the banks have %llu lanes",
                                                            (unsigned long long)o->count, (unsigned long long)o->lanes.count));
    KERNEL_TRY(make_arrays(o) ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory"));
    KERNEL_TRY(lay_out(o, error));
    for (uint64_t round = 0; round < job->values[ROUNDS]; round++)
        KERNEL_TRY(run_round(o, job, error));
    job->operations = o->count;
    remark(o, job);
    KERNEL_TRY(check(o, job, error));
out:
    lanes_end(&o->lanes);
    free_arrays(o);
    free(o);
    return status;
}

const struct pim_kernel kernel_simdram_operation = {
    .name = "simdram_operation",
    .operation_of = "vector operation",
    .backend = "bitserial",
    .summary = "one bulk operation in DRAM on a vector",
    .operation = "operations",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
