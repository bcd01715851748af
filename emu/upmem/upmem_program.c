/* Programs: loading, and their symbols. */
#include "upmem_context.h"

#include <string.h>

#include "upmem_queue.h"


/* --------------------------------------------------------------------------------- lifetime --- */

static void forget(struct dpu_program_t *program)
{
    struct dpu_program_t **place = &upmem.programs;
    while (*place && *place != program)
        place = &(*place)->next;
    if (*place)
        *place = program->next;
    pim_image_free(program->image);
    free(program->path);
    free(program);
}

static void give_up(struct dpu_program_t *program)
{
    if (program && !--program->users)
        forget(program);
}

static dpu_error_t adopt(const char *path, struct pim_image *image, struct dpu_program_t **program)
{
    *program = calloc(1, sizeof **program);
    if (*program)
        (*program)->path = strdup(path);
    if (!*program || !(*program)->path) {
        free(*program);
        pim_image_free(image);
        return DPU_ERR_SYSTEM;
    }
    (*program)->image = image;
    (*program)->users = 1; /* the load in progress */
    (*program)->next = upmem.programs;
    upmem.programs = *program;
    return DPU_OK;
}

/* ---------------------------------------------------------------------------------- loading --- */

/* The DPUs from `cursor` on whose units follow each other. False: there are none. */
static bool next_run(const struct upmem_selection *selection, struct upmem_cursor *cursor, struct pim_units *units)
{
    struct dpu_t *dpu = upmem_next_dpu(selection, cursor);
    if (!dpu)
        return false;
    *units = (struct pim_units){dpu->unit, 1};
    for (struct upmem_cursor ahead = *cursor; (dpu = upmem_next_dpu(selection, &ahead)) != NULL; *cursor = ahead) {
        if (dpu->unit != units->first + units->count)
            break;
        units->count++;
    }
    return true;
}

static void remember(const struct upmem_selection *selection, struct pim_units units, struct dpu_program_t *program)
{
    for (uint32_t unit = units.first; unit < units.first + units.count; unit++) {
        const struct upmem_machine *machine = selection->machine;
        struct dpu_t *dpu = &machine->ranks[unit / machine->dpus_per_rank].dpus[unit % machine->dpus_per_rank];
        program->users++;
        give_up(dpu->resident);
        dpu->resident = dpu->program = program;
        dpu->faulted = false;
    }
}

static dpu_error_t check_tasklets(const struct upmem_selection *selection, const struct pim_image *image)
{
    const struct pim_symbol *symbol = pim_image_symbol(image, "NR_TASKLETS");
    bool fits = !symbol || symbol->space != PIM_NO_SPACE ||
                symbol->value <= upmem_parameter(selection->machine, "pipeline.tasklets");
    return fits ? DPU_OK : DPU_ERR_TOO_MANY_TASKLETS;
}

static dpu_error_t load_image(const struct upmem_selection *selection, struct dpu_program_t *program)
{
    struct pim_error error = {0};
    struct pim_units units;
    dpu_error_t status = check_tasklets(selection, program->image);
    for (struct upmem_cursor cursor = {0}; status == DPU_OK && next_run(selection, &cursor, &units);) {
        enum pim_status loaded = pim_device_load(selection->machine->device, units, program->image, &error);
        status = loaded == PIM_BAD_INPUT ? upmem_from_status(loaded, &error), DPU_ERR_ELF_INVALID_FILE
                                         : upmem_from_status(loaded, &error);
        if (status == DPU_OK)
            remember(selection, units, program);
    }
    return status;
}

/* `image` is taken over. */
static dpu_error_t load(const struct dpu_set_t *set, const char *path, struct pim_image *image,
                        struct dpu_program_t **result)
{
    struct upmem_selection selection;
    struct dpu_program_t *program;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK) {
        pim_image_free(image);
        return error;
    }
    error = selection.dpu && !selection.dpu->enabled ? DPU_ERR_DPU_DISABLED : upmem_drain(&selection);
    if (error == DPU_OK && upmem_still_running(&selection))
        error = DPU_ERR_DPU_ALREADY_RUNNING;
    if (error == DPU_OK)
        error = adopt(path, image, &program);
    else
        pim_image_free(image);
    if (error == DPU_OK) {
        error = load_image(&selection, program);
        if (error == DPU_OK && result)
            *result = program;
        give_up(program);
    }
    upmem_release(&selection);
    return error;
}

