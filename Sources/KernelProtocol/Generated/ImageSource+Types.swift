// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

extension ImageSource {
  package enum Reading: String, WireName {
    /// As load_image of a path or an address: turned upright as its EXIF data say, an alpha channel
    /// dropped.
    case loadImage
    /// As a picture opened with Pillow and handed to the processor: transparency on white,
    /// orientation left as stored.
    case open
  }
}
