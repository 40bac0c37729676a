// From a path to the search for candidates compiled for it.

#include "include/kernels.h"

#define EACH_PATH(operation, parameters) \
  void kernel_##operation##_portable parameters; \
  void kernel_##operation##_avx2 parameters; \
  void kernel_##operation##_avx512 parameters;

#define CHOOSE(operation, arguments) \
  switch (path) { \
    case kernel_path_portable: kernel_##operation##_portable arguments; break; \
    case kernel_path_avx2: kernel_##operation##_avx2 arguments; break; \
    default: kernel_##operation##_avx512 arguments; \
  }

#define VECTOR(...) __VA_ARGS__
#define OPERATION(operation, parameters, arguments) \
  EACH_PATH(operation, (parameters)) \
  void kernel_##operation(int path, parameters) { CHOOSE(operation, arguments) }

OPERATION(
    search_row,
    VECTOR(
        const struct kernel_bounds *bounds, const float *products, size_t count,
        size_t first_column, struct kernel_candidates *row),
    (bounds, products, count, first_column, row))
OPERATION(
    cut_candidates, VECTOR(const struct kernel_bounds *bounds, struct kernel_candidates *row),
    (bounds, row))
OPERATION(
    elements,
    VECTOR(
        const struct kernel_sparse *places, const struct kernel_dense *weights, size_t tokens,
        const float *bias, const float *x, float *values, size_t begin, size_t end),
    (places, weights, tokens, bias, x, values, begin, end))
OPERATION(
    measure_rows,
    VECTOR(
        int type, const void *source, size_t rows, size_t columns, uint16_t *rounded,
        double *squares, double *errors),
    (type, source, rows, columns, rounded, squares, errors))
OPERATION(
    compare_rows,
    VECTOR(
        int type, const void *source, size_t rows, size_t columns, const float *x, float *dots,
        float *squares),
    (type, source, rows, columns, x, dots, squares))
