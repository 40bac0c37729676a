// Sizes that forward attention, its pullback and their callers agree on.
#pragma once

#include "include/kernels.h"
#include "vector.h"

enum {
  tile_keys = 64,  // keys of one tile: with head size 128, keys and values are 64 KB, in L2 beside
                   // the scores
  tile_rows = 64,  // rows of one tile of queries: group times tokens, at least one token
};

/// The most rows of a tile for products of pairs: on to the next multiple of 32.
INLINE size_t padded_rows(size_t rows) { return (rows + 31) / 32 * 32; }

/// Columns that a head has for products of pairs, zeros included: tiles of AMX are 32 terms deep.
INLINE size_t paired_head(size_t head_size) { return (head_size + 31) / 32 * 32; }

/// bfloat16 that one packed tile of keys and values takes: two matrices
/// forward, three for the pullback.
INLINE size_t packed_tile(const struct kernel_attention *shape, int direction) {
  return (direction == kernel_forward ? 2 : 3) * tile_keys * paired_head(shape->head_size);
}

INLINE size_t padded_head(size_t head_size) { return (head_size + lanes - 1) / lanes * lanes; }

INLINE size_t tile_tokens(const struct kernel_attention *shape) {
  size_t group = shape->query_heads / shape->key_value_heads;
  return group < tile_rows ? tile_rows / group : 1;
}

/// One tile of queries of one key/value head.
struct attention_tile {
  size_t group, tokens, width;  // heads of the group, tokens in this tile, padded head size
  size_t first, rows;           // first token; group * tokens rows: row = token * group + head
  size_t key_begin, key_end;    // keys any row of the tile sees, from a multiple of tile_keys
};

/// The first key that a query of a causal call does not see.
INLINE size_t attention_key_end(const struct kernel_attention *shape, size_t query) {
  return shape->key_ends ? shape->key_ends[query] : shape->first_position + query + 1;
}

INLINE struct attention_tile attention_tile_at(const struct kernel_attention *shape, size_t index) {
  struct attention_tile tile;
  tile.group = shape->query_heads / shape->key_value_heads;
  tile.width = padded_head(shape->head_size);
  size_t tokens = tile_tokens(shape);
  tile.first = index * tokens;
  tile.tokens = shape->queries - tile.first < tokens ? shape->queries - tile.first : tokens;
  tile.rows = tile.tokens * tile.group;
  size_t position = shape->first_position + tile.first;
  size_t end =
      shape->causal ? attention_key_end(shape, tile.first + tile.tokens - 1) : shape->keys;
  tile.key_end = end < shape->keys ? end : shape->keys;
  tile.key_begin = shape->window && position + 1 > shape->window
                       ? (position + 1 - shape->window) / tile_keys * tile_keys
                       : 0;
  return tile;
}

/// Whether every row of the tile sees all of tile_keys keys from `key` on.
INLINE int attention_sees_all(
    const struct kernel_attention *shape, const struct attention_tile *tile, size_t key,
    size_t keys) {
  size_t last = shape->first_position + tile->first + tile->tokens - 1;
  return keys == tile_keys && !(shape->window && last + 1 > shape->window + key)
      && !(shape->causal && attention_key_end(shape, tile->first) < key + keys);
}

/// Scores [rows, tile_keys] of keys that a row does not see become -infinity.
INLINE void attention_hide(
    const struct kernel_attention *shape, const struct attention_tile *tile, float *scores,
    size_t key, size_t keys) {
  if (attention_sees_all(shape, tile, key, keys)) return;
  for (size_t row = 0; row < tile->rows; row++) {
    float *line = scores + row * tile_keys;
    size_t query = tile->first + row / tile->group, position = shape->first_position + query;
    size_t seen = shape->causal ? attention_key_end(shape, query) : key + keys;
    size_t end = seen < key + keys ? (seen > key ? seen - key : 0) : keys;
    size_t begin = shape->window && position + 1 > shape->window + key
                       ? position + 1 - shape->window - key
                       : 0;
    for (size_t j = 0; j < begin && j < tile_keys; j++) line[j] = -INFINITY;
    for (size_t j = end; j < tile_keys; j++) line[j] = -INFINITY;
  }
}
