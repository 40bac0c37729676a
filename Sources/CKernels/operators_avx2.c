// The operators for AVX2 with fused multiplication and addition.

#include "include/kernels.h"
#include "product.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "vector.h"
#include "attention_sizes.h"

#define NAME(operation) kernel_##operation##_avx2
// Accumulators of one step of a product, rows times vectors of 16 floats: as many as
// this path has registers for.
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 1
#define DOT_ROWS 2
#define DOT_TOKENS 3
#define WIDEN_FLOAT16(p) \
  __builtin_shufflevector( \
      _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p))), \
      _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p) + 1)), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, \
      10, 11, 12, 13, 14, 15)
#define PATH kernel_path_avx2

#include "rows.inc"
#include "sparse.inc"
#include "training.inc"
#include "attention.inc"
#include "product_float.inc"

#pragma clang attribute pop
