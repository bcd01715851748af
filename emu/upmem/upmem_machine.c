/* Devices of the process: one per distinct machine description (target, settings and the profile keys that change the machine), opened at
 * the first allocation that wants it and kept until the process ends.
 */
#include "upmem_context.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "upmem_account.h"

struct setting { const char *key; char value[32]; };
enum { PROFILE_SETTINGS = 8, IRAM_INSTRUCTION_BYTES = 8, SIMULATOR_RANKS = 64, MOST_THREADS = 4096 };

dpu_error_t upmem_from_status(enum pim_status status, const struct pim_error *error)
{
    if (status == PIM_OK)
        return DPU_OK;
    if (*error->text)
        upmem_say("%s", error->text);
    switch (status) {
    case PIM_GUEST_FAULT: return DPU_ERR_DPU_FAULT;
    case PIM_LIMIT: return DPU_ERR_TIMEOUT;
    case PIM_NO_MEMORY:
    case PIM_IO: return DPU_ERR_SYSTEM;
    default: return DPU_ERR_INTERNAL;
    }
}

/* ------------------------------------------------------------------------- description --- */

static void add(struct setting *settings, size_t *count, const char *key, uint64_t value)
{
    struct setting *setting = &settings[(*count)++];
    setting->key = key;
    snprintf(setting->value, sizeof setting->value, "%" PRIu64, value);
}

/* What the profile asks of the machine. */
static size_t profile_settings(const struct upmem_profile *profile, struct setting *settings)
{
    size_t count = 0;
    if (profile->simulator) {
        add(settings, &count, "machine.ranks", SIMULATOR_RANKS);
        add(settings, &count, "machine.chips", 1);
        add(settings, &count, "machine.dpus_per_chip", profile->dpus_per_ci ? profile->dpus_per_ci : 1);
    } else if (profile->dpus_per_ci) {
        add(settings, &count, "machine.dpus_per_chip", profile->dpus_per_ci);
    }
    if (profile->mram_bytes)
        add(settings, &count, "memory.mram_bytes", profile->mram_bytes);
    if (profile->wram_bytes)
        add(settings, &count, "memory.wram_bytes", profile->wram_bytes);
    if (profile->iram_bytes)
        add(settings, &count, "memory.iram_instructions", profile->iram_bytes / IRAM_INSTRUCTION_BYTES);
    if (profile->frequency_mhz)
        add(settings, &count, "pipeline.frequency_mhz",
            profile->frequency_mhz / (profile->clock_division ? profile->clock_division : 1));
    return count;
}

/* Text that differs when machines differ; newly allocated. */
static char *key_of(const struct upmem_profile *profile)
{
    struct setting settings[PROFILE_SETTINGS];
    size_t count = profile_settings(profile, settings), size;
    char *key = NULL;
    FILE *out = open_memstream(&key, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s=%s;", settings[i].key, settings[i].value);
    fprintf(out, "disabled=%" PRIx64, profile->disabled_mask);
    return fclose(out) ? free(key), NULL : key;
}

/* ------------------------------------------------------------------------------ target --- */

/* "key=value;key=value" of PIMENTO_HOST_SET. */
static enum pim_status set_from_environment(struct pim_target *target, struct pim_error *error)
{
    const char *given = getenv("PIMENTO_HOST_SET");
    char *text = strdup(given ? given : ""), *rest = text;
    enum pim_status status = text ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "no memory for the settings");
    for (char *pair; status == PIM_OK && (pair = strsep(&rest, ";")) != NULL;) {
        char *equals = strchr(pair, '=');
        if (!*pair)
            continue;
        if (!equals) {
            status = pim_fail(error, PIM_USAGE, "PIMENTO_HOST_SET: '%s', expected key=value", pair);
            break;
        }
        *equals = '\0';
        status = pim_target_set(target, pair, equals + 1, error);
    }
    free(text);
    return status;
}

static enum pim_status open_target(const struct upmem_profile *profile, struct pim_target **target,
                                   struct pim_error *error)
{
    struct setting settings[PROFILE_SETTINGS];
    size_t count = profile_settings(profile, settings);
    const char *name = getenv("PIMENTO_HOST_TARGET");
    enum pim_status status = pim_target_open(upmem.registry, name && *name ? name : HOST_DEFAULT_TARGET, target, error);
    if (status != PIM_OK)
        return status;
    if (strcmp(pim_target_backend(*target)->instruction_set, "dpu"))
        return pim_fail(error, PIM_BAD_INPUT, "target '%s': back-end '%s', expected one that runs DPU programs", name,
                        pim_target_backend(*target)->name);
    status = set_from_environment(*target, error);
    for (size_t i = 0; status == PIM_OK && i < count; i++) {
        struct pim_error refused = {0};
        status = pim_target_set(*target, settings[i].key, settings[i].value, &refused);
        if (status != PIM_OK) /* "--set: key: ..." */
            pim_fail(error, status, "profile: %s", strstr(refused.text, settings[i].key) ?: refused.text);
    }
    return status;
}

/* 0 when it is not set. */
static enum pim_status number_from(const char *variable, uint64_t maximum, uint64_t *value, struct pim_error *error)
{
    const char *text = getenv(variable);
    char *end = NULL;
    *value = 0;
    if (!text || !*text)
        return PIM_OK;
    errno = 0;
    *value = strtoull(text, &end, 0);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *value <= maximum)
        return PIM_OK;
    return pim_fail(error, PIM_USAGE, "%s: '%s' is not a number up to %" PRIu64, variable, text, maximum);
}

