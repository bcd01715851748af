/* The assembler: does every directive give the right bytes, does every mistake get the right message at the right place, and has
 * the file the vendor's shape?
 */
#include "assembler.h"
#include "pim_image.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct asm_options plain = {.set = &dpu_instruction_set};

static struct asm_output assemble_with(const struct asm_options *options, const char *text)
{
    struct asm_output output;
    struct pim_error error = {0};
    enum pim_status status = asm_text("a.s", text, options, &output, &error);
    ck_assert_msg(status == PIM_OK, "%s\nfor\n%s", error.text, text);
    return output;
}

static struct pim_image *image_of(const char *text)
{
    struct asm_output output = assemble_with(&plain, text);
    struct pim_error error = {0};
    struct pim_image *image;
    enum pim_status status = pim_image_read_memory("a.elf", output.elf, output.elf_bytes, &image, &error);
    ck_assert_msg(status == PIM_OK, "%s", error.text);
    asm_output_free(&output);
    return image;
}

enum { WRAM, MRAM, IRAM };

static const struct pim_segment *segment_of(const struct pim_image *image, uint32_t space)
{
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].space == space)
            return &image->segments[i];
    ck_abort_msg("no segment in space %u", space);
}

/* The bytes of WRAM behind the null object, as hexadecimal text. */
static void check_data(const char *text, const char *expected)
{
    struct pim_image *image = image_of(text);
    const struct pim_segment *segment = segment_of(image, WRAM);
    char got[1024] = "";
    for (uint64_t i = 8; i < segment->data_bytes; i++)
        sprintf(got + 2 * (i - 8), "%02x", segment->data[i]);
    ck_assert_msg(strncmp(got, expected, strlen(expected)) == 0 && strspn(got + strlen(expected), "0") < 8 &&
                  strspn(got + strlen(expected), "0") == strlen(got + strlen(expected)), "%s\ngives    %s\nexpected %s", text, got,
                  expected);
    pim_image_free(image);
}

/* ---- data ---- */

