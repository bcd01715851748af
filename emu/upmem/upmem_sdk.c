/* SDK releases: which one a program was built for, and how it numbers errors.
 *
 * Existing executables ask for libdpu.so.<release>, libdpujni.so.<release> or libdpuverbose.so.<release>; all are links to this library, so
 * the name in the executable's own list of needed objects tells. Codes are numbered in the order of the rows; a release skips
 * the rows it does not have.
 */
#include "upmem_sdk.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host_session.h"
#include "upmem_context.h"

/* Code, first SDK that has it, text. In the order of dpu_error.h. */
static const struct {
    dpu_error_t error;
    enum upmem_sdk since;
    const char *text;
} errors[] = {
    {DPU_OK, UPMEM_SDK_2020, "success"},
    {DPU_ERR_INTERNAL, UPMEM_SDK_2020, "internal error"},
    {DPU_ERR_SYSTEM, UPMEM_SDK_2020, "system error"},
    {DPU_ERR_DRIVER, UPMEM_SDK_2020, "driver error"},
    {DPU_ERR_ALLOCATION, UPMEM_SDK_2020, "not enough DPUs to allocate"},
    {DPU_ERR_INVALID_DPU_SET, UPMEM_SDK_2020, "operation not possible on this DPU set"},
    {DPU_ERR_INVALID_THREAD_ID, UPMEM_SDK_2020, "no such DPU thread"},
    {DPU_ERR_INVALID_NOTIFY_ID, UPMEM_SDK_2020, "no such notify bit"},
    {DPU_ERR_INVALID_WRAM_ACCESS, UPMEM_SDK_2020, "WRAM access out of range or not aligned"},
    {DPU_ERR_INVALID_IRAM_ACCESS, UPMEM_SDK_2020, "IRAM access out of range or not aligned"},
    {DPU_ERR_INVALID_MRAM_ACCESS, UPMEM_SDK_2020, "MRAM access out of range or not aligned"},
    {DPU_ERR_INVALID_SYMBOL_ACCESS, UPMEM_SDK_2020, "access past the end of the symbol"},
    {DPU_ERR_MRAM_BUSY, UPMEM_SDK_2020, "MRAM is in use by the running DPU"},
    {DPU_ERR_TRANSFER_ALREADY_SET, UPMEM_SDK_2020, "a transfer is already prepared for this DPU"},
    {DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER, UPMEM_SDK_2025, "transfer not possible while DPUs run"},
    {DPU_ERR_WRAM_FIFO_FULL, UPMEM_SDK_2025, "WRAM queue is full"},
    {DPU_ERR_NO_PROGRAM_LOADED, UPMEM_SDK_2021, "no program loaded"},
    {DPU_ERR_DIFFERENT_DPU_PROGRAMS, UPMEM_SDK_2020, "the DPUs of the set run different programs"},
    {DPU_ERR_CORRUPTED_MEMORY, UPMEM_SDK_2020, "memory is corrupted"},
    {DPU_ERR_DPU_DISABLED, UPMEM_SDK_2020, "the DPU is disabled"},
    {DPU_ERR_DPU_ALREADY_RUNNING, UPMEM_SDK_2020, "the DPU is already running"},
    {DPU_ERR_INVALID_MEMORY_TRANSFER, UPMEM_SDK_2020, "invalid memory transfer"},
    {DPU_ERR_INVALID_LAUNCH_POLICY, UPMEM_SDK_2020, "invalid launch policy"},
    {DPU_ERR_DPU_FAULT, UPMEM_SDK_2020, "a DPU is in fault"},
    {DPU_ERR_ELF_INVALID_FILE, UPMEM_SDK_2020, "not a DPU program"},
    {DPU_ERR_ELF_NO_SUCH_FILE, UPMEM_SDK_2020, "the program file does not exist"},
    {DPU_ERR_ELF_NO_SUCH_SECTION, UPMEM_SDK_2020, "the program has no such section"},
    {DPU_ERR_TIMEOUT, UPMEM_SDK_2020, "time limit reached"},
    {DPU_ERR_INVALID_PROFILE, UPMEM_SDK_2020, "invalid profile"},
    {DPU_ERR_UNKNOWN_SYMBOL, UPMEM_SDK_2020, "the program has no such symbol"},
    {DPU_ERR_LOG_FORMAT, UPMEM_SDK_2020, "the log cannot be read"},
    {DPU_ERR_LOG_CONTEXT_MISSING, UPMEM_SDK_2020, "the program has no log"},
    {DPU_ERR_LOG_BUFFER_TOO_SMALL, UPMEM_SDK_2020, "the log buffer was too small for what was printed"},
    {DPU_ERR_VPD_INVALID_FILE, UPMEM_SDK_2020, "invalid VPD file"},
    {DPU_ERR_VPD_NO_REPAIR, UPMEM_SDK_2020, "no repair data in the VPD"},
    {DPU_ERR_NO_THREAD_PER_RANK, UPMEM_SDK_2020, "no thread for operations on several ranks"},
    {DPU_ERR_INVALID_BUFFER_SIZE, UPMEM_SDK_2020, "invalid buffer size"},
    {DPU_ERR_NONBLOCKING_SYNC_CALLBACK, UPMEM_SDK_2020, "a synchronous callback cannot be non-blocking"},
    {DPU_ERR_TOO_MANY_TASKLETS, UPMEM_SDK_2023, "the program uses more tasklets than the DPU has"},
    {DPU_ERR_SG_TOO_MANY_BLOCKS, UPMEM_SDK_2023, "too many scatter-gather blocks for one DPU"},
    {DPU_ERR_SG_LENGTH_MISMATCH, UPMEM_SDK_2023, "the scatter-gather blocks do not add up to the length"},
    {DPU_ERR_SG_NOT_ACTIVATED, UPMEM_SDK_2023, "scatter-gather is not enabled by the profile"},
    {DPU_ERR_SG_NOT_MRAM_SYMBOL, UPMEM_SDK_2023, "scatter-gather needs an MRAM symbol"},
};
enum { ERRORS = sizeof errors / sizeof *errors };

