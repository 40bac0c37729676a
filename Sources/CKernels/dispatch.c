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
OPERATION(
    float, max_difference, VECTOR(const float *a, const float *b, size_t count), (a, b, count))
OPERATION(float, maximum, VECTOR(const float *a, size_t count), (a, count))
OPERATION(void, add, VECTOR(float *target, const float *a, size_t count), (target, a, count))
OPERATION(
    void, add_scaled, VECTOR(float *target, const float *a, float scale, size_t count),
    (target, a, scale, count))
OPERATION(
    size_t, collect_above,
    VECTOR(
        const float *values, size_t count, float threshold, uint32_t first_column, uint64_t *keys,
        size_t capacity, size_t *consumed),
    (values, count, threshold, first_column, keys, capacity, consumed))
OPERATION(
    float, exp_shifted, VECTOR(const float *source, float *target, float maximum, size_t count),
    (source, target, maximum, count))
OPERATION(
    void, exp, VECTOR(const float *source, float *target, size_t count), (source, target, count))
OPERATION(
    void, rms_norm,
    VECTOR(
        const float *x, const float *weight, float epsilon, float *y, size_t rows, size_t columns),
    (x, weight, epsilon, y, rows, columns))
OPERATION(
    void, rms_norm_pullback,
    VECTOR(
        const float *x, const float *weight, float epsilon, const float *g, float *dx, size_t rows,
        size_t columns),
    (x, weight, epsilon, g, dx, rows, columns))
OPERATION(
    void, rms_norm_held_pullback,
    VECTOR(
        const float *x, const float *weight, float epsilon, const float *g, float *dx, size_t rows,
        size_t columns),
    (x, weight, epsilon, g, dx, rows, columns))
OPERATION(
    void, layer_norm,
    VECTOR(
        const float *x, const float *weight, const float *bias, float epsilon, float *y,
        size_t rows, size_t columns),
    (x, weight, bias, epsilon, y, rows, columns))
OPERATION(
    void, layer_norm_pullback,
    VECTOR(
        const float *x, const float *weight, float epsilon, const float *g, float *dx, size_t rows,
        size_t columns),
    (x, weight, epsilon, g, dx, rows, columns))
OPERATION(
    void, gate, VECTOR(int activation, const float *gate, const float *up, float *y, size_t count),
    (activation, gate, up, y, count))
OPERATION(
    void, gate_pullback,
    VECTOR(
        int activation, const float *gate, const float *up, const float *g, float *gate_gradient,
        float *up_gradient, size_t count),
    (activation, gate, up, g, gate_gradient, up_gradient, count))
OPERATION(
    void, gate_shared_pullback,
    VECTOR(
        int activation, const float *gate, const float *up, const float *g, float *gate_gradient,
        float *up_gradient, size_t count),
    (activation, gate, up, g, gate_gradient, up_gradient, count))
OPERATION(
    void, activate, VECTOR(int activation, const float *x, float *y, size_t count),
    (activation, x, y, count))
OPERATION(
    void, activate_pullback,
    VECTOR(int activation, const float *x, const float *g, float *dx, size_t count),
    (activation, x, g, dx, count))
OPERATION(
    void, rotate,
    VECTOR(
        const float *x, float *y, const float *cosines, const float *sines, float sign,
        size_t heads, size_t head_size),
    (x, y, cosines, sines, sign, heads, head_size))
OPERATION(
    void, squared_norms, VECTOR(const float *x, float *target, size_t rows, size_t columns),
    (x, target, rows, columns))
OPERATION(
    float, squared_distance, VECTOR(const float *a, const float *b, size_t count), (a, b, count))
OPERATION(
    void, add_to_double, VECTOR(double *target, const float *a, size_t count), (target, a, count))
OPERATION(
    void, sparse_product,
    VECTOR(
        const struct kernel_sparse *sparse, const struct kernel_dense *weights, float *target,
        size_t begin, size_t end, float *scratch),
    (sparse, weights, target, begin, end, scratch))
OPERATION(
    void, sparse_dots,
    VECTOR(
        const struct kernel_sparse *sparse, const struct kernel_dense *weights, const float *x,
        float *target, size_t begin, size_t end, float *scratch),
    (sparse, weights, x, target, begin, end, scratch))
OPERATION(
    void, adam,
    VECTOR(
        const struct kernel_adam *rule, const float *gradient, float *parameter, float *first,
        float *second, size_t count),
    (rule, gradient, parameter, first, second, count))
OPERATION(
    void, normalize_rows, VECTOR(float *x, float epsilon, size_t rows, size_t columns),
    (x, epsilon, rows, columns))
OPERATION(
    void, remove_components, VECTOR(float *x, const float *directions, size_t rows, size_t columns),
    (x, directions, rows, columns))
EACH_PATH(
    void, attention,
    (const struct kernel_attention *shape, size_t part, const float *q, const float *k,
     const float *v, float *output, float *log_sum_exp, float *scratch))
