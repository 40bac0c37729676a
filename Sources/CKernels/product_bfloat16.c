// Products of bfloat16 with vdpbf16ps: 16 sums, each of two products more a step. Results below the
// smallest normal float are 0.

#include "int8.h"
#include "product.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")))
#define INLINE static inline __attribute__((always_inline)) TARGET

enum { step = 32, tile_rows = 4, tile_tokens = 6 };

INLINE __m512bh load_pairs(const void *p) { return (__m512bh)_mm512_loadu_si512(p); }

/// Sums of the lanes of four vectors: within quarters (0 + 2) + (1 + 3),
/// then the quarters in pairs.
INLINE __m128 four_sums(__m512 a, __m512 b, __m512 c, __m512 d) {
  __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  __m512d low = _mm512_unpacklo_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
  __m512d high = _mm512_unpackhi_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd));
  __m512 all = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
  __m256 two = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  return _mm_add_ps(_mm256_castps256_ps128(two), _mm256_extractf128_ps(two, 1));
}

/// `rows` rows of weights, w_stride bytes apart at any alignment, times `tokens` tokens over
/// `depth` terms; x is padded with zeros to whole steps, w need not be. Weights `ahead` bytes
/// further are asked for where that is not 0.
INLINE void tile(
    int rows, int tokens, const char *w, size_t w_stride, size_t ahead, const uint16_t *x,
    size_t x_stride, size_t depth, float *y, size_t y_stride, int accumulate) {
  __m512 s[tile_tokens][tile_rows];
  for (int t = 0; t < tile_tokens; t++)
    for (int r = 0; r < tile_rows; r++) s[t][r] = _mm512_setzero_ps();
  size_t k = 0;
  for (; k + step <= depth; k += step) {
    __m512bh line[tile_rows];
    for (int r = 0; r < rows; r++) {
      const char *terms = w + (size_t)r * w_stride + 2 * k;
      // In the first-level cache the activations stay.
      if (ahead) __builtin_prefetch(terms + ahead, 0, 2);
      line[r] = load_pairs(terms);
    }
    for (int t = 0; t < tokens; t++) {
      __m512bh a = load_pairs(x + (size_t)t * x_stride + k);
      for (int r = 0; r < rows; r++) s[t][r] = _mm512_dpbf16_ps(s[t][r], a, line[r]);
    }
  }
  if (k < depth) {
    __mmask32 mask = (1u << (depth - k)) - 1;
    for (int r = 0; r < rows; r++) {
      __m512bh line = (__m512bh)_mm512_maskz_loadu_epi16(mask, w + (size_t)r * w_stride + 2 * k);
      for (int t = 0; t < tokens; t++)
        s[t][r] = _mm512_dpbf16_ps(s[t][r], load_pairs(x + (size_t)t * x_stride + k), line);
    }
  }
  __mmask8 mask = (__mmask8)((1u << rows) - 1);
  for (int t = 0; t < tokens; t++) {
    float *target = y + (size_t)t * y_stride;
    __m128 sums = four_sums(s[t][0], s[t][1], s[t][2], s[t][3]);
    if (accumulate) sums = _mm_add_ps(sums, _mm_maskz_loadu_ps(mask, target));
    _mm_mask_storeu_ps(target, mask, sums);
  }
}

#define SUMS(rows, tokens) \
  tile(rows, tokens, w, w_stride, ahead, x, x_stride, depth, y, y_stride, accumulate)
#define CASE(rows, tokens) \
  case tokens: SUMS(rows, tokens); break;
#define TILE(rows) \
  TARGET static void tile_##rows( \
      size_t tokens, const char *w, size_t w_stride, size_t ahead, const uint16_t *x, \
      size_t x_stride, size_t depth, float *y, size_t y_stride, int accumulate) { \
    switch (tokens) { \
      CASE(rows, 1) \
      CASE(rows, 2) CASE(rows, 3) CASE(rows, 4) CASE(rows, 5) default : SUMS(rows, tile_tokens); \
    } \
  }
