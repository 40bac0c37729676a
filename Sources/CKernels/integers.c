// Products of 16-bit integers, which tell what a float32 product need not be computed for where no
// instruction multiplies bfloat16 numbers: vpmaddwd takes twice as many products a step as vfmadd.

#include "include/kernels.h"
#include "product.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

enum {
  // A lane adds up 64 pairs of products over one block of terms: 128 levels^2 is below 2^31.
  levels = 4095,
  integer_depth = 1024,
  integer_rows = 64,  // of weights that are turned into integers together: 128 KB in the
                      // second-level cache
  group_tokens = 24,  // that pass by four rows of weights while these are in the first-level cache
  tile_rows = 4,
  tile_tokens = 2,
  step = 16,
};

#define INLINE static inline __attribute__((always_inline))
#define AVX2 __attribute__((target("avx2,fma,f16c")))

size_t kernel_integer_stride(size_t columns) { return round_up(columns, step); }

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
  float block[integer_depth], most = 0;
  int16_t integers[integer_depth];
  for (size_t k = 0; k < columns; k += integer_depth) {
    size_t count = columns - k < integer_depth ? columns - k : integer_depth;
    kernel_widen(path, type, source + k * size, block, count);
    most = largest(block, count, most);
  }
  *scale = most / levels;
  *square = *error = 0;
  for (size_t k = 0; k < columns; k += integer_depth) {
    size_t count = columns - k < integer_depth ? columns - k : integer_depth;
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

/// Four rows of weights times `tokens` tokens over `depth` terms, whole steps.
AVX2 INLINE void tile_avx2(
    int tokens, const int16_t *w, const int16_t *x, size_t x_stride, size_t depth, float *y,
    size_t y_stride, size_t rows, int accumulate) {
  __m256i s[tile_tokens][tile_rows];
  for (int t = 0; t < tokens; t++)
    for (int r = 0; r < tile_rows; r++) s[t][r] = _mm256_setzero_si256();
  for (size_t k = 0; k < depth; k += step) {
    __m256i line[tile_rows];
    for (int r = 0; r < tile_rows; r++)
      line[r] = _mm256_loadu_si256((const void *)(w + (size_t)r * integer_depth + k));
    for (int t = 0; t < tokens; t++) {
      __m256i a = _mm256_loadu_si256((const void *)(x + (size_t)t * x_stride + k));
      for (int r = 0; r < tile_rows; r++)
        s[t][r] = _mm256_add_epi32(s[t][r], _mm256_madd_epi16(a, line[r]));
    }
  }
  for (int t = 0; t < tokens; t++) {
    __m256 lanes[tile_rows];
    for (int r = 0; r < tile_rows; r++) lanes[r] = _mm256_cvtepi32_ps(s[t][r]);
    __m256 all = _mm256_hadd_ps(
        _mm256_hadd_ps(lanes[0], lanes[1]), _mm256_hadd_ps(lanes[2], lanes[3]));
    float sums[tile_rows], *target = y + (size_t)t * y_stride;
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
    for (size_t r = 0; r < tile_rows && r < rows; r++)
      target[r] = accumulate ? target[r] + sums[r] : sums[r];
  }
}

INLINE void tile_portable(
    int tokens, const int16_t *w, const int16_t *x, size_t x_stride, size_t depth, float *y,
    size_t y_stride, size_t rows, int accumulate) {
  for (int t = 0; t < tokens; t++)
    for (size_t r = 0; r < tile_rows && r < rows; r++) {
      int64_t sum = 0;
      for (size_t k = 0; k < depth; k++)
        sum += (int32_t)w[r * integer_depth + k] * x[(size_t)t * x_stride + k];
      float *target = y + (size_t)t * y_stride + r;
      *target = accumulate ? *target + (float)sum : (float)sum;
    }
}

size_t kernel_integer_scratch_bytes(void) {
  return integer_rows * integer_depth * sizeof(int16_t);
}

/// Rows row ..< row + rows, terms k ..< k + count of the weights as integers, zeros up to
/// whole tiles.
INLINE void fill_panel(
    int path, const struct kernel_integer_product *product, size_t row, size_t rows, size_t k,
    size_t count, int16_t *panel) {
  size_t size = element_bytes(product->type), depth = round_up(count, step);
  const char *source = (const char *)product->weights + (row * product->columns + k) * size;
  float block[integer_depth];
  for (size_t r = 0; r < rows; r++, source += product->columns * size) {
    int16_t *target = panel + r * integer_depth;
    ask_ahead(
        k + count < product->columns ? source + count * size
                                     : source + (integer_rows * product->columns - k) * size,
        count * size);
    kernel_widen(path, product->type, source, block, count);
    if (path == kernel_path_portable)
      panel_portable(block, product->scales[row + r], target, count);
    else
      panel_avx2(block, product->scales[row + r], target, count);
    memset(target + count, 0, (depth - count) * sizeof(int16_t));
  }
  for (size_t r = rows; r < round_up(rows, tile_rows); r++)
    memset(panel + r * integer_depth, 0, depth * sizeof(int16_t));
}

#define FORWARD(name, attributes) \
  attributes static void forward_##name( \
      int path, const struct kernel_integer_product *product, size_t begin, size_t end, float *y, \
      int16_t *panel) { \
    size_t columns = product->columns, x_stride = kernel_integer_stride(columns), \
           tokens = product->tokens; \
    for (size_t row = begin; row < end; row += integer_rows) { \
      size_t rows = end - row < integer_rows ? end - row : integer_rows; \
      for (size_t k = 0; k < columns; k += integer_depth) { \
        size_t count = columns - k < integer_depth ? columns - k : integer_depth; \
        size_t depth = round_up(count, step); \
        fill_panel(path, product, row, rows, k, count, panel); \
        for (size_t group = 0; group < tokens; group += group_tokens) \
          for (size_t r = 0; r < rows; r += tile_rows) { \
            size_t last = tokens - group < group_tokens ? tokens : group + group_tokens, \
                   t = group; \
            const int16_t *w = panel + r * integer_depth; \
            float *target = y + row + r; \
            for (; t + tile_tokens <= last; t += tile_tokens) \
              tile_##name( \
                  tile_tokens, w, product->x + t * x_stride + k, x_stride, depth, \
                  target + t * product->rows, product->rows, rows - r, k > 0); \
            if (t < last) \
              tile_##name( \
                  1, w, product->x + t * x_stride + k, x_stride, depth, \
                  target + t * product->rows, product->rows, rows - r, k > 0); \
          } \
      } \
      for (size_t t = 0; t < tokens; t++) \
        for (size_t r = 0; r < rows; r++) { \
          float *sum = y + t * product->rows + row + r; \
          *sum = columns == 0 ? 0 : *sum * product->scales[row + r] * product->x_scales[t]; \
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
