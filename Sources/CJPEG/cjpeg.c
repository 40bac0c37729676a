#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
  // First, so that libjpeg's pointer to it is a pointer to the whole.
  struct jpeg_error_mgr manager;
  char *message;
  jmp_buf escape;
} failure;

static void say(failure *state, const char *text) {
  strncpy(state->message, text, CJPEG_MESSAGE_LENGTH - 1);
  state->message[CJPEG_MESSAGE_LENGTH - 1] = 0;
}

static void fail(j_common_ptr common) {
  failure *state = (failure *)common->err;
  char text[JMSG_LENGTH_MAX];
  common->err->format_message(common, text);
  say(state, text);
  longjmp(state->escape, 1);
}

static void stop(j_decompress_ptr jpeg, const char *text) {
  failure *state = (failure *)jpeg->err;
  say(state, text);
  longjmp(state->escape, 1);
}

static void ignore_message(j_common_ptr common, int level) {
  (void)common;
  (void)level;
}

static void start_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean run_dry(j_decompress_ptr jpeg) {
  // libjpeg's own memory source would invent an end marker and paint the rest grey.
  stop(jpeg, "the file ends too early");
  return FALSE;
}

static void skip_bytes(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((size_t)count > jpeg->src->bytes_in_buffer) stop(jpeg, "the file ends too early");
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void end_source(j_decompress_ptr jpeg) { (void)jpeg; }

typedef struct {
  struct jpeg_progress_mgr manager;
  int scan_limit;
} progress;

static void watch_scans(j_common_ptr common) {
  j_decompress_ptr jpeg = (j_decompress_ptr)common;
  progress *state = (progress *)common->progress;
  if (jpeg->input_scan_number > state->scan_limit) stop(jpeg, "the file has too many scans");
}

static void choose_output(j_decompress_ptr jpeg, cjpeg_header *header) {
  header->width = jpeg->image_width;
  header->height = jpeg->image_height;
  switch (jpeg->num_components) {
    case 1:
      jpeg->out_color_space = JCS_GRAYSCALE;
      header->channels = 1;
      break;
    case 3:
      jpeg->out_color_space = JCS_RGB;
      header->channels = 3;
      break;
    case 4:
      jpeg->out_color_space = JCS_CMYK;
      header->channels = 4;
      break;
    default:
      stop(jpeg, "the file has neither 1, 3 nor 4 components");
  }
}

static void open_source(
  j_decompress_ptr jpeg, struct jpeg_source_mgr *source, const uint8_t *bytes, size_t length) {
  source->init_source = start_source;
  source->fill_input_buffer = run_dry;
  source->skip_input_data = skip_bytes;
  source->resync_to_restart = jpeg_resync_to_restart;
  source->term_source = end_source;
  source->next_input_byte = bytes;
  source->bytes_in_buffer = length;
  jpeg->src = source;
}

static void catch_errors(j_decompress_ptr jpeg, failure *state, char *message) {
  jpeg->err = jpeg_std_error(&state->manager);
  state->manager.error_exit = fail;
  state->manager.emit_message = ignore_message;
  state->message = message;
}

int cjpeg_read_header(
  const uint8_t *bytes, size_t length, cjpeg_header *header, char message[CJPEG_MESSAGE_LENGTH]) {
  struct jpeg_decompress_struct jpeg = {0};
  struct jpeg_source_mgr source = {0};
  failure state;
  catch_errors(&jpeg, &state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&jpeg);
    return CJPEG_ERROR;
  }
  jpeg_create_decompress(&jpeg);
  open_source(&jpeg, &source, bytes, length);
  jpeg_read_header(&jpeg, TRUE);
  choose_output(&jpeg, header);
  jpeg_destroy_decompress(&jpeg);
  return CJPEG_OK;
}

int cjpeg_decode(
  const uint8_t *bytes, size_t length, const cjpeg_header *expected, size_t memory_limit,
  int scan_limit, uint8_t *output, char message[CJPEG_MESSAGE_LENGTH]) {
  struct jpeg_decompress_struct jpeg = {0};
  struct jpeg_source_mgr source = {0};
  progress watch = {.scan_limit = scan_limit};
  failure state;
  catch_errors(&jpeg, &state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&jpeg);
    return CJPEG_ERROR;
  }
  jpeg_create_decompress(&jpeg);
  jpeg.mem->max_memory_to_use = (long)memory_limit;
  watch.manager.progress_monitor = watch_scans;
  jpeg.progress = &watch.manager;
  open_source(&jpeg, &source, bytes, length);
  jpeg_read_header(&jpeg, TRUE);
  cjpeg_header found = {0};
  choose_output(&jpeg, &found);
  if (found.width != expected->width || found.height != expected->height
      || found.channels != expected->channels) {
    stop(&jpeg, "the header was read in two ways");
  }
  jpeg.dct_method = JDCT_ISLOW;
  jpeg.do_fancy_upsampling = TRUE;
  jpeg_start_decompress(&jpeg);
  if (jpeg.output_width != expected->width || jpeg.output_height != expected->height
      || jpeg.output_components != (int)expected->channels) {
    stop(&jpeg, "the decoded size is not the expected one");
  }
  size_t row = (size_t)expected->width * expected->channels;
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[1] = {output + jpeg.output_scanline * row};
    jpeg_read_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return CJPEG_OK;
}
