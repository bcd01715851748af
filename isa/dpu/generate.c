/* Expands instructions.tbl (its head explains the columns) into C tables. Usage: generate TABLE
 * forms|tables|manual
 *
 * Everything that a reader could get wrong in the table is checked here and reported as
 * `file:line: reason`: pictures that do not fit their operands, aliases that do not fit their
 * base form, unknown words, unused rows, words shared by two forms.
 */
#include "generate.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct field {
    const char *name, *enumerator;
    char letter; /* in pictures */
};

static const struct field fields[] = {
    {"-", "NONE", 0},          {"rc", "RC", 'c'},       {"ra", "RA", 'a'}, {"rb", "RB", 'b'},
    {"cc", "CC", 'q'},         {"shift", "SHIFT", 's'}, {"pc", "PC", 'p'}, {"imm", "IMM", 'i'},
    {"endian", "ENDIAN", 'e'}, {"off", "OFF", 'f'},
};

#define GENERAL UINT64_C(0x00ffffff)
#define ANY UINT64_C(0xffffffff)
#define EVEN UINT64_C(0x00555555)
static const struct kind kinds[] = {
    {"r24", "R24", GENERAL},
    {"r32", "R32", ANY},
    {"r32nz", "R32NZ", ANY & ~(UINT64_C(1) << 24)},
    {"constant", "CONSTANT", ANY & ~GENERAL},
    {"s24", "S24", GENERAL},
    {"s32", "S32", ANY},
    {"pair", "PAIR", EVEN},
    {"zero", "ZERO", 0},
    {"signed", "SIGNED", 0},
    {"signed64", "SIGNED64", 0},
    {"raw", "RAW", 0},
    {"unsigned", "UNSIGNED", 0},
    {"pc", "PC", 0},
    {"endian", "ENDIAN", 0},
    {"condition", "CONDITION", 0},
};

/* Words of a column and the enumerators they stand for. */
struct word {
    const char *name, *enumerator;
};
static const struct word destinations[] = {
    {"none", "DPU_TO_NOTHING"},      {"reg", "DPU_TO_REGISTER"}, {"signed", "DPU_TO_SIGNED"},
    {"unsigned", "DPU_TO_UNSIGNED"}, {"pair", "DPU_TO_PAIR"},    {NULL, NULL}};
static const struct word endings[] = {
    {"plain", "DPU_END_PLAIN"}, {"set", "DPU_END_SET"}, {"jump", "DPU_END_JUMP"}, {NULL, NULL}};
static const struct word seconds[] = {{"-", "DPU_B_NONE"},
                                      {"r", "DPU_B_REGISTER"},
                                      {"i", "DPU_B_IMMEDIATE"},
                                      {"ir", "DPU_B_FIRST_IMMEDIATE"},
                                      {"rs", "DPU_B_REGISTER_SHIFT"},
                                      {"pair", "DPU_B_PAIR"},
                                      {NULL, NULL}};
static const struct word marks[] = {{"global", "DPU_GLOBAL"}, {"safe", "DPU_SAFE"},
                                    {"load", "DPU_LOAD"},     {"store", "DPU_STORE"},
                                    {"dma", "DPU_DMA"},       {"two", "DPU_READS_TWO"},
                                    {"branch", "DPU_BRANCH"}, {NULL, NULL}};

