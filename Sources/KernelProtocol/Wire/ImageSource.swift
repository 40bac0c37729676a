import JSONRPC

/// Where an image comes from, and how it is read.
package struct ImageSource: Codable, Sendable, Equatable {
  package var place: Place
  /// Absent: `loadImage`.
  package var reading: Reading?

  package init(_ place: Place, reading: Reading? = nil) {
    self.place = place
    self.reading = reading
  }

  /// A file of the kernel's machine, absolute.
  package static func path(_ path: String) -> ImageSource { ImageSource(.path(path)) }

  package enum Place: Sendable, Equatable {
    /// A file of the kernel's machine, absolute.
    case path(String)
    /// A `file:` or `data:` address.
    case uri(String)
    /// The bytes of a PNG, JPEG, WebP, GIF or BMP file.
    case base64(String)
  }

  private enum CodingKeys: CodingKey { case path, uri, base64, reading }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let given = [CodingKeys.path, .uri, .base64].filter(members.contains)
    guard given.count == 1, let key = given.first else {
      throw decoder.wireMismatch(expected: "one of {\"path\"}, {\"uri\"}, {\"base64\"}")
    }
    let value = try members.decode(String.self, forKey: key)
    reading = try members.decodeIfPresent(Reading.self, forKey: .reading)
    switch key {
    case .path: place = .path(value)
    case .uri: place = .uri(value)
    default: place = .base64(value)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(reading, forKey: .reading)
    switch place {
    case .path(let path): try members.encode(path, forKey: .path)
    case .uri(let uri): try members.encode(uri, forKey: .uri)
    case .base64(let base64): try members.encode(base64, forKey: .base64)
    }
  }
}
