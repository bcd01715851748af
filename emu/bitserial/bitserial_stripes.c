#include "bitserial_stripes.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define AT(type, place) ((type *)((place).base + (offset & (place).mask)))

typedef uint64_t vector __attribute__((vector_size(32), aligned(8), may_alias));

static inline __attribute__((always_inline)) void run_operation(const struct stripe_operation *operation, size_t offset, size_t words)
{
    vector *to = AT(vector, operation->to), *parity;
    const vector *a = AT(const vector, operation->a), *b = AT(const vector, operation->b), *c = AT(const vector, operation->c);
    size_t count = words / (sizeof *to / sizeof(uint64_t));
    switch (operation->kernel) {
#define KERNEL_CASE(name, expression, table) \
    case STRIPE_##name:                      \
        for (size_t i = 0; i < count; i++)   \
            to[i] = (expression);            \
        break;
    STRIPE_KERNELS(KERNEL_CASE)
#undef KERNEL_CASE
    /* The parity first: it may take an operand's place, the majority never does, and operands are read again. */
#define ADDER_CASE(name, expression, sum, table, sum_table) \
    case STRIPE_##name:                                     \
        parity = AT(vector, operation->parity);             \
        for (size_t i = 0; i < count; i++) {                \
            vector carry = (expression);                    \
            parity[i] = (sum);                              \
            to[i] = carry;                                  \
        }                                                   \
        break;
    STRIPE_ADDERS(ADDER_CASE)
#undef ADDER_CASE
    }
}

static inline __attribute__((always_inline)) void run_operations(const struct stripe_operation *operations, size_t count, size_t offset, size_t words)
{
    for (size_t i = 0; i < count; i++)
        run_operation(&operations[i], offset, words);
}

/* The same three times: for any processor, and for those with wider vectors; the widest ones have ternary logic. */
static void run_plain(const struct stripe_operation *operations, size_t count, size_t offset, size_t words)
{
    run_operations(operations, count, offset, words);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void run_avx2(const struct stripe_operation *operations, size_t count, size_t offset, size_t words)
{
    run_operations(operations, count, offset, words);
}

__attribute__((target("avx512f"))) static void run_avx512(const struct stripe_operation *operations, size_t count, size_t offset, size_t words)
{
    for (const struct stripe_operation *operation = operations; operation < operations + count; operation++) {
        uint64_t *to = AT(uint64_t, operation->to), *parity;
        const uint64_t *a = AT(const uint64_t, operation->a), *b = AT(const uint64_t, operation->b), *c = AT(const uint64_t, operation->c);
        switch (operation->kernel) {
#define KERNEL_CASE(name, expression, table)                                                                                       \
    case STRIPE_##name:                                                                                                            \
        for (size_t i = 0; i < words; i += 8)                                                                                      \
            _mm512_storeu_si512(to + i, _mm512_ternarylogic_epi64(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i),            \
                                                                  _mm512_loadu_si512(c + i), table));                              \
        break;
        STRIPE_KERNELS(KERNEL_CASE)
#undef KERNEL_CASE
#define ADDER_CASE(name, expression, sum, table, sum_table)                                                                        \
    case STRIPE_##name:                                                                                                            \
        parity = AT(uint64_t, operation->parity);                                                                                  \
        for (size_t i = 0; i < words; i += 8) {                                                                                    \
            __m512i x = _mm512_loadu_si512(a + i), y = _mm512_loadu_si512(b + i), z = _mm512_loadu_si512(c + i);                   \
            _mm512_storeu_si512(parity + i, _mm512_ternarylogic_epi64(x, y, z, sum_table));                                        \
            _mm512_storeu_si512(to + i, _mm512_ternarylogic_epi64(x, y, z, table));                                                \
        }                                                                                                                          \
        break;
        STRIPE_ADDERS(ADDER_CASE)
#undef ADDER_CASE
        }
    }
}
#endif

unsigned stripe_runners_here(stripe_runner *runners[STRIPE_VARIANTS])
{
    unsigned count = 0;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        runners[count++] = run_avx512;
    if (__builtin_cpu_supports("avx2"))
        runners[count++] = run_avx2;
#endif
    runners[count++] = run_plain;
    return count;
}