void fail(const struct table *table, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", table->path, line);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

static int find_word(const struct table *table, int line, const struct word *words,
                     const char *name)
{
    for (int i = 0; words[i].name; i++)
        if (strcmp(words[i].name, name) == 0)
            return i;
    fail(table, line, "unknown word `%s`, expected one like `%s`", name, words[0].name);
}

/* ---- Words of a line ---- */

struct line {
    const struct table *table;
    int number;
    char *rest; /* strtok_r state */
};

static char *next_word(struct line *line)
{
    return strtok_r(NULL, " \t\n", &line->rest);
}

static char *need_word(struct line *line, const char *what)
{
    char *word = next_word(line);
    if (!word)
        fail(line->table, line->number, "%s is missing", what);
    return word;
}

static void copy_name(const struct line *line, char *to, const char *name)
{
    if (strlen(name) >= MAX_NAME)
        fail(line->table, line->number, "`%s` is longer than %d letters", name, MAX_NAME - 1);
    strcpy(to, name);
}

static int read_number(const struct line *line, const char *text, char **end, int below)
{
    long value = strtol(text, end, 10);
    if (*end == text || value < 0 || value >= below)
        fail(line->table, line->number, "`%s`: expected a number from 0 to %d", text, below - 1);
    return (int)value;
}

/* ---- Rows `operand` and `class` ---- */

/* HIGH:LOW or BIT */
static void read_range(const struct line *line, char *text, char **end, int below, int *low,
                       int *bits)
{
    int high = *low = read_number(line, text, end, below);
    if (**end == ':')
        *low = read_number(line, *end + 1, end, below);
    *bits = high - *low + 1;
    if (*bits <= 0)
        fail(line->table, line->number, "`%s`: the higher bit comes first", text);
}

static struct piece read_piece(const struct line *line, char *text, int value_bits)
{
    struct piece piece;
    char *end;
    int word_bits;
    read_range(line, text, &end, value_bits, &piece.value_bit, &piece.bits);
    if (*end != '>')
        fail(line->table, line->number, "`%s`: expected value bits > word bits", text);
    read_range(line, end + 1, &end, WORD_BITS, &piece.word_bit, &word_bits);
    if (*end || word_bits != piece.bits)
        fail(line->table, line->number, "`%s`: both sides have the same number of bits", text);
    return piece;
}

static void read_operand_row(struct table *table, struct line *line)
{
    if (table->operand_row_count == MAX_OPERAND_ROWS)
        fail(table, line->number, "more than %d operands", MAX_OPERAND_ROWS);
    struct operand_row *row = &table->operand_rows[table->operand_row_count++];
    copy_name(line, row->name, need_word(line, "the name"));
    const char *field = need_word(line, "the field"), *kind = need_word(line, "the kind");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].name, field) == 0)
            row->field = &fields[i];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0)
            row->kind = &kinds[i];
    if (!row->field || !row->kind)
        fail(table, line->number, "unknown field `%s` or kind `%s`", field, kind);
    char *word, *end;
    row->bits = read_number(line, need_word(line, "the width"), &end, 33);
    while ((word = next_word(line))) {
        if (row->piece_count == MAX_PIECES)
            fail(table, line->number, "more than %d pieces", MAX_PIECES);
        struct piece piece = read_piece(line, word, row->bits);
        uint64_t mask = ((UINT64_C(1) << piece.bits) - 1) << piece.word_bit;
        if (row->word_mask & mask)
            fail(table, line->number, "`%s`: a word bit is used twice", word);
        row->word_mask |= mask;
        row->pieces[row->piece_count++] = piece;
    }
}

static void read_class(struct table *table, struct line *line)
{
    if (table->class_count == MAX_CLASSES)
        fail(table, line->number, "more than %d classes", MAX_CLASSES);
    struct class_row *row = &table->classes[table->class_count++];
    copy_name(line, row->name, need_word(line, "the name"));
    char *end = need_word(line, "the list of accepted codes") - 1;
    do {
        int low = read_number(line, end + 1, &end, MAX_CODES), high = low;
        if (*end == '-')
            high = read_number(line, end + 1, &end, MAX_CODES);
        for (int code = low; code <= high; code++)
            row->accepted |= UINT64_C(1) << code;
    } while (*end == ',');
    for (char *word = next_word(line); word; word = next_word(line)) {
        int code = read_number(line, word, &end, MAX_CODES);
        if (*end != '=' || !(row->accepted >> code & 1))
            fail(table, line->number, "`%s`: expected code=condition with an accepted code", word);
        row->named |= UINT64_C(1) << code;
        copy_name(line, row->conditions[code], end + 1);
    }
}

/* ---- Rows `form` and `alias` ---- */

static void read_picture(const struct line *line, struct form *form, const char *text)
{
    int bit = WORD_BITS;
    for (; *text && bit; text++) {
        if (*text == '_')
            continue;
        uint64_t one = UINT64_C(1) << --bit;
        form->picture[WORD_BITS - 1 - bit] = *text;
        if (strchr("01-+", *text))
            form->mask |= one;
        if (strchr("01", *text))
            form->loose_mask |= one;
        if (strchr("1+", *text))
            form->match |= one;
    }
    if (bit || *text)
        fail(line->table, line->number, "%s: the picture has not %d bits", form->name, WORD_BITS);
}

