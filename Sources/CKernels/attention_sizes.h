// Sizes that forward attention, its pullback and their callers agree on.
#pragma once

#include "include/kernels.h"
#include "vector.h"

enum {
  tile_keys = 64,  // keys of one tile: with head size 128, keys and values are 64 KB, in L2 beside the scores
  tile_rows = 64,  // rows of one tile of queries: group times tokens, at least one token
};

INLINE size_t padded_head(size_t head_size) { return (head_size + lanes - 1) / lanes * lanes; }

INLINE size_t tile_tokens(const struct kernel_attention *shape) {
  size_t group = shape->query_heads / shape->key_value_heads;
  return group < tile_rows ? tile_rows / group : 1;
}
