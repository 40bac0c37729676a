// From a path and the types to the product's functions, and the packing of activations for them.

#include "product.h"

#include <string.h>

enum method { widened, rounded_and_widened, paired, tiled };

/// Whether float32 activations are packed for sums of one half of the lanes after the other.
static int is_split(int path, const struct kernel_product *product, int direction) {
  return path == kernel_path_avx2 && direction == kernel_forward && product->columns > 0 &&
         product->tokens >= split_least;
}

static enum method method_of(int path, const struct kernel_product *product) {
  if (!product->round || (product->type != kernel_bfloat16 && product->type != kernel_int8))
    return widened;
  switch (path) {
    case kernel_path_amx:
    case kernel_path_amx_emulated: return tiled;
    case kernel_path_avx512_bf16: return paired;
    default: return rounded_and_widened;
  }
}

static size_t depth_of(const struct kernel_product *product, int direction) {
  return direction == kernel_forward ? product->columns : product->rows;
}

size_t kernel_product_packed_bytes(int path, const struct kernel_product *product, int direction) {
  size_t depth = depth_of(product, direction);
  switch (method_of(path, product)) {
    case tiled:
      return round_up(product->tokens, kernel_group_tokens) * round_up(depth, 32) *
             sizeof(uint16_t);
    case paired: return product->tokens * round_up(depth, 32) * sizeof(uint16_t);
    default: return product->tokens * round_up(depth, 16) * sizeof(float);
  }
}

/// One row of activations times the scales of int8 weights, where there are any, for the pullback.
static const float *scaled(
    int path, const float *scales, const float *source, float *target, size_t count) {
  if (!scales) return source;
  kernel_scale(path, source, scales, target, count);
  return target;
}

/// One row of activations as floats, rounded to bfloat16 or not, zeros from `depth` to `stride`.
static void pack_floats(
    int path, int round, const float *scales, const float *source, float *target, size_t depth,
    size_t stride) {
  if (round) {
    uint16_t block[256];
    float products[256];
    for (size_t i = 0; i < depth; i += 256) {
      size_t count = depth - i < 256 ? depth - i : 256;
      const float *values = scaled(path, scales ? scales + i : NULL, source + i, products, count);
      kernel_round_to_bfloat16(path, values, block, count);
      kernel_widen(path, kernel_bfloat16, block, target + i, count);
    }
  } else if (scales) {
    kernel_scale(path, source, scales, target, depth);
  } else {
    memcpy(target, source, depth * sizeof(float));
  }
  memset(target + depth, 0, (stride - depth) * sizeof(float));
}

/// One token of `tokens` as floats with its lanes split, among those of its step.
static void pack_split(
    int path, int round, const float *source, size_t tokens, size_t token, float *packed,
    size_t depth) {
  size_t first = token / split_tokens * split_tokens, left = tokens - first;
  size_t step = left < split_tokens ? left : split_tokens;
  float *target = packed + first * round_up(depth, 16);
  for (size_t k = 0; k < depth; k += float_depth) {
    size_t count = depth - k < float_depth ? depth - k : float_depth, padded = round_up(count, 16);
    float block[float_depth];
    pack_floats(path, round, NULL, source + k, block, count, padded);
    kernel_split_lanes(block, padded, target + k * step, token - first, step);
  }
}

static void pack_rows(
    int path, const float *scales, const float *source, uint16_t *target, size_t depth,
    size_t stride) {
  float products[256];
  for (size_t i = 0; i < depth; i += 256) {
    size_t count = depth - i < 256 ? depth - i : 256;
    const float *values = scaled(path, scales ? scales + i : NULL, source + i, products, count);
    kernel_round_to_bfloat16(path, values, target + i, count);
  }
  memset(target + depth, 0, (stride - depth) * sizeof(uint16_t));
}