static const struct operand_row *find_operand(struct line *line, const char *name)
{
    struct table *table = (struct table *)line->table;
    for (int i = 0; i < table->operand_row_count; i++)
        if (strcmp(table->operand_rows[i].name, name) == 0) {
            table->operand_rows[i].used = true;
            return &table->operand_rows[i];
        }
    fail(table, line->number, "unknown operand `%s`", name);
}

static const struct class_row *find_class(struct line *line, const char *name)
{
    struct table *table = (struct table *)line->table;
    for (int i = 0; name && i < table->class_count; i++)
        if (strcmp(table->classes[i].name, name) == 0) {
            table->classes[i].used = true;
            return &table->classes[i];
        }
    fail(table, line->number, "unknown condition class `%s`", name ? name : "");
}

/* OPERAND,OPERAND:CLASS,... or - */
static void read_operands(struct line *line, struct form *form, char *text)
{
    char *state;
    if (strcmp(text, "-") == 0)
        return;
    for (char *name = strtok_r(text, ",", &state); name; name = strtok_r(NULL, ",", &state)) {
        char *class_name = strchr(name, ':');
        if (class_name)
            *class_name++ = 0;
        if (form->operand_count == MAX_OPERANDS)
            fail(line->table, line->number, "more than %d operands", MAX_OPERANDS);
        const struct operand_row *operand = find_operand(line, name);
        form->operands[form->operand_count++] = operand;
        if (strcmp(operand->kind->name, "condition") == 0)
            form->condition_class = find_class(line, class_name);
        else if (class_name)
            fail(line->table, line->number, "only conditions have a class, not `%s`", name);
    }
}

/* Every bit of the picture is fixed or belongs to the operand whose letter stands there. */
static void check_picture(const struct table *table, const struct form *form)
{
    uint64_t seen = form->mask;
    for (int i = 0; i < form->operand_count; i++) {
        const struct operand_row *operand = form->operands[i];
        if (seen & operand->word_mask)
            fail(table, form->line, "%s: operand %s lies on other bits", form->name, operand->name);
        seen |= operand->word_mask;
        for (int bit = 0; bit < WORD_BITS; bit++)
            if (operand->word_mask >> bit & 1 &&
                form->picture[WORD_BITS - 1 - bit] != operand->field->letter)
                fail(table, form->line, "%s: bit %d of the picture should be `%c` for operand %s",
                     form->name, bit, operand->field->letter, operand->name);
    }
    if (seen != (UINT64_C(1) << WORD_BITS) - 1)
        fail(table, form->line, "%s: a bit of the picture belongs to no operand", form->name);
}

static struct form *new_form(struct table *table, struct line *line)
{
    if (table->form_count == MAX_FORMS)
        fail(table, line->number, "more than %d forms", MAX_FORMS);
    struct form *form = &table->forms[table->form_count];
    form->line = line->number;
    copy_name(line, form->name, need_word(line, "the name"));
    for (int i = 0; i < table->form_count; i++)
        if (strcmp(table->forms[i].name, form->name) == 0)
            fail(table, line->number, "second row named %s", form->name);
    table->form_count++;
    copy_name(line, form->mnemonic, need_word(line, "the mnemonic"));
    read_picture(line, form, need_word(line, "the picture"));
    read_operands(line, form, need_word(line, "the list of operands"));
    check_picture(table, form);
    return form;
}

static void read_flags(const struct line *line, struct form *form, const char *flags)
{
    if (strcmp(flags, "-") && strcmp(flags, "Z") && strcmp(flags, "ZC"))
        fail(line->table, line->number, "unknown flags `%s`, expected -, Z or ZC", flags);
    form->sets_zf = flags[0] == 'Z';
    form->sets_cf = strcmp(flags, "ZC") == 0;
}

