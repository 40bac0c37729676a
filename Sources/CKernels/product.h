// What the products with weights share: how activations are packed, sizes of blocks, and
// the functions of each path.
#pragma once

#include "include/kernels.h"

#include <stddef.h>
#include <stdint.h>

enum {
  // Rows of weights that are copied or widened together and then serve all tokens: with
  // a block of float_depth they take 128 KB of a 1 or 2 MB second-level cache. 32 rows
  // are also two tiles of AMX.
  panel_rows = 32,
  float_depth = 1024,   // terms of one block, float32
  bfloat16_rows = 128,  // as panel_rows for AVX-512 bf16, 256 KB: activations stream past the panel
                        // 32 times for 4096 rows
  bfloat16_depth = 1024,  // terms of one block, AVX-512 bf16: 6 tokens and 4 rows fill 20 of 48 KB
                          // of first-level cache
  amx_rows = 128,   // as panel_rows for AMX, 128 KB in the second-level cache with
  amx_depth = 512,  // terms of one block: 32 tokens are 32 KB, which stay in the first-level cache
                    // for all rows
  amx_groups = 64,  // of tokens, whose sums with amx_rows rows are 512 KB
  amx_pullback_rows = 512,     // rows of weights, terms of the pullback, in one block; with
  amx_pullback_columns = 256,  // columns they are 256 KB
  split_tokens = 6,  // of AVX2, summed at once: with two rows, and half the lanes, twelve of its
                     // sixteen registers
  split_rows = 64,   // as panel_rows, 256 KB: activations pass by half as often
  split_least = 48,  // tokens from which on its panels pay for what they take to make
  few_ahead = 8192,  // bytes of weights asked for before few tokens need them
  pullback_rows = 128,  // rows of weights, terms of the pullback, in one block
  rows_ahead = 8,       // of the pullback: 8 KB asked for before they are needed
  pullback_columns =
      512,  // columns of one block: 1 KB of each mapped row, enough for memory to stream
};

static inline size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

static inline size_t element_bytes(int type) {
  return type == kernel_float32 ? 4 : type == kernel_int8 ? 1 : 2;
}

/// The address of a row of weights.
static inline const char *row_at(const struct kernel_product *product, size_t row) {
  return (const char *)product->weights + row * product->columns * element_bytes(product->type);
}

/// Asks for `bytes` bytes from `p` before they are needed: short pieces of long rows, one below
/// the other, escape the processor's own prefetching. `p` may lie behind the end of the
/// weights; nothing is read then.
static inline void ask_ahead(const char *p, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(p + i);
}

// Activations as float32 rows of round_up(columns, 16) (forward) or `rows` (pullback) elements.
#define FLOAT_PATH(path) \
  void kernel_forward_##path( \
      const struct kernel_product *product, const float *x, size_t begin, size_t end, float *y, \
      float *scratch); \
  void kernel_pullback_##path( \
      const struct kernel_product *product, const float *dy, size_t begin, size_t end, float *dx, \
      float *scratch);
FLOAT_PATH(portable)
FLOAT_PATH(avx2)
FLOAT_PATH(avx512)

// Activations as float32 in steps of split_tokens tokens, the last of what is left; of a step each
// block of float_depth terms is [2][terms / 16][tokens][8]: first the lanes 0 to 7 of each 16
// terms, then 8 to 15.
void kernel_forward_split(
    const struct kernel_product *product, const float *x, size_t begin, size_t end, float *y,
    float *scratch);
/// Puts `depth` terms of a token, a multiple of 16 and one block, to those of its `tokens` in
/// `block`, a row of a panel likewise. AVX2.
void kernel_split_lanes(
    const float *source, size_t depth, float *block, size_t token, size_t tokens);

// Activations as bfloat16 rows of round_up(columns or rows, 32) elements, zeros at the end.
#define BFLOAT16_PATH(path) \
  void kernel_forward_##path( \
      const struct kernel_product *product, const uint16_t *x, size_t begin, size_t end, float *y, \
      void *scratch); \
  void kernel_pullback_##path( \
      const struct kernel_product *product, const uint16_t *dy, size_t begin, size_t end, \
      float *dx, void *scratch);
BFLOAT16_PATH(bfloat16)

// Activations for each group of 16 tokens in tiles: forward [round_up(columns, 32) / 2][16][2]
// bfloat16, a pair of neighbouring columns of a token together; pullback
// [round_up(rows, 32) / 32][16][32].
#define AMX_PATH(path) \
  BFLOAT16_PATH(path) \
  void kernel_pack_##path( \
      int direction, const float *scales, const float *source, size_t tokens, size_t depth, \
      uint16_t *target);
AMX_PATH(amx)
AMX_PATH(amx_emulated)

/// `count` elements of bfloat16 or int8 weights as bfloat16. AVX-512.
void kernel_copy_as_bfloat16(int type, const char *source, uint16_t *target, size_t count);

/// W's rows row ..< row + rows at columns column ..< column + columns, bfloat16, with neighbouring
/// rows interleaved in strips of `strip` columns: [strips][round_up(rows, 32) / 2][strip][2]; zeros
/// beyond the ends. AVX-512.
void kernel_interleave_rows(
    const struct kernel_product *product, size_t row, size_t rows, size_t column, size_t columns,
    size_t strip, uint16_t *panel);
