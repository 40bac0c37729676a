import Images
import Models

/// How a context was opened: what `session/save` writes and `session/open` opens again.
struct ContextOpening {
  let parts: [GivenPart]
  let template: PromptTemplate

  var promptParts: [PromptPart] { parts.map(\.promptPart) }
  /// The pictures as given, in the order of the parts; of a video its frames.
  var pictures: [[Picture]] {
    parts.map { $0.pictures.map(\.picture) }.filter { !$0.isEmpty }
  }
  /// Bytes of texts, pixels, and pictures' files where those are kept.
  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }
}

/// One part of a context as a client gave it.
struct GivenPart {
  enum Content {
    case text(String)
    case picture(GivenPicture)
    case video([GivenPicture])
  }

  let content: Content
  let role: String

  init(_ content: Content, role: String) {
    self.content = content
    self.role = role
  }

  /// The picture, or the frames of the video, that it is; none of a text.
  var pictures: [GivenPicture] {
    switch content {
    case .text: []
    case .picture(let picture): [picture]
    case .video(let frames): frames
    }
  }

  var promptPart: PromptPart {
    switch content {
    case .text(let text): .text(text, role: role)
    case .picture(let given): .picture(given.picture, role: role)
    case .video(let frames): .video(frames.map(\.picture), role: role)
    }
  }

  fileprivate var byteCount: Int {
    switch content {
    case .text(let text): text.utf8.count
    case .picture, .video:
      pictures.reduce(0) { $0 + $1.picture.byteCount + $1.origin.keptBytes }
    }
  }
}

/// A decoded picture and where its file's bytes are.
struct GivenPicture {
  let picture: Picture
  let origin: PictureOrigin
  let treatment: PictureTreatment
}

/// Where the bytes of a picture's file are found again.
enum PictureOrigin: Sendable {
  /// In a file, of so many bytes with this SHA-256, in hexadecimal: it is read again, so that a
  /// context costs no memory for being saved some time.
  case file(path: String, sha256: String, byteCount: Int)
  /// Nowhere but here: what was sent is kept as it came, which is little beside its pixels.
  case sent([UInt8])

  /// Bytes of memory that it takes.
  var keptBytes: Int {
    if case .sent(let bytes) = self { bytes.count } else { 0 }
  }

  /// Bytes of the file.
  var fileBytes: Int {
    switch self {
    case .file(_, _, let byteCount): byteCount
    case .sent(let bytes): bytes.count
    }
  }
}
