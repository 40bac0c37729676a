import JSON
import KernelProtocol
import Reports

/// What a context was opened with, from a session's context or from the request that opened it.
struct SessionPrompt: Hashable {
  struct Turn: Hashable {
    let role: String
    let name: String
    let text: String?
    /// SHA-256 of a picture's file; nil for a text, and for a picture that the file does not name.
    let picture: String?
    /// Those of a video's other frames, `picture` being the first's.
    var otherFrames: [String] = []
  }

  let turns: [Turn]
  /// How the chat template was applied, whatever was left to its default written out.
  private let chat: String

  init(_ context: SavedSession.Context) {
    turns = context.parts.map {
      Turn(
        role: $0.role, name: $0.id, text: $0.text, picture: $0.picture ?? $0.frames?.first?.picture,
        otherFrames: ($0.frames ?? []).dropFirst().map(\.picture))
    }
    let chat = context.chat
    self.chat = Self.chat(
      chat.template?.rawValue, chat.addGenerationPrompt, chat.continueAnswer)
  }

  /// - Parameter pictures: SHA-256 of the session's; the window knows them by their first half.
  /// - Returns: nil where the request has no parts.
  init?(opening params: JSONValue, pictures: PictureDigests) {
    guard let parts = params["parts"]?.arrayValue, !parts.isEmpty else { return nil }
    turns = parts.enumerated().map { number, part in
      let frames = part["video"]?["frames"]?.arrayValue
      let digests = (frames ?? [part["image"] ?? .null]).compactMap {
        $0["digest"]?.stringValue.map { pictures[$0] ?? $0 }
      }
      let isText = part["image"] == nil && part["video"] == nil
      return Turn(
        role: part["role"]?.stringValue ?? "user", name: part["id"]?.stringValue ?? "\(number)",
        text: isText ? part["text"]?.stringValue ?? "" : nil, picture: digests.first,
        otherFrames: Array(digests.dropFirst()))
    }
    let chat = params["chat"]
    self.chat = Self.chat(
      chat?["template"]?.stringValue, chat?["addGenerationPrompt"]?.boolValue,
      chat?["continueAnswer"]?.boolValue)
  }

  private static func chat(_ template: String?, _ adds: Bool?, _ continues: Bool?) -> String {
    let isContinued = continues == true
    return "\(template ?? "model") \(adds ?? true && !isContinued) \(isContinued)"
  }

  /// Prompts with equal roles, texts and pictures are one question, whatever parts are called.
  static func == (one: Self, other: Self) -> Bool { one.key == other.key }

  func hash(into hasher: inout Hasher) { hasher.combine(key) }

  private var key: [String?] {
    turns.flatMap { [$0.role, $0.text, $0.picture] + $0.otherFrames } + [chat]
  }

  /// As a report's turns. - Parameter places: of pictures by their digests.
  func shown(_ places: [String: Int]) -> [SessionReport.Turn] {
    turns.map { turn in
      let content: SessionReport.Turn.Content =
        if let text = turn.text { .text(text) } else {
          .picture(turn.picture.flatMap { places[$0] })
        }
      return SessionReport.Turn(role: turn.role, name: turn.name, content: content)
    }
  }
}

/// SHA-256 of pictures, found by their beginnings.
struct PictureDigests {
  /// Hexadecimal digits by which a picture is surely meant.
  private static let least = 32

  private let byBeginning: [Substring: String]

  init(_ session: SavedSession) {
    byBeginning = Dictionary(
      session.pictures.map { ($0.sha256.prefix(Self.least), $0.sha256) }, uniquingKeysWith: { $1 })
  }

  subscript(digest: String) -> String? {
    byBeginning[digest.prefix(Self.least)].flatMap { $0.hasPrefix(digest) ? $0 : nil }
  }
}
