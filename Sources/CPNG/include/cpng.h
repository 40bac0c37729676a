#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

// PNG in memory, both ways. libpng reports errors by longjmp, which must not cross Swift frames;
// these functions catch it, free everything libpng holds and return a status.

enum {
  CPNG_OK = 0,
  CPNG_ERROR = 1,
  CPNG_NO_MEMORY = 2,
};

#define CPNG_MESSAGE_LENGTH 160

typedef struct {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  /// PNG colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
  uint8_t color_type;
} cpng_header;

/// Decodes the first image of `bytes` into `output`, rows packed without gaps.
///
/// Samples below 8 bits are widened to a byte without scaling, palette indices stay indices,
/// 16-bit samples lose their low byte except in plain greyscale, which stays 16-bit big-endian.
/// The file's header must equal `expected` and the decoded size must equal `output_length`, so
/// that nothing is written past the end.
int cpng_decode(
  const uint8_t *bytes, size_t length, const cpng_header *expected, uint8_t *output,
  size_t output_length, char message[CPNG_MESSAGE_LENGTH]);

/// Encodes 8-bit rows of 3 (RGB) or 4 (RGBA) channels. The same pixels always give the same bytes.
/// On success `*output` is to be given back to `cpng_free`.
int cpng_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t **output,
  size_t *output_length, char message[CPNG_MESSAGE_LENGTH]);

void cpng_free(uint8_t *bytes);

#endif
