#include "cgif.h"

#include <gif_lib.h>
#include <string.h>

typedef struct {
  const uint8_t *next;
  size_t left;
} source;

static int read_bytes(GifFileType *gif, GifByteType *into, int count) {
  source *from = gif->UserData;
  if (count < 0 || (size_t)count > from->left) count = (int)from->left;
  memcpy(into, from->next, (size_t)count);
  from->next += count;
  from->left -= (size_t)count;
  return count;
}

static int fail(char *message, const char *text) {
  strncpy(message, text, CGIF_MESSAGE_LENGTH - 1);
  message[CGIF_MESSAGE_LENGTH - 1] = 0;
  return CGIF_ERROR;
}

static int fail_with(char *message, int error) {
  switch (error) {
    case D_GIF_ERR_READ_FAILED:
    case D_GIF_ERR_EOF_TOO_SOON: return fail(message, "the file ends too early");
    default: break;
  }
  const char *text = GifErrorString(error);
  return fail(message, text ? text : "its data make no picture");
}

// Reads an extension; a graphics control's transparent entry is kept.
static int read_extension(GifFileType *gif, int32_t *transparent) {
  int code;
  GifByteType *block;
  if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) return GIF_ERROR;
  if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4 && (block[1] & 1)) {
    *transparent = block[4];
  }
  while (block) {
    if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return GIF_ERROR;
  }
  return GIF_OK;
}

// Opens the file and reads up to the first frame's pixels. Nil after an error,
// of which `message` tells.
static GifFileType *open_frame(source *from, cgif_header *header, char *message) {
  int error = 0;
  GifFileType *gif = DGifOpen(from, read_bytes, &error);
  if (!gif) {
    fail_with(message, error);
    return NULL;
  }
  header->transparent = -1;
  for (;;) {
    GifRecordType type;
    if (DGifGetRecordType(gif, &type) == GIF_ERROR) break;
    if (type == IMAGE_DESC_RECORD_TYPE) {
      if (DGifGetImageDesc(gif) == GIF_ERROR) break;
      ColorMapObject *map = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
      header->screen_width = (uint32_t)gif->SWidth;
      header->screen_height = (uint32_t)gif->SHeight;
      header->left = (uint32_t)gif->Image.Left;
      header->top = (uint32_t)gif->Image.Top;
      header->width = (uint32_t)gif->Image.Width;
      header->height = (uint32_t)gif->Image.Height;
      header->colors =
          map && map->ColorCount > 0 && map->ColorCount <= 256 ? (uint32_t)map->ColorCount : 0;
      for (uint32_t entry = 0; entry < header->colors; entry++) {
        header->palette[3 * entry] = map->Colors[entry].Red;
        header->palette[3 * entry + 1] = map->Colors[entry].Green;
        header->palette[3 * entry + 2] = map->Colors[entry].Blue;
      }
      return gif;
    }
    if (type == TERMINATE_RECORD_TYPE) {
      gif->Error = D_GIF_ERR_NO_IMAG_DSCR;
      break;
    }
    if (type == EXTENSION_RECORD_TYPE && read_extension(gif, &header->transparent) == GIF_ERROR) {
      break;
    }
  }
  fail_with(message, gif->Error);
  DGifCloseFile(gif, &error);
  return NULL;
}

int cgif_read_header(
  const uint8_t *bytes, size_t length, cgif_header *header, char message[CGIF_MESSAGE_LENGTH]) {
  source from = {.next = bytes, .left = length};
  int error;
  GifFileType *gif = open_frame(&from, header, message);
  if (!gif) return CGIF_ERROR;
  DGifCloseFile(gif, &error);
  return CGIF_OK;
}

// An interlaced frame's rows come in four passes.
static const uint32_t first_rows[4] = {0, 4, 2, 1};
static const uint32_t row_steps[4] = {8, 8, 4, 2};

int cgif_decode(
  const uint8_t *bytes, size_t length, const cgif_header *expected, uint8_t *output,
  char message[CGIF_MESSAGE_LENGTH]) {
  source from = {.next = bytes, .left = length};
  cgif_header found = {0};
  int error;
  GifFileType *gif = open_frame(&from, &found, message);
  if (!gif) return CGIF_ERROR;
  int status = CGIF_OK;
  if (found.width != expected->width || found.height != expected->height) {
    status = fail(message, "the header was read in two ways");
  }
  int passes = gif->Image.Interlace ? 4 : 1;
  for (int pass = 0; pass < passes && status == CGIF_OK; pass++) {
    uint32_t step = passes == 1 ? 1 : row_steps[pass];
    for (uint32_t y = passes == 1 ? 0 : first_rows[pass]; y < found.height; y += step) {
      if (DGifGetLine(gif, output + (size_t)y * found.width, (int)found.width) == GIF_ERROR) {
        status = fail_with(message, gif->Error);
        break;
      }
    }
  }
  DGifCloseFile(gif, &error);
  return status;
}
