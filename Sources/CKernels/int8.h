// From 32 integers of eight bits to 32 bfloat16 numbers, which hold them exactly. AVX-512.
#pragma once

#include <immintrin.h>

__attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq"))) static inline __m512i int8_as_bfloat16(__m256i bytes) {
  // Pairs of neighbours as 32-bit lanes: the odd ones converted in place give the upper halves, the even ones the lower.
  __m512i pairs = _mm512_cvtepi16_epi32(bytes);
  __m512i odd = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_srai_epi32(pairs, 8)));
  __m512i even = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(pairs, 24), 24)));
  // The floats' lower halves are zeros: of 8 significant bits none is lost.
  return _mm512_or_si512(odd, _mm512_srli_epi32(even, 16));
}
