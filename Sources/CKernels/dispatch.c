// From a path to the functions compiled for it.

#define _GNU_SOURCE  // syscall

#include "attention_sizes.h"
#include "include/kernels.h"

#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EACH_PATH(result, operation, parameters) \
  result kernel_##operation##_portable parameters; \
  result kernel_##operation##_avx2 parameters; \
  result kernel_##operation##_avx512 parameters;

#define CHOOSE(operation, arguments) \
  switch (path) { \
    case kernel_path_portable: return kernel_##operation##_portable arguments; \
    case kernel_path_avx2: return kernel_##operation##_avx2 arguments; \
    default: return kernel_##operation##_avx512 arguments; \
  }

#define VECTOR(...) __VA_ARGS__
#define OPERATION(result, operation, parameters, arguments) \
  EACH_PATH(result, operation, (parameters)) \
  result kernel_##operation(int path, parameters) { CHOOSE(operation, arguments) }

OPERATION(float, dot, VECTOR(const float *a, const float *b, size_t count), (a, b, count))
OPERATION(float, max_magnitude, VECTOR(const float *a, size_t count), (a, count))
OPERATION(float, max_difference, VECTOR(const float *a, const float *b, size_t count), (a, b, count))
OPERATION(float, maximum, VECTOR(const float *a, size_t count), (a, count))
OPERATION(void, add, VECTOR(float *target, const float *a, size_t count), (target, a, count))
OPERATION(void, add_scaled, VECTOR(float *target, const float *a, float scale, size_t count), (target, a, scale, count))
OPERATION(
    size_t, collect_above,
    VECTOR(
        const float *values, size_t count, float threshold, uint32_t first_column, uint64_t *keys, size_t capacity,
        size_t *consumed),
    (values, count, threshold, first_column, keys, capacity, consumed))
OPERATION(
    float, exp_shifted, VECTOR(const float *source, float *target, float maximum, size_t count),
    (source, target, maximum, count))
OPERATION(void, exp, VECTOR(const float *source, float *target, size_t count), (source, target, count))
OPERATION(
    void, rms_norm,
    VECTOR(const float *x, const float *weight, float epsilon, float *y, size_t rows, size_t columns),
    (x, weight, epsilon, y, rows, columns))
OPERATION(
    void, rms_norm_pullback,
    VECTOR(const float *x, const float *weight, float epsilon, const float *g, float *dx, size_t rows, size_t columns),
    (x, weight, epsilon, g, dx, rows, columns))
OPERATION(
    void, layer_norm,
    VECTOR(
        const float *x, const float *weight, const float *bias, float epsilon, float *y, size_t rows, size_t columns),
    (x, weight, bias, epsilon, y, rows, columns))
OPERATION(
    void, layer_norm_pullback,
    VECTOR(const float *x, const float *weight, float epsilon, const float *g, float *dx, size_t rows, size_t columns),
    (x, weight, epsilon, g, dx, rows, columns))
OPERATION(
    void, silu_gate, VECTOR(const float *gate, const float *up, float *y, size_t count), (gate, up, y, count))
OPERATION(
    void, silu_gate_pullback,
    VECTOR(
        const float *gate, const float *up, const float *g, float *gate_gradient, float *up_gradient, size_t count),
    (gate, up, g, gate_gradient, up_gradient, count))
OPERATION(
    void, activate, VECTOR(int activation, const float *x, float *y, size_t count), (activation, x, y, count))
OPERATION(
    void, rotate,
    VECTOR(
        const float *x, float *y, const float *cosines, const float *sines, float sign, size_t heads,
        size_t head_size),
    (x, y, cosines, sines, sign, heads, head_size))
OPERATION(
    void, squared_norms, VECTOR(const float *x, float *target, size_t rows, size_t columns), (x, target, rows, columns))
OPERATION(float, squared_distance, VECTOR(const float *a, const float *b, size_t count), (a, b, count))
OPERATION(void, add_to_double, VECTOR(double *target, const float *a, size_t count), (target, a, count))
OPERATION(
    void, sparse_product,
    VECTOR(
        const struct kernel_sparse *sparse, const struct kernel_dense *weights, float *target, size_t begin,
        size_t end, float *scratch),
    (sparse, weights, target, begin, end, scratch))
OPERATION(
    void, sparse_dots,
    VECTOR(
        const struct kernel_sparse *sparse, const struct kernel_dense *weights, const float *x, float *target,
        size_t begin, size_t end, float *scratch),
    (sparse, weights, x, target, begin, end, scratch))
OPERATION(
    void, adam,
    VECTOR(
        const struct kernel_adam *rule, const float *gradient, float *parameter, float *first, float *second,
        size_t count),
    (rule, gradient, parameter, first, second, count))
OPERATION(
    void, normalize_rows, VECTOR(float *x, float epsilon, size_t rows, size_t columns), (x, epsilon, rows, columns))
OPERATION(
    void, remove_components, VECTOR(float *x, const float *directions, size_t rows, size_t columns),
    (x, directions, rows, columns))
OPERATION(
    void, attention,
    VECTOR(
        const struct kernel_attention *shape, size_t part, const float *q, const float *k, const float *v,
        float *output, float *log_sum_exp, float *scratch),
    (shape, part, q, k, v, output, log_sum_exp, scratch))
OPERATION(
    void, attention_pullback,
    VECTOR(
        const struct kernel_attention *shape, size_t part, const float *q, const float *k, const float *v,
        const float *output, const float *log_sum_exp, const float *g, float *dq, float *dk, float *dv,
        float *scratch),
    (shape, part, q, k, v, output, log_sum_exp, g, dq, dk, dv, scratch))

size_t kernel_attention_scratch(const struct kernel_attention *shape) {
  size_t group = shape->query_heads / shape->key_value_heads;
  size_t rows = tile_tokens(shape) * group, width = padded_head(shape->head_size);
  return 3 * rows * width + 2 * rows * tile_keys + 3 * tile_keys * width + 2 * rows;
}

size_t kernel_attention_parts(const struct kernel_attention *shape) {
  size_t tokens = tile_tokens(shape);
  return (shape->queries + tokens - 1) / tokens * shape->key_value_heads;
}

/// Linux hands out the AMX tile registers (feature 18) on request: arch_prctl(ARCH_REQ_XCOMP_PERM, 18).
static int tiles_permitted(void) {
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

int kernel_path_available(int path) {
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  switch (path) {
    case kernel_path_portable: return 1;
    case kernel_path_avx2: return avx2;
    case kernel_path_avx512: return avx512;
    case kernel_path_avx512_bf16: return avx512 && __builtin_cpu_supports("avx512bf16");
    case kernel_path_amx:
      return avx512 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("amx-tile")
          && __builtin_cpu_supports("amx-bf16") && tiles_permitted();
    case kernel_path_amx_emulated: return avx512;
    default: return 0;
  }
}