static const struct {
    const char *text, *bytes;
} data_rows[] = {
    {".byte 1, -1, 255, 'a'", "01ffff61"},
    {".half 0x1234, -2", "3412feff"},
    {".short 1", "0100"},
    {".word 0x12345678, -1", "78563412ffffffff"},
    {".long 1", "01000000"},
    {".quad 0x123456789abcdef0, -1", "f0debc9a78563412ffffffffffffffff"},
    {".word48 0x7ef320000000", "00000020f37e0000"},
    {".float 1.5, -2", "0000c03f000000c0"},
    {".double 1.5", "000000000000f83f"},
    {".ascii \"ab\", \"c\"", "616263"},
    {".asciz \"ab\"", "616200"},
    {".string \"\\n\\t\\x41\\\\\\\"\\0\"", "0a09415c220000"},
    {".byte 1\n.zero 2\n.byte 2", "01000002"},
    {".space 2, 0xaa", "aaaa"},
    {".skip 1\n.byte 9", "0009"},
    {".fill 2, 2, 0x1122", "22112211"},
    {".fill 3\n.byte 1", "00000001"},
    {".byte 1\n.align 4\n.byte 2", "0100000002"},
    {".byte 1\n.balign 2\n.byte 2", "010002"},
    {".byte 1\n.p2align 3\n.byte 2", "010000000000000002"},
    {".byte 1; .byte 2 ; .byte 3", "010203"},
    {".byte 1 // 2\n# 3\n/* 4\n */ .byte 5", "0105"},
    {".ascii \"a//b/*c;#\"", "61" "2f2f" "62" "2f2a" "63" "3b23"},
    {".byte ';', '\\'', '\"'", "3b2722"},
    /* a code label is an instruction index, an MRAM label an offset, an atomic bit a number */
    {".text\nnop\nf: nop\n.data\n.word f, m, b, d\n.mram\n.space 4\nm: .word 1\n.atomic\n.space 1\nb: .space 1\n.data\nd:",
     "0100000004000000c900000018000000"},
    {".word later - here\nhere: .byte 0, 0, 0\nlater:", "03000000000000"},
    {".equ X, 5\n.set Y, X + 1\nZ = Y * 2\nZ = Z + 1\n.byte X, Y, Z", "05060d"},
    {".if 1 < 2\n.byte 1\n.else\n.byte 2\n.endif", "01"},
    {".if 0\n.byte 1\n.elseif 5\n.byte 2\n.elseif 5\n.byte 3\n.else\n.byte 4\n.endif", "02"},
    {".if 0\n.if 1\n.byte 1\n.else\n.byte 2\n.endif\nnonsense here(\n.else\n.byte 3\n.endif", "03"},
    {".equ A, 0\n.ifdef A\n.byte 1\n.endif\n.ifndef A\n.byte 2\n.endif\n.ifdef B\n.byte 3\n.endif\nB:", "01"},
    {".byte defined(A), defined(B)\nA: .byte defined(A)", "000001"},
    {".rept 3\n.byte 7\n.endr", "070707"},
    {".rept 2\n.rept 2\n.byte 1\n.endr\n.byte 2\n.endr", "010102010102"},
    {".rept 0\n.byte 1\n.endr\n.byte 2", "02"},
    {".macro two a, b=9\n.byte \\a, \\b\n.endm\ntwo 1\ntwo 2, 3\ntwo b=4, a=5", "010902030504"},
    {".macro all first:req, rest:vararg\n.byte \\first, \\rest\n.endm\nall 1, 2, 3", "010203"},
    {".macro id n\nx\\n\\()y\\@: .byte \\@\n.endm\nid a\nid b\n.byte xay0 - xby1 + 2", "000101"},
    {".macro down n\n.byte \\n\n.if \\n\ndown \\n - 1\n.endif\n.endm\ndown 2", "020100"},
    {".macro m x\n.byte \\x ; .byte 2\n.endm\nm 1 ; .byte 3", "010203"},
    {"1: .byte 1f - 1b\n1: .byte 2f - 1b, 3\n2:", "010203"},
};

START_TEST(data_has_the_right_bytes)
{
    char text[1024];
    snprintf(text, sizeof text, ".data\n%s\n", data_rows[_i].text);
    check_data(text, data_rows[_i].bytes);
}
END_TEST

static const struct {
    const char *expression;
    int64_t value;
} expression_rows[] = {
    {"1 + 2 * 3", 7}, {"(1 + 2) * 3", 9}, {"10 - 3 - 2", 5}, {"7 / 2", 3}, {"-7 / 2", -3}, {"-7 % 3", -1}, {"1 << 4 + 1", 32},
    {"0xff & 0x0f | 0x30", 0x3f}, {"6 ^ 3 & 1", 7}, {"1 == 1 & 0", 0}, {"3 < 4 == 1", 1}, {"!5", 0}, {"!0 + 1", 2}, {"~0", -1},
    {"- -5", 5}, {"+5", 5}, {"-(2 + 3)", -5}, {"1 || 0 && 0", 1}, {"2 > 1", 1}, {"2 >= 3", 0}, {"2 <= 2", 1}, {"2 != 2", 0},
    {"-16 >> 2", -4}, {"1 << 64", 0}, {"-1 >> 64", -1}, {"0xffffffffffffffff", -1}, {"0b1010", 10}, {"017", 15}, {"0", 0},
    {"'A' + 1", 66}, {"(-9223372036854775807 - 1) / -1", INT64_MIN}, {"(-9223372036854775807 - 1) % -1", 0},
};

START_TEST(expressions_follow_c)
{
    char text[256], hex[32] = "";
    snprintf(text, sizeof text, ".data\n.quad %s\n", expression_rows[_i].expression);
    for (int i = 0; i < 8; i++)
        sprintf(hex + 2 * i, "%02x", (unsigned)((uint64_t)expression_rows[_i].value >> (8 * i)) & 0xff);
    check_data(text, hex);
}
END_TEST