EACH_PATH(
    void, attention_pullback,
    (const struct kernel_attention *shape, size_t part, const float *q, const float *k,
     const float *v, const float *output, const float *log_sum_exp, const float *g, float *dq,
     float *dk, float *dv, float *scratch))

#define PAIRED_PATH(path) \
  void kernel_attention_pack_##path( \
      const struct kernel_attention *shape, int direction, size_t part, const float *k, \
      const float *v, uint16_t *packed); \
  void kernel_attention_##path( \
      const struct kernel_attention *shape, size_t part, const float *q, const float *k, \
      const float *v, const uint16_t *packed, float *output, float *log_sum_exp, void *scratch); \
  void kernel_attention_pullback_##path( \
      const struct kernel_attention *shape, size_t part, const float *q, const uint16_t *packed, \
      const float *output, const float *log_sum_exp, const float *g, float *dq, float *dk, \
      float *dv, void *scratch);
PAIRED_PATH(bfloat16)
PAIRED_PATH(amx)
PAIRED_PATH(amx_emulated)

/// Whether attention on this path multiplies pairs of bfloat16.
static int attention_is_paired(int path, const struct kernel_attention *shape) {
  return shape->round && path >= kernel_path_avx512_bf16;
}

#define CHOOSE_PAIRED(operation, arguments) \
  if (attention_is_paired(path, shape)) { \
    switch (path) { \
      case kernel_path_amx: return kernel_##operation##_amx arguments; \
      case kernel_path_amx_emulated: return kernel_##operation##_amx_emulated arguments; \
      default: return kernel_##operation##_bfloat16 arguments; \
    } \
  }

size_t kernel_attention_scratch_bytes(
    int path, const struct kernel_attention *shape, int direction) {
  size_t group = shape->query_heads / shape->key_value_heads, d = shape->head_size;
  size_t rows = tile_tokens(shape) * group, width = padded_head(d);
  if (!attention_is_paired(path, shape))
    return sizeof(float) *
           (3 * rows * width + 2 * rows * tile_keys + 3 * tile_keys * width + 2 * rows);
  rows = padded_rows(rows), d = paired_head(d);
  if (direction == kernel_forward)
    return sizeof(float) * rows * (d + tile_keys + 2)
        + sizeof(uint16_t) * (rows * (d + tile_keys) + packed_tile(shape, direction));
  size_t keys = (shape->keys + tile_keys - 1) / tile_keys * tile_keys;
  return sizeof(float) * (rows * (d + 2 * tile_keys + 2) + 2 * d * keys)
      + sizeof(uint16_t) * rows * (4 * d + 3 * tile_keys);
}

size_t kernel_attention_parts(const struct kernel_attention *shape) {
  size_t tokens = tile_tokens(shape);
  return (shape->queries + tokens - 1) / tokens * shape->key_value_heads;
}

size_t kernel_attention_pack_parts(const struct kernel_attention *shape) {
  return (shape->keys + tile_keys - 1) / tile_keys * shape->key_value_heads;
}

size_t kernel_attention_packed_bytes(
    int path, const struct kernel_attention *shape, int direction) {
  if (!attention_is_paired(path, shape)) return 0;
  return sizeof(uint16_t) * kernel_attention_pack_parts(shape) * packed_tile(shape, direction);
}

void kernel_attention_pack(
    int path, const struct kernel_attention *shape, int direction, size_t part, const float *k,
    const float *v, void *packed) {
  uint16_t *target = (uint16_t *)packed + part * packed_tile(shape, direction);
  CHOOSE_PAIRED(attention_pack, (shape, direction, part, k, v, target))
}

void kernel_attention(
    int path, const struct kernel_attention *shape, size_t part, const float *q, const float *k,
    const float *v, const void *packed, float *output, float *log_sum_exp, void *scratch) {
  CHOOSE_PAIRED(attention, (shape, part, q, k, v, packed, output, log_sum_exp, scratch))
  CHOOSE(attention, (shape, part, q, k, v, output, log_sum_exp, scratch))
}

void kernel_attention_pullback(
    int path, const struct kernel_attention *shape, size_t part, const float *q, const float *k,
    const float *v, const void *packed, const float *output, const float *log_sum_exp,
    const float *g, float *dq, float *dk, float *dv, void *scratch) {
  CHOOSE_PAIRED(
      attention_pullback, (shape, part, q, packed, output, log_sum_exp, g, dq, dk, dv, scratch))
  CHOOSE(attention_pullback, (shape, part, q, k, v, output, log_sum_exp, g, dq, dk, dv, scratch))
}

/// Linux hands out the AMX tile registers (feature 18) on request:
/// arch_prctl(ARCH_REQ_XCOMP_PERM, 18).
static int tiles_permitted(void) {
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

int kernel_path_available(int path) {
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c");
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
