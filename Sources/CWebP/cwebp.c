#include "cwebp.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static int fail(char *message, const char *text) {
  strncpy(message, text, CWEBP_MESSAGE_LENGTH - 1);
  message[CWEBP_MESSAGE_LENGTH - 1] = 0;
  return CWEBP_ERROR;
}

static int fail_with(char *message, VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return CWEBP_NO_MEMORY;
    case VP8_STATUS_NOT_ENOUGH_DATA: return fail(message, "the file ends too early");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return fail(message, "it uses a feature that libwebp does not read");
    default: return fail(message, "its data make no picture");
  }
}

int cwebp_read_header(
  const uint8_t *bytes, size_t length, cwebp_header *header, char message[CWEBP_MESSAGE_LENGTH]) {
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(bytes, length, &features);
  if (status != VP8_STATUS_OK) return fail_with(message, status);
  if (features.width < 0 || features.height < 0) return fail(message, "its sides make no sense");
  header->width = (uint32_t)features.width;
  header->height = (uint32_t)features.height;
  // An extended header's word counts, even against a frame that has alpha: Pillow goes by it.
  int is_extended = length > 20 && memcmp(bytes + 12, "VP8X", 4) == 0;
  header->has_alpha = is_extended ? (bytes[20] & 0x10) != 0 : features.has_alpha != 0;
  header->is_animated = features.has_animation != 0;
  return CWEBP_OK;
}

static int decode_animation(
  const uint8_t *bytes, size_t length, const cwebp_header *expected, uint8_t *output,
  char *message) {
  WebPData data = {.bytes = bytes, .size = length};
  WebPAnimDecoderOptions options;
  WebPAnimInfo info;
  if (!WebPAnimDecoderOptionsInit(&options))
    return fail(message, "libwebpdemux is of another version");
  options.color_mode = MODE_RGBA;
  options.use_threads = 0;
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  if (!decoder) return fail(message, "its frames are damaged or end too early");
  uint8_t *canvas;
  int timestamp;
  int status = CWEBP_OK;
  if (!WebPAnimDecoderGetInfo(decoder, &info) || info.canvas_width != expected->width
      || info.canvas_height != expected->height) {
    status = fail(message, "the header was read in two ways");
  } else if (!WebPAnimDecoderGetNext(decoder, &canvas, &timestamp)) {
    status = fail(message, "its first frame is damaged");
  } else {
    memcpy(output, canvas, (size_t)expected->width * expected->height * 4);
  }
  WebPAnimDecoderDelete(decoder);
  return status;
}

int cwebp_decode(
  const uint8_t *bytes, size_t length, const cwebp_header *expected, uint8_t *output,
  char message[CWEBP_MESSAGE_LENGTH]) {
  if (expected->is_animated) return decode_animation(bytes, length, expected, output, message);
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return fail(message, "libwebp is of another version");
  VP8StatusCode status = WebPGetFeatures(bytes, length, &config.input);
  if (status != VP8_STATUS_OK) return fail_with(message, status);
  if ((uint32_t)config.input.width != expected->width
      || (uint32_t)config.input.height != expected->height || config.input.has_animation) {
    return fail(message, "the header was read in two ways");
  }
  size_t row = (size_t)expected->width * 4;
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = output;
  config.output.u.RGBA.stride = (int)row;
  config.output.u.RGBA.size = row * expected->height;
  status = WebPDecode(bytes, length, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? CWEBP_OK : fail_with(message, status);
}

void cwebp_find_chunk(
  const uint8_t *bytes, size_t length, const char name[4], size_t *offset, size_t *size) {
  *offset = 0;
  *size = 0;
  WebPData data = {.bytes = bytes, .size = length};
  WebPDemuxer *demuxer = WebPDemux(&data);
  if (!demuxer) return;
  WebPChunkIterator found;
  if (WebPDemuxGetChunk(demuxer, name, 1, &found)) {
    *offset = (size_t)(found.chunk.bytes - bytes);
    *size = found.chunk.size;
    WebPDemuxReleaseChunkIterator(&found);
  }
  WebPDemuxDelete(demuxer);
}
