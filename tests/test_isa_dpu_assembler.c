/* The assembler side of the DPU set: which form is chosen for what is written, what labels
 * become, what is said about mistakes. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dpu_isa.h"
#include "dpu_text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* What is written, the form it becomes, and how that word prints. */
static const struct {
    const char *written, *form, *printed;
} statements[] = {
    {"add r0, r1, 5", "ADDrri", "add r0, r1, 5"},
    {"add r0, r1, 0xffffffff", "ADDrri", "add r0, r1, -1"},
    {"add r0, r1, -2147483648", "ADDrri", "add r0, r1, -2147483648"},
    {"add r0, r1, r2", "ADDrrr", "add r0, r1, r2"},
    {"add zero, r1, 5", "ADDzri", "add zero, r1, 5"},
    {"add zero, id, 5", "ADDzrif", "add zero, id, 5, false"},
    {"add r3, r1, -5, xz", "ADDrric", "add r3, r1, -5, xz"},
    {"add s1, s2, 40", "ADDssi", "adds r1, r2, 40"},
    {"adds r1, r2, r3", "ADDsss", "adds r1, r2, r3"},
    {"sub r0, r1, 5", "SUBrrif", "sub r0, r1, 5, false"},
    {"sub r0, 5, r1", "SUBrir", "sub r0, 5, r1"},
    {"sub r0, r1, r2, eq", "SUBrrrc", "sub r0, r1, r2, z"},
    {"sub r0, r1, r2, cc34", "SUBrrrc", "sub r0, r1, r2, cc34"},
    {"sub r0, r1, r2, neq, 7", "SUBrrrci", "sub r0, r1, r2, nz, 0x80000038"},
    {"jeq r1, 3, 0x80000038", "SUBzrici", "jeq r1, 3, 0x80000038"},
    {"jeq r1, r2, 7", "SUBzrrci", "jeq r1, r2, 0x80000038"},
    {"jeq r1, 0, 7", "SUBzrici", "jz r1, 0x80000038"},
    {"lw r1, r2, 8", "LWerri", "lw r1, r2, 8"},
    {"lw !little, r1, r2, 8", "LWerri", "lw r1, r2, 8"},
    {"lw !big, r1, r2, 8", "LWerri", "lw !big, r1, r2, 8"},
    {"lw r1, s2, 8", "LWersi", "lws r1, r2, 8"},
    {"lws r1, r2, 8", "LWersi", "lws r1, r2, 8"},
    {"lw !big, r1, s2, 8", "LWersi", "lw !big, r1, s2, 8"},
    {"lw !big, r1, s28, 8", "LWersi", "lw !big, r1, s28, 8"},
    {"sw s2, 4, r5", "SWesir", "sws r2, 4, r5"},
    {"sb r0, 0, 255", "SBerii", "sb r0, 0, -1"},
    {"sb r0, 0, -1", "SBerii", "sb r0, 0, -1"},
    {"sd zero, 16, 0", "SDerii", "sd zero, 16, 0"},
    {"move r0, r1", "ORrrif", "move r0, r1"},
    {"move r0, 5", "ORrri", "move r0, 5"},
    {"move r0, r1, z, 7", "ORrrici", "move r0, r1, z, 0x80000038"},
    {"move.u d0, 4294967295", "AND_Urki", "move.u d0, 4294967295"},
    {"move.s d0, -1", "AND_Srki", "move.s d0, -1"},
    {"stop true, 7", "STOPci", "stop true, 0x80000038"},
    {"stop", "STOPci", "stop"},
    {"acquire zero, 5, nz, 7", "ACQUIRErici", "acquire zero, 5, nz, 0x80000038"},
    {"release zero, 5, nz, 7", "RELEASErici", "release zero, 5, nz, 0x80000038"},
    {"release zero, 5, 7", "RELEASErici", "release zero, 5, nz, 0x80000038"},
    {"boot id, 1", "BOOTrici", "boot id, 1"},
    {"call r23, 187", "CALLrri", "call r23, 0x800005d8"},
    {"call r23, r0", "CALLrri", "call r23, r0"},
    {"jump r23", "CALLzri", "jump r23"},
    {"jump 268435455", "CALLzri", "jump 268435455"},
    {"time_cfg r1", "TIME_CFGzr", "time_cfg r1"},
    {"time_cfg r0, r1", "TIME_CFGrr", "time_cfg r0, r1"},
    {"fault 0", "FAULTi", "bkp"},
    {"nop", "NOP", "nop"},
};

