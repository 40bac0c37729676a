// From integers of eight bits to bfloat16 numbers, which hold them exactly. AVX-512.
#pragma once

#include <immintrin.h>
#include <stdint.h>

__attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq"))) static inline __m512i
int8_as_bfloat16(__m256i bytes) {
  // Pairs of neighbours as 32-bit lanes: the odd ones converted in place give the upper halves,
  // the even ones the lower.
  __m512i pairs = _mm512_cvtepi16_epi32(bytes);
  __m512i odd = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_srai_epi32(pairs, 8)));
  __m512i even =
      _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(pairs, 24), 24)));
  // The floats' lower halves are zeros: of 8 significant bits none is lost.
  return _mm512_or_si512(odd, _mm512_srli_epi32(even, 16));
}

// 64 integers at a time by looking up their magnitudes' bytes, more than twice as fast; where the
// processor permutes bytes.
#define LOOKS_UP __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))

static inline int int8_looks_up(void) { return __builtin_cpu_supports("avx512vbmi"); }

// The bytes of the bfloat16 numbers 0 ... 127: sign 0, exponent 127 + e, the
// bits below the leading one.
#define POWER(i) \
  ((i) < 2 ? 0 : (i) < 4 ? 1 : (i) < 8 ? 2 : (i) < 16 ? 3 : (i) < 32 ? 4 : (i) < 64 ? 5 : 6)
#define BITS(i) ((i) == 0 ? 0 : (127 + POWER(i)) << 7 | ((i) << (7 - POWER(i)) & 0x7f))
#define LOW(i) (uint8_t)(BITS(i) & 0xff)
#define HIGH(i) (uint8_t)(BITS(i) >> 8)
#define FOUR(BYTE, i) BYTE(i), BYTE((i) + 1), BYTE((i) + 2), BYTE((i) + 3)
#define SIXTEEN(BYTE, i) \
  FOUR(BYTE, i), FOUR(BYTE, (i) + 4), FOUR(BYTE, (i) + 8), FOUR(BYTE, (i) + 12)
#define ALL(BYTE) \
  SIXTEEN(BYTE, 0), SIXTEEN(BYTE, 16), SIXTEEN(BYTE, 32), SIXTEEN(BYTE, 48), SIXTEEN(BYTE, 64), \
      SIXTEEN(BYTE, 80), SIXTEEN(BYTE, 96), SIXTEEN(BYTE, 112)
static const uint8_t int8_low_bytes[128] = {ALL(LOW)}, int8_high_bytes[128] = {ALL(HIGH)};
#undef POWER
#undef BITS
#undef LOW
#undef HIGH
#undef FOUR
#undef SIXTEEN
#undef ALL

struct int8_table {
  __m512i low[2], high[2];
};

LOOKS_UP __attribute__((always_inline)) static inline struct int8_table int8_table(void) {
  struct int8_table table;
  for (int half = 0; half < 2; half++) {
    table.low[half] = _mm512_loadu_si512(int8_low_bytes + 64 * half);
    table.high[half] = _mm512_loadu_si512(int8_high_bytes + 64 * half);
  }
  return table;
}

/// The first 32 and the second 32 of 64 integers.
LOOKS_UP __attribute__((always_inline)) static inline void int8_look_up(
    const struct int8_table *table, __m512i bytes, __m512i pairs[2]) {
  // Interleaving works within quarters: with the eighths in this order the result is in order.
  const __m512i order = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0), sign = _mm512_set1_epi8(-128);
  __m512i q = _mm512_permutexvar_epi64(order, bytes), magnitude = _mm512_abs_epi8(q);
  __m512i low = _mm512_permutex2var_epi8(table->low[0], magnitude, table->low[1]);
  __m512i high = _mm512_permutex2var_epi8(table->high[0], magnitude, table->high[1]);
  high = _mm512_or_si512(high, _mm512_and_si512(q, sign));
  pairs[0] = _mm512_unpacklo_epi8(low, high);
  pairs[1] = _mm512_unpackhi_epi8(low, high);
}

