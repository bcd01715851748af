/* Programs: loading, and their symbols.
 *
 * Loads of the same path with the same content are one program, as long as some DPU holds it: sets that were loaded DPU by DPU then hold one
 * program, not different ones (the vendor's library makes a program of every call), and a file is parsed once.
 */
#include "upmem_context.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    free(program->bytes);
    free(program->path);
    free(program);
}

static void give_up(struct dpu_program_t *program)
{
    if (program && !--program->users)
        forget(program);
}

/* A program's file. */
struct file { char *path; uint8_t *bytes; size_t size; };

static dpu_error_t bad_file(const struct pim_error *error)
{
    upmem_say("%s", error->text);
    return DPU_ERR_ELF_INVALID_FILE;
}

static dpu_error_t parse(const struct file *file, struct pim_image **image)
{
    struct pim_error error = {0};
    if (pim_image_read_memory(file->path, file->bytes, file->size, image, &error) != PIM_OK)
        return bad_file(&error);
    if ((*image)->symbol_count)
        return DPU_OK;
    pim_image_free(*image);
    upmem_say("%s: no symbols, expected those of a DPU program (was it stripped?)", file->path);
    return DPU_ERR_ELF_NO_SUCH_SECTION;
}

static struct dpu_program_t *find_same(const struct file *file)
{
    struct dpu_program_t *program = upmem.programs;
    while (program && (strcmp(program->path, file->path) || program->size != file->size ||
                       memcmp(program->bytes, file->bytes, file->size)))
        program = program->next;
    return program;
}

/* The program of the file, with the load in progress as one more user. What the file holds is taken over or freed. */
static dpu_error_t adopt(struct file *file, struct dpu_program_t **program)
{
    struct pim_image *image = NULL;
    *program = find_same(file);
    dpu_error_t error = *program ? DPU_OK : parse(file, &image);
    if (error == DPU_OK && !*program) {
        *program = calloc(1, sizeof **program);
        if (*program) {
            **program = (struct dpu_program_t){file->path, file->bytes, file->size, image, 1, upmem.programs};
            upmem.programs = *program;
            return DPU_OK;
        }
        pim_image_free(image);
        error = DPU_ERR_SYSTEM;
    }
    if (*program)
        (*program)->users++;
    free(file->path);
    free(file->bytes);
    return error;
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
    const struct pim_symbol *symbol = upmem.sdk < UPMEM_SDK_2023 ? NULL : pim_image_symbol(image, "NR_TASKLETS");
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

static dpu_error_t load_program(const struct dpu_set_t *set, struct dpu_program_t *program)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = selection.dpu && !selection.dpu->enabled ? DPU_ERR_DPU_DISABLED : upmem_drain(&selection);
    if (error == DPU_OK && upmem_still_running(&selection))
        error = DPU_ERR_DPU_ALREADY_RUNNING;
    if (error == DPU_OK)
        error = load_image(&selection, program);
    upmem_release(&selection);
    return error;
}

/* What the file holds is taken over. The vendor's library reads it before it looks at the set. */
static dpu_error_t load(const struct dpu_set_t *set, struct file *file, struct dpu_program_t **result)
{
    struct dpu_program_t *program;
    dpu_error_t error = adopt(file, &program);
    if (error != DPU_OK)
        return error;
    error = load_program(set, program);
    if (error == DPU_OK && result)
        *result = program;
    give_up(program);
    return error;
}

/* ------------------------------------------------------------------------------------ files --- */

static dpu_error_t read_bytes(int descriptor, struct file *file)
{
    struct stat about;
    if (fstat(descriptor, &about))
        return DPU_ERR_SYSTEM;
    if (!S_ISREG(about.st_mode)) {
        upmem_say("%s: not a file, expected a DPU program", file->path);
        return DPU_ERR_ELF_INVALID_FILE;
    }
    file->bytes = malloc((size_t)about.st_size + 1);
    if (!file->bytes)
        return DPU_ERR_SYSTEM;
    while (file->size < (size_t)about.st_size) {
        ssize_t got = read(descriptor, file->bytes + file->size, (size_t)about.st_size - file->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got ? DPU_ERR_SYSTEM : DPU_OK;
        file->size += (size_t)got;
    }
    return DPU_OK;
}

static dpu_error_t read_file(const char *path, struct file *file)
{
    file->path = path ? realpath(path, NULL) : NULL;
    int descriptor = file->path ? open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (descriptor < 0) {
        upmem_say("%s: %s", path ? path : "(no path)", path ? strerror(errno) : "expected that of a DPU program");
        return file->path ? DPU_ERR_ELF_NO_SUCH_FILE : DPU_ERR_SYSTEM;
    }
    dpu_error_t error = read_bytes(descriptor, file);
    close(descriptor);
    return error;
}

static dpu_error_t load_path(const struct dpu_set_t *set, const char *path, struct dpu_program_t **program)
{
    struct file file = {0};
    dpu_error_t error = read_file(path, &file);
    if (error == DPU_OK)
        return load(set, &file, program);
    free(file.path);
    free(file.bytes);
    return error;
}

static dpu_error_t load_memory(const struct dpu_set_t *set, const char *name, const uint8_t *bytes, size_t size,
                               struct dpu_program_t **program)
{
    if (!bytes)
        return DPU_ERR_ELF_INVALID_FILE;
    struct file file = {strdup(name), malloc(size ? size : 1), size};
    if (file.path && file.bytes) {
        memcpy(file.bytes, bytes, size);
        return load(set, &file, program);
    }
    free(file.path);
    free(file.bytes);
    return DPU_ERR_SYSTEM;
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