/* ---- code ---- */

static const struct {
    const char *text;
    unsigned index;
    uint64_t word;
} code_rows[] = {
    {"add r23, r23, -1, true, 0x80000018", 0, 0x2fdf01ff0003},
    {"nop\nx: jump x", 1, 0x8c6300100000},
    {"nop\nacquire zero, 201, nz, .", 1, 0x7c63839c0001},
    {"nop\nrelease zero, 201, nz, .+1", 1, 0x7c63809c0002},
    {"nop\nnop\nnop\njump . - 2", 3, 0x8c6300100000},
    {"1: nop\njump 1f\njump 1b\n1: nop", 1, 0x8c6300300000},
    {"1: nop\njump 1f\njump 1b\n1: nop", 2, 0x8c6300000000},
    {"nop\nf: .equ g, f + 8\njump g", 1, 0x8c6300200000},
    {"move r0, end - start\nstart: nop\nnop\nend:", 0, 0x606300010000}, /* a distance is in bytes */
    {"move r0, f\nf: nop", 0, 0x606300100000},                       /* an address is what the program sees */
    {".align 32\nnop\n.align 32\nmove r0, 3", 4, 0x606300300000},
    {"nop\n.align 16\nmove r0, 3", 1, 0x7c6300000000},
};

START_TEST(code_has_the_right_words)
{
    char text[256];
    snprintf(text, sizeof text, "%s\n", code_rows[_i].text);
    struct pim_image *image = image_of(text);
    uint64_t word;
    memcpy(&word, segment_of(image, IRAM)->data + 8 * code_rows[_i].index, 8);
    ck_assert_msg(word == code_rows[_i].word, "%s\ngives %012llx", text, (unsigned long long)word);
    pim_image_free(image);
}
END_TEST

/* ---- errors: exactly this text ---- */

