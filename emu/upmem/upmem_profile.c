/* Profile strings. Keys that only concern the vendor's driver are accepted and do nothing; so are unknown ones, as the vendor's library
 * does (programs pass keys of later releases). Values that are not numbers where one is wanted give DPU_ERR_INVALID_PROFILE.
 *
 * disabledMask has eight bits for each control interface (SDK 2021.3, BSD-3-Clause). Assumed, because no public text says it: UPMEM_PROFILE
 * wins over the program's own string, which wins over UPMEM_PROFILE_BASE.
 */
#include "upmem_profile.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum value_type { BOOLEAN, NUMBER, BACKEND };

#define KEY(name_, type_, field_) {name_, type_, offsetof(struct upmem_profile, field_)}

static const struct {
    const char *name;
    enum value_type type;
    size_t offset;
} keys[] = {
    KEY("backend", BACKEND, simulator),
    KEY("nrDpusPerCi", NUMBER, dpus_per_ci),
    KEY("disabledMask", NUMBER, disabled_mask),
    KEY("dispatchOnAllRanks", BOOLEAN, spread),
    KEY("fckFrequency", NUMBER, frequency_mhz),
    KEY("clockDivision", NUMBER, clock_division),
    KEY("mramSize", NUMBER, mram_bytes),
    KEY("wramSize", NUMBER, wram_bytes),
    KEY("iramSize", NUMBER, iram_bytes),
    KEY("sgXferEnable", BOOLEAN, scatter_gather),
    KEY("sgXferMaxBlocksPerDpu", NUMBER, blocks_per_dpu),
};

enum { VALUE_MAX = 256, DEFAULT_BLOCKS_PER_DPU = 64 };

static bool is_true(const char *value)
{
    return strcmp(value, "false") && strcmp(value, "0");
}

static bool read_number(const char *value, uint64_t *number)
{
    char *end;
    if (!isdigit((unsigned char)*value))
        return false;
    *number = strtoull(value, &end, 0);
    return !*end;
}

static bool set_key(struct upmem_profile *profile, size_t key, const char *value)
{
    char *field = (char *)profile + keys[key].offset;
    uint64_t number = 0;
    bool good = keys[key].type != NUMBER || read_number(value, &number);
    if (keys[key].type == NUMBER)
        memcpy(field, &number, sizeof number);
    else
        *(bool *)field = keys[key].type == BACKEND ? !strcmp(value, "simulator") : is_true(value);
    return good;
}

/* Take the text up to `end` apart; blanks around key and value do not count. */
static void copy_trimmed(char *to, const char *from, const char *end)
{
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    size_t length = end - from < VALUE_MAX ? (size_t)(end - from) : VALUE_MAX - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

static bool read_pair(struct upmem_profile *profile, const char *text, const char *end)
{
    char key[VALUE_MAX], value[VALUE_MAX] = "true";
    const char *equals = memchr(text, '=', (size_t)(end - text));
    copy_trimmed(key, text, equals ? equals : end);
    if (equals)
        copy_trimmed(value, equals + 1, end);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i].name))
            return set_key(profile, i, value);
    return true;
}

static bool read_text(struct upmem_profile *profile, const char *text)
{
    bool good = true;
    while (good && text && *text) {
        const char *end = strchrnul(text, ',');
        good = read_pair(profile, text, end);
        text = *end ? end + 1 : end;
    }
    return good;
}

dpu_error_t upmem_profile_read(const char *text, struct upmem_profile *profile)
{
    *profile = (struct upmem_profile){.blocks_per_dpu = DEFAULT_BLOCKS_PER_DPU};
    bool good = read_text(profile, getenv("UPMEM_PROFILE_BASE")) && read_text(profile, text) &&
                read_text(profile, getenv("UPMEM_PROFILE"));
    return good ? DPU_OK : DPU_ERR_INVALID_PROFILE;
}
