/* Decoding of the device printf buffer, apart from the DPU that holds it. */
#ifndef DPU_LOG_H
#define DPU_LOG_H

#include <stdio.h>

/* Print the records in bytes[0..size) to `out`. The bytes are the guest's: anything is survived, what cannot be read as a record ends the
 * text with one line that says so, and at most DPU_LOG_TEXT_BYTES are printed. */
void dpu_log_print(const unsigned char *bytes, size_t size, FILE *out);

enum { DPU_LOG_TEXT_BYTES = 64 << 20, DPU_LOG_WIDTH = 4095 };

#endif
