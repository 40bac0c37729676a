// Products of 16-bit integers, which tell what a float32 product need not be computed for where no
// instruction multiplies bfloat16 numbers: vpmaddwd takes twice as many products a step as vfmadd.

#include "include/kernels.h"
#include "product.h"
#include "vector.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

enum {
  // A lane adds up 64 pairs of products, one block of terms: 128 levels^2 is below 2^31.
  levels = 4095,
  integer_depth = 128,
  integer_block = 1024,  // terms that are widened together
  tile_rows = 16,        // of weights, pairs of whose terms lie side by side: one lane each
  integer_rows = 32,     // of weights that are turned into integers together, with all their terms:
                         // 256 KB of the second-level cache at 4,096
  tile_tokens = 6,       // times 16 rows are 12 registers of sums
  group_tokens = 24,     // whose terms of a block pass by 16 rows' in the first-level cache
  step = 32,
  apart = 32,  // more, so that tokens do not fall on each other's lines in the first-level cache
};

#define AVX2 __attribute__((target("avx2,fma,f16c")))

size_t kernel_integer_stride(size_t columns) { return round_up(columns, step) + apart; }

/// w / scale to nearest, ties to even, cut off at the levels. A scale too small to be
/// inverted gives numbers that are far off, whose error is measured as any other.
INLINE void to_integers(const float *source, float scale, int16_t *target, size_t count) {
  const float inverse = scale > 0 ? 1 / scale : 0, shift = 12582912.0f;  // 1.5 * 2^23
  for (size_t i = 0; i < count; i++) {
    float x = source[i] * inverse;
    x = x < levels ? x : levels;
    x = x > -levels ? x : -levels;
    target[i] = (int16_t)(int32_t)((x + shift) - shift);
  }
}

/// The largest magnitude and `known`; NaN is passed over.
INLINE float largest(const float *source, size_t count, float known) {
  enum { lanes = 16 };
  float most[lanes];
  for (int j = 0; j < lanes; j++) most[j] = known;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) {
      float x = fabsf(source[i + j]);
      most[j] = x > most[j] ? x : most[j];
    }
  for (; i < count; i++) most[0] = fabsf(source[i]) > most[0] ? fabsf(source[i]) : most[0];
  for (int j = 1; j < lanes; j++) most[0] = most[j] > most[0] ? most[j] : most[0];
  return most[0];
}

/// Adds the sums of x^2 and (x - q scale)^2, in float64.
INLINE void measure_all(
    const float *source, const int16_t *integers, double scale, size_t count, double *square,
    double *error) {
  enum { lanes = 8 };
  double squares[lanes] = {0}, errors[lanes] = {0};
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) {
      double x = source[i + j], difference = x - integers[i + j] * scale;
      squares[j] += x * x;
      errors[j] += difference * difference;
    }
  for (; i < count; i++) {
    double x = source[i], difference = x - integers[i] * scale;
    squares[0] += x * x;
    errors[0] += difference * difference;
  }
  for (int j = 0; j < lanes; j++) {
    *square += squares[j];
    *error += errors[j];
  }
}

/// One row; its integers go to `target`, zeros up to a whole step, where that is not NULL.
INLINE void row_to_integers(
    int path, int type, const char *source, size_t columns, int16_t *target, float *scale,
    double *square, double *error) {
  size_t size = element_bytes(type);
  float block[integer_block], most = 0;
  int16_t integers[integer_block];
  for (size_t k = 0; k < columns; k += integer_block) {
    size_t count = columns - k < integer_block ? columns - k : integer_block;
    kernel_widen(path, type, source + k * size, block, count);
    most = largest(block, count, most);
  }
  *scale = most / levels;
  *square = *error = 0;
  for (size_t k = 0; k < columns; k += integer_block) {
    size_t count = columns - k < integer_block ? columns - k : integer_block;
    int16_t *here = target ? target + k : integers;
    kernel_widen(path, type, source + k * size, block, count);
    to_integers(block, *scale, here, count);
    measure_all(block, here, *scale, count, square, error);
  }
  if (target)
    memset(target + columns, 0, (kernel_integer_stride(columns) - columns) * sizeof(int16_t));
}