static void read_marks(const struct line *line, struct form *form, char *text)
{
    char *state;
    if (strcmp(text, "-") == 0)
        return;
    for (char *word = strtok_r(text, ",", &state); word; word = strtok_r(NULL, ",", &state))
        form->marks |= 1u << find_word(line->table, line->number, marks, word);
}

static void read_form(struct table *table, struct line *line)
{
    if (table->form_count > table->base_count)
        fail(table, line->number, "base forms come before aliases");
    struct form *form = new_form(table, line);
    table->base_count++;
    form->base = -1;
    copy_name(line, form->operation, need_word(line, "the operation"));
#define COLUMN(words, what)                                                                        \
    words[find_word(table, line->number, words, need_word(line, what))].enumerator
    form->destination = COLUMN(destinations, "the destination");
    form->ending = COLUMN(endings, "the ending");
    form->second = COLUMN(seconds, "the second operand");
#undef COLUMN
    read_flags(line, form, need_word(line, "the flags column"));
    read_marks(line, form, need_word(line, "the marks column"));
}

static const struct operand_row *operand_of_field(const struct form *form, const char *field)
{
    for (int i = 0; i < form->operand_count; i++)
        if (strcmp(form->operands[i]->field->name, field) == 0)
            return form->operands[i];
    return NULL;
}

/* Put a value where the operand's pieces say. */
static uint64_t place(const struct operand_row *operand, uint64_t value)
{
    uint64_t word = 0;
    for (int i = 0; i < operand->piece_count; i++) {
        const struct piece *piece = &operand->pieces[i];
        word |= (value >> piece->value_bit & ((UINT64_C(1) << piece->bits) - 1)) << piece->word_bit;
    }
    return word;
}

/* An alias fixes what its base form fixes, plus the fields after the base form's name; nothing else. */
static void read_alias(struct table *table, struct line *line)
{
    struct form *alias = new_form(table, line);
    char *end, *word = need_word(line, "the rank");
    alias->rank = read_number(line, word, &end, 100);
    word = need_word(line, "the base form");
    alias->base = -1;
    for (int i = 0; i < table->base_count; i++)
        if (strcmp(table->forms[i].name, word) == 0)
            alias->base = i;
    if (alias->base < 0)
        fail(table, line->number, "unknown base form `%s`", word);
    const struct form *base = &table->forms[alias->base];
    uint64_t mask = base->mask, match = base->match;
    while ((word = next_word(line))) {
        char *value = strchr(word, '=');
        if (!value)
            fail(table, line->number, "`%s`: expected field=value", word);
        *value++ = 0;
        const struct operand_row *operand = operand_of_field(base, word);
        if (!operand)
            fail(table, line->number, "%s has no field `%s`", base->name, word);
        mask |= operand->word_mask;
        match |= place(operand, (uint64_t)strtoll(value, &end, 10));
    }
    if (alias->mask != mask || alias->match != match)
        fail(table, line->number, "%s: the fixed bits are not those of %s with its fixed fields",
             alias->name, base->name);
}

static const struct {
    const char *name;
    void (*read)(struct table *table, struct line *line);
} row_kinds[] = {{"operand", read_operand_row},
                 {"class", read_class},
                 {"form", read_form},
                 {"alias", read_alias}};

static void read_line(struct table *table, int number, char *text)
{
    struct line line = {table, number, NULL};
    char *word = strtok_r(text, " \t\n", &line.rest);
    if (!word || *word == '#')
        return;
    for (size_t i = 0; i < sizeof row_kinds / sizeof *row_kinds; i++)
        if (strcmp(row_kinds[i].name, word) == 0) {
            row_kinds[i].read(table, &line);
            if (next_word(&line))
                fail(table, number, "too many columns");
            return;
        }
    fail(table, number, "unknown kind of row `%s`", word);
}

static int compare_aliases(const void *left, const void *right)
{
    const struct form *a = left, *b = right;
    return a->base != b->base ? a->base - b->base : a->rank - b->rank;
}