START_TEST(chosen_form)
{
    uint64_t word;
    char text[128], why[512] = "";
    struct dpu_instruction instruction;
    ck_assert_msg(assemble_dpu_text(statements[_i].written, &word, why, sizeof why), "%s: %s",
                  statements[_i].written, why);
    ck_assert(dpu_decode(word, false, &instruction));
    ck_assert_str_eq(dpu_form((enum dpu_form)instruction.form)->name, statements[_i].form);
    dpu_disassemble(word, false, NULL, NULL, text, sizeof text);
    ck_assert_str_eq(text, statements[_i].printed);
}
END_TEST

static const struct {
    const char *written, *message;
} mistakes[] = {
    {"frobnicate r0", "there is no instruction `frobnicate`"},
    {"ad r0, r1, r2", "there is no instruction `ad`"},
    {"nop r0", "the operands fit no form of `nop`, expected `nop`"},
    {"call r23",
     "the operands fit no form of `call`, expected `call rc, ra, target`, `call rc, ra, rb`, "
     "`call zero, ra, target`, `call zero, ra, rb`, `call rc, ra` or `call rc, target`"},
    {"jump r24",
     "the operands fit no form of `jump`, expected `jump target`, `jump ra` or `jump ra, target`"},
    {"neg r0, 5",
     "the operands fit no form of `neg`, expected `neg rc, ra` or `neg rc, ra, condition, target`"},
    {"ld d1, r0, 0", "the operands fit no form of `ld`, expected `ld !big, dc, ra, offset`, "
                     "`ld !big, dc, sa, offset` or `ld dc, ra, offset`"},
    {"jeq r0, 1024, 0",
     "1024 does not fit the number of `jeq ra, number, target`, expected -1024 to 1023"},
    {"add r0, r1, 4294967296",
     "4294967296 does not fit the number of `add rc, ra, number`, expected -2147483648 to "
     "4294967295"},
    {"lsl r0, r1, 32", "32 does not fit the shift of `lsl rc, ra, shift`, expected 0 to 31"},
    {"jz r0, 65536", "65536 does not fit the target of `jz ra, target`, expected 0 to 65535"},
    {"acquire r0, 0, mi, 7",
     "the condition `mi` does not exist in `acquire ra, number, condition, target`, expected one "
     "of true z nz"},
    {"acquire r0, 0, cc0, 7",
     "the condition `cc0` does not exist in `acquire ra, number, condition, target`, expected "
     "one of true z nz"},
};

START_TEST(mistakes_are_explained)
{
    uint64_t word;
    char why[512] = "";
    ck_assert(!assemble_dpu_text(mistakes[_i].written, &word, why, sizeof why));
    ck_assert_str_eq(why, mistakes[_i].message);
    char brief[8] = "";
    ck_assert(!assemble_dpu_text(mistakes[_i].written, &word, brief, sizeof brief));
    ck_assert_int_eq(strncmp(brief, why, sizeof brief - 1), 0);
}
END_TEST

START_TEST(the_operand_at_fault_is_named)
{
    struct isa_operand operands[DPU_TEXT_OPERANDS];
    char why[512];
    uint64_t word;
    int at_operand;
    size_t count = dpu_text_operands("r0, r1, 32", operands);
    ck_assert(!dpu_instruction_set.assemble("lsl", 3, operands, count, &word, why, sizeof why,
                                            &at_operand));
    ck_assert_int_eq(at_operand, 2);
}
END_TEST

/* ---- Labels ---- */

static const struct {
    int64_t address, value;
} addresses[] = {
    {0, 0},
    {65535, 65535},
    {0x08000000, 0},
    {0x0c000000, 0x04000000}, /* end of MRAM */
    {0x80000000, 0},
    {0x800005d8, 187},
    {0x800005d9, 188}, /* `label + 1` */
    {0xf0000000, 0},
    {0xf00000c8, 200},
    {-8, -8},
};

START_TEST(labels_lose_their_region)
{
    struct isa_operand operands[] = {
        {.kind = ISA_REGISTER_LIKE_NAME, .name = "r0", .name_length = 2},
        {.kind = ISA_EXPRESSION,
         .value = addresses[_i].address,
         .is_address = true,
         .value_known = true}};
    struct dpu_instruction instruction;
    char why[512];
    uint64_t word;
    int at_operand;
    ck_assert_int_eq(dpu_instruction_set.strip(addresses[_i].address), addresses[_i].value);
    ck_assert(
        dpu_instruction_set.assemble("move", 4, operands, 2, &word, why, sizeof why, &at_operand));
    ck_assert(dpu_decode(word, false, &instruction));
    ck_assert_int_eq(instruction.imm, addresses[_i].value);
    operands[1].is_address = false; /* a plain number stays as it is */
    ck_assert(
        dpu_instruction_set.assemble("move", 4, operands, 2, &word, why, sizeof why, &at_operand));
    ck_assert(dpu_decode(word, false, &instruction));
    ck_assert_int_eq(instruction.imm, (int32_t)addresses[_i].address);
}
END_TEST