static dpu_error_t bad_file(const struct pim_error *error)
{
    upmem_say("%s", error->text);
    return DPU_ERR_ELF_INVALID_FILE;
}

static dpu_error_t load_path(const struct dpu_set_t *set, const char *path, struct dpu_program_t **program)
{
    struct pim_error error = {0};
    struct pim_image *image;
    char *resolved = path ? realpath(path, NULL) : NULL;
    if (!resolved)
        return DPU_ERR_SYSTEM;
    dpu_error_t status = pim_image_read(resolved, &image, &error) == PIM_OK ? load(set, resolved, image, program)
                                                                            : bad_file(&error);
    free(resolved);
    return status;
}

static dpu_error_t load_memory(const struct dpu_set_t *set, const char *name, const uint8_t *bytes, size_t size,
                               struct dpu_program_t **program)
{
    struct pim_error error = {0};
    struct pim_image *image;
    if (!bytes)
        return DPU_ERR_ELF_INVALID_FILE;
    return pim_image_read_memory(name, bytes, size, &image, &error) == PIM_OK ? load(set, name, image, program)
                                                                              : bad_file(&error);
}

dpu_error_t dpu_load(struct dpu_set_t dpu_set, const char *binary_path, struct dpu_program_t **program)
{
    upmem_enter();
    return upmem_leave(load_path(&dpu_set, binary_path, program));
}

dpu_error_t dpu_load_from_memory(struct dpu_set_t dpu_set, uint8_t *buffer, size_t size,
                                 struct dpu_program_t **program)
{
    upmem_enter();
    return upmem_leave(load_memory(&dpu_set, "<memory>", buffer, size, program));
}

dpu_error_t dpu_load_from_incbin(struct dpu_set_t dpu_set, struct dpu_incbin_t *incbin,
                                 struct dpu_program_t **program)
{
    upmem_enter();
    return upmem_leave(incbin ? load_memory(&dpu_set, incbin->path ? incbin->path : "<memory>", incbin->buffer,
                                            incbin->size, program)
                              : DPU_ERR_ELF_INVALID_FILE);
}

/* ---------------------------------------------------------------------------------- symbols --- */

dpu_error_t upmem_program_of(const struct upmem_selection *selection, struct dpu_program_t **program)
{
    struct upmem_cursor cursor = {0};
    struct dpu_t *dpu = upmem_next_dpu(selection, &cursor);
    *program = dpu ? dpu->program : NULL;
    while ((dpu = upmem_next_dpu(selection, &cursor)) != NULL)
        if (dpu->program != *program)
            return DPU_ERR_DIFFERENT_DPU_PROGRAMS;
    return *program ? DPU_OK : DPU_ERR_NO_PROGRAM_LOADED;
}

dpu_error_t upmem_find_symbol(const struct dpu_program_t *program, const char *name, struct dpu_symbol_t *symbol)
{
    for (size_t i = 0; name && i < program->image->symbol_count; i++) {
        const struct pim_symbol *row = &program->image->symbols[i];
        if (!row->host_visible || strcmp(row->name, name))
            continue;
        *symbol = (struct dpu_symbol_t){(uint32_t)row->link_value, (uint32_t)row->size};
        return DPU_OK;
    }
    return DPU_ERR_UNKNOWN_SYMBOL;
}

static dpu_error_t get_symbol(const struct dpu_program_t *program, const char *name, struct dpu_symbol_t *symbol)
{
    if (!symbol)
        return DPU_ERR_INTERNAL;
    for (const struct dpu_program_t *known = upmem.programs; known; known = known->next)
        if (known == program)
            return upmem_find_symbol(program, name, symbol);
    return DPU_ERR_NO_PROGRAM_LOADED;
}

dpu_error_t dpu_get_symbol(struct dpu_program_t *program, const char *symbol_name, struct dpu_symbol_t *symbol)
{
    upmem_enter();
    return upmem_leave(get_symbol(program, symbol_name, symbol));
}