#define ROWS(name, attributes) \
  attributes static void rows_##name( \
      int path, int type, const char *source, size_t rows, size_t columns, int16_t *target, \
      float *scales, double *squares, double *errors) { \
    size_t stride = kernel_integer_stride(columns), size = element_bytes(type); \
    for (size_t row = 0; row < rows; row++) \
      row_to_integers( \
          path, type, source + row * columns * size, columns, \
          target ? target + row * stride : NULL, scales + row, squares + row, errors + row); \
  } \
  attributes static void panel_##name( \
      const float *source, float scale, int16_t *target, size_t n) { \
    to_integers(source, scale, target, n); \
  }
ROWS(portable, )
ROWS(avx2, AVX2)

void kernel_integer_rows(
    int path, int type, const void *source, size_t rows, size_t columns, int16_t *target,
    float *scales, double *squares, double *errors) {
  if (path == kernel_path_portable)
    rows_portable(path, type, source, rows, columns, target, scales, squares, errors);
  else
    rows_avx2(path, type, source, rows, columns, target, scales, squares, errors);
}

/// 16 rows of weights times `tokens` tokens over one block of `pairs` pairs of terms, added to the
/// sums.
AVX2 INLINE void tile_avx2(
    int tokens, const int16_t *w, const int16_t *x, size_t x_stride, size_t pairs,
    float (*sums)[tile_rows]) {
  __m256i s[tile_tokens][2];
  for (int t = 0; t < tokens; t++) s[t][0] = s[t][1] = _mm256_setzero_si256();
  for (size_t k = 0; k < pairs; k++) {
    const __m256i *line = (const void *)(w + 2 * tile_rows * k);
    __m256i first = _mm256_load_si256(line), second = _mm256_load_si256(line + 1);
    for (int t = 0; t < tokens; t++) {
      int32_t pair;
      memcpy(&pair, x + (size_t)t * x_stride + 2 * k, sizeof pair);
      __m256i both = _mm256_set1_epi32(pair);
      s[t][0] = _mm256_add_epi32(s[t][0], _mm256_madd_epi16(both, first));
      s[t][1] = _mm256_add_epi32(s[t][1], _mm256_madd_epi16(both, second));
    }
  }
  for (int t = 0; t < tokens; t++)
    for (int half = 0; half < 2; half++) {
      float *target = sums[t] + 8 * half;
      _mm256_storeu_ps(
          target, _mm256_add_ps(_mm256_loadu_ps(target), _mm256_cvtepi32_ps(s[t][half])));
    }
}

INLINE void tile_portable(
    int tokens, const int16_t *w, const int16_t *x, size_t x_stride, size_t pairs,
    float (*sums)[tile_rows]) {
  for (int t = 0; t < tokens; t++) {
    int32_t s[tile_rows] = {0};
    for (size_t k = 0; k < pairs; k++)
      for (size_t r = 0; r < tile_rows; r++) {
        const int16_t *a = x + (size_t)t * x_stride + 2 * k, *line = w + 2 * (tile_rows * k + r);
        s[r] += (int32_t)a[0] * line[0] + (int32_t)a[1] * line[1];
      }
    for (int r = 0; r < tile_rows; r++) sums[t][r] += (float)s[r];
  }
}

size_t kernel_integer_scratch_bytes(size_t columns) {
  return integer_rows * round_up(columns, step) * sizeof(int16_t);
}