START_TEST(unknown_values_do_not_change_the_form)
{
    struct isa_operand operands[DPU_TEXT_OPERANDS];
    char why[512];
    uint64_t known, unknown;
    int at_operand;
    size_t count = dpu_text_operands("r0, r1, 0", operands);
    ck_assert(dpu_instruction_set.assemble("add", 3, operands, count, &known, why, sizeof why,
                                           &at_operand));
    operands[2].value_known = false;
    operands[2].value = INT64_C(1) << 40;
    ck_assert(dpu_instruction_set.assemble("add", 3, operands, count, &unknown, why, sizeof why,
                                           &at_operand));
    ck_assert_uint_eq(known, unknown);
}
END_TEST

/* ---- Names and spaces ---- */

static const struct {
    const char *name;
    bool reserved;
} names[] = {
    {"r0", true},    {"r23", true},   {"r24", false}, {"r01", false},   {"r", false},
    {"s23", true},   {"d0", true},    {"d22", true},  {"d1", false},    {"d24", false},
    {"zero", true},  {"one", true},   {"lneg", true}, {"mneg", true},   {"id", true},
    {"id2", true},   {"id4", true},   {"id8", true},  {"id3", false},   {"true", true},
    {"false", true}, {"eq", true},    {"neq", true},  {"nc14", true},   {"nc15", false},
    {"xgtu", true},  {"main", false}, {"R0", false},  {"zeros", false},
};

START_TEST(reserved_names)
{
    ck_assert_int_eq(dpu_instruction_set.reserved(names[_i].name, strlen(names[_i].name)),
                     names[_i].reserved);
}
END_TEST

START_TEST(every_mnemonic_is_known)
{
    for (int form = 0; form < DPU_FORMS; form++) {
        const char *name = dpu_form((enum dpu_form)form)->mnemonic;
        ck_assert(dpu_instruction_set.mnemonic(name, strlen(name)));
        ck_assert(!dpu_instruction_set.mnemonic(name, 0));
    }
    ck_assert(!dpu_instruction_set.mnemonic("adde", 4));
    ck_assert(!dpu_instruction_set.mnemonic("zzz", 3));
}
END_TEST

START_TEST(spaces_have_the_linker_bases)
{
    const struct isa_space *spaces = dpu_instruction_set.spaces;
    ck_assert_uint_eq(spaces[DPU_SPACE_WRAM].link_base, DPU_WRAM_BASE);
    ck_assert_uint_eq(spaces[DPU_SPACE_MRAM].link_base, DPU_MRAM_BASE);
    ck_assert_uint_eq(spaces[DPU_SPACE_IRAM].link_base, DPU_IRAM_BASE);
    ck_assert_uint_eq(spaces[DPU_SPACE_IRAM].bytes, 32768);
    ck_assert_uint_eq(spaces[DPU_SPACE_ATOMIC].link_base, DPU_ATOMIC_BASE);
    ck_assert_ptr_null(spaces[DPU_SPACE_ATOMIC + 1].name);
    ck_assert_ptr_eq(instruction_set_named("dpu"), &dpu_instruction_set);
    ck_assert_ptr_eq(instruction_set_for_machine(245, 1), &dpu_instruction_set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isa_dpu_assembler");
    TCase *forms = tcase_create("forms"), *labels = tcase_create("labels"),
          *named = tcase_create("names");
    tcase_add_loop_test(forms, chosen_form, 0, COUNT(statements));
    tcase_add_loop_test(forms, mistakes_are_explained, 0, COUNT(mistakes));
    tcase_add_test(forms, the_operand_at_fault_is_named);
    tcase_add_loop_test(labels, labels_lose_their_region, 0, COUNT(addresses));
    tcase_add_test(labels, unknown_values_do_not_change_the_form);
    tcase_add_loop_test(named, reserved_names, 0, COUNT(names));
    tcase_add_test(named, every_mnemonic_is_known);
    tcase_add_test(named, spaces_have_the_linker_bases);
    suite_add_tcase(suite, forms);
    suite_add_tcase(suite, labels);
    suite_add_tcase(suite, named);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed || !run;
}
