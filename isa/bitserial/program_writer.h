/* Programs for the control unit made in memory: words through the same encoding that the assembler uses. An allocation that fails is
 * remembered until bitserial_image.
 */
#ifndef PROGRAM_WRITER_H
#define PROGRAM_WRITER_H

#include "bitserial_isa.h"
#include "microprogram.h"
#include "pim_image.h"

struct program_writer {
    uint64_t *words;
    size_t count, room;
    bool failed;
};

void write_word(struct program_writer *writer, uint64_t word);
void write_aap(struct program_writer *writer, bitserial_row from, bitserial_row to);
void write_ap(struct program_writer *writer, bitserial_row row);
/* Control: micro-registers D and S and a number, or a target, where the operation has them; and the choice of a subarray. */
void write_control(struct program_writer *writer, enum bitserial_opcode opcode, unsigned d, unsigned s, uint32_t number);
void write_subarray(struct program_writer *writer, bitserial_row subarray);
/* Row codes in the order destination, a, b, select: as many as the operation has, the rest is not looked at. */
void write_bulk(struct program_writer *writer, enum bitserial_operation operation, bool is_signed, unsigned width, const bitserial_row *rows);
void write_microprogram(struct program_writer *writer, const struct microprogram *program);

/* The program with a `done` at its end, for pim_image_free. The writer is empty afterwards, also when this fails. */
enum pim_status bitserial_image(struct program_writer *writer, struct pim_image **image, struct pim_error *error);

#endif
