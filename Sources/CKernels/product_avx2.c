// The product of many tokens with weights that are widened to float32, for AVX2, whose registers
// hold half of a row's sixteen lanes.
//
// Sums are those of the other paths, bit for bit. But the two halves of their lanes are summed one
// after the other: so twice as many tokens share what a row brings into the first-level cache.

#include "include/kernels.h"
#include "product.h"
#include "vector.h"

#define AVX2 __attribute__((target("avx2,fma,f16c")))

enum { half_lanes = lanes / 2 };
typedef float half __attribute__((vector_size(32)));
typedef float loose_half __attribute__((vector_size(32), aligned(4), may_alias));

AVX2 void kernel_split_lanes(
    const float *source, size_t depth, float *block, size_t token, size_t tokens) {
  for (size_t part = 0; part < 2; part++) {
    float *target = block + part * (depth / 2) * tokens + token * half_lanes;
    for (size_t k = part * half_lanes; k < depth; k += lanes, target += tokens * half_lanes)
      *(loose_half *)target = *(const loose_half *)(source + k);
  }
}

/// sums[row][token] of two rows of a panel, [terms / 8][2][8], and of `tokens` tokens,
/// [terms / 8][tokens][8].
AVX2 INLINE void half_tile(
    size_t tokens, const float *panel, const float *x, size_t terms,
    half sums[2][split_tokens]) {
  half s[2][split_tokens];
  for (size_t t = 0; t < tokens; t++) s[0][t] = s[1][t] = (half){0};
  for (size_t k = 0; k < terms; k += half_lanes, panel += lanes, x += tokens * half_lanes) {
    half first = *(const loose_half *)panel, second = *(const loose_half *)(panel + half_lanes);
    for (size_t t = 0; t < tokens; t++) {
      half a = *(const loose_half *)(x + t * half_lanes);
      s[0][t] = s[0][t] + a * first;
      s[1][t] = s[1][t] + a * second;
    }
  }
  for (size_t t = 0; t < tokens; t++) {
    sums[0][t] = s[0][t];
    sums[1][t] = s[1][t];
  }
}

/// A panel of `rows` rows, and zeros up to a multiple of four, times the `tokens` tokens of a step
/// over `depth` terms; the next step's are `ahead` floats further.
AVX2 INLINE void tile(
    size_t tokens, const float *panel, const float *x, size_t ahead, size_t depth, float *y,
    size_t y_stride, size_t rows, int accumulate) {
  half sums[2][split_rows][split_tokens];
  // Nobody else asks in time for what is written far apart, nor for activations that come from
  // beyond the second-level cache: of these each pair of rows asks for a piece.
  for (size_t t = 0; t < tokens; t++) ask_ahead((char *)(y + t * y_stride), rows * sizeof(float));
  const char *next = (const char *)(x + ahead);
  size_t piece = tokens * depth * sizeof(float) / split_rows;
  for (size_t part = 0; part < 2; part++)
    for (size_t r = 0; r < round_up(rows, 4); r += 2, next += piece) {
      ask_ahead(next, piece);
      half_tile(
          tokens, panel + (r + part) * depth, x + part * (depth / 2) * tokens, depth / 2,
          &sums[part][r]);
    }
  for (size_t t = 0; t < tokens; t++)
    for (size_t r = 0; r < rows; r += 4) {
#define WHOLE(i) \
  __builtin_shufflevector( \
      sums[0][r + (i)][t], sums[1][r + (i)][t], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, \
      15)
      float four[4];
      four_sums(WHOLE(0), WHOLE(1), WHOLE(2), WHOLE(3), four);
#undef WHOLE
      float *target = y + t * y_stride + r;
      for (size_t i = 0; i < 4 && r + i < rows; i++)
        target[i] = accumulate ? target[i] + four[i] : four[i];
    }
}

AVX2 void kernel_forward_split(
    const struct kernel_product *product, const float *x, size_t begin, size_t end, float *y,
    float *scratch) {
  size_t columns = product->columns, x_stride = round_up(columns, lanes);
  size_t size = element_bytes(product->type);
  for (size_t row = begin; row < end; row += split_rows) {
    size_t rows = end - row < split_rows ? end - row : split_rows;
    for (size_t k = 0; k < columns; k += float_depth) {
      size_t count = columns - k < float_depth ? columns - k : float_depth,
             depth = round_up(count, lanes);
      for (size_t r = 0; r < round_up(rows, 4); r++) {
        float line[float_depth];
        if (r < rows) {
          ask_ahead(
              k + count < columns ? row_at(product, row + r) + (k + count) * size
                                  : row_at(product, row + split_rows + r),
              count * size);
          kernel_widen(
              kernel_path_avx2, product->type, row_at(product, row + r) + k * size, line, count);
          memset(line + count, 0, (depth - count) * sizeof(float));
        } else {
          memset(line, 0, sizeof line);
        }
        kernel_split_lanes(line, depth, scratch + r / 2 * 2 * depth, r % 2, 2);
      }
      for (size_t t = 0; t < product->tokens; t += split_tokens) {
        size_t left = product->tokens - t;
        const float *tokens = x + t * x_stride + k * (left < split_tokens ? left : split_tokens);
        float *target = y + t * product->rows + row;
#define TILE(n) \
  tile( \
      n, scratch, tokens, split_tokens * x_stride, depth, target, product->rows, rows, k > 0)
        switch (left) {
          case 1: TILE(1); break;
          case 2: TILE(2); break;
          case 3: TILE(3); break;
          case 4: TILE(4); break;
          case 5: TILE(5); break;
          default: TILE(split_tokens);
        }
#undef TILE
      }
    }
  }
}
