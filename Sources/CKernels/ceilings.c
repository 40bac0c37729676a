// The rates that this processor can reach: multiply-adds with operands in registers, and reading memory.

#include "amx_tiles.h"
#include "include/kernels.h"

#include <immintrin.h>
#include <string.h>

enum { rounds = 2000, sums = 24 };

/// Keeps the compiler from dropping or merging what it does not see used.
#define OPAQUE(x) __asm__ volatile("" : "+v"(x))

#define REGISTER_LOOP(type, zero, step) \
  type s[sums]; \
  for (int i = 0; i < sums; i++) s[i] = zero; \
  for (long k = 0; k < rounds; k++) \
    for (int i = 0; i < sums; i++) { \
      step; \
      OPAQUE(s[i]); \
    }

__attribute__((target("avx512f,avx512bf16"))) static void multiply_bfloat16(void) {
  __m512bh x = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  REGISTER_LOOP(__m512, _mm512_setzero_ps(), s[i] = _mm512_dpbf16_ps(s[i], x, x))
}

__attribute__((target("avx512f"))) static void multiply_avx512(void) {
  __m512 x = _mm512_set1_ps(1);
  REGISTER_LOOP(__m512, _mm512_setzero_ps(), s[i] = _mm512_fmadd_ps(x, x, s[i]))
}

__attribute__((target("avx2,fma"))) static void multiply_avx2(void) {
  __m256 x = _mm256_set1_ps(1);
  __m256 s[12];
  for (int i = 0; i < 12; i++) s[i] = _mm256_setzero_ps();
  for (long k = 0; k < 2 * rounds; k++)
    for (int i = 0; i < 12; i++) {
      s[i] = _mm256_fmadd_ps(x, x, s[i]);
      OPAQUE(s[i]);
    }
}

AMX_TARGET static void multiply_tiles(void) {
  static const uint16_t zeros[tile_side * 2 * tile_side] __attribute__((aligned(64)));
  TILE_CONFIGURE();
  TILE_LOAD(4, zeros, tile_bytes);
  TILE_LOAD(5, zeros, tile_bytes);
  TILE_LOAD(6, zeros, tile_bytes);
  TILE_LOAD(7, zeros, tile_bytes);
  TILE_ZERO(0);
  TILE_ZERO(1);
  TILE_ZERO(2);
  TILE_ZERO(3);
  for (long k = 0; k < rounds; k++) {
    TILE_DOT(0, 4, 6);
    TILE_DOT(1, 4, 7);
    TILE_DOT(2, 5, 6);
    TILE_DOT(3, 5, 7);
  }
  TILE_RELEASE();
}

double kernel_multiply_burst(int path) {
  switch (path) {
    case kernel_path_amx: multiply_tiles(); return 2.0 * rounds * 4 * tile_side * tile_side * 2 * tile_side;
    case kernel_path_avx512_bf16: multiply_bfloat16(); return 2.0 * rounds * sums * 32;
    case kernel_path_avx512: multiply_avx512(); return 2.0 * rounds * sums * 16;
    case kernel_path_avx2: multiply_avx2(); return 2.0 * 2 * rounds * 12 * 8;
    default: return 0;
  }
}

uint64_t kernel_read_memory(const void *memory, size_t bytes) {
  const uint64_t *p = memory;
  uint64_t a = 0, b = 0, c = 0, d = 0;
  for (size_t i = 0; i + 32 <= bytes / 8; i += 32) {
    for (size_t j = 0; j < 32; j += 4) a += p[i + j], b += p[i + j + 1], c += p[i + j + 2], d += p[i + j + 3];
    __builtin_prefetch(p + i + 512);
  }
  return a + b + c + d;
}
