/* What each operation computes: one short body per operation, used by every engine.
 *
 * Both functions are always inlined. Called with a constant operation or condition they shrink to the body of that one
 * (the threaded code of dpu_fast.c); called with a variable they are a switch (dpu_execute.c). Authority: the vendor's
 * own emulator and instruction table as restated in doc/isa-dpu.md.
 */
#ifndef DPU_SEMANTICS_H
#define DPU_SEMANTICS_H

#include "dpu_isa.h"

#define DPU_INLINE static inline __attribute__((always_inline))

/* Everything an instruction's flags and condition look at. */
struct dpu_value {
    uint32_t x;             /* the result */
    uint32_t zero_of;       /* ZF <- (zero_of == 0); the result, but for the shift-and-add family */
    uint32_t source;        /* value of the ra operand */
    uint32_t first, second; /* addends as added (inverted for subtraction); operands of byte multiplies; second = shift operand */
    uint32_t carry_in, carry;
    uint32_t maximum;       /* largest count of cao, clz, clo, cls */
};

DPU_INLINE void dpu_sum(struct dpu_value *v, uint32_t first, uint32_t second, uint32_t carry_in)
{
    uint64_t sum = (uint64_t)first + second + carry_in;
    v->first = first;
    v->second = second;
    v->carry_in = carry_in;
    v->x = v->zero_of = (uint32_t)sum;
    v->carry = (uint32_t)(sum >> 32);
}

DPU_INLINE void dpu_result(struct dpu_value *v, uint32_t x)
{
    v->x = v->zero_of = x;
}

DPU_INLINE uint32_t dpu_rotate_left(uint32_t a, uint32_t k)
{
    return a << k | a >> (-k & 31);
}

/* The bits that a shift by k pushes out; a shift by 32 in C is undefined, hence 64 bits. */
DPU_INLINE uint32_t dpu_out_left(uint32_t a, uint32_t k)
{
    return (uint32_t)((uint64_t)a << k >> 32);
}

DPU_INLINE uint32_t dpu_out_right(uint32_t a, uint32_t k)
{
    return (uint32_t)((uint64_t)a << 32 >> k);
}

DPU_INLINE uint32_t dpu_leading_zeros(uint32_t a)
{
    return a ? (uint32_t)__builtin_clz(a) : 32;
}

DPU_INLINE uint32_t dpu_hash(uint32_t a, uint32_t k)
{
    uint32_t width = 7 + (k >> 2 & 3), mask = (1u << width) - 1;
    uint32_t x = (a & mask) ^ (a >> width & mask);
    return k & 1 ? x ^ (a >> 2 * width & mask) : x;
}

DPU_INLINE uint32_t dpu_equal_bytes(uint32_t a, uint32_t b)
{
    uint32_t difference = a ^ b;
    difference |= difference >> 4;
    difference |= difference >> 2;
    difference |= difference >> 1;
    return ~difference & 0x01010101;
}

enum { DPU_BYTE_LOW = 0, DPU_BYTE_HIGH = 8 };
DPU_INLINE uint32_t dpu_unsigned_byte(uint32_t a, int shift) { return a >> shift & 0xff; }
DPU_INLINE uint32_t dpu_signed_byte(uint32_t a, int shift) { return (uint32_t)(int32_t)(int8_t)(a >> shift); }

/* Operations with one 32-bit result. `a` = value of ra, `b` = second operand (rb or immediate; `imm - ra` forms pass the immediate
 * as `a` and ra as `b`, and set v->source themselves), `k` = shift amount 0..31, `cf` = carry flag. */
