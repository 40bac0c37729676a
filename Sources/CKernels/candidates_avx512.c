// The search for candidates for AVX-512.

#include "include/kernels.h"
#include "product.h"

#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,f16c"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#include "vector.h"

#define NAME(operation) kernel_##operation##_avx512
// Tokens that one row of weights is multiplied with at a time.
#define ELEMENT_TOKENS 8
#define PATH kernel_path_avx512

#include "candidates.inc"

#pragma clang attribute pop
#pragma clang attribute pop
