import FeatureIndex
import Images
import JSON
package import Tensors

/// The samples of a WebDataset tar: successive members whose names agree up to the last
/// component's first point.
///
/// A sample's `.png`, `.jpg`, `.jpeg`, `.webp`, `.gif` or `.bmp` is its picture, its `.txt` its
/// text; its `.json` may have `text` or `caption`, and `source`. Every picture of a sample is an
/// entry, named for its member. The archive is read once, in order; pictures of a file stay where
/// they are, those of a pipe or of a gzipped archive come along.
package struct ArchiveCorpus: Corpus {
  /// The most bytes of a text member.
  private static let textLimit = 1 << 20

  private var tar: TarReader
  private let limits = PictureLimits()
  private var sample = Sample(key: "")
  private var ready: [CorpusEntry] = []
  private var isAtEnd = false
  /// What ended the archive before its end; told when the entries before it are taken.
  private var failure: (any Error)?

  package var count: Int? { nil }

  init(_ stream: ByteStream) {
    tar = TarReader(stream)
  }

  package mutating func next(cancellation: Cancellation) throws -> CorpusEntry? {
    while ready.isEmpty {
      if let failure { throw failure }
      if isAtEnd { return nil }
      do {
        guard let member = try tar.next(cancellation: cancellation) else {
          isAtEnd = true
          finishSample()
          continue
        }
        try take(member, cancellation: cancellation)
      } catch let error as CorpusError {
        // The sample that is broken off is not given: the rest of it may be missing.
        failure = error
      }
    }
    return ready.removeFirst()
  }

  private struct Sample {
    var key: String
    var pictures: [CorpusEntry] = []
    var text: String?
    var textName: String?
    var source: String?
    var problem: String?
  }

  private mutating func take(
    _ member: TarReader.Member, cancellation: Cancellation
  ) throws {
    let base = member.name.split(separator: "/").last ?? ""
    guard member.isFile || member.oddity != nil, !base.hasPrefix(".") else { return }
    let folder = member.name.dropLast(base.count)
    let key = folder + (base.firstIndex(of: ".").map { base[..<$0] } ?? base)
    if key != sample.key {
      finishSample()
      sample = Sample(key: String(key))
    }
    switch PictureName.suffix(of: member.name) {
    case let suffix where PictureFormat.suffixes.contains(suffix):
      var entry = CorpusEntry(name: member.name, problem: problem(of: member))
      if entry.problem == nil { entry.picture = try location(of: member, cancellation) }
      sample.pictures.append(entry)
    case "txt" where member.isFile:
      guard let bytes = try text(of: member, cancellation) else { return }
      sample.textName = member.name
      sample.text = String(validating: bytes, as: UTF8.self)
      if sample.text == nil { sample.problem = "\"\(member.name)\" is not UTF-8 text" }
    case "json" where member.isFile:
      guard let bytes = try text(of: member, cancellation) else { return }
      takeFacts(bytes, name: member.name)
    default: break
    }
  }

  private func problem(of member: TarReader.Member) -> String? {
    if let oddity = member.oddity { return "\(oddity) in the archive, expected a file" }
    if member.name.hasPrefix("/") || member.name.split(separator: "/").contains("..") {
      return "its name leads out of the archive"
    }
    return member.size <= limits.fileLength
      ? nil : "it has \(member.size) bytes, the limit is \(limits.fileLength)"
  }

  private mutating func location(
    of member: TarReader.Member, _ cancellation: Cancellation
  ) throws -> PictureLocation {
    if tar.stream.length != nil {
      return .slice(path: tar.stream.path, offset: member.offset, length: member.size)
    }
    return .stored(try tar.content(of: member, cancellation: cancellation))
  }

  private mutating func text(
    of member: TarReader.Member, _ cancellation: Cancellation
  ) throws -> [UInt8]? {
    guard member.size <= Self.textLimit else {
      sample.problem = "\"\(member.name)\" has \(member.size) bytes, the limit is \(Self.textLimit)"
      return nil
    }
    return try tar.content(of: member, cancellation: cancellation)
  }

  private mutating func takeFacts(_ bytes: [UInt8], name: String) {
    do {
      let facts = try JSONValue(parsing: bytes, limits: .file)
      sample.source = facts["source"]?.stringValue
      if let text = facts["text"]?.stringValue ?? facts["caption"]?.stringValue, sample.text == nil
      {
        (sample.text, sample.textName) = (text, name)
      }
    } catch {
      sample.problem = "\"\(name)\" is not JSON: \(error)"
    }
  }

  private mutating func finishSample() {
    defer { sample = Sample(key: "") }
    for var entry in sample.pictures {
      entry.text = sample.text
      entry.source = sample.source
      entry.problem = entry.problem ?? sample.problem
      ready.append(entry)
    }
    if sample.pictures.isEmpty, let name = sample.textName {
      ready.append(
        CorpusEntry(name: name, source: sample.source, text: sample.text, problem: sample.problem))
    }
  }
}
