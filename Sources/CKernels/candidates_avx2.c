// The search for candidates for AVX2 with fused multiplication and addition.

#include "include/kernels.h"
#include "product.h"

#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "vector.h"

#define NAME(operation) kernel_##operation##_avx2
// Tokens that one row of weights is multiplied with at a time.
#define ELEMENT_TOKENS 4
#define PATH kernel_path_avx2

#include "candidates.inc"

#pragma clang attribute pop
