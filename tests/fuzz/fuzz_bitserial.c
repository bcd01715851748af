/* Can a program make the bit-serial machine crash, hang or its engines differ? Input: four bytes that choose the machine and where it is stopped, then
 * instruction words. Unless a bit says to take them as they are, words are bent to what decodes, so that programs get further than their first fault.
 */
#include "assembler.h"
#include "bitserial_machine.h"
#include "fuzz.h"
#include "program_writer.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 4, MOST_INSTRUCTIONS = 512, UNITS = 2, MOST_SLICES = 8 };
enum { D_ROWS = 96, SCRATCH_ROWS = 24, SUBARRAYS = 2, ROW_BYTES = 64 };
static const uint64_t MOST_CYCLES = UINT64_C(49000) * 4000; /* commands of flat mode */

/* ---- words that decode ---- */

static uint64_t bend_row(char kind, uint64_t value)
{
    uint64_t address = value % 128, row = value % (D_ROWS + 4);
    if (kind == 'v')
        return value & 8 ? BITSERIAL_REGISTER + value % BITSERIAL_REGISTERS : value % (SUBARRAYS + (value & 16 ? 1 : 0));
    if (address < 64)
        return row;
    if (address < 96 && kind != 'd')
        return BITSERIAL_B + address % BITSERIAL_B_ADDRESSES;
    if (address < 100 && kind == 'r')
        return BITSERIAL_C0 + address % 2;
    return address < 120 ? BITSERIAL_REGISTER + address % BITSERIAL_REGISTERS : row;
}

static unsigned bend_opcode(unsigned opcode)
{
    while (!bitserial_form(opcode % 256).name)
        opcode++;
    return opcode % 256;
}

static uint64_t bend(uint64_t word, size_t count)
{
    unsigned opcode = bend_opcode(bitserial_opcode_of(word)), field = 0;
    uint64_t bent = opcode;
    for (const char *kind = bitserial_form(opcode).operands; *kind; kind++)
        switch (*kind) {
        case 'D': bent |= word & 0xf00; break;
        case 'S': bent |= word & 0xf000; break;
        case 'n': bent |= (1 + (word >> 8) % BITSERIAL_WIDEST % (word >> 63 ? BITSERIAL_WIDEST : 9)) << 8; break;
        case 't': bent |= (word >> 32) % count << 32; break;
        case 'i':
        case 'u': bent |= (uint64_t)(uint32_t)(int8_t)(word >> 32) << 32; break;
        default:
            bent |= bend_row(*kind, bitserial_row_of(word, field)) << (16 + BITSERIAL_ROW_BITS * field);
            field++;
            break;
        }
    return bent;
}

static struct pim_image *image_of(const uint8_t *data, size_t size, bool as_they_are)
{
    struct program_writer writer = {0};
    struct pim_error error = {0};
    struct pim_image *image = NULL;
    size_t count = size / BITSERIAL_WORD_BYTES < MOST_INSTRUCTIONS ? size / BITSERIAL_WORD_BYTES : MOST_INSTRUCTIONS;
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        memcpy(&word, data + i * BITSERIAL_WORD_BYTES, sizeof word);
        write_word(&writer, as_they_are ? word : bend(word, count + 1));
        if (!as_they_are && !bitserial_decodes(writer.words[i]))
            abort();
    }
    if (bitserial_image(&writer, &image, &error) != PIM_OK)
        abort();
    return image;
}

/* ---- machines ---- */

static struct bitserial_parameters parameters_of(uint8_t choice)
{
    static struct pim_registry *registry;
    static struct pim_target *target;
    struct pim_error error = {0};
    if (!target && (pim_registry_open(&registry, &error) != PIM_OK || pim_target_open(registry, "bitserial", &target, &error) != PIM_OK))
        abort();
    struct bitserial_parameters p = *(const struct bitserial_parameters *)pim_target_parameters(target);
    p.row_bytes = ROW_BYTES;
    p.d_rows = D_ROWS;
    p.scratch_rows = SCRATCH_ROWS;
    p.subarrays = SUBARRAYS;
    p.timing_mode = choice & 1 ? BITSERIAL_TIMED : BITSERIAL_FLAT;
    p.refresh = choice & 2 ? BITSERIAL_ON : BITSERIAL_OFF;
    p.activation_limit = (choice >> 2) % 3;
    p.reliability = choice & 0x80 ? BITSERIAL_RANDOM + (choice >> 4) % 2 : BITSERIAL_IDEAL;
    return p;
}