#define CODE_MASK ((1u << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT) - 1)

/* ---------------------------------------------------------------------------------- numbers --- */

static unsigned number_in(enum upmem_sdk sdk, unsigned row)
{
    unsigned number = 0;
    for (unsigned i = 0; i < row; i++)
        number += errors[i].since <= sdk;
    return number;
}

dpu_error_t upmem_sdk_error(enum upmem_sdk sdk, dpu_error_t error)
{
    unsigned job = (unsigned)error & ~CODE_MASK, row = (unsigned)error & CODE_MASK;
    if (row >= ERRORS || errors[row].since > sdk)
        row = DPU_ERR_INTERNAL;
    return (dpu_error_t)(job | number_in(sdk, row));
}

dpu_error_t upmem_sdk_canonical(enum upmem_sdk sdk, dpu_error_t error)
{
    unsigned job = (unsigned)error & ~CODE_MASK, number = (unsigned)error & CODE_MASK;
    for (unsigned row = 0; row < ERRORS; row++)
        if (errors[row].since <= sdk && number_in(sdk, row) == number)
            return (dpu_error_t)(job | row);
    return (dpu_error_t)(job | ERRORS);
}

const char *upmem_sdk_error_text(dpu_error_t error)
{
    return (unsigned)error < ERRORS ? errors[error].text : "unknown error";
}

/* --------------------------------------------------------------------------------- releases --- */

enum upmem_sdk upmem_sdk_of(const char *release)
{
    unsigned long year = strtoul(release, NULL, 10);
    if (!strcmp(release, "0.0"))
        return UPMEM_SDK_2023;
    if (year < 2020 || year >= 2025)
        return UPMEM_SDK_2025;
    return year == 2020 ? UPMEM_SDK_2020 : year < 2023 ? UPMEM_SDK_2021 : UPMEM_SDK_2023;
}

/* "2021.3" of "libdpu.so.2021.3"; NULL when the name is not one of ours. */
static const char *release_of(const char *name)
{
    static const char *const prefixes[] = {"libdpu.so.", "libdpuverbose.so.", "libdpujni.so."};
    const char *slash = strrchr(name, '/');
    name = slash ? slash + 1 : name;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
            return name + strlen(prefixes[i]);
    return NULL;
}

/* The dynamic loader relocates the string table's address, except in the kernel's own object. */
static const char *string_table(const struct link_map *object)
{
    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_STRTAB)
            return (const char *)(entry->d_un.d_ptr < object->l_addr ? object->l_addr + entry->d_un.d_ptr
                                                                     : entry->d_un.d_ptr);
    return NULL;
}

static const char *release_needed_by(const struct link_map *object)
{
    const char *strings = object->l_ld ? string_table(object) : NULL;
    for (const ElfW(Dyn) *entry = object->l_ld; strings && entry->d_tag != DT_NULL; entry++) {
        const char *release = entry->d_tag == DT_NEEDED ? release_of(strings + entry->d_un.d_val) : NULL;
        if (release)
            return release;
    }
    return NULL;
}

/* What the environment asks for; NULL: nothing. */
static const char *release_asked_for(void)
{
    const char *asked = getenv("PIMENTO_HOST_SDK");
    size_t length = asked ? strlen(asked) : 0;
    for (const char *known = PIM_UPMEM_RELEASES; length && known; known = strchr(known, '|')) {
        known += *known == '|';
        if (!strncmp(known, asked, length) && (known[length] == '|' || !known[length]))
            return asked;
    }
    if (length)
        upmem_say("PIMENTO_HOST_SDK: '%s' is not one of " PIM_UPMEM_RELEASES ", it is ignored", asked);
    return NULL;
}

const char *upmem_sdk_release(char *text, size_t size)
{
    const char *wanted = release_asked_for();
    for (const struct link_map *object = _r_debug.r_map; !wanted && object; object = object->l_next)
        wanted = release_needed_by(object);
    /* Nobody needs it: a program has opened it with dlopen, by a name that is one of our links. */
    for (const struct link_map *object = _r_debug.r_map; !wanted && object; object = object->l_next)
        wanted = release_of(object->l_name);
    snprintf(text, size, "%s", wanted ? wanted : "2025.1");
    return text;
}
