#include "cpng.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *message;
  jmp_buf escape;
} failure;

static void fail(png_structp png, png_const_charp text) {
  failure *state = png_get_error_ptr(png);
  strncpy(state->message, text ? text : "unknown error", CPNG_MESSAGE_LENGTH - 1);
  state->message[CPNG_MESSAGE_LENGTH - 1] = 0;
  longjmp(state->escape, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

typedef struct {
  const uint8_t *next;
  size_t left;
} source;

static void read_bytes(png_structp png, png_bytep into, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->left) png_error(png, "the file ends too early");
  memcpy(into, from->next, count);
  from->next += count;
  from->left -= count;
}

static void configure(png_structp png, png_infop info, const cpng_header *expected) {
  // Everything but the pixels is read elsewhere; dropping it bounds what a
  // compressed text can cost.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_user_limits(png, expected->width, expected->height);
  png_read_info(png, info);
  if (png_get_image_width(png, info) != expected->width
      || png_get_image_height(png, info) != expected->height
      || png_get_bit_depth(png, info) != expected->bit_depth
      || png_get_color_type(png, info) != expected->color_type) {
    png_error(png, "the header was read in two ways");
  }
  if (expected->bit_depth < 8) png_set_packing(png);
  if (expected->bit_depth == 16 && expected->color_type != PNG_COLOR_TYPE_GRAY) {
    png_set_strip_16(png);
  }
}

int cpng_decode(
  const uint8_t *bytes, size_t length, const cpng_header *expected, uint8_t *output,
  size_t output_length, char message[CPNG_MESSAGE_LENGTH]) {
  failure state = {.message = message};
  source from = {.next = bytes, .left = length};
  png_infop info = NULL;
  png_structp png =
    png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, fail, ignore_warning);
  if (!png) return CPNG_NO_MEMORY;
  // Nothing below assigns a local between setjmp and a possible longjmp that is read after it,
  // except `info`, which is set first.
  info = png_create_info_struct(png);
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return CPNG_NO_MEMORY;
  }
  if (setjmp(state.escape)) {
    png_destroy_read_struct(&png, &info, NULL);
    return CPNG_ERROR;
  }
  png_set_read_fn(png, &from, read_bytes);
  configure(png, info, expected);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t row = png_get_rowbytes(png, info);
  if (output_length / expected->height != row || output_length % expected->height != 0) {
    png_error(png, "the decoded size is not the expected one");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < expected->height; y++) {
      png_read_row(png, output + (size_t)y * row, NULL);
    }
  }
  png_destroy_read_struct(&png, &info, NULL);
  return CPNG_OK;
}

typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
} sink;

static void write_bytes(png_structp png, png_bytep from, size_t count) {
  sink *into = png_get_io_ptr(png);
  if (count > into->capacity - into->length) {
    size_t wanted = into->capacity * 2;
    if (wanted < into->length + count) wanted = into->length + count;
    uint8_t *grown = realloc(into->bytes, wanted);
    if (!grown) png_error(png, "out of memory");
    into->bytes = grown;
    into->capacity = wanted;
  }
  memcpy(into->bytes + into->length, from, count);
  into->length += count;
}

static void flush_nothing(png_structp png) { (void)png; }

int cpng_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t **output,
  size_t *output_length, char message[CPNG_MESSAGE_LENGTH]) {
  failure state = {.message = message};
  sink into = {.bytes = malloc(65536), .length = 0, .capacity = 65536};
  if (!into.bytes) return CPNG_NO_MEMORY;
  png_structp png =
    png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, fail, ignore_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    free(into.bytes);
    return CPNG_NO_MEMORY;
  }
  if (setjmp(state.escape)) {
    png_destroy_write_struct(&png, &info);
    // `into` is changed through a pointer held by libpng, so its value here is
    // the latest one in memory.
    free(((volatile sink *)&into)->bytes);
    return CPNG_ERROR;
  }
  png_set_write_fn(png, &into, write_bytes, flush_nothing);
  // Fixed settings: the library's defaults may change between versions, and with them the bytes.
  png_set_compression_level(png, 6);
  png_set_filter(png, 0, PNG_ALL_FILTERS);
  png_set_IHDR(
    png, info, width, height, 8, channels == 4 ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB,
    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (uint32_t y = 0; y < height; y++) {
    png_write_row(png, pixels + (size_t)y * width * (size_t)channels);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *output = into.bytes;
  *output_length = into.length;
  return CPNG_OK;
}

void cpng_free(uint8_t *bytes) { free(bytes); }
