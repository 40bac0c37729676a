import FoundationEssentials
import Images
package import JSON
package import JSONRPC
import KernelProtocol
import PromptFiles

/// What a client's messages name of this machine's files, which a kernel on another gets by
/// content: the pictures of prompts and of prompt files. What is no file here is left to the
/// kernel, whose machine may have it.
package struct LocalFiles {
  /// Why a message cannot be sent with its files.
  package struct Refusal: Error, CustomStringConvertible {
    package let message: String
    package var description: String { message }

    package var failure: ResponseFailure { DomainError(.imageUnreadable, message).failure }
  }

  /// Bytes of a message with its files, which the kernel takes.
  private static let messageLimit = FramingLimits().body
  /// Documents whose pictures are known.
  private static let documentLimit = 1024

  private let host: String
  /// The pictures of the documents that a language client has open, by their addresses.
  private var documents: [String: DocumentPictures] = [:]

  package init(host: String) { self.host = host }

  /// A message's params with the contents of the files that they name.
  ///
  /// - Parameter byteCount: of the message as it is.
  /// - Returns: nil where nothing of it is to be another.
  /// - Throws: `Refusal`.
  package mutating func carried(
    _ method: String, _ params: JSONValue, byteCount: Int
  ) throws(Refusal) -> JSONValue? {
    var room = Self.messageLimit - byteCount
    switch method {
    case "context/open": return try opened(params, &room)
    case "prompt/open": return try prompt(params, &room)
    case "prompt/check": return checked(params)
    case "textDocument/didOpen", "textDocument/didChange", "textDocument/didSave":
      return try document(method, params, &room)
    case "textDocument/didClose":
      if let uri = params["textDocument"]?["uri"]?.stringValue { documents[uri] = nil }
      return nil
    default: return nil
    }
  }

  // MARK: Contexts

  private func opened(_ params: JSONValue, _ room: inout Int) throws(Refusal) -> JSONValue? {
    guard case .object(var members) = params, case .array(var parts) = members["parts"] else {
      return nil
    }
    var isChanged = false
    for index in parts.indices {
      guard case .object(var part) = parts[index] else { continue }
      if let image = part["image"], let sent = try source(image, &room) {
        part["image"] = sent
      } else if let video = part["video"], let sent = try frames(video, &room) {
        part["video"] = sent
      } else {
        continue
      }
      parts[index] = .object(part)
      isChanged = true
    }
    members["parts"] = .array(parts)
    return isChanged ? .object(members) : nil
  }

  private func frames(_ video: JSONValue, _ room: inout Int) throws(Refusal) -> JSONValue? {
    guard case .object(var members) = video, case .array(var frames) = members["frames"] else {
      return nil
    }
    var isChanged = false
    for index in frames.indices {
      guard let sent = try source(frames[index], &room) else { continue }
      frames[index] = sent
      isChanged = true
    }
    members["frames"] = .array(frames)
    return isChanged ? .object(members) : nil
  }

  /// A picture that is named by a file of this machine, as bytes.
  private func source(_ image: JSONValue, _ room: inout Int) throws(Refusal) -> JSONValue? {
    guard case .object(var members) = image else { return nil }
    let path: String
    if let given = members["path"]?.stringValue {
      path = given
    } else if let uri = members["uri"]?.stringValue, let url = URL(string: uri), url.isFileURL {
      path = url.path
    } else {
      return nil
    }
    guard Self.isFile(path) else { return nil }
    (members["path"], members["uri"]) = (nil, nil)
    members["base64"] = .string(try content(path, &room))
    return .object(members)
  }

  // MARK: Prompt files

  private func prompt(_ params: JSONValue, _ room: inout Int) throws(Refusal) -> JSONValue? {
    guard case .object(var members) = params, members.present("images") == nil else { return nil }
    let found = Self.pictures(of: params)
    guard !found.isEmpty else { return nil }
    members["images"] = try contents(found, &room)
    return .object(members)
  }

  private func checked(_ params: JSONValue) -> JSONValue? {
    guard case .object(var members) = params, members.present("images") == nil else { return nil }
    let found = Self.pictures(of: params)
    guard !found.isEmpty else { return nil }
    members["images"] = .array(found.map { ["name": .string($0.name)] })
    return .object(members)
  }

  private static func pictures(of params: JSONValue) -> [PromptFront.Image] {
    guard let text = params["text"]?.stringValue else { return [] }
    return pictures(of: text, in: params["directory"]?.stringValue)
  }

  /// The images of a prompt file that are files of this machine.
  static func pictures(of text: String, in directory: String?) -> [PromptFront.Image] {
    var file = PromptFile(text)
    guard let front = try? file.resolvedFront(directory: directory) else { return [] }
    return front.images.filter { isFile($0.path) }
  }

  private func contents(
    _ pictures: [PromptFront.Image], _ room: inout Int
  ) throws(Refusal) -> JSONValue {
    var sent: [JSONValue] = []
    for picture in pictures {
      let base64 = try content(picture.path, &room)
      sent.append(["name": .string(picture.name), "base64": .string(base64)])
    }
    return .array(sent)
  }

  // MARK: Documents of a language client

  /// Pictures are sent with the text that names them, and again when they are others or have
  /// changed; not with every change of the text.
  private mutating func document(
    _ method: String, _ params: JSONValue, _ room: inout Int
  ) throws(Refusal) -> JSONValue? {
    guard case .object(var members) = params, let document = members["textDocument"],
      let uri = document["uri"]?.stringValue
    else { return nil }
    var known = documents[uri]
    if method == "textDocument/didOpen" {
      let isPrompt = document["languageId"] == "lucarne" || uri.hasSuffix(".lucarne")
      known = isPrompt ? DocumentPictures(uri: uri) : nil
    }
    guard var pictures = known, documents[uri] != nil || documents.count < Self.documentLimit else {
      return nil
    }
    switch method {
    case "textDocument/didOpen": pictures.read(document["text"]?.stringValue)
    case "textDocument/didChange":
      // The server asks for whole texts; of a stretch no picture is known.
      let change = members["contentChanges"]?.arrayValue?.last
      if change?["range"] == nil { pictures.read(change?["text"]?.stringValue) }
    default: pictures.look()
    }
    documents[uri] = pictures
    guard pictures.areNew else { return nil }
    // Once: what does not fit now does not with the next change either.
    documents[uri]?.areNew = false
    members["images"] = try contents(pictures.files, &room)
    return .object(members)
  }

  // MARK: Files

  /// Whether a path, which must be absolute, leads to a file of this machine.
  static func isFile(_ path: String) -> Bool { FileState(path: path) != nil }

  /// A file's bytes in base64, for which there must be room.
  private func content(_ path: String, _ room: inout Int) throws(Refusal) -> String {
    // Above the base64 there are a name and punctuation.
    let needed = ((FileState(path: path)?.size ?? 0) + 2) / 3 * 4 + 1024
    guard needed <= room else {
      throw Refusal(
        message: "\(path) does not fit into a message to \(host): it would have "
          + "\(Self.messageLimit - room + needed) bytes, at most \(Self.messageLimit) are taken")
    }
    do {
      let base64 = Base64.encode(try PictureFile.bytes(atPath: path, limits: PictureLimits()))
      room -= base64.utf8.count + 1024
      return base64
    } catch { throw Refusal(message: "on this machine: \(error)") }
  }
}
