// Weights of eight bits: how they are made, and their way into the panels of the products.

#include "include/kernels.h"
#include "int8.h"
#include "product.h"
#include "vector.h"

#include <immintrin.h>

enum { block = 1024 };  // floats of a row that are widened at a time

/// The largest magnitude; NaN or infinity where there is one. Magnitudes compare as the integers of
/// their bits do, NaN above all.
INLINE float magnitude_of(const float *values, size_t count, float largest) {
  int_vector most = (int_vector)splat(largest);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    int_vector bits = (int_vector)magnitude(load(values + i));
    most = (int_vector)choose(bits > most, (vector)bits, (vector)most);
  }
  if (i < count) {
    int_vector bits = (int_vector)magnitude(load_some(values + i, count - i));
    most = (int_vector)choose(bits > most, (vector)bits, (vector)most);
  }
  int32_t all = 0;
  for (int lane = 0; lane < lanes; lane++) all = most[lane] > all ? most[lane] : all;
  memcpy(&largest, &all, sizeof all);
  return largest;
}

typedef int8_t byte_vector __attribute__((vector_size(16)));

INLINE byte_vector quotients(vector values, float scale) {
  const vector shift = splat(
      12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits, ties to even
  int_vector q = (int_vector)(values / splat(scale) + shift) - (int_vector)shift;
  // Beyond 127 only where the scale is so small that it has lost bits itself.
  int_vector most = (int_vector){} + 127, least = (int_vector){} - 127;
  q = (int_vector)choose(q > most, (vector)most, (vector)q);
  q = (int_vector)choose(q < least, (vector)least, (vector)q);
  return __builtin_convertvector(q, byte_vector);
}

INLINE void quantise(const float *values, float scale, int8_t *target, size_t count) {
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    byte_vector bytes = quotients(load(values + i), scale);
    memcpy(target + i, &bytes, sizeof bytes);
  }
  if (i == count) return;
  byte_vector bytes = quotients(load_some(values + i, count - i), scale);
  memcpy(target + i, &bytes, count - i);
}

INLINE size_t quantise_rows(
    int path, int type, const char *source, int8_t *target, float *scales, size_t rows,
    size_t columns) {
  size_t size = element_bytes(type);
  float values[block];
  for (size_t row = 0; row < rows; row++) {
    const char *from = source + row * columns * size;
    int8_t *to = target + row * columns;
    float largest = 0;
    for (size_t i = 0; i < columns; i += block) {
      size_t count = columns - i < block ? columns - i : block;
      kernel_widen(path, type, from + i * size, values, count);
      largest = magnitude_of(values, count, largest);
    }
    if (!isfinite(largest)) return row;
    float scale = largest / 127;
    scales[row] = scale;
    if (scale == 0) {
      memset(to, 0, columns);
      continue;
    }
    for (size_t i = 0; i < columns; i += block) {
      size_t count = columns - i < block ? columns - i : block;
      kernel_widen(path, type, from + i * size, values, count);
      quantise(values, scale, to + i, count);
    }
  }
  return rows;
}

INLINE void scale_all(const float *source, const float *scales, float *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = source[i] * scales[i];
}

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"), min_vector_width(512)))
#define MIDDLE __attribute__((target("avx2,f16c,fma")))

WIDE static size_t quantise_avx512(
    int path, int type, const char *s, int8_t *t, float *scales, size_t rows, size_t columns) {
  return quantise_rows(path, type, s, t, scales, rows, columns);
}
MIDDLE static size_t quantise_avx2(
    int path, int type, const char *s, int8_t *t, float *scales, size_t rows, size_t columns) {
  return quantise_rows(path, type, s, t, scales, rows, columns);
}
WIDE static void scale_avx512(const float *s, const float *k, float *t, size_t n) {
  scale_all(s, k, t, n);
}
MIDDLE static void scale_avx2(const float *s, const float *k, float *t, size_t n) {
  scale_all(s, k, t, n);
}

size_t kernel_quantise_rows(
    int path, int type, const void *source, int8_t *target, float *scales, size_t rows,
    size_t columns) {
  if (path >= kernel_path_avx512)
    return quantise_avx512(path, type, source, target, scales, rows, columns);
  if (path == kernel_path_avx2)
    return quantise_avx2(path, type, source, target, scales, rows, columns);
  return quantise_rows(path, type, source, target, scales, rows, columns);
}

void kernel_scale(int path, const float *source, const float *scales, float *target, size_t count) {
  if (path >= kernel_path_avx512) return scale_avx512(source, scales, target, count);
  if (path == kernel_path_avx2) return scale_avx2(source, scales, target, count);
  scale_all(source, scales, target, count);
}

/// The first whole 64 integers of a row by looking up magnitudes, more than twice as fast as
/// converting them; how many.
LOOKS_UP static size_t look_up(const char *source, uint16_t *target, size_t count) {
  struct int8_table table = int8_table();
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    __m512i pairs[2];
    int8_look_up(&table, _mm512_loadu_si512(source + i), pairs);
    _mm512_storeu_si512(target + i, pairs[0]);
    _mm512_storeu_si512(target + i + 32, pairs[1]);
  }
  return i;
}

WIDE void kernel_copy_as_bfloat16(int type, const char *source, uint16_t *target, size_t count) {
  if (type == kernel_bfloat16) {
    memcpy(target, source, count * sizeof(uint16_t));
    return;
  }
  size_t i = int8_looks_up() ? look_up(source, target, count) : 0;
  for (; i + 32 <= count; i += 32)
    _mm512_storeu_si512(
        target + i, int8_as_bfloat16(_mm256_loadu_si256((const void *)(source + i))));
  if (i == count) return;
  __mmask32 mask = (1u << (count - i)) - 1;
  _mm512_mask_storeu_epi16(
      target + i, mask, int8_as_bfloat16(_mm256_maskz_loadu_epi8(mask, source + i)));
}