void kernel_product_pack(
    int path, const struct kernel_product *product, int direction, const float *activations,
    void *packed, size_t begin, size_t end) {
  enum method method = method_of(path, product);
  size_t depth = depth_of(product, direction);
  const float *scales =
      product->type == kernel_int8 && direction == kernel_pullback ? product->scales : NULL;
  for (size_t group = begin; group < end; group++) {
    size_t first = group * kernel_group_tokens;
    size_t tokens = product->tokens - first < kernel_group_tokens ? product->tokens - first
                                                                  : kernel_group_tokens;
    const float *source = activations + first * depth;
    size_t stride = round_up(depth, method == tiled || method == paired ? 32 : 16);
    if (method == tiled) {
      uint16_t *target = (uint16_t *)packed + first * stride;
      if (path == kernel_path_amx)
        kernel_pack_amx(direction, scales, source, tokens, depth, target);
      else
        kernel_pack_amx_emulated(direction, scales, source, tokens, depth, target);
      continue;
    }
    for (size_t token = 0; token < tokens; token++) {
      if (method == paired)
        pack_rows(
            path, scales, source + token * depth, (uint16_t *)packed + (first + token) * stride,
            depth, stride);
      else if (is_split(path, product, direction))
        pack_split(
            path, method == rounded_and_widened, source + token * depth, product->tokens,
            first + token, packed, depth);
      else
        pack_floats(
            path, method == rounded_and_widened, scales, source + token * depth,
            (float *)packed + (first + token) * stride, depth, stride);
    }
  }
}

size_t kernel_product_scratch_bytes(int path, const struct kernel_product *product, int direction) {
  enum method method = method_of(path, product);
  if (is_split(path, product, direction)) return sizeof(float) * split_rows * float_depth;
  if (method == widened || method == rounded_and_widened)
    return sizeof(float) * (direction == kernel_forward ? panel_rows * float_depth
                                                        : pullback_rows * pullback_columns);
  if (method == paired)
    return sizeof(uint16_t) * (direction == kernel_forward ? bfloat16_rows * bfloat16_depth
                                                           : pullback_rows * pullback_columns);
  if (direction == kernel_pullback)
    return sizeof(uint16_t) * amx_pullback_rows * amx_pullback_columns;
  // The panel, and the sums [amx_rows, tokens] in tiles.
  size_t tokens = round_up(product->tokens, kernel_group_tokens);
  size_t most = amx_groups * kernel_group_tokens;
  return sizeof(uint16_t) * amx_rows * amx_depth
      + sizeof(float) * amx_rows * (tokens < most ? tokens : most);
}

#define DISPATCH(direction, target) \
  switch (method_of(path, product)) { \
    case tiled: \
      if (path == kernel_path_amx) \
        return kernel_##direction##_amx(product, packed, begin, end, target, scratch); \
      return kernel_##direction##_amx_emulated(product, packed, begin, end, target, scratch); \
    case paired: \
        return kernel_##direction##_bfloat16(product, packed, begin, end, target, scratch); \
    default: break; \
  } \
  if (path >= kernel_path_avx512) \
    return kernel_##direction##_avx512(product, packed, begin, end, target, scratch); \
  if (path == kernel_path_avx2) \
    return kernel_##direction##_avx2(product, packed, begin, end, target, scratch); \
  kernel_##direction##_portable(product, packed, begin, end, target, scratch);

static void forward_sums(
    int path, const struct kernel_product *product, const void *packed, size_t begin, size_t end,
    float *y, void *scratch) {
  if (is_split(path, product, kernel_forward))
    return kernel_forward_split(product, packed, begin, end, y, scratch);
  DISPATCH(forward, y)
}

void kernel_product_forward(
    int path, const struct kernel_product *product, const void *packed, size_t begin, size_t end,
    float *y, void *scratch) {
  forward_sums(path, product, packed, begin, end, y, scratch);
  if (product->type != kernel_int8) return;
  for (size_t t = 0; t < product->tokens; t++) {
    float *sums = y + t * product->rows + begin;
    kernel_scale(path, sums, product->scales + begin, sums, end - begin);
  }
}

void kernel_product_pullback(
    int path, const struct kernel_product *product, const void *packed, size_t begin, size_t end,
    float *dx, void *scratch) {
  DISPATCH(pullback, dx)
}
