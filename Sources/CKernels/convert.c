// Conversions between the element types of weights.

#include "include/kernels.h"
#include "vector.h"

#include <immintrin.h>

INLINE float float_of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

INLINE uint32_t bits_of_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

INLINE uint16_t half_at(const void *source, size_t i) {
  uint16_t half;
  memcpy(&half, (const char *)source + 2 * i, 2);
  return half;
}

/// Shifting exponent and significand into place gives a float that is 2^112 too small; the product
/// is exact, subnormals included. Infinity and NaN keep their exponent of ones.
INLINE float widen_float16(uint16_t half) {
  uint32_t body = (uint32_t)(half & 0x7fff) << 13, sign = (uint32_t)(half & 0x8000) << 16;
  float x = float_of_bits(body) * 0x1p112f;
  if ((half & 0x7c00) == 0x7c00) x = float_of_bits(body | 0x7f800000);
  return float_of_bits(bits_of_float(x) | sign);
}

INLINE void widen_all(int type, const void *source, float *target, size_t count) {
  if (type == kernel_float32) {
    memcpy(target, source, count * sizeof(float));
  } else if (type == kernel_bfloat16) {
    for (size_t i = 0; i < count; i++)
      target[i] = float_of_bits((uint32_t)half_at(source, i) << 16);
  } else if (type == kernel_int8) {
    for (size_t i = 0; i < count; i++) target[i] = ((const int8_t *)source)[i];
  } else {
    for (size_t i = 0; i < count; i++) target[i] = widen_float16(half_at(source, i));
  }
}

INLINE void round_all(const float *source, uint16_t *target, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = bits_of_float(source[i]);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    target[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : rounded);
  }
}

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"), min_vector_width(512)))
#define MIDDLE __attribute__((target("avx2,f16c,fma")))

// Compilers do not find the float16 instructions in the loop above.
WIDE static void widen_avx512(int type, const void *source, float *target, size_t count) {
  size_t i = 0;
  if (type == kernel_float16)
    for (; i + 16 <= count; i += 16)
      _mm512_storeu_ps(
          target + i,
          _mm512_cvtph_ps(_mm256_loadu_si256((const void *)((const char *)source + 2 * i))));
  widen_all(type, (const char *)source + 2 * i, target + i, count - i);
}

MIDDLE static void widen_avx2(int type, const void *source, float *target, size_t count) {
  size_t i = 0;
  if (type == kernel_float16)
    for (; i + 8 <= count; i += 8)
      _mm256_storeu_ps(
          target + i,
          _mm256_cvtph_ps(_mm_loadu_si128((const void *)((const char *)source + 2 * i))));
  widen_all(type, (const char *)source + 2 * i, target + i, count - i);
}

WIDE static void round_avx512(const float *s, uint16_t *t, size_t n) { round_all(s, t, n); }
MIDDLE static void round_avx2(const float *s, uint16_t *t, size_t n) { round_all(s, t, n); }

void kernel_widen(int path, int type, const void *source, float *target, size_t count) {
  if (path >= kernel_path_avx512) return widen_avx512(type, source, target, count);
  if (path == kernel_path_avx2) return widen_avx2(type, source, target, count);
  widen_all(type, source, target, count);
}

void kernel_round_to_bfloat16(int path, const float *source, uint16_t *target, size_t count) {
  if (path >= kernel_path_avx512) return round_avx512(source, target, count);
  if (path == kernel_path_avx2) return round_avx2(source, target, count);
  round_all(source, target, count);
}

/// Columns that are turned together: 256 bytes of each row, whole lines of a cache.
enum { turned_columns = 64 };

INLINE void transpose_all(
    int path, int type, const char *source, size_t rows, size_t columns, size_t begin, size_t end,
    float *target) {
  size_t size = type == kernel_float32 ? 4 : type == kernel_int8 ? 1 : 2;
  for (size_t c = begin; c < end; c += turned_columns)
    for (size_t r = 0; r < rows; r += lanes) {
      size_t width = end - c < turned_columns ? end - c : turned_columns;
      size_t height = rows - r < lanes ? rows - r : lanes;
      float block[lanes][turned_columns] = {{0}};
      for (size_t i = 0; i < height; i++)
        kernel_widen(path, type, source + ((r + i) * columns + c) * size, block[i], width);
      for (size_t j = 0; j < width; j += lanes) {
        int_vector words[lanes];
        for (size_t i = 0; i < lanes; i++) words[i] = (int_vector)load(block[i] + j);
        transpose_words(words);
        float turned[lanes][lanes];
        for (size_t i = 0; i < lanes; i++) store(turned[i], (vector)words[i]);
        for (size_t i = 0; i < lanes && j + i < width; i++) {
          float *line = target + (c + j + i) * rows + r;
          if (height == lanes)
            store(line, load(turned[i]));
          else
            memcpy(line, turned[i], height * sizeof(float));
        }
      }
    }
}

WIDE static void transpose_avx512(
    int path, int type, const char *source, size_t rows, size_t columns, size_t begin, size_t end,
    float *target) {
  transpose_all(path, type, source, rows, columns, begin, end, target);
}

void kernel_transpose(
    int path, int type, const void *source, size_t rows, size_t columns, size_t begin, size_t end,
    float *target) {
  if (path >= kernel_path_avx512)
    transpose_avx512(path, type, source, rows, columns, begin, end, target);
  else
    transpose_all(path, type, source, rows, columns, begin, end, target);
}

size_t kernel_first_non_finite(int type, const void *source, size_t count) {
  if (type == kernel_int8) return count;
  enum { block = 4096 };
  const uint16_t exponent = type == kernel_bfloat16 ? 0x7f80 : 0x7c00;
  for (size_t begin = 0; begin < count; begin += block) {
    size_t end = count - begin < block ? count : begin + block;
    int bad = 0;
    if (type == kernel_float32) {
      for (size_t i = begin; i < end; i++) {
        uint32_t bits;
        memcpy(&bits, (const char *)source + 4 * i, 4);
        bad |= (bits & 0x7f800000) == 0x7f800000;
      }
    } else {
      for (size_t i = begin; i < end; i++) bad |= (half_at(source, i) & exponent) == exponent;
    }
    if (!bad) continue;
    for (size_t i = begin; i < end; i++) {
      float x;
      widen_all(type, (const char *)source + (type == kernel_float32 ? 4 : 2) * i, &x, 1);
      if (!isfinite(x)) return i;
    }
  }
  return count;
}
