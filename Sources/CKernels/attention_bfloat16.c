// Attention on AVX-512 with vdpbf16ps.

#include "include/kernels.h"
#include "product.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define PAIRED_TARGET \
  __attribute__(( \
      target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma"), min_vector_width(512)))
#pragma clang attribute push(PAIRED_TARGET, apply_to = function)
#include "vector.h"
#include "attention_sizes.h"

enum { micro_rows = 6 };

/// `rows` <= 6 rows times 16 `vectors` columns.
INLINE void micro(
    int rows, int vectors, float *c, size_t c_row, const uint16_t *a, size_t a_row,
    const uint16_t *b, size_t b_row, size_t pairs, int accumulate) {
  __m512 s[micro_rows][4];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors; j++)
      s[i][j] = accumulate ? _mm512_loadu_ps(c + (size_t)i * c_row + 16 * j) : _mm512_setzero_ps();
  for (size_t p = 0; p < pairs; p++) {
    __m512bh line[4];
    for (int j = 0; j < vectors; j++)
      line[j] = (__m512bh)_mm512_loadu_si512(b + p * b_row + 32 * j);
    for (int i = 0; i < rows; i++) {
      int32_t pair;
      memcpy(&pair, a + (size_t)i * a_row + 2 * p, sizeof pair);
      __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
      for (int j = 0; j < vectors; j++) s[i][j] = _mm512_dpbf16_ps(s[i][j], both, line[j]);
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors; j++) _mm512_storeu_ps(c + (size_t)i * c_row + 16 * j, s[i][j]);
}

static void pair_product(
    float *c, size_t c_row, const uint16_t *a, size_t a_row, const uint16_t *b, size_t b_row,
    size_t m, size_t n, size_t pairs, int accumulate) {
  for (size_t j = 0; j < n; j += 64) {
    size_t i = 0;
#define MICRO(rows, vectors) \
  micro( \
      rows, vectors, c + i * c_row + j, c_row, a + i * a_row, a_row, b + 2 * j, b_row, pairs, \
      accumulate)
#define ROWS(vectors) \
  for (; i + micro_rows <= m; i += micro_rows) MICRO(micro_rows, vectors); \
  for (; i < m; i += 2) MICRO(2, vectors);
    switch (n - j < 64 ? n - j : 64) {
      case 16: ROWS(1) break;
      case 32: ROWS(2) break;
      case 48: ROWS(3) break;
      default: ROWS(4)
    }
#undef ROWS
#undef MICRO
  }
}

#define PAIRED(name) kernel_##name##_bfloat16
#define PAIRED_BEGIN() ((void)0)
#define PAIRED_END() ((void)0)
// A token alone has as many rows as a group has heads: the others of 32 would
// cost as much as they do.
#define PAIRED_ROWS(rows) (((rows) + 1) / 2 * 2)
#define PAIRED_COLUMNS(columns) (((columns) + 15) / 16 * 16)
#define PAIRED_DEPTH(depth) (((depth) + 1) / 2 * 2)
#define PAIR_PRODUCT pair_product
#define PAIRED_NARROWS
#include "attention_paired.inc"

#pragma clang attribute pop
