// The tile operations the products need. Registers are numbers known at compile time, as
// the instructions demand.
//
// With AMX_EMULATED the same operations are plain C on a register file in memory, so that the
// products are tested on machines without AMX.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { tile_side = 16, tile_bytes = 64 };  // 16 rows of 64 bytes: 16 floats or 32 bfloat16

#ifdef AMX_EMULATED

#define AMX_VECTORS "avx512f,avx512bw,avx512vl,avx512dq,fma"
#define AMX_TARGET __attribute__((target(AMX_VECTORS)))

static _Thread_local unsigned char emulated_tiles[8][tile_side][tile_bytes];

static inline void emulated_load(int tile, const void *p, size_t stride) {
  for (size_t r = 0; r < tile_side; r++)
    memcpy(emulated_tiles[tile][r], (const char *)p + r * stride, tile_bytes);
}

static inline void emulated_store(int tile, void *p, size_t stride) {
  for (size_t r = 0; r < tile_side; r++)
    memcpy((char *)p + r * stride, emulated_tiles[tile][r], tile_bytes);
}

static inline float emulated_bfloat16(const unsigned char *p) {
  uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 24;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// c[m][n] += sum over k of a[m][2k] b[k][2n] + a[m][2k + 1] b[k][2n + 1]
static inline void emulated_dot(int c, int a, int b) {
  for (int m = 0; m < tile_side; m++)
    for (int n = 0; n < tile_side; n++) {
      float sum;
      memcpy(&sum, &emulated_tiles[c][m][4 * n], sizeof sum);
      for (int k = 0; k < tile_side; k++)
        for (int i = 0; i < 2; i++)
          sum += emulated_bfloat16(&emulated_tiles[a][m][4 * k + 2 * i]) *
                 emulated_bfloat16(&emulated_tiles[b][k][4 * n + 2 * i]);
      memcpy(&emulated_tiles[c][m][4 * n], &sum, sizeof sum);
    }
}

#define TILE_CONFIGURE() ((void)0)
#define TILE_RELEASE() ((void)0)
#define TILE_ZERO(t) memset(emulated_tiles[t], 0, sizeof emulated_tiles[t])
#define TILE_LOAD(t, p, stride) emulated_load(t, p, stride)
#define TILE_STORE(t, p, stride) emulated_store(t, p, stride)
#define TILE_DOT(c, a, b) emulated_dot(c, a, b)

#else

#include <immintrin.h>

#define AMX_VECTORS "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma"
#define AMX_TARGET __attribute__((target("amx-tile,amx-bf16," AMX_VECTORS)))

/// All eight tiles with 16 rows of 64 bytes (Intel SDM, TILECFG).
struct tile_configuration {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes_per_row[16];
  uint8_t rows[16];
};

AMX_TARGET static inline void tile_configure(void) {
  struct tile_configuration configuration = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    configuration.bytes_per_row[i] = tile_bytes;
    configuration.rows[i] = tile_side;
  }
  _tile_loadconfig(&configuration);
}

#define TILE_CONFIGURE() tile_configure()
#define TILE_RELEASE() _tile_release()
#define TILE_ZERO(t) _tile_zero(t)
#define TILE_LOAD(t, p, stride) _tile_loadd(t, p, stride)
#define TILE_STORE(t, p, stride) _tile_stored(t, p, stride)
#define TILE_DOT(c, a, b) _tile_dpbf16ps(c, a, b)

#endif
