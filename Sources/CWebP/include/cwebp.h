#ifndef CWEBP_H
#define CWEBP_H

#include <stddef.h>
#include <stdint.h>

// WebP in memory by libwebp, which reports errors by status; animations by libwebpdemux.

enum {
  CWEBP_OK = 0,
  CWEBP_ERROR = 1,
  CWEBP_NO_MEMORY = 2,
};

#define CWEBP_MESSAGE_LENGTH 120

typedef struct {
  uint32_t width;
  uint32_t height;
  /// Whether the file says that it has an alpha channel.
  uint8_t has_alpha;
  uint8_t is_animated;
} cwebp_header;

/// Reads the header only: nothing of the picture's size is allocated.
int cwebp_read_header(
  const uint8_t *bytes, size_t length, cwebp_header *header, char message[CWEBP_MESSAGE_LENGTH]);

/// Decodes the picture, or an animation's first frame on its canvas, into rows of red, green, blue
/// and alpha without gaps. The header must equal `expected`, so that `output`, of width * height *
/// 4 bytes, is filled exactly. A file that ends early is an error.
int cwebp_decode(
  const uint8_t *bytes, size_t length, const cwebp_header *expected, uint8_t *output,
  char message[CWEBP_MESSAGE_LENGTH]);

/// Where the first chunk of that name of four letters lies in `bytes`; `*size`
/// is 0 where there is none.
void cwebp_find_chunk(
  const uint8_t *bytes, size_t length, const char name[4], size_t *offset, size_t *size);

#endif