static const struct {
    const char *text, *message;
} error_rows[] = {
    {"  bad r0\n", "a.s:1:3: unknown instruction 'bad' of dpu\n      bad r0\n      ^"},
    {"\n .bad\n", "a.s:2:2: unknown directive '.bad'\n     .bad\n     ^"},
    {".data\n.word 1, nowhere\n", "a.s:2:10: undefined symbol 'nowhere'\n    .word 1, nowhere\n             ^"},
    {"x:\nx:\n", "a.s:2:1: 'x' is already defined at a.s:1\n    x:\n    ^"},
    {"r5: nop\n", "a.s:1:1: 'r5' is reserved by the instruction set, expected another name\n    r5: nop\n    ^"},
    {".equ x, 1\n.equ x, 2\n", "a.s:2:6: 'x' is already defined at a.s:1\n    .equ x, 2\n         ^"},
    {".data\n.byte 256\n", "a.s:2:7: 256 does not fit, expected a number of 8 bits\n    .byte 256\n          ^"},
    {".data\n.half -32769\n", "a.s:2:7: -32769 does not fit, expected a number of 16 bits\n    .half -32769\n          ^"},
    {".data\nnop\n", "a.s:2:1: an instruction in section '.data', expected it in code such as '.text'\n    nop\n    ^"},
    {".byte 1\nnop\n", "a.s:2:1: the instruction is not aligned to 8 bytes, expected '.align' before it\n    nop\n    ^"},
    {".data\n.space 70000\n", "a.s:2:1: 70000 bytes more than fill WRAM: it has 65536 bytes and 8 are taken\n    .space 70000\n    ^"},
    {".data\n.space -1\n", "a.s:2:8: the size is -1, expected at least 0\n    .space -1\n           ^"},
    {".data\n.space later\nlater:\n", "a.s:2:8: the size has to be a number that is known here, without labels defined further down\n"
                                     "    .space later\n           ^"},
    {".equ x, later\nlater:\n", "a.s:1:9: the value of 'x' has to be known here, without labels defined further down\n"
                               "    .equ x, later\n            ^"},
    {".if later\n.endif\nlater:\n", "a.s:1:5: the condition has to be a number that is known here, without labels defined further down\n"
                                   "    .if later\n        ^"},
    {".align 3\n", "a.s:1:1: alignment 3, expected a power of two of at most 32768\n    .align 3\n    ^"},
    {".data\n.word 1 / 0\n", "a.s:2:9: division by zero\n    .word 1 / 0\n            ^"},
    {".data\n.word (1\n", "a.s:2:9: expected ')'\n    .word (1\n            ^"},
    {".data\n.word 1 1\n", "a.s:2:9: unexpected text, expected the end of the statement\n    .word 1 1\n            ^"},
    {".data\n.word\n", "a.s:2:6: expected a value\n    .word\n         ^"},
    {".data\n.word 0x\n", "a.s:2:9: expected a digit of a base 16 number\n    .word 0x\n            ^"},
    {".data\n.quad 0x10000000000000000\n", "a.s:2:7: the number needs more than 64 bits\n    .quad 0x10000000000000000\n          ^"},
    {".data\n.byte 'ab'\n", "a.s:2:7: expected a closing quote after one character\n    .byte 'ab'\n          ^"},
    {".data\n.ascii \"ab\n", "a.s:2:8: the text has no closing quote\n    .ascii \"ab\n           ^"},
    {".data\n.ascii \"\\q\"\n", "a.s:2:10: unknown escape, expected one of a b e f n r t v 0 x \\ ' \"\n    .ascii \"\\q\"\n             ^"},
    {"1: nop\njump 2b\n", "a.s:2:6: there is no label '2:' before here\n    jump 2b\n         ^"},
    {"jump 1f\n", "a.s:1:6: there is no label '1:' after here\n    jump 1f\n         ^"},
    {"nop /* open\n", "a.s:1:5: this comment has no '*/'"},
    {".if 1\n", "a.s:1:1: this condition has no '.endif'"},
    {".endif\n", "a.s:1:1: '.endif' without '.if'\n    .endif\n    ^"},
    {".if 1\n.else\n.else\n.endif\n", "a.s:3:1: '.else' after '.else', expected '.endif'\n    .else\n    ^"},
    {".macro m\n", "a.s:1:1: this '.macro' has no '.endm'\n    .macro m\n    ^"},
    {".endm\n", "a.s:1:1: '.endm' without its beginning\n    .endm\n    ^"},
    {".rept 2\n", "a.s:1:1: this '.rept' has no '.endr'\n    .rept 2\n    ^"},
    {".macro m a:req\n.endm\nm\n", "a.s:3:2: macro 'm' needs an argument for 'a'\n    m\n     ^"},
    {".macro m a\n.endm\nm 1, 2\n", "a.s:3:6: macro 'm' takes 1 arguments\n    m 1, 2\n         ^"},
    {".macro m\n.endm\n.macro m\n.endm\n", "a.s:3:8: macro 'm' is already defined\n    .macro m\n           ^"},
    {".macro m x\n  bad \\x\n.endm\n\nm 7\n", "a.s:2:3: unknown instruction 'bad' of dpu\n      bad 7\n      ^\n    in macro 'm' called at a.s:5"},
    {".error \"no way\"\n", "a.s:1:1: no way\n    .error \"no way\"\n    ^"},
    {".section .other\n", "a.s:1:10: section '.other' belongs to no space of dpu, expected a name that begins with one of"},
    {".include \"none.s\"\n", "a.s:1:1: none.s: No such file or directory\n    .include \"none.s\"\n    ^"},
    {".bss\n.word 1\n", "a.s:2:7: section '.bss' has no content, expected only zeros or reserved space\n    .word 1\n          ^"},
    {".data\nx: .equ y, x + 70000\n", "a.s:2:9: 'y' lies outside of WRAM"},
    {".data\nx: .word x + x\n", "a.s:2:12: two addresses cannot be added\n    x: .word x + x\n               ^"},
    {".global a\n.local a\n", "a.s:2:8: 'a' is declared both global and local\n    .local a\n           ^"},
    {"x: nop\n.size x, -1\n", "a.s:2:10: the size of 'x' has to be a number of bytes\n    .size x, -1\n             ^"},
    {"add r0, r1, 0x1234567890\n", "a.s:1:13: "},
    {"5\n", "a.s:1:1: expected a label, an instruction or a directive\n    5\n    ^"},
    {".macro m\nm\n.endm\nm\n", "a.s:2:1: macros are nested deeper than 64"},
};

