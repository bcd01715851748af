#include "parameter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number_text.h"

const struct pim_parameter *pim_parameter_find(const struct pim_backend *backend, const char *key)
{
    for (const struct pim_parameter *row = backend->parameters; row->key; row++)
        if (!strcmp(row->key, key))
            return row;
    return NULL;
}

/* Fields are copied, not dereferenced: a table from a plug-in may give any offset that fits. */
static void *field(const struct pim_parameter *row, void *parameters)
{
    return (char *)parameters + row->offset;
}

static const void *const_field(const struct pim_parameter *row, const void *parameters)
{
    return (const char *)parameters + row->offset;
}

uint64_t pim_parameter_integer(const struct pim_parameter *row, const void *parameters)
{
    uint64_t value;
    memcpy(&value, const_field(row, parameters), sizeof value);
    return value;
}

double pim_parameter_real(const struct pim_parameter *row, const void *parameters)
{
    double value;
    memcpy(&value, const_field(row, parameters), sizeof value);
    return value;
}

static const char *space_and(const char *unit)
{
    return *unit ? " " : "";
}

static bool out_of_range(const struct pim_parameter *row, const char *what, char *why, size_t size)
{
    snprintf(why, size, "expected %s from %s to %s%s%s", what, row->minimum, row->maximum,
             space_and(row->unit), row->unit);
    return false;
}

static bool parse_bool(const char *text, void *to, char *why, size_t why_size)
{
    static const char *const words[][3] = {{"no", "false", "off"}, {"yes", "true", "on"}};
    for (int value = 0; value < 2; value++)
        for (int i = 0; i < 3; i++)
            if (!strcmp(text, words[value][i])) {
                memcpy(to, &(bool){value}, sizeof(bool));
                return true;
            }
    snprintf(why, why_size, "expected yes or no");
    return false;
}

/* A bound that does not parse is found when the table is registered (backend_check.c), so it can be ignored here. */
static bool parse_integer(const struct pim_parameter *row, const char *text, void *to, char *why,
                          size_t why_size)
{
    uint64_t value, low = 0, high = UINT64_MAX;
    pim_parse_integer(row->minimum, &low);
    pim_parse_integer(row->maximum, &high);
    if (pim_parse_integer(text, &value) != PIM_NUMBER_OK || value < low || value > high)
        return out_of_range(row, "an integer", why, why_size);
    memcpy(to, &value, sizeof value);
    return true;
}

static bool parse_real(const struct pim_parameter *row, const char *text, void *to, char *why,
                       size_t why_size)
{
    double value, low = 0, high = 0;
    pim_parse_real(row->minimum, &low);
    pim_parse_real(row->maximum, &high);
    if (pim_parse_real(text, &value) != PIM_NUMBER_OK || value < low || value > high)
        return out_of_range(row, "a number", why, why_size);
    memcpy(to, &value, sizeof value);
    return true;
}

static bool parse_choice(const struct pim_parameter *row, const char *text, void *to, char *why,
                         size_t why_size)
{
    size_t length = strlen(text);
    uint64_t index = 0;
    for (const char *choice = row->choices;; index++) {
        size_t choice_length = strcspn(choice, "|");
        if (length == choice_length && !memcmp(choice, text, length)) {
            memcpy(to, &index, sizeof index);
            return true;
        }
        if (!choice[choice_length])
            break;
        choice += choice_length + 1;
    }
    snprintf(why, why_size, "expected one of %s", row->choices);
    return false;
}

bool pim_parameter_parse(const struct pim_parameter *row, const char *text, void *parameters,
                         char *why, size_t why_size)
{
    void *to = field(row, parameters);
    switch (row->type) {
    case PIM_BOOL:
        return parse_bool(text, to, why, why_size);
    case PIM_INTEGER:
        return parse_integer(row, text, to, why, why_size);
    case PIM_REAL:
        return parse_real(row, text, to, why, why_size);
    case PIM_CHOICE:
        return parse_choice(row, text, to, why, why_size);
    }
    snprintf(why, why_size, "the back-end's table gives it an unknown type");
    return false;
}

static int print_choice(const struct pim_parameter *row, uint64_t index, char *text, size_t size)
{
    const char *choice = row->choices;
    for (; index; index--) {
        choice += strcspn(choice, "|");
        if (!*choice)
            return snprintf(text, size, "?");
        choice++;
    }
    return snprintf(text, size, "%.*s", (int)strcspn(choice, "|"), choice);
}

size_t pim_parameter_print(const struct pim_parameter *row, const void *parameters, char *text,
                           size_t size)
{
    int length = 0;
    bool truth;
    char number[PIM_NUMBER_TEXT_SIZE];
    switch (row->type) {
    case PIM_BOOL:
        memcpy(&truth, const_field(row, parameters), sizeof truth);
        length = snprintf(text, size, "%s", truth ? "yes" : "no");
        break;
    case PIM_INTEGER:
        length = snprintf(text, size, "%" PRIu64, pim_parameter_integer(row, parameters));
        break;
    case PIM_REAL:
        pim_print_real(pim_parameter_real(row, parameters), number);
        length = snprintf(text, size, "%s", number);
        break;
    case PIM_CHOICE:
        length = print_choice(row, pim_parameter_integer(row, parameters), text, size);
        break;
    }
    return length < 0 ? 0 : (size_t)length;
}
