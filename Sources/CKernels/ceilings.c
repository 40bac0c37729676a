// What the processor can do at most: multiply-adds on registers alone, and one
// pass of reads over memory.
//
// Each loop holds as many independent chains as hide the latency of its instruction, and all its
// operands in registers. The operands are numbers near 1, so that neither zeros nor denormals make
// the work cheaper or dearer than a product's.

#include "amx_tiles.h"
#include "include/kernels.h"

#include <immintrin.h>

enum {
  chains = 12,
  batch = 64
};  // independent sums; steps between two looks at the loop's counter

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f")))
#define BFLOAT16_TARGET __attribute__((target("avx512f,avx512bf16")))

/// Keeps a value in a register and hides it from the compiler, which would otherwise fold the loop.
#define KEEP(value, constraint) __asm__ volatile("" : constraint(value))

AVX2_TARGET static float multiply_avx2(size_t batches) {
  __m256 sums[chains], a = _mm256_set1_ps(1.0000001f), b = _mm256_set1_ps(0.9999999f);
  for (int i = 0; i < chains; i++) sums[i] = _mm256_set1_ps((float)i);
  for (size_t n = 0; n < batches; n++) {
    KEEP(a, "+x");
    for (int step = 0; step < batch; step++)
      for (int i = 0; i < chains; i++) sums[i] = _mm256_fmadd_ps(a, b, sums[i]);
  }
  for (int i = 1; i < chains; i++) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  return _mm256_cvtss_f32(sums[0]);
}

AVX512_TARGET static float multiply_avx512(size_t batches) {
  __m512 sums[chains], a = _mm512_set1_ps(1.0000001f), b = _mm512_set1_ps(0.9999999f);
  for (int i = 0; i < chains; i++) sums[i] = _mm512_set1_ps((float)i);
  for (size_t n = 0; n < batches; n++) {
    KEEP(a, "+v");
    for (int step = 0; step < batch; step++)
      for (int i = 0; i < chains; i++) sums[i] = _mm512_fmadd_ps(a, b, sums[i]);
  }
  for (int i = 1; i < chains; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_cvtss_f32(sums[0]);
}

BFLOAT16_TARGET static float multiply_bfloat16(size_t batches) {
  __m512 sums[chains];
  __m512i a = _mm512_set1_epi16(0x3f81), b = _mm512_set1_epi16(0x3f7f);
  for (int i = 0; i < chains; i++) sums[i] = _mm512_set1_ps((float)i);
  for (size_t n = 0; n < batches; n++) {
    KEEP(a, "+v");
    for (int step = 0; step < batch; step++)
      for (int i = 0; i < chains; i++)
        sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)a, (__m512bh)b);
  }
  for (int i = 1; i < chains; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_cvtss_f32(sums[0]);
}

/// 2 × 2 tiles of sums from two tiles of either operand: what a product's inner loop
/// does, without its loads.
AMX_TARGET static float multiply_amx(size_t batches) {
  _Alignas(64) uint16_t operand[tile_side * tile_bytes / 2];
  _Alignas(64) float sums[tile_side * tile_bytes / 4];
  for (int i = 0; i < tile_side * tile_bytes / 2; i++) operand[i] = (uint16_t)(0x3f60 + i % 64);
  TILE_CONFIGURE();
  TILE_ZERO(0);
  TILE_ZERO(1);
  TILE_ZERO(2);
  TILE_ZERO(3);
  TILE_LOAD(4, operand, tile_bytes);
  TILE_LOAD(5, operand, tile_bytes);
  TILE_LOAD(6, operand, tile_bytes);
  TILE_LOAD(7, operand, tile_bytes);
  for (size_t n = 0; n < batches; n++) {
#pragma clang loop unroll_count(8)
    for (int step = 0; step < batch; step++) {
      TILE_DOT(0, 4, 6);
      TILE_DOT(1, 4, 7);
      TILE_DOT(2, 5, 6);
      TILE_DOT(3, 5, 7);
    }
  }
  TILE_STORE(0, sums, tile_bytes);
  TILE_RELEASE();
  return sums[0];
}

/// The plain twin, for processors without any of the above.
static float multiply_portable(size_t batches) {
  float sums[chains], a = 1.0000001f, b = 0.9999999f;
  for (int i = 0; i < chains; i++) sums[i] = (float)i;
  for (size_t n = 0; n < batches; n++) {
    KEEP(a, "+x");
    for (int step = 0; step < batch; step++)
      for (int i = 0; i < chains; i++) sums[i] = sums[i] * b + a;
    for (int i = 0; i < chains; i++) KEEP(sums[i], "+x");
  }
  for (int i = 1; i < chains; i++) sums[0] += sums[i];
  return sums[0];
}

double kernel_multiply_operations(int path, size_t batches) {
  double steps = (double)batches * batch;
  switch (path) {
    case kernel_path_avx2: return steps * chains * 8 * 2;
    case kernel_path_avx512: return steps * chains * 16 * 2;
    case kernel_path_avx512_bf16: return steps * chains * 32 * 2;
    case kernel_path_amx: return steps * 4 * tile_side * tile_side * 32 * 2;
    default: return steps * chains * 2;
  }
}

float kernel_multiply(int path, size_t batches) {
  switch (path) {
    case kernel_path_avx2: return multiply_avx2(batches);
    case kernel_path_avx512: return multiply_avx512(batches);
    case kernel_path_avx512_bf16: return multiply_bfloat16(batches);
    case kernel_path_amx: return multiply_amx(batches);
    default: return multiply_portable(batches);
  }
}

uint64_t kernel_read(const void *bytes, size_t count) {
  typedef uint64_t line __attribute__((vector_size(64), aligned(1)));
  const line *lines = bytes;
  line sums[4] = {{0}, {0}, {0}, {0}};
  size_t whole = count / sizeof(line) / 4 * 4;
  for (size_t i = 0; i < whole; i += 4)
    for (int j = 0; j < 4; j++) sums[j] += lines[i + j];
  line all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  uint64_t sum = 0;
  for (int i = 0; i < 8; i++) sum += all[i];
  return sum;
}
