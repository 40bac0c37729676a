import JSONRPC

/// Where pictures and prompts are read from; paths are absolute.
package enum CorpusPlace: Codable, Sendable, Equatable {
  /// The pictures below a folder.
  case folder(String)
  /// A text file with a picture's path in each line.
  case list(String)
  /// A WebDataset tar, gzipped or not: a file, or a named pipe that something writes to.
  case tar(String)
  /// JSON lines of prompts.
  case prompts(String)
  /// A WebDataset tar on standard input, which only a command has: the kernel's is the wire.
  case stdin

  private enum CodingKeys: CodingKey { case folder, list, tar, prompts, stdin }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let given = [CodingKeys.folder, .list, .tar, .prompts, .stdin].filter(members.contains)
    guard given.count == 1, let key = given.first else {
      throw decoder.wireMismatch(
        expected: "one of {\"folder\"}, {\"list\"}, {\"tar\"}, {\"prompts\"}, {\"stdin\"}")
    }
    guard key != .stdin else {
      guard try members.decode(Bool.self, forKey: .stdin) else {
        throw decoder.wireMismatch(expected: "\"stdin\": true")
      }
      self = .stdin
      return
    }
    let path = try members.decode(String.self, forKey: key)
    switch key {
    case .folder: self = .folder(path)
    case .list: self = .list(path)
    case .tar: self = .tar(path)
    default: self = .prompts(path)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .folder(let path): try members.encode(path, forKey: .folder)
    case .list(let path): try members.encode(path, forKey: .list)
    case .tar(let path): try members.encode(path, forKey: .tar)
    case .prompts(let path): try members.encode(path, forKey: .prompts)
    case .stdin: try members.encode(true, forKey: .stdin)
    }
  }
}
