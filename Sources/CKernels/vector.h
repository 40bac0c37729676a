// Vectors of 16 floats in clang's vector extension. The same source becomes one 512-bit register,
// two of AVX2 or four of SSE, with the same order of additions: the paths differ only where a
// multiplication and an addition are fused.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Vectors are only passed between functions that are inlined, so their calling
// convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

enum { lanes = 16 };

typedef float vector __attribute__((vector_size(64)));
typedef int32_t int_vector __attribute__((vector_size(64)));
typedef float loose_vector __attribute__((vector_size(64), aligned(4), may_alias));

INLINE vector load(const float *p) { return *(const loose_vector *)p; }
INLINE void store(float *p, vector v) { *(loose_vector *)p = v; }
INLINE vector splat(float x) { return (vector){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

/// The first `count` < 16 floats, zeros after them.
INLINE vector load_some(const float *p, size_t count) {
  float a[lanes] = {0};
  memcpy(a, p, count * sizeof(float));
  return load(a);
}

INLINE void store_some(float *p, vector v, size_t count) {
  float a[lanes];
  store(a, v);
  memcpy(p, a, count * sizeof(float));
}

INLINE vector choose(int_vector mask, vector yes, vector no) {
  return (vector)((mask & (int_vector)yes) | (~mask & (int_vector)no));
}
INLINE vector larger(vector a, vector b) { return choose(a > b, a, b); }
INLINE vector magnitude(vector a) { return (vector)((int_vector)a & 0x7fffffff); }

/// Sum of the lanes, in halves: lane i with lane i + 8, then + 4, + 2, + 1.
INLINE float sum(vector v) {
  typedef float half __attribute__((vector_size(32)));
  typedef float quarter __attribute__((vector_size(16)));
  half a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
      + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  quarter b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE float maximum_lane(vector v) {
  float a[lanes];
  store(a, v);
  float m = a[0];
  for (int i = 1; i < lanes; i++) m = a[i] > m ? a[i] : m;
  return m;
}

/// e^x within 1.1 units in the last place, 9e-8 of the value (all floats in [-87.3, 88.7] compared
/// with libm's in double); 0 below -104, infinity above 88.73, NaN of NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor polynomial of degree 7 (remainder below
/// 5e-9), and 2^n in two factors, because 2^128 is not a float though e^88.7 is.
INLINE vector exponential(vector x) {
  vector clamped = choose(x < splat(-104.5f), splat(-104.5f), x);
  clamped = choose(clamped > splat(89.5f), splat(89.5f), clamped);
  const vector shift =
      splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  vector shifted = clamped * 1.44269504088896341f + shift;
  vector n = shifted - shift;
  int_vector power = (int_vector)shifted - (int_vector)shift;
  vector r = clamped - n * 0.693145751953125f;  // ln 2 in 15 bits: exact for |n| < 512
  r = r - n * 1.42860677e-6f;
  vector p = splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = (r * r) * p + r;
  p = p + 1.0f;
  int_vector half = power >> 1;
  vector first = (vector)((half + 127) << 23);
  vector second = (vector)((power - half + 127) << 23);
  return choose(x == x, p * first * second, x);
}

/// Bits whose upper halves are the numbers in bfloat16, to nearest, ties to even; NaN stays NaN.
INLINE int_vector bfloat16_bits(vector x) {
  typedef uint32_t bits_vector __attribute__((vector_size(64)));
  bits_vector bits = (bits_vector)x;
  bits_vector rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  int_vector number = x == x;
  return (number & (int_vector)rounded) | (~number & (int_vector)(bits | 0x400000u));
}

/// 1 / (1 + e^-x)
INLINE vector sigmoid(vector x) { return 1.0f / (1.0f + exponential(-x)); }

/// The transpose of 16 x 16 words, in four exchanges of ever larger halves.
#define EXCHANGE(size, ...) \
  for (int i = 0; i < lanes; i++) \
    if (!(i & size)) { \
      int_vector a = rows[i], b = rows[i + size]; \
      rows[i] = __builtin_shufflevector(a, b, __VA_ARGS__); \
      rows[i + size] = __builtin_shufflevector(a, b, FROM(size, __VA_ARGS__)); \
    }
#define FROM(size, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
  a + size, b + size, c + size, d + size, e + size, f + size, g + size, h + size, i + size, \
      j + size, k + size, l + size, m + size, n + size, o + size, p + size
INLINE void transpose_words(int_vector rows[lanes]) {
  EXCHANGE(1, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
  EXCHANGE(2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
  EXCHANGE(4, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
  EXCHANGE(8, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}
#undef FROM
#undef EXCHANGE

/// Sums of the lanes of four vectors, side by side: within quarters (0 + 2) + (1 + 3),
/// then the quarters in pairs.
INLINE void four_sums(vector a, vector b, vector c, vector d, float sums[4]) {
#define EVEN_PAIRS 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define ODD_PAIRS 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
  vector ab = __builtin_shufflevector(a, b, EVEN_PAIRS) + __builtin_shufflevector(a, b, ODD_PAIRS);
  vector cd = __builtin_shufflevector(c, d, EVEN_PAIRS) + __builtin_shufflevector(c, d, ODD_PAIRS);
  vector all =
      __builtin_shufflevector(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
      __builtin_shufflevector(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  typedef float half __attribute__((vector_size(32)));
  typedef float quarter __attribute__((vector_size(16)));
  half two = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7)
      + __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
  quarter one =
      __builtin_shufflevector(two, two, 0, 1, 2, 3) + __builtin_shufflevector(two, two, 4, 5, 6, 7);
  memcpy(sums, &one, sizeof one);
#undef EVEN_PAIRS
#undef ODD_PAIRS
}
