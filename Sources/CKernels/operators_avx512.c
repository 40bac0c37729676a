// The operators for AVX-512.

#include "include/kernels.h"
#include "product.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,f16c"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#include "vector.h"
#include "attention_sizes.h"

#define NAME(operation) kernel_##operation##_avx512
// Accumulators of one step of a product, rows times vectors of 16 floats: as many as
// this path has registers for.
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 4
#define DOT_ROWS 4
#define DOT_TOKENS 6
#define WIDEN_FLOAT16(p) (vector) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define PATH kernel_path_avx512

#include "rows.inc"
#include "sparse.inc"
#include "training.inc"
#include "attention.inc"
#include "product_float.inc"

#pragma clang attribute pop
#pragma clang attribute pop
