#ifndef CGIF_H
#define CGIF_H

#include <stddef.h>
#include <stdint.h>

// The first frame of a GIF in memory by giflib, which reports errors by status.

enum {
  CGIF_OK = 0,
  CGIF_ERROR = 1,
};

#define CGIF_MESSAGE_LENGTH 120

typedef struct {
  /// The whole picture as the file's beginning has it.
  uint32_t screen_width;
  uint32_t screen_height;
  /// Where the first frame lies; it may reach beyond the screen.
  uint32_t left;
  uint32_t top;
  uint32_t width;
  uint32_t height;
  /// The palette entry that is transparent; -1 for none.
  int32_t transparent;
  /// How many entries the frame's palette has; 0 where there is none.
  uint32_t colors;
  /// Red, green, blue of each entry.
  uint8_t palette[768];
} cgif_header;

/// Reads up to the first frame's header: nothing of the picture's size is allocated.
int cgif_read_header(
  const uint8_t *bytes, size_t length, cgif_header *header, char message[CGIF_MESSAGE_LENGTH]);

/// Decodes the first frame's palette indices, rows without gaps from top to bottom. The sides must
/// equal those of `expected`, so that `output`, of width * height bytes, is filled exactly. A file
/// that ends early is an error.
int cgif_decode(
  const uint8_t *bytes, size_t length, const cgif_header *expected, uint8_t *output,
  char message[CGIF_MESSAGE_LENGTH]);

#endif
