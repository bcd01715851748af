/* The device's printf log. Reading it costs no simulated time beyond the state word: the format of what it holds is the back-end's. */
#include <stdarg.h>
#include <string.h>

#include "dpu_log.h"
#include "upmem_transfer.h"

/* __stdout_buffer_state in the device program. */
struct log_state { uint32_t written, wrapped; };

static dpu_error_t read_state(const struct upmem_selection *selection, struct log_state *state)
{
    const struct upmem_symbol_argument argument = {.by_name = true, .name = "__stdout_buffer_state"};
    struct upmem_place place;
    for (size_t i = 0; i < selection->dpu->program->image->symbol_count; i++) {
        const struct pim_symbol *symbol = &selection->dpu->program->image->symbols[i];
        if (strcmp(symbol->name, argument.name))
            continue;
        const struct upmem_symbol_argument found = {
            .symbol = {(uint32_t)symbol->link_value, (uint32_t)sizeof *state}};
        dpu_error_t error = upmem_locate(selection, &found, 0, sizeof *state, &place);
        if (error != DPU_OK)
            return error;
        place.name = argument.name;
        const struct pim_transfer piece = {selection->dpu->unit, place.space, place.offset, sizeof *state, state};
        return upmem_move(selection, &place, PIM_FROM_UNIT, &piece, 1, false, UPMEM_JOB_WRAM_FROM_MATRIX);
    }
    return DPU_ERR_LOG_CONTEXT_MISSING;
}

/* What a DPU has printed. */
struct log {
    bool of_dpu;           /* `id` is valid */
    dpu_id_t id;
    char *text;            /* NULL: nothing; owned */
};

static dpu_error_t take_text(const struct upmem_selection *selection, struct log *log)
{
    struct pim_device *device = selection->machine->device;
    const struct dpu_t *dpu = selection->dpu;
    struct pim_error error = {0};
    struct log_state state;
    if (!dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    if (!dpu->program || !pim_image_symbol(dpu->program->image, "__stdout_buffer"))
        return DPU_ERR_LOG_CONTEXT_MISSING;
    dpu_error_t status = read_state(selection, &state);
    if (status != DPU_OK)
        return status;
    if (state.wrapped)
        return DPU_ERR_LOG_BUFFER_TOO_SMALL;
    log->text = pim_device_backend(device)->output(pim_device_machine(device), dpu->unit, &error);
    return *error.text ? DPU_ERR_SYSTEM : DPU_OK;
}

static dpu_error_t take_log(const struct dpu_set_t *set, struct log *log)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    log->of_dpu = selection.dpu;
    if (log->of_dpu)
        log->id = upmem_id(selection.dpu);
    error = log->of_dpu ? take_text(&selection, log) : DPU_ERR_INVALID_DPU_SET;
    upmem_release(&selection);
    return error;
}

/* -------------------------------------------------------------------------------- interface --- */

/* Printing may call the program's code, so the lock is free then. The header line is printed before the log is looked for, as the vendor's
 * library does, so it also stands before errors. */
static dpu_error_t read_log(struct dpu_set_t set, dpu_log_print_fct_t print, void *argument, bool header)
{
    struct log log = {0};
    upmem_enter();
    bool since_2021 = upmem.sdk > UPMEM_SDK_2020;
    dpu_error_t error = upmem_leave(take_log(&set, &log));
    if (header && since_2021 && log.of_dpu)
        print(argument, "=== DPU#0x%x ===\n", log.id);
    if (log.text)
        print(argument, "%s", log.text);
    free(log.text);
    return error;
}

static dpu_error_t __attribute__((format(printf, 2, 3))) print_to_file(void *argument, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(argument, format, arguments);
    va_end(arguments);
    return DPU_OK;
}

static dpu_error_t no_target(void)
{
    upmem_enter();
    return upmem_leave(DPU_ERR_INTERNAL);
}

dpu_error_t dpu_log_read(struct dpu_set_t dpu_set, FILE *stream)
{
    return stream ? read_log(dpu_set, print_to_file, stream, true) : no_target();
}

dpu_error_t dpulog_read_for_dpu_(struct dpu_t *dpu, dpu_log_print_fct_t print, void *argument)
{
    const struct dpu_set_t set = {.kind = DPU_SET_DPU, .dpu = dpu};
    return print ? read_log(set, print, argument, false) : no_target();
}

dpu_error_t dpulog_read_for_dpu(struct dpu_t *dpu, FILE *stream)
{
    return stream ? dpulog_read_for_dpu_(dpu, print_to_file, stream) : no_target();
}
