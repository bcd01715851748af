/* A fuzz target is one file that defines LLVMFuzzerTestOneInput and fuzz_target. With --enable-fuzzing it is linked with
 * libFuzzer; in every build `make check` links it with replay.c, which feeds it the seeds and random mutations of them.
 * A target aborts when a property does not hold.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_target {
    const char *corpus;     /* folder of seed files below tests/fuzz/corpus */
    const char *dictionary; /* file in tests/fuzz, in libFuzzer's format: "word" a line; may be NULL */
    /* Make the input from a seed file's bytes (malloc'd); NULL: the bytes as they are. */
    bool (*seed)(const uint8_t *bytes, size_t size, uint8_t **input, size_t *input_size);
};

extern const struct fuzz_target fuzz_target;

#endif
