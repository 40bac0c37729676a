// The operators for any processor; the reference the other paths are held to.

#include "include/kernels.h"
#include "product.h"

#include <math.h>
#include <string.h>

#include "vector.h"
#include "attention_sizes.h"

#define NAME(operation) kernel_##operation##_portable
// Accumulators of one step of a product, rows times vectors of 16 floats: as many as
// this path has registers for.
#define PRODUCT_ROWS 4
#define PRODUCT_VECTORS 1
#define DOT_ROWS 2
#define DOT_TOKENS 2
#define PATH kernel_path_portable

INLINE vector kernel_widened_float16(const void *halves) {
  float floats[lanes];
  kernel_widen(kernel_path_portable, kernel_float16, halves, floats, lanes);
  return load(floats);
}
#define WIDEN_FLOAT16 kernel_widened_float16

#include "rows.inc"
#include "sparse.inc"
#include "training.inc"
#include "attention.inc"
#include "product_float.inc"
