/* A fuzz target without libFuzzer: runs it on every seed and on random mutations of each.
 *
 *   replay                 the seeds in $srcdir/tests/fuzz/corpus/NAME; PIMENTO_TEST_SEED and PIMENTO_TEST_SCALE apply
 *   replay FILE...         these inputs, as they are (for a finding)
 *   replay --write FOLDER  write the inputs made from the seeds there, as a corpus for libFuzzer
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MUTATIONS = 400,      /* of each seed */
    MOST_CHANGES = 6,     /* in one mutation */
    SECONDS_PER_INPUT = 20,
    MOST_SEEDS = 256,
    MOST_WORDS = 512,
    LARGEST_INPUT = 1 << 20,
};

struct input {
    uint8_t *bytes;
    size_t size;
};

static struct replay {
    char folder[1024];
    char *names[MOST_SEEDS];
    size_t name_count;
    char *words[MOST_WORDS];
    size_t word_count;
    uint64_t random;
    /* for the signal handler */
    const char *seed_name;
    unsigned mutation;
    uint64_t start;
} replay;

static void tell_where(int signal_number)
{
    char text[256];
    int length = snprintf(text, sizeof text, "\nreplay: signal %d at seed file %s, mutation %u, PIMENTO_TEST_SEED=%llu\n",
                          signal_number, replay.seed_name ? replay.seed_name : "?", replay.mutation,
                          (unsigned long long)replay.start);
    if (write(STDERR_FILENO, text, (size_t)length) < 0)
        _exit(1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static uint64_t random_number(uint64_t below)
{
    replay.random ^= replay.random << 13;
    replay.random ^= replay.random >> 7;
    replay.random ^= replay.random << 17;
    return below ? (replay.random * UINT64_C(0x2545f4914f6cdd1d) >> 11) % below : 0;
}

static bool read_file(const char *path, struct input *input)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return false;
    input->bytes = malloc(LARGEST_INPUT);
    input->size = fread(input->bytes, 1, LARGEST_INPUT, stream);
    fclose(stream);
    return true;
}

static void run(const struct input *input)
{
    uint8_t *copy = malloc(input->size ? input->size : 1); /* exact size, so that a sanitizer sees reads behind it */
    memcpy(copy, input->bytes, input->size);
    alarm(SECONDS_PER_INPUT);
    LLVMFuzzerTestOneInput(copy, input->size);
    alarm(0);
    free(copy);
}

/* ---- mutation ---- */

static void replace(struct input *input, size_t at, size_t removed, const void *bytes, size_t size)
{
    size_t tail = input->size - at - removed;
    if (at + size + tail > LARGEST_INPUT)
        return;
    uint8_t *copy = malloc(size + 1); /* `bytes` may lie inside the input */
    memcpy(copy, bytes, size);
    memmove(input->bytes + at + size, input->bytes + at + removed, tail);
    memcpy(input->bytes + at, copy, size);
    free(copy);
    input->size = at + size + tail;
}

static void change_number(struct input *input)
{
    static const uint32_t numbers[] = {0, 1, 2, 4, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
    uint32_t number = numbers[random_number(sizeof numbers / sizeof *numbers)];
    size_t bytes = (size_t)1 << random_number(3);
    if (input->size < bytes)
        return;
    memcpy(input->bytes + random_number(input->size - bytes + 1), &number, bytes);
}

static void change_once(struct input *input)
{
    size_t at = random_number(input->size), rest = input->size - at;
    size_t length = rest ? 1 + random_number(rest < 64 ? rest : 64) : 0;
    const char *word = replay.word_count ? replay.words[random_number(replay.word_count)] : "";
    switch (random_number(7)) {
    case 0:
        if (rest)
            input->bytes[at] ^= (uint8_t)(1u << random_number(8));
        break;
    case 1:
        if (rest)
            input->bytes[at] = (uint8_t)random_number(256);
        break;
    case 2: replace(input, at, length, "", 0); break;
    case 3: replace(input, random_number(input->size + 1), 0, input->bytes + at, length); break;
    case 4: change_number(input); break;
    case 5: replace(input, at, 0, word, strlen(word)); break;
    case 6:
        if (random_number(8) == 0)
            input->size = at; /* truncated file */
        break;
    }
}

/* ---- seeds ---- */

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool list_seeds(void)
{
    const char *srcdir = getenv("srcdir");
    snprintf(replay.folder, sizeof replay.folder, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", fuzz_target.corpus);
    DIR *folder = opendir(replay.folder);
    if (!folder)
        return false;
    for (struct dirent *entry; (entry = readdir(folder)) && replay.name_count < MOST_SEEDS;)
        if (entry->d_name[0] != '.')
            replay.names[replay.name_count++] = strdup(entry->d_name);
    closedir(folder);
    qsort(replay.names, replay.name_count, sizeof *replay.names, by_name);
    return replay.name_count > 0;
}

static void read_dictionary(void)
{
    char path[1200], line[256];
    const char *srcdir = getenv("srcdir");
    if (!fuzz_target.dictionary)
        return;
    snprintf(path, sizeof path, "%s/tests/fuzz/%s", srcdir ? srcdir : ".", fuzz_target.dictionary);
    FILE *stream = fopen(path, "r");
    while (stream && replay.word_count < MOST_WORDS && fgets(line, sizeof line, stream)) {
        char *first = strchr(line, '"'), *last = strrchr(line, '"');
        if (line[0] == '#' || !first || last <= first)
            continue;
        *last = '\0';
        replay.words[replay.word_count++] = strdup(first + 1);
    }
    if (stream)
        fclose(stream);
}

/* False when the file is no seed of this target, as a wrong program is none for the ELF reader. */
static bool make_seed(const char *name, struct input *seed)
{
    char path[2048];
    struct input file;
    snprintf(path, sizeof path, "%s/%s", replay.folder, name);
    if (!read_file(path, &file))
        return false;
    if (!fuzz_target.seed) {
        *seed = file;
        return true;
    }
    bool good = fuzz_target.seed(file.bytes, file.size, &seed->bytes, &seed->size);
    free(file.bytes);
    return good;
}

static unsigned number_from_environment(const char *name, unsigned preset)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : preset;
}

static unsigned long replay_seed(const struct input *seed, unsigned mutations)
{
    struct input input = {.bytes = malloc(LARGEST_INPUT)};
    replay.mutation = 0;
    run(seed);
    for (replay.mutation = 1; replay.mutation <= mutations; replay.mutation++) {
        input.size = seed->size;
        memcpy(input.bytes, seed->bytes, seed->size);
        for (uint64_t changes = 1 + random_number(MOST_CHANGES); changes; changes--)
            change_once(&input);
        run(&input);
    }
    free(input.bytes);
    return mutations + 1ul;
}

static int replay_corpus(void)
{
    unsigned mutations = MUTATIONS * number_from_environment("PIMENTO_TEST_SCALE", 100) / 100;
    unsigned long runs = 0;
    replay.start = number_from_environment("PIMENTO_TEST_SEED", 1);
    printf("PIMENTO_TEST_SEED=%llu\n", (unsigned long long)replay.start);
    for (size_t i = 0; i < replay.name_count; i++) {
        struct input seed;
        replay.seed_name = replay.names[i];
        if (!make_seed(replay.names[i], &seed))
            continue;
        replay.random = (replay.start + 1) * UINT64_C(0x9e3779b97f4a7c15) + i;
        runs += replay_seed(&seed, mutations);
        free(seed.bytes);
    }
    printf("%lu runs of %zu seed files\n", runs, replay.name_count);
    return runs == 0;
}

static int write_corpus(const char *folder)
{
    for (size_t i = 0; i < replay.name_count; i++) {
        char path[2048];
        struct input seed;
        if (!make_seed(replay.names[i], &seed))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, replay.names[i]);
        FILE *stream = fopen(path, "wb");
        if (!stream || fwrite(seed.bytes, 1, seed.size, stream) != seed.size || fclose(stream))
            return 1;
        free(seed.bytes);
    }
    return 0;
}

int main(int argument_count, char **arguments)
{
    signal(SIGSEGV, tell_where);
    signal(SIGABRT, tell_where);
    signal(SIGALRM, tell_where);
    bool writes = argument_count == 3 && strcmp(arguments[1], "--write") == 0;
    for (int i = 1; i < argument_count && !writes; i++) {
        struct input input;
        replay.seed_name = arguments[i];
        if (!read_file(arguments[i], &input))
            return 1;
        run(&input);
        free(input.bytes);
    }
    if (argument_count > 1 && !writes)
        return 0;
    if (!list_seeds()) {
        fprintf(stderr, "replay: no seeds in %s\n", replay.folder);
        return 1;
    }
    read_dictionary();
    return writes ? write_corpus(arguments[2]) : replay_corpus();
}