DPU_INLINE void dpu_compute(enum dpu_operation operation, uint32_t a, uint32_t b, uint32_t k,
                            uint32_t cf, struct dpu_value *v)
{
    v->source = a;
    switch (operation) {
    case DPU_OP_ADD: dpu_sum(v, a, b, 0); break;
    case DPU_OP_ADDC: dpu_sum(v, a, b, cf); break;
    case DPU_OP_SUB: dpu_sum(v, a, ~b, 1); break;
    case DPU_OP_SUBC: dpu_sum(v, a, ~b, cf); break;
    case DPU_OP_RSUB: dpu_sum(v, b, ~a, 1); break;
    case DPU_OP_RSUBC: dpu_sum(v, b, ~a, cf); break;
    case DPU_OP_AND: dpu_result(v, a & b); break;
    case DPU_OP_ANDN: dpu_result(v, ~a & b); break;
    case DPU_OP_NAND: dpu_result(v, ~(a & b)); break;
    case DPU_OP_OR: dpu_result(v, a | b); break;
    case DPU_OP_ORN: dpu_result(v, ~a | b); break;
    case DPU_OP_NOR: dpu_result(v, ~(a | b)); break;
    case DPU_OP_XOR: dpu_result(v, a ^ b); break;
    case DPU_OP_NXOR: dpu_result(v, ~(a ^ b)); break;
    case DPU_OP_LSL: v->second = b; dpu_result(v, a << k); break;
    case DPU_OP_LSLX: v->second = b; dpu_result(v, dpu_out_left(a, k)); break;
    case DPU_OP_LSL1: v->second = b; dpu_result(v, a << k | ((1u << k) - 1)); break;
    case DPU_OP_LSL1X: v->second = b; dpu_result(v, dpu_out_left(a, k) | 0xffffffffu << k); break;
    case DPU_OP_LSR: v->second = b; dpu_result(v, a >> k); break;
    case DPU_OP_LSRX: v->second = b; dpu_result(v, dpu_out_right(a, k)); break;
    case DPU_OP_LSR1: v->second = b; dpu_result(v, a >> k | ~(0xffffffffu >> k)); break;
    case DPU_OP_LSR1X: v->second = b; dpu_result(v, dpu_out_right(a, k) | 0xffffffffu >> k); break;
    case DPU_OP_ASR: v->second = b; dpu_result(v, (uint32_t)((int32_t)a >> k)); break;
    case DPU_OP_ROL: v->second = b; dpu_result(v, dpu_rotate_left(a, k)); break;
    case DPU_OP_ROR: v->second = b; dpu_result(v, dpu_rotate_left(a, -k & 31)); break;
    case DPU_OP_LSL_ADD: v->zero_of = a << k; v->x = b + v->zero_of; break;
    case DPU_OP_LSL_SUB: v->zero_of = a << k; v->x = b - v->zero_of; break;
    case DPU_OP_LSR_ADD: v->zero_of = a >> k; v->x = b + v->zero_of; break;
    case DPU_OP_ROL_ADD: v->zero_of = dpu_rotate_left(a, k); v->x = b + v->zero_of; break;
    case DPU_OP_CAO: v->maximum = 32; dpu_result(v, (uint32_t)__builtin_popcount(a)); break;
    case DPU_OP_CLO: v->maximum = 32; dpu_result(v, dpu_leading_zeros(~a)); break;
    case DPU_OP_CLZ: v->maximum = 32; dpu_result(v, dpu_leading_zeros(a)); break;
    case DPU_OP_CLS: v->maximum = 31; dpu_result(v, (uint32_t)__builtin_clrsb((int)a)); break;
    case DPU_OP_EXTSB: dpu_result(v, dpu_signed_byte(a, DPU_BYTE_LOW)); break;
    case DPU_OP_EXTSH: dpu_result(v, (uint32_t)(int32_t)(int16_t)a); break;
    case DPU_OP_EXTUB: dpu_result(v, a & 0xff); break;
    case DPU_OP_EXTUH: dpu_result(v, a & 0xffff); break;
    case DPU_OP_SATS: dpu_result(v, a >> 31 ? 0x7fffffff : 0x80000000); break;
    case DPU_OP_HASH: dpu_result(v, dpu_hash(a, b)); break;
    case DPU_OP_CMPB4: dpu_result(v, dpu_equal_bytes(a, b)); break;
#define DPU_MULTIPLY(name, a_sign, a_byte, b_sign, b_byte)                                         \
    case DPU_OP_MUL_##name:                                                                        \
        v->first = a;                                                                              \
        v->second = b;                                                                             \
        dpu_result(v, dpu_##a_sign##_byte(a, DPU_BYTE_##a_byte) *                                  \
                          dpu_##b_sign##_byte(b, DPU_BYTE_##b_byte));                              \
        break;
    DPU_MULTIPLY(UL_UL, unsigned, LOW, unsigned, LOW)
    DPU_MULTIPLY(UL_UH, unsigned, LOW, unsigned, HIGH)
    DPU_MULTIPLY(UH_UL, unsigned, HIGH, unsigned, LOW)
    DPU_MULTIPLY(UH_UH, unsigned, HIGH, unsigned, HIGH)
    DPU_MULTIPLY(SL_SL, signed, LOW, signed, LOW)
    DPU_MULTIPLY(SL_SH, signed, LOW, signed, HIGH)
    DPU_MULTIPLY(SH_SL, signed, HIGH, signed, LOW)
    DPU_MULTIPLY(SH_SH, signed, HIGH, signed, HIGH)
    DPU_MULTIPLY(SL_UL, signed, LOW, unsigned, LOW)
    DPU_MULTIPLY(SL_UH, signed, LOW, unsigned, HIGH)
    DPU_MULTIPLY(SH_UL, signed, HIGH, unsigned, LOW)
    DPU_MULTIPLY(SH_UH, signed, HIGH, unsigned, HIGH)
#undef DPU_MULTIPLY
    default: dpu_result(v, 0); break;
    }
}

/* No carry out of the low `bits` bits of the addition. */
DPU_INLINE bool dpu_no_carry(const struct dpu_value *v, unsigned bits)
{
    uint32_t mask = (1u << bits) - 1;
    return (v->first & mask) + (v->second & mask) + v->carry_in <= mask;
}

/* Does the condition hold? `zf` is the flag before the instruction. */
DPU_INLINE bool dpu_holds(enum dpu_condition condition, const struct dpu_value *v, bool zf)
{
    bool zero = v->x == 0, negative = v->x >> 31;
    bool overflow = (~(v->first ^ v->second) & (v->first ^ v->x)) >> 31;
    switch (condition) {
    case DPU_IF_TRUE: return true;
    case DPU_IF_Z: return zero;
    case DPU_IF_NZ: return !zero;
    case DPU_IF_XZ: return zero && zf;
    case DPU_IF_XNZ: return !(zero && zf);
    case DPU_IF_PL: return !negative;
    case DPU_IF_MI: return negative;
    case DPU_IF_MAX: return v->x == v->maximum;
    case DPU_IF_NMAX: return v->x != v->maximum;
    case DPU_IF_SZ: return v->source == 0;
    case DPU_IF_SNZ: return v->source != 0;
    case DPU_IF_SPL: return !(v->source >> 31);
    case DPU_IF_SMI: return v->source >> 31;
    case DPU_IF_SE: return !(v->source & 1);
    case DPU_IF_SO: return v->source & 1;
    case DPU_IF_E: return !(v->x & 1);
    case DPU_IF_O: return v->x & 1;
    case DPU_IF_NSH32: return !(v->second & 32);
    case DPU_IF_SH32: return v->second & 32;
    case DPU_IF_SMALL: return !((v->first | v->second) & 0xff00);
    case DPU_IF_LARGE: return (v->first | v->second) & 0xff00;
    case DPU_IF_OV: return overflow;
    case DPU_IF_NOV: return !overflow;
    case DPU_IF_C: case DPU_IF_GEU: return v->carry;
    case DPU_IF_NC: case DPU_IF_LTU: return !v->carry;
    case DPU_IF_NC5: return dpu_no_carry(v, 5);
    case DPU_IF_NC6: return dpu_no_carry(v, 6);
    case DPU_IF_NC7: return dpu_no_carry(v, 7);
    case DPU_IF_NC8: return dpu_no_carry(v, 8);
    case DPU_IF_NC9: return dpu_no_carry(v, 9);
    case DPU_IF_NC10: return dpu_no_carry(v, 10);
    case DPU_IF_NC11: return dpu_no_carry(v, 11);
    case DPU_IF_NC12: return dpu_no_carry(v, 12);
    case DPU_IF_NC13: return dpu_no_carry(v, 13);
    case DPU_IF_NC14: return dpu_no_carry(v, 14);
    case DPU_IF_LTS: return negative != overflow;
    case DPU_IF_GES: return negative == overflow;
    case DPU_IF_LES: return negative != overflow || zero;
    case DPU_IF_GTS: return negative == overflow && !zero;
    case DPU_IF_LEU: return !v->carry || zero;
    case DPU_IF_GTU: return v->carry && !zero;
    case DPU_IF_XLES: return negative != overflow || (zero && zf);
    case DPU_IF_XGTS: return negative == overflow && !(zero && zf);
    case DPU_IF_XLEU: return !v->carry || (zero && zf);
    case DPU_IF_XGTU: return v->carry && !(zero && zf);
    default: return false; /* DPU_IF_FALSE and numbers no class lists: as the vendor's emulator */
    }
}

/* The multiply and divide steps work on pairs: hi = rN, lo = rN+1. */
struct dpu_pair { uint32_t hi, lo; };

/* `old_lo` is dc.lo before: neither step writes it when nothing is added or subtracted. */
DPU_INLINE struct dpu_pair dpu_mul_step(uint32_t a, struct dpu_pair b, uint32_t k, uint32_t old_lo)
{
    return (struct dpu_pair){b.hi >> 1, b.hi & 1 ? b.lo + (a << k) : old_lo};
}

DPU_INLINE struct dpu_pair dpu_div_step(uint32_t a, struct dpu_pair b, uint32_t k, uint32_t old_lo)
{
    uint32_t d = a << k;
    return b.lo >= d ? (struct dpu_pair){2 * b.hi + 1, b.lo - d} : (struct dpu_pair){2 * b.hi, old_lo};
}

/* Index of the atomic or run bit that an operand sum names. */
DPU_INLINE uint32_t dpu_bit_index(uint32_t v)
{
    return (v >> 8 ^ v) & 0xff;
}

/* DMA operand fields (LDMA, SDMA, LDMAI). The MRAM region bit is ignored by the hardware. */
DPU_INLINE uint32_t dpu_dma_wram(uint32_t ra) { return ra & 0xfffff8; }
DPU_INLINE uint32_t dpu_dma_mram(uint32_t rb) { return rb & 0xfffffff8 & ~DPU_MRAM_BASE; }
DPU_INLINE uint32_t dpu_dma_bytes(uint32_t ra, uint32_t immediate)
{
    return (1 + ((immediate + (ra >> 24)) & 0xff)) * 8;
}

#endif