TILE(1)
TILE(4)
#undef TILE
#undef CASE
#undef SUMS

enum { looked_up_tokens = 3 };  // whose sums and the tables fit the registers

/// As `tile` with four rows of int8 weights, whose bfloat16 numbers never leave the registers: few
/// tokens are limited by memory. The sums are the same.
__attribute__((
    always_inline,
    target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vbmi,fma"))) static inline void
looked_up_tile(
    int tokens, const char *w, size_t w_stride, const char *ahead, const uint16_t *x,
    size_t x_stride, size_t depth, float *y, size_t y_stride, int accumulate) {
  struct int8_table table = int8_table();
  __m512 s[looked_up_tokens][tile_rows];
  for (int t = 0; t < tokens; t++)
    for (int r = 0; r < tile_rows; r++) s[t][r] = _mm512_setzero_ps();
  for (size_t k = 0; k < depth; k += 2 * step) {
    __mmask64 mask = depth - k < 2 * step ? (1ull << (depth - k)) - 1 : ~0ull;
    for (int r = 0; r < tile_rows; r++) {
      __m512i pairs[2];
      __builtin_prefetch(ahead + (size_t)r * w_stride + k);
      int8_look_up(&table, _mm512_maskz_loadu_epi8(mask, w + (size_t)r * w_stride + k), pairs);
      for (int t = 0; t < tokens; t++) {
        s[t][r] =
            _mm512_dpbf16_ps(s[t][r], load_pairs(x + (size_t)t * x_stride + k), (__m512bh)pairs[0]);
        // Packed activations end with their last step.
        if (depth - k > step)
          s[t][r] = _mm512_dpbf16_ps(
              s[t][r], load_pairs(x + (size_t)t * x_stride + k + step), (__m512bh)pairs[1]);
      }
    }
  }
  for (int t = 0; t < tokens; t++) {
    float *target = y + (size_t)t * y_stride;
    __m128 sums = four_sums(s[t][0], s[t][1], s[t][2], s[t][3]);
    if (accumulate) sums = _mm_add_ps(sums, _mm_loadu_ps(target));
    _mm_storeu_ps(target, sums);
  }
}

/// Whole fours of rows from `begin` on; the first row that is left.
__attribute__((
    target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vbmi,fma"))) static size_t
looked_up_rows(
    const struct kernel_product *product, const uint16_t *x, size_t begin, size_t end, float *y) {
  size_t columns = product->columns, x_stride = round_up(columns, step), row = begin;
  if (columns == 0) return begin;
  for (; row + tile_rows <= end; row += tile_rows)
    for (size_t k = 0; k < columns; k += bfloat16_depth) {
      size_t depth = columns - k < bfloat16_depth ? columns - k : bfloat16_depth;
      const char *w = row_at(product, row) + k,
                 *ahead = k + depth < columns ? w + depth : row_at(product, row + tile_rows);
#define CASE(n) \
  case n: \
    looked_up_tile(n, w, columns, ahead, x + k, x_stride, depth, y + row, product->rows, k > 0); \
    break;
      switch (product->tokens) {
        CASE(1)
        CASE(2) default : looked_up_tile(
                              looked_up_tokens, w, columns, ahead, x + k, x_stride, depth, y + row,
                              product->rows, k > 0);
      }
#undef CASE
    }
  return row;
}

TARGET void kernel_forward_bfloat16(
    const struct kernel_product *product, const uint16_t *x, size_t begin, size_t end, float *y,
    void *scratch) {
  size_t columns = product->columns, x_stride = round_up(columns, step);
  // Up to two tiles of tokens read the mapped rows themselves; a copy pays when more come.
  // The sums are the same. Bytes are always widened into a copy, a few rows of which stay
  // in the first-level cache.
  size_t size = element_bytes(product->type);
  int copied = product->tokens > 2 * tile_tokens || size == 1;
  size_t most = product->tokens > 2 * tile_tokens ? bfloat16_rows : tile_rows;
  if (size == 1 && product->tokens <= looked_up_tokens && int8_looks_up())
    begin = looked_up_rows(product, x, begin, end, y);
  for (size_t row = begin; row < end; row += most) {
    size_t rows = end - row < most ? end - row : most;
    if (columns == 0)
      for (size_t t = 0; t < product->tokens; t++)
        memset(y + t * product->rows + row, 0, rows * sizeof(float));
    for (size_t k = 0; k < columns; k += bfloat16_depth) {
      size_t depth = columns - k < bfloat16_depth ? columns - k : bfloat16_depth,
             stride = 2 * columns;
      const char *weights = row_at(product, row) + size * k;
      if (copied) {
        stride = 2 * bfloat16_depth;
        for (size_t r = 0; r < rows; r++) {
          const char *next = k + depth < columns ? row_at(product, row + r) + size * (k + depth)
                                                 : row_at(product, row + most + r);
          ask_ahead(next, size * depth);
          kernel_copy_as_bfloat16(
              product->type, weights + r * size * columns,
              (uint16_t *)((char *)scratch + r * stride), depth);
        }
        weights = scratch;
      }
      for (size_t t = 0; t < product->tokens; t += tile_tokens) {
        size_t tokens = product->tokens - t, r = 0;
        const uint16_t *a = x + t * x_stride + k;
        float *target = y + t * product->rows + row;
        // Where rows are read in place, the same terms of the next ones.
        size_t ahead = copied || t > 0 ? 0 : tile_rows * stride;
        for (; r + tile_rows <= rows; r += tile_rows)
          tile_4(
              tokens, weights + r * stride, stride, ahead, a, x_stride, depth, target + r,
              product->rows, k > 0);
        for (; r < rows; r++)
          tile_1(
              tokens, weights + r * stride, stride, ahead, a, x_stride, depth, target + r,
              product->rows, k > 0);
      }
    }
  }
}

/// 32 elements of bfloat16 or int8 weights from the `j`-th on, as bfloat16.
INLINE __m512i load_columns(size_t size, __mmask32 mask, const char *row, size_t j) {
  if (size == 1) return int8_as_bfloat16(_mm256_maskz_loadu_epi8(mask, row + j));
  return _mm512_maskz_loadu_epi16(mask, row + 2 * j);
}

TARGET void kernel_interleave_rows(
    const struct kernel_product *product, size_t row, size_t rows, size_t column, size_t columns,
    size_t strip, uint16_t *panel) {
  const __m512i low = _mm512_set_epi16(
      47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35,
      3, 34, 2, 33, 1, 32, 0);
  const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  size_t pairs = round_up(rows, 32) / 2, size = element_bytes(product->type);
  for (size_t pair = 0; pair < pairs; pair++) {
    size_t first = row + 2 * pair;
    const char *a = row_at(product, first) + size * column, *b = a + size * product->columns;
    ask_ahead(a + rows_ahead * size * product->columns, size * columns);
    ask_ahead(b + rows_ahead * size * product->columns, size * columns);
    for (size_t j = 0; j < columns; j += 32) {
      __mmask32 mask = columns - j < 32 ? (1u << (columns - j)) - 1 : ~0u;
      __m512i x = 2 * pair < rows ? load_columns(size, mask, a, j) : _mm512_setzero_si512();
      __m512i y = 2 * pair + 1 < rows ? load_columns(size, mask, b, j) : _mm512_setzero_si512();
      // A strip is a multiple of 16 columns: both halves are placed by themselves.
      for (size_t h = 0; h < 2; h++) {
        size_t place = j + 16 * h;
        if (place >= round_up(columns, strip)) break;
        uint16_t *target = panel + (place / strip * pairs + pair) * 2 * strip + place % strip * 2;
        _mm512_storeu_si512(target, _mm512_permutex2var_epi16(x, h ? high : low, y));
      }
    }
    for (size_t place = round_up(columns, 32); place < round_up(columns, strip); place += 16)
      _mm512_storeu_si512(
          panel + (place / strip * pairs + pair) * 2 * strip + place % strip * 2,
          _mm512_setzero_si512());
  }
}

enum { strip_columns = 64 };

/// `tokens` tokens times one strip: sums start from dx, so that they run through all rows in order
/// whatever the blocks are.
INLINE void strip_tile(
    int tokens, const uint16_t *strip, const uint16_t *dy, size_t dy_stride, size_t pairs,
    float *dx, size_t dx_stride, size_t columns, int accumulate) {
  __m512 s[tile_tokens][4];
  __mmask16 mask[4];
  for (size_t j = 0; j < 4; j++) {
    size_t left = columns > 16 * j ? columns - 16 * j : 0;
    mask[j] = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
  }
  for (int t = 0; t < tokens; t++)
    for (int j = 0; j < 4; j++)
      s[t][j] = accumulate ? _mm512_maskz_loadu_ps(mask[j], dx + (size_t)t * dx_stride + 16 * j)
                           : _mm512_setzero_ps();
  for (size_t p = 0; p < pairs; p++) {
    __m512bh line[4];
    for (int j = 0; j < 4; j++)
      line[j] = load_pairs(strip + p * 2 * strip_columns + (size_t)j * 32);
    for (int t = 0; t < tokens; t++) {
      int32_t pair;
      memcpy(&pair, dy + (size_t)t * dy_stride + 2 * p, sizeof pair);
      __m512bh a = (__m512bh)_mm512_set1_epi32(pair);
      for (int j = 0; j < 4; j++) s[t][j] = _mm512_dpbf16_ps(s[t][j], a, line[j]);
    }
  }
  for (int t = 0; t < tokens; t++)
    for (int j = 0; j < 4; j++)
      _mm512_mask_storeu_ps(dx + (size_t)t * dx_stride + 16 * j, mask[j], s[t][j]);
}

TARGET static void strip_tiles(
    size_t tokens, const uint16_t *strip, const uint16_t *dy, size_t dy_stride, size_t pairs,
    float *dx, size_t dx_stride, size_t columns, int accumulate) {
  size_t t = 0;
  for (; t + tile_tokens <= tokens; t += tile_tokens)
    strip_tile(
        tile_tokens, strip, dy + t * dy_stride, dy_stride, pairs, dx + t * dx_stride, dx_stride,
        columns, accumulate);
  dy += t * dy_stride;
  dx += t * dx_stride;
#define CASE(n) \
  case n: strip_tile(n, strip, dy, dy_stride, pairs, dx, dx_stride, columns, accumulate); break;
  switch (tokens - t) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
    default: break;
  }
#undef CASE
}

TARGET void kernel_pullback_bfloat16(
    const struct kernel_product *product, const uint16_t *dy, size_t begin, size_t end, float *dx,
    void *scratch) {
  size_t dy_stride = round_up(product->rows, step);
  for (size_t column = begin; column < end; column += pullback_columns) {
    size_t columns = end - column < pullback_columns ? end - column : pullback_columns;
    if (product->rows == 0)
      for (size_t t = 0; t < product->tokens; t++)
        memset(dx + t * product->columns + column, 0, columns * sizeof(float));
    for (size_t row = 0; row < product->rows; row += pullback_rows) {
      size_t rows = product->rows - row < pullback_rows ? product->rows - row : pullback_rows;
      size_t pairs = round_up(rows, 32) / 2;
      kernel_interleave_rows(product, row, rows, column, columns, strip_columns, scratch);
      for (size_t j = 0; j < columns; j += strip_columns)
        strip_tiles(
            product->tokens, (uint16_t *)scratch + j * 2 * pairs, dy + row, dy_stride, pairs,
            dx + column + j, product->columns, columns - j, row > 0);
    }
  }
}
