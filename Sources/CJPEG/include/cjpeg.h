#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

// JPEG in memory. libjpeg reports errors by a callback that must not return; these functions leave
// it by longjmp, free everything and return a status, so that no jump crosses Swift frames.

enum {
  CJPEG_OK = 0,
  CJPEG_ERROR = 1,
};

#define CJPEG_MESSAGE_LENGTH 200

typedef struct {
  uint32_t width;
  uint32_t height;
  /// Channels of the decoded rows: 1 grey, 3 RGB, 4 CMYK as stored (Adobe files store it inverted).
  uint32_t channels;
} cjpeg_header;

/// Reads the header only: nothing of the picture's size is allocated.
int cjpeg_read_header(
  const uint8_t *bytes, size_t length, cjpeg_header *header, char message[CJPEG_MESSAGE_LENGTH]);

/// Decodes with the accurate integer transform and smooth chroma upsampling,
/// rows packed without gaps.
///
/// The header must equal `expected`, so that `output`, of width * height * channels bytes, is
/// filled exactly. A file that ends early is an error. `memory_limit` bounds what the library may
/// allocate, `scan_limit` the scans of a progressive file.
int cjpeg_decode(
  const uint8_t *bytes, size_t length, const cjpeg_header *expected, size_t memory_limit,
  int scan_limit, uint8_t *output, char message[CJPEG_MESSAGE_LENGTH]);

#endif