static struct bitserial_machine *open_machine(struct bitserial_parameters p, uint64_t engine, const struct pim_image *image)
{
    const uint32_t units[UNITS] = {0, 1};
    struct pim_error error = {0};
    uint64_t overhead;
    void *opaque;
    p.engine = engine;
    if (pim_bitserial_backend.open(&p, UNITS, &opaque, &error) != PIM_OK)
        abort();
    struct bitserial_machine *machine = opaque;
    for (uint32_t i = 0; i < UNITS * SUBARRAYS; i++)
        pim_random_fill(bitserial_subarray(&machine->banks[i / SUBARRAYS], i % SUBARRAYS)->rows, D_ROWS * ROW_BYTES, 1, i);
    if (pim_bitserial_backend.load(machine, units, UNITS, image, &error) != PIM_OK ||
        pim_bitserial_backend.launch(machine, units, UNITS, 0, PIM_TIMING, &overhead, &error) != PIM_OK)
        abort();
    return machine;
}

static void same(const struct bitserial_bank *x, const struct bitserial_bank *y)
{
    struct pim_fault faults[2] = {0};
    if (x->cycle != y->cycle || x->ready_cycle != y->ready_cycle || x->pc != y->pc || x->command != y->command || x->subarray != y->subarray ||
        memcmp(x->registers, y->registers, sizeof x->registers) || memcmp(&x->counters, &y->counters, sizeof x->counters))
        abort();
    bool faulted = pim_bitserial_backend.fault(x->machine, x->unit, &faults[0]);
    if (faulted != pim_bitserial_backend.fault(y->machine, y->unit, &faults[1]) || strcmp(faults[0].reason, faults[1].reason) ||
        strcmp(faults[0].instruction, faults[1].instruction) || faults[0].pc != faults[1].pc)
        abort();
    for (uint32_t i = 0; i < SUBARRAYS; i++)
        if (memcmp(x->subarrays[i].rows, y->subarrays[i].rows, x->machine->row_count * ROW_BYTES))
            abort();
}

/* In slices, so that the engines stop in the middle too; both at the same cycle. */
static void run(struct bitserial_machine *const machines[2], uint32_t unit, uint64_t slice)
{
    enum pim_run results[2] = {PIM_LIMITED, PIM_LIMITED};
    for (int i = 1; i <= MOST_SLICES && results[0] == PIM_LIMITED; i++) {
        uint64_t limit = i == MOST_SLICES || slice * (uint64_t)i > MOST_CYCLES ? MOST_CYCLES : slice * (uint64_t)i;
        for (int engine = 0; engine < 2; engine++)
            results[engine] = pim_bitserial_backend.run_until(machines[engine], unit, limit, NULL);
        if (results[0] != results[1])
            abort();
        same(&machines[0]->banks[unit], &machines[1]->banks[unit]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD_BYTES)
        return 0;
    uint64_t slice = (data[1] | (uint64_t)data[2] << 8) * UINT64_C(997);
    struct pim_image *image = image_of(data + HEAD_BYTES, size - HEAD_BYTES, data[3] & 1);
    const struct bitserial_parameters p = parameters_of(data[0]);
    struct bitserial_machine *const machines[2] = {open_machine(p, BITSERIAL_ENGINE_FAST, image), open_machine(p, BITSERIAL_ENGINE_REFERENCE, image)};
    for (uint32_t unit = 0; unit < UNITS; unit++)
        run(machines, unit, slice);
    for (int engine = 0; engine < 2; engine++)
        pim_bitserial_backend.close(machines[engine]);
    pim_image_free(image);
    return 0;
}

/* The seeds are programs; the length of the text chooses the machine. */
static bool seed(const uint8_t *bytes, size_t size, uint8_t **input, size_t *input_size)
{
    struct asm_options options = {.set = &bitserial_instruction_set, .no_files = true};
    struct asm_output output;
    struct pim_error error = {0};
    struct pim_image *image = NULL;
    char *text = calloc(1, size + 1);
    memcpy(text, bytes, size);
    enum pim_status status = asm_text("seed", text, &options, &output, &error);
    free(text);
    if (status == PIM_OK)
        status = pim_image_read_memory("seed", output.elf, output.elf_bytes, &image, &error);
    if (status == PIM_OK) {
        const struct pim_segment *segment = &image->segments[0];
        *input_size = HEAD_BYTES + segment->data_bytes;
        *input = calloc(1, *input_size);
        (*input)[0] = (uint8_t)size;
        (*input)[1] = (uint8_t)(size >> 1);
        (*input)[2] = 2;
        memcpy(*input + HEAD_BYTES, segment->data, segment->data_bytes);
    }
    pim_image_free(image);
    asm_output_free(&output);
    return status == PIM_OK;
}

const struct fuzz_target fuzz_target = {.corpus = "bitserial", .seed = seed};
