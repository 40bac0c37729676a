import JSONRPC

/// Where an image comes from.
package enum ImageSource: Codable, Sendable, Equatable {
  /// A file of the kernel's machine, absolute.
  case path(String)
  /// A `file:` address.
  case uri(String)
  /// The bytes of a PNG, JPEG, WebP, GIF or BMP file.
  case base64(String)

  private enum CodingKeys: CodingKey { case path, uri, base64 }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let given = [CodingKeys.path, .uri, .base64].filter(members.contains)
    guard given.count == 1, let key = given.first else {
      throw decoder.wireMismatch(expected: "one of {\"path\"}, {\"uri\"}, {\"base64\"}")
    }
    let value = try members.decode(String.self, forKey: key)
    switch key {
    case .path: self = .path(value)
    case .uri: self = .uri(value)
    case .base64: self = .base64(value)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .path(let path): try members.encode(path, forKey: .path)
    case .uri(let uri): try members.encode(uri, forKey: .uri)
    case .base64(let base64): try members.encode(base64, forKey: .base64)
    }
  }
}