START_TEST(mistake_is_pointed_at)
{
    struct asm_output output;
    struct pim_error error = {0};
    enum pim_status status = asm_text("a.s", error_rows[_i].text, &plain, &output, &error);
    ck_assert_msg(status == PIM_BAD_INPUT, "accepted:\n%s", error_rows[_i].text);
    ck_assert_ptr_null(output.elf);
    size_t length = strlen(error_rows[_i].message);
    bool whole = error_rows[_i].message[length - 1] == '^' || strchr(error_rows[_i].message, '^');
    ck_assert_msg(whole ? strcmp(error.text, error_rows[_i].message) == 0
                        : strncmp(error.text, error_rows[_i].message, length) == 0,
                  "got\n%s\nexpected\n%s", error.text, error_rows[_i].message);
}
END_TEST

static unsigned occurrences(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

START_TEST(errors_are_collected_in_order)
{
    struct asm_output output;
    struct pim_error error = {0};
    asm_text("a.s", ".data\n.word one\n.byte 1 +\n.word two\n", &plain, &output, &error);
    const char *first = strstr(error.text, "a.s:2:7"), *second = strstr(error.text, "a.s:3:"), *third = strstr(error.text, "a.s:4:7");
    ck_assert(first && second && third && first < second && second < third);
    ck_assert_uint_eq(occurrences(error.text, "a.s:"), 3);
}
END_TEST

START_TEST(twenty_errors_are_enough)
{
    char text[1000] = "";
    for (int i = 0; i < 50; i++)
        strcat(text, "bad\n");
    struct asm_output output;
    struct pim_error error = {0};
    asm_text("a.s", text, &plain, &output, &error);
    ck_assert_uint_eq(occurrences(error.text, "unknown instruction"), 20);
    ck_assert_ptr_nonnull(strstr(error.text, "a.s: stopped after 20 errors"));
}
END_TEST

static const char *const endless[] = {
    ".rept 1000000000\n.endr\n.rept 1000000000\nnop\n.endr\n",
    ".rept 1000000000\n.byte 0\n.if 0\n.endif\n.endr\n",
    ".macro m\nm\nm\n.endm\nm\n",
    ".macro m x\nm \\x+\\x\n.endm\nm 1\n",
    ".rept 100000\n.rept 100000\n.set x, 1\n.endr\n.endr\n",
    ".data\n.word ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1",
    ".macro m\n.section .data.x\\@\n.endm\n.rept 5000\nm\n.endr\n",
    ".mram\n.space 0x7fffffffffffffff\n.space 0x7fffffffffffffff\n.fill 0x7fffffffffffffff, 8, 1\n",
};

START_TEST(everything_comes_to_an_end)
{
    struct asm_options options = {.set = &dpu_instruction_set, .most_steps = 100000};
    struct asm_output output;
    struct pim_error error = {0};
    ck_assert_int_eq(asm_text("a.s", endless[_i], &options, &output, &error), PIM_BAD_INPUT);
}
END_TEST

/* ---- files ---- */

static void write_text(const char *path, const char *text)
{
    FILE *stream = fopen(path, "w");
    ck_assert_ptr_nonnull(stream);
    fputs(text, stream);
    fclose(stream);
}

START_TEST(other_files_are_found)
{
    char folder[] = "test_asm_XXXXXX", path[100], include[100], error_text[200];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(include, sizeof include, "%s/more", folder);
    mkdir(include, 0700);
    snprintf(path, sizeof path, "%s/more/far.s", folder);
    write_text(path, ".byte 3\n.incbin \"near.bin\", 1, 2\n");
    snprintf(path, sizeof path, "%s/more/near.bin", folder);
    write_text(path, "abcd");
    snprintf(path, sizeof path, "%s/near.s", folder);
    write_text(path, ".byte 2\nbad\n");
    snprintf(path, sizeof path, "%s/main.s", folder);
    write_text(path, ".data\n.byte 1\n.include \"far.s\"\n");
    const char *const paths[] = {include, NULL};
    struct asm_options options = {.set = &dpu_instruction_set, .include_paths = paths};
    struct asm_output output;
    struct pim_error error = {0};
    struct pim_image *image;
    ck_assert_msg(asm_file(path, &options, &output, &error) == PIM_OK, "%s", error.text);
    ck_assert_int_eq(pim_image_read_memory("x", output.elf, output.elf_bytes, &image, &error), PIM_OK);
    ck_assert_mem_eq(segment_of(image, WRAM)->data + 8, "\1\3bc", 4);
    pim_image_free(image);
    asm_output_free(&output);

    write_text(path, ".data\n.include \"near.s\"\n");
    ck_assert_int_eq(asm_file(path, &options, &output, &error), PIM_BAD_INPUT);
    snprintf(error_text, sizeof error_text, "%s/near.s:2:1: unknown instruction 'bad' of dpu\n    bad\n    ^\n    included from %s:2",
             folder, path);
    ck_assert_str_eq(error.text, error_text);

    options.no_files = true;
    error = (struct pim_error){0};
    ck_assert_int_eq(asm_file(path, &options, &output, &error), PIM_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "other files cannot be used here"));
    snprintf(path, sizeof path, "rm -r %s", folder);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(definitions_come_first)
{
    const char *const definitions[] = {"SIZE=4*2", "ON=1", NULL};
    struct asm_options options = {.set = &dpu_instruction_set, .definitions = definitions};
    struct asm_output output = assemble_with(&options, ".if ON\n.data\n.space SIZE, 1\n.endif\n");
    asm_output_free(&output);
    const char *const wrong[] = {"1=2", NULL};
    struct pim_error error = {0};
    options.definitions = wrong;
    ck_assert_int_eq(asm_text("a.s", "", &options, &output, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "<definition>:1:1: expected NAME=expression\n    1=2\n    ^");
}
END_TEST

START_TEST(listing_shows_address_word_and_line)
{
    struct asm_options options = {.set = &dpu_instruction_set, .listing = true};
    struct asm_output output = assemble_with(&options, "// top\n"
                                                      "main: nop\n"
                                                      ".data\n"
                                                      ".word 1, 2, 3\n"
                                                      ".macro m\n.byte 4\n.endm\n"
                                                      "m\n"
                                                      ".bss\n.space 3\n");
    ck_assert_str_eq(output.listing, "                                1  // top\n"
                                     "80000000  00007c6300000000      2  main: nop\n"
                                     "                                3  .data\n"
                                     "00000008  0100000002000000      4  .word 1, 2, 3\n"
                                     "00000010  03000000        \n"
                                     "                                5  .macro m\n"
                                     "                                6  .byte 4\n"
                                     "                                7  .endm\n"
                                     "                                8  m\n"
                                     "00000014  04                    6+ .byte 4\n"
                                     "                                9  .bss\n"
                                     "00000018  reserved             10  .space 3\n");
    asm_output_free(&output);
}
END_TEST

START_TEST(warnings_do_not_stop)
{
    struct asm_output output = assemble_with(&plain, ".warning \"careful\"\n.global missing\n");
    ck_assert_str_eq(output.warnings, "a.s:1:1: warning: careful\na.s:2:9: warning: 'missing' is declared global but not defined");
    asm_output_free(&output);
}
END_TEST

/* ---- the file ---- */

START_TEST(header_is_the_vendors)
{
    struct asm_output output = assemble_with(&plain, "nop\n.data\n.word 1\n.mram\n.word 1\n");
    const Elf32_Ehdr *header = output.elf;
    ck_assert_mem_eq(header->e_ident, "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0", EI_NIDENT);
    ck_assert_uint_eq(header->e_machine, 245);
    ck_assert_uint_eq(header->e_type, ET_EXEC);
    ck_assert_uint_eq(header->e_version, 1);
    ck_assert_uint_eq(header->e_entry, 0x80000000);
    ck_assert_uint_eq(header->e_flags, 0x02800000);
    ck_assert_uint_eq(header->e_ehsize, 52);
    ck_assert_uint_eq(header->e_phnum, 4);
    static const struct {
        uint32_t type, address, flags;
    } segments[] = {{PT_LOAD, 0x80000000, PF_R | PF_X}, {PT_LOAD, 0, PF_R | PF_W}, {PT_LOAD, 0x08000000, PF_R | PF_W},
                    {PT_GNU_STACK, 0, PF_R | PF_W}};
    const Elf32_Phdr *segment = (const Elf32_Phdr *)((const char *)output.elf + header->e_phoff);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(segment[i].p_type, segments[i].type);
        ck_assert_uint_eq(segment[i].p_vaddr, segments[i].address);
        ck_assert_uint_eq(segment[i].p_flags, segments[i].flags);
        if (segment[i].p_type == PT_LOAD) {
            ck_assert_uint_eq(segment[i].p_align, 0x1000);
            ck_assert_uint_eq(segment[i].p_offset % 0x1000, segment[i].p_vaddr % 0x1000);
        }
    }
    asm_output_free(&output);
}
END_TEST

START_TEST(symbol_details_can_be_given)
{
    struct pim_image *image = image_of(".global f, g, t\nf: nop\ng: nop\nnop\n.size g, 8\nt: nop\n.type t, @notype\nu: nop\n"
                                       ".type u, @function\n.L1: nop\n.equ BIG, 1 << 40\n"
                                       ".mram\n__sys_used_mram_end: .quad 1\n");
    ck_assert_uint_eq(pim_image_symbol(image, "f")->size, 8);
    ck_assert_uint_eq(pim_image_symbol(image, "g")->size, 8);
    ck_assert(!pim_image_symbol(image, "t")->function);
    ck_assert(pim_image_symbol(image, "u")->function);
    ck_assert_uint_eq(pim_image_symbol(image, "u")->size, 16);
    ck_assert(!pim_image_symbol(image, "u")->global);
    ck_assert_ptr_null(pim_image_symbol(image, ".L1"));
    ck_assert_ptr_null(pim_image_symbol(image, "BIG"));
    ck_assert_uint_eq(pim_image_symbol(image, "__sys_used_mram_end")->value, 0); /* the source's own */
    pim_image_free(image);
}
END_TEST

START_TEST(reserved_sections_are_not_loaded)
{
    struct pim_image *image = image_of(".data\n.word 1\n.section .data.stacks, \"aw\", @nobits\nstacks: .space 4096\n.bss\nzeros: .space 8\n");
    ck_assert_uint_eq(segment_of(image, WRAM)->memory_bytes, 24);
    ck_assert_uint_eq(pim_image_symbol(image, "zeros")->value, 16);
    ck_assert_uint_eq(pim_image_symbol(image, "stacks")->value, 24);
    pim_image_free(image);
}
END_TEST

/* ---- another instruction set: 64-bit file, words of 8 bytes, `op NUMBER` ---- */

static bool toy_mnemonic(const char *name, size_t length)
{
    return length == 2 && memcmp(name, "op", 2) == 0;
}

static bool toy_assemble(const char *mnemonic, size_t length, const struct isa_operand *operands, size_t count, uint64_t *word,
                         char *why, size_t why_size, int *at_operand)
{
    (void)mnemonic;
    (void)length;
    *at_operand = 0;
    if (count == 1 && operands[0].kind == ISA_EXPRESSION) {
        *word = (uint64_t)operands[0].value;
        return true;
    }
    snprintf(why, why_size, "expected one number");
    return false;
}

static const char *const toy_code[] = {".text", NULL}, *const toy_rows[] = {".rows", NULL};
static const struct isa_space toy_spaces[] = {
    {.name = "code", .link_base = 0, .bytes = 1024, .alignment = 8, .code = true, .loadable = true, .sections = toy_code},
    {.name = "rows", .link_base = UINT64_C(1) << 56, .bytes = 1 << 20, .alignment = 8, .loadable = true, .sections = toy_rows},
    {.name = NULL},
};
static const struct instruction_set toy = {
    .name = "toy", .comment = "toy", .elf_machine = 0x1234, .elf_class = ELFCLASS64, .word_bytes = 8, .spaces = toy_spaces,
    .mnemonic = toy_mnemonic, .assemble = toy_assemble,
};

START_TEST(sets_only_bring_tables)
{
    struct asm_options options = {.set = &toy, .listing = true, .debug_lines = true};
    struct asm_output output = assemble_with(&options, "op 5\nl: op row\n.section .rows\n.quad 1\nrow: .quad l\n");
    const Elf64_Ehdr *header = output.elf;
    ck_assert_uint_eq(header->e_ident[EI_CLASS], ELFCLASS64);
    ck_assert_uint_eq(header->e_machine, 0x1234);
    const Elf64_Phdr *segment = (const Elf64_Phdr *)((const char *)output.elf + header->e_phoff);
    const uint64_t *code = (const uint64_t *)((const char *)output.elf + segment[0].p_offset);
    const uint64_t *rows = (const uint64_t *)((const char *)output.elf + segment[1].p_offset);
    ck_assert_uint_eq(code[0], 5);
    ck_assert_uint_eq(code[1], (UINT64_C(1) << 56) + 8);
    ck_assert_uint_eq(segment[1].p_vaddr, UINT64_C(1) << 56);
    ck_assert_uint_eq(rows[1], 8);
    asm_output_free(&output);
    struct pim_error error = {0};
    ck_assert_int_eq(asm_text("a.s", "op 1, 2\n", &options, &output, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "a.s:1:4: expected one number\n    op 1, 2\n       ^");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
    Suite *suite = suite_create("assembler");
    TCase *content = tcase_create("are these the right bytes?");
    tcase_add_loop_test(content, data_has_the_right_bytes, 0, ROWS(data_rows));
    tcase_add_loop_test(content, expressions_follow_c, 0, ROWS(expression_rows));
    tcase_add_loop_test(content, code_has_the_right_words, 0, ROWS(code_rows));
    suite_add_tcase(suite, content);
    TCase *errors = tcase_create("is the mistake named and pointed at?");
    tcase_add_loop_test(errors, mistake_is_pointed_at, 0, ROWS(error_rows));
    tcase_add_test(errors, errors_are_collected_in_order);
    tcase_add_test(errors, twenty_errors_are_enough);
    tcase_add_loop_test(errors, everything_comes_to_an_end, 0, ROWS(endless));
    suite_add_tcase(suite, errors);
    TCase *around = tcase_create("what else goes in and comes out?");
    tcase_add_test(around, other_files_are_found);
    tcase_add_test(around, definitions_come_first);
    tcase_add_test(around, listing_shows_address_word_and_line);
    tcase_add_test(around, warnings_do_not_stop);
    suite_add_tcase(suite, around);
    TCase *file = tcase_create("has the file the right shape?");
    tcase_add_test(file, header_is_the_vendors);
    tcase_add_test(file, symbol_details_can_be_given);
    tcase_add_test(file, reserved_sections_are_not_loaded);
    tcase_add_test(file, sets_only_bring_tables);
    suite_add_tcase(suite, file);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
