/* The device's printf log. Reading it costs no simulated time beyond the state word: the format of what it holds is the back-end's. */
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

static dpu_error_t print_log(const struct upmem_selection *selection, FILE *stream)
{
    struct pim_device *device = selection->machine->device;
    struct pim_error error = {0};
    struct log_state state;
    if (!selection->dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    if (!selection->dpu->program)
        return DPU_ERR_NO_PROGRAM_LOADED;
    if (!pim_image_symbol(selection->dpu->program->image, "__stdout_buffer"))
        return DPU_ERR_LOG_CONTEXT_MISSING;
    dpu_error_t status = read_state(selection, &state);
    if (status != DPU_OK)
        return status;
    if (state.wrapped)
        return DPU_ERR_LOG_BUFFER_TOO_SMALL;
    char *text = pim_device_backend(device)->output(pim_device_machine(device), selection->dpu->unit, &error);
    if (*error.text)
        return DPU_ERR_SYSTEM;
    if (upmem.sdk > UPMEM_SDK_2020)
        fprintf(stream, "=== DPU#0x%x ===\n", dpu_get_id(selection->dpu));
    fputs(text ? text : "", stream);
    free(text);
    return DPU_OK;
}

static dpu_error_t read_log(const struct dpu_set_t *set, FILE *stream)
{
    struct upmem_selection selection;
    if (!stream)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = selection.dpu ? print_log(&selection, stream) : DPU_ERR_INVALID_DPU_SET;
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_log_read(struct dpu_set_t dpu_set, FILE *stream)
{
    upmem_enter();
    return upmem_leave(read_log(&dpu_set, stream));
}

dpu_error_t dpulog_read_for_dpu(struct dpu_t *dpu, FILE *stream)
{
    const struct dpu_set_t set = {.kind = DPU_SET_DPU, .dpu = dpu};
    upmem_enter();
    return upmem_leave(read_log(&set, stream));
}