uint64_t upmem_parameter(const struct upmem_machine *machine, const char *key)
{
    char text[64] = "";
    for (const struct pim_parameter *row = pim_target_backend(machine->target)->parameters; row->key; row++)
        if (!strcmp(row->key, key))
            pim_target_value(machine->target, row, text, sizeof text);
    return strtoull(text, NULL, 10);
}

/* ------------------------------------------------------------------------------- ranks --- */

struct pim_units upmem_rank_units(const struct dpu_rank_t *rank)
{
    return (struct pim_units){rank->dpus[0].unit, rank->dpu_count};
}

static void make_rank(struct upmem_machine *machine, uint32_t index, const struct upmem_profile *profile)
{
    struct dpu_rank_t *rank = &machine->ranks[index];
    rank->machine = machine;
    rank->index = index;
    rank->dpu_count = machine->dpus_per_rank;
    for (uint32_t slot = 0; slot < rank->dpu_count; slot++) {
        struct dpu_t *dpu = &rank->dpus[slot];
        *dpu = (struct dpu_t){.rank = rank, .unit = index * machine->dpus_per_rank + slot, .slot = (uint8_t)slot};
        dpu->works = !(profile->disabled_mask >> (UPMEM_CI_DPUS * upmem_slice(dpu) + upmem_member(dpu)) & 1);
    }
}

/* Which DPUs of a machine are broken is not published: here the last one of each of the last ranks, round by round. */
static void break_dpus(struct upmem_machine *machine, uint64_t broken)
{
    for (uint64_t i = 0; i < broken && i < (uint64_t)machine->rank_count * machine->dpus_per_rank; i++) {
        struct dpu_rank_t *rank = &machine->ranks[machine->rank_count - 1 - i % machine->rank_count];
        rank->dpus[rank->dpu_count - 1 - i / machine->rank_count].works = false;
    }
}

static enum pim_status open_ranks(struct upmem_machine *machine, const struct upmem_profile *profile,
                                  struct pim_error *error)
{
    uint64_t per_rank = upmem_parameter(machine, "machine.chips") * upmem_parameter(machine, "machine.dpus_per_chip");
    if (!per_rank || per_rank > UPMEM_RANK_DPUS)
        return pim_fail(error, PIM_BAD_INPUT, "target '%s': %" PRIu64 " DPUs in a rank, expected 1 to %d",
                        pim_target_name(machine->target), per_rank, UPMEM_RANK_DPUS);
    machine->dpus_per_rank = (uint32_t)per_rank;
    machine->dpus_per_ci = (uint32_t)upmem_parameter(machine, "machine.dpus_per_chip");
    machine->rank_count = pim_device_units(machine->device) / machine->dpus_per_rank;
    machine->ranks = calloc(machine->rank_count, sizeof *machine->ranks);
    if (!machine->ranks)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu32 " ranks", machine->rank_count);
    for (uint32_t i = 0; i < machine->rank_count; i++)
        make_rank(machine, i, profile);
    break_dpus(machine, upmem_parameter(machine, "machine.broken_dpus"));
    return PIM_OK;
}

/* ----------------------------------------------------------------------------- machine --- */

static void close_machine(struct upmem_machine *machine)
{
    pim_device_close(machine->device);
    pim_target_close(machine->target);
    free(machine->ranks);
    free(machine->key);
    free(machine);
}

static enum pim_status open_parts(struct upmem_machine *machine, const struct upmem_profile *profile,
                                  struct pim_error *error)
{
    struct pim_device_options options = {.mode = PIM_TIMING, .asynchronous = true};
    uint64_t threads;
    enum pim_status status = number_from("PIMENTO_HOST_THREADS", MOST_THREADS, &threads, error);
    options.threads = (uint32_t)threads;
    if (status == PIM_OK)
        status = number_from("PIMENTO_HOST_MAX_CYCLES", UINT64_MAX, &options.max_cycles, error);
    if (status == PIM_OK && !upmem.registry)
        status = pim_registry_open(&upmem.registry, error);
    if (status == PIM_OK)
        status = open_target(profile, &machine->target, error);
    if (status == PIM_OK)
        status = pim_device_open(machine->target, &options, &machine->device, error);
    return status == PIM_OK ? open_ranks(machine, profile, error) : status;
}

dpu_error_t upmem_machine_for(const struct upmem_profile *profile, struct upmem_machine **machine)
{
    struct pim_error error = {0};
    char *key = key_of(profile);
    if (!key)
        return DPU_ERR_SYSTEM;
    for (*machine = upmem.machines; *machine; *machine = (*machine)->next)
        if (!strcmp((*machine)->key, key)) {
            free(key);
            return DPU_OK;
        }
    struct upmem_machine *made = calloc(1, sizeof *made);
    if (!made) {
        free(key);
        return DPU_ERR_SYSTEM;
    }
    made->key = key;
    enum pim_status status = open_parts(made, profile, &error);
    if (status != PIM_OK) {
        close_machine(made);
        return upmem_from_status(status, &error) == DPU_ERR_SYSTEM ? DPU_ERR_SYSTEM : DPU_ERR_ALLOCATION;
    }
    struct upmem_machine **last = &upmem.machines;
    while (*last)
        last = &(*last)->next;
    upmem_account_machine(*last = *machine = made);
    return DPU_OK;
}