static void read_table(struct table *table)
{
    char text[1024];
    int number = 0;
    FILE *file = fopen(table->path, "r");
    if (!file)
        fail(table, 0, "cannot be opened");
    while (fgets(text, sizeof text, file)) {
        if (!strchr(text, '\n'))
            fail(table, number + 1, "the line is too long or has no end");
        read_line(table, ++number, text);
    }
    fclose(file);
    for (int i = 0; i < table->operand_row_count; i++)
        if (!table->operand_rows[i].used)
            fail(table, 0, "operand %s is not used", table->operand_rows[i].name);
    for (int i = 0; i < table->class_count; i++)
        if (!table->classes[i].used)
            fail(table, 0, "class %s is not used", table->classes[i].name);
    qsort(table->forms + table->base_count, (size_t)(table->form_count - table->base_count),
          sizeof *table->forms, compare_aliases);
}

/* ---- Output ---- */

static const char warning[] =
    "/* Generated from instructions.tbl by isa/dpu/generate.c. Do not edit. */\n";

static void write_forms(const struct table *table)
{
    fputs(warning, stdout);
    printf("#ifndef DPU_FORMS_H\n#define DPU_FORMS_H\n\nenum dpu_form {\n");
    for (int i = 0; i < table->form_count; i++) {
        if (i == table->base_count)
            printf("    DPU_BASE_FORMS,\n    DPU_BEFORE_ALIASES = DPU_BASE_FORMS - 1,\n");
        printf("    DPU_%s,\n", table->forms[i].name);
    }
    printf("    DPU_FORMS,\n    DPU_UNDEFINED = DPU_FORMS\n};\n\n#endif\n");
}

static void write_upper(const char *text)
{
    for (; *text; text++)
        putchar(toupper((unsigned char)*text));
}

static void write_placements(const struct table *table)
{
    printf("static const struct dpu_placement placements[] = {\n");
    for (int i = 0; i < table->operand_row_count; i++) {
        const struct operand_row *row = &table->operand_rows[i];
        printf("    {%d, {", row->piece_count);
        for (int p = 0; p < row->piece_count; p++)
            printf("{%d, %d, %d},", row->pieces[p].value_bit, row->pieces[p].word_bit,
                   row->pieces[p].bits);
        printf("%s}}, /* %s */\n", row->piece_count ? "" : "{0, 0, 0}", row->name);
    }
    printf("};\n");
}

static void write_classes(const struct table *table)
{
    printf("static const struct dpu_condition_class condition_classes[] = {\n");
    for (int i = 0; i < table->class_count; i++) {
        const struct class_row *row = &table->classes[i];
        printf("    {\"%s\", 0x%llx, 0x%llx, {", row->name, (unsigned long long)row->accepted,
               (unsigned long long)row->named);
        for (int code = 0; code < MAX_CODES; code++)
            if (row->named >> code & 1) {
                printf("[%d] = DPU_IF_", code);
                write_upper(row->conditions[code]);
                printf(", ");
            }
        printf("}},\n");
    }
    printf("};\n");
}

static void write_row(const struct table *table, int index)
{
    const struct form *form = &table->forms[index];
    bool alias = form->base >= 0;
    const struct form *base = alias ? &table->forms[form->base] : form;
    printf(
        "    [DPU_%s] = {\"%s\", \"%s\", 0x%012llx, 0x%012llx, 0x%012llx, DPU_OP_%s, %s, %s, %s, ",
        form->name, form->name, form->mnemonic, (unsigned long long)form->match,
        (unsigned long long)form->mask, (unsigned long long)form->loose_mask, base->operation,
        base->destination, base->ending, base->second);
    printf("0%s%s", base->sets_zf ? " | DPU_SETS_ZF" : "", base->sets_cf ? " | DPU_SETS_CF" : "");
    for (int i = 0; marks[i].name; i++)
        if (base->marks >> i & 1)
            printf(" | %s", marks[i].enumerator);
    printf("%s, %d, %d, DPU_%s, {", alias ? " | DPU_ALIAS" : "",
           form->condition_class ? (int)(form->condition_class - table->classes) : 0,
           form->operand_count, base->name);
    for (int i = 0; i < form->operand_count; i++) {
        const struct operand_row *operand = form->operands[i];
        printf("{DPU_KIND_%s, DPU_FIELD_%s, %d, %d}, ", operand->kind->enumerator,
               operand->field->enumerator, operand->bits, (int)(operand - table->operand_rows));
    }
    printf("}},\n");
}