/// Rows row ..< row + rows of the weights as integers, a tile of 16 after the other, within it all
/// rows' first pair of terms, then their second and so on; zeros up to whole tiles and steps.
INLINE void fill_panel(
    int path, const struct kernel_integer_product *product, size_t row, size_t rows,
    int16_t *panel) {
  size_t size = element_bytes(product->type), columns = product->columns;
  size_t depth = round_up(columns, step);
  float block[integer_block];
  int16_t integers[tile_rows][integer_block];
  for (size_t first = 0; first < rows; first += tile_rows, panel += tile_rows * depth)
    for (size_t k = 0; k < columns; k += integer_block) {
      size_t count = columns - k < integer_block ? columns - k : integer_block;
      size_t whole = round_up(count, step);
      for (size_t r = 0; r < tile_rows; r++) {
        size_t at = row + first + r, used = 0;
        if (first + r < rows) {
          const char *source = (const char *)product->weights + (at * columns + k) * size;
          ask_ahead(source + count * size, count * size);
          kernel_widen(path, product->type, source, block, count);
          if (path == kernel_path_portable)
            panel_portable(block, product->scales[at], integers[r], count);
          else
            panel_avx2(block, product->scales[at], integers[r], count);
          used = count;
        }
        memset(integers[r] + used, 0, (whole - used) * sizeof(int16_t));
      }
      for (size_t i = 0; i < whole; i += 2 * lanes) {
        int_vector pairs[lanes];
        for (size_t r = 0; r < tile_rows; r++) memcpy(pairs + r, integers[r] + i, sizeof pairs[r]);
        transpose_words(pairs);
        memcpy(panel + tile_rows * (k + i), pairs, sizeof pairs);
      }
    }
}

#define FORWARD(name, attributes) \
  attributes static void fill_##name( \
      int path, const struct kernel_integer_product *product, size_t row, size_t rows, \
      int16_t *panel) { \
    fill_panel(path, product, row, rows, panel); \
  } \
  attributes static void forward_##name( \
      int path, const struct kernel_integer_product *product, size_t begin, size_t end, float *y, \
      int16_t *panel) { \
    size_t columns = product->columns, depth = round_up(columns, step), \
           x_stride = kernel_integer_stride(columns), tokens = product->tokens; \
    for (size_t row = begin; row < end; row += integer_rows) { \
      size_t rows = end - row < integer_rows ? end - row : integer_rows; \
      fill_##name(path, product, row, rows, panel); \
      for (size_t group = 0; group < tokens; group += group_tokens) { \
        size_t some = tokens - group < group_tokens ? tokens - group : group_tokens; \
        float sums[integer_rows / tile_rows][group_tokens][tile_rows] = {0}; \
        for (size_t k = 0; k < depth; k += integer_depth) { \
          size_t pairs = (depth - k < integer_depth ? depth - k : integer_depth) / 2; \
          for (size_t r = 0; r < rows; r += tile_rows) { \
            const int16_t *w = panel + r * depth + k * tile_rows; \
            float(*here)[tile_rows] = sums[r / tile_rows]; \
            const int16_t *x = product->x + group * x_stride + k; \
            size_t t = 0; \
            for (; t + tile_tokens <= some; t += tile_tokens) \
              tile_##name(tile_tokens, w, x + t * x_stride, x_stride, pairs, here + t); \
            for (; t + 2 <= some; t += 2) \
              tile_##name(2, w, x + t * x_stride, x_stride, pairs, here + t); \
            if (t < some) tile_##name(1, w, x + t * x_stride, x_stride, pairs, here + t); \
          } \
        } \
        for (size_t t = 0; t < some; t++) \
          for (size_t r = 0; r < rows; r++) \
            y[(group + t) * product->rows + row + r] = columns == 0 \
                ? 0 \
                : sums[r / tile_rows][t][r % tile_rows] * product->scales[row + r] \
                    * product->x_scales[group + t]; \
      } \
    } \
  }
FORWARD(portable, )
FORWARD(avx2, AVX2)

void kernel_integer_forward(
    int path, const struct kernel_integer_product *product, size_t begin, size_t end, float *y,
    void *scratch) {
  if (path == kernel_path_portable) forward_portable(path, product, begin, end, y, scratch);
  else forward_avx2(path, product, begin, end, y, scratch);
}