/* The aliases of base form i are forms alias_start[i] to alias_start[i + 1] - 1, best first. */
static void write_alias_starts(const struct table *table)
{
    printf("static const uint16_t alias_start[DPU_BASE_FORMS + 1] = {");
    int alias = table->base_count;
    for (int i = 0; i <= table->base_count; i++) {
        printf("%s%d,", i % 16 ? "" : "\n", alias);
        while (alias < table->form_count && table->forms[alias].base == i)
            alias++;
    }
    printf("\n};\n");
}

static const struct table *sorted_table; /* for compare_mnemonics: qsort passes no context */

static int compare_mnemonics(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    int order = strcmp(sorted_table->forms[a].mnemonic, sorted_table->forms[b].mnemonic);
    return order ? order : a - b;
}

/* The forms of mnemonic i are forms_by_mnemonic[mnemonics[i].first] and those behind it up to
 * the next mnemonic's first. */
static void write_mnemonics(const struct table *table)
{
    int order[MAX_FORMS];
    for (int i = 0; i < table->form_count; i++)
        order[i] = i;
    sorted_table = table;
    qsort(order, (size_t)table->form_count, sizeof *order, compare_mnemonics);
    printf("static const uint16_t forms_by_mnemonic[] = {\n");
    for (int i = 0; i < table->form_count; i++)
        printf("    DPU_%s,\n", table->forms[order[i]].name);
    printf("};\nstatic const struct dpu_mnemonic mnemonics[] = {\n");
    for (int i = 0; i < table->form_count; i++) {
        const char *name = table->forms[order[i]].mnemonic;
        if (i == 0 || strcmp(name, table->forms[order[i - 1]].mnemonic))
            printf("    {\"%s\", %d},\n", name, i);
    }
    printf("    {NULL, %d}\n};\n", table->form_count);
}

static void write_tables(const struct table *table)
{
    fputs(warning, stdout);
    write_placements(table);
    write_classes(table);
    printf("static const struct dpu_form_row form_rows[DPU_FORMS] = {\n");
    for (int i = 0; i < table->form_count; i++)
        write_row(table, i);
    printf("};\n");
    write_alias_starts(table);
    write_mnemonics(table);
    write_tree(stdout, table, false, "strict");
    write_tree(stdout, table, true, "loose");
}

static void write_manual_row(const struct form *form)
{
    printf("| `%s` | `%s", form->name, form->mnemonic);
    for (int i = 0; i < form->operand_count; i++)
        printf("%s%s", i ? ", " : " ", form->operands[i]->name);
    printf("` | `%s` |", form->picture);
}

static void write_manual(const struct table *table)
{
    printf("# DPU instructions\n\nMade from isa/dpu/instructions.tbl, whose head explains operands "
           "and pictures.\n\n"
           "| form | assembly | bits 47 to 0 | flags |\n|---|---|---|---|\n");
    for (int i = 0; i < table->base_count; i++) {
        const struct form *form = &table->forms[i];
        write_manual_row(form);
        printf(" %s |\n", form->sets_cf ? "ZF CF" : form->sets_zf ? "ZF" : "");
    }
    printf("\n## Aliases\n\n| alias | assembly | bits 47 to 0 | base form |\n|---|---|---|---|\n");
    for (int i = table->base_count; i < table->form_count; i++) {
        write_manual_row(&table->forms[i]);
        printf(" `%s` |\n", table->forms[table->forms[i].base].name);
    }
}

int main(int argument_count, char **arguments)
{
    static const struct {
        const char *name;
        void (*write)(const struct table *table);
    } outputs[] = {{"forms", write_forms}, {"tables", write_tables}, {"manual", write_manual}};
    static struct table table;
    for (size_t i = 0; argument_count == 3 && i < sizeof outputs / sizeof *outputs; i++)
        if (strcmp(outputs[i].name, arguments[2]) == 0) {
            table.path = arguments[1];
            read_table(&table);
            outputs[i].write(&table);
            return fflush(stdout) || ferror(stdout);
        }
    fprintf(stderr, "usage: generate TABLE forms|tables|manual\n");
    return 1;
}
