/// What can go wrong between a checkpoint's files and its answers. Each case names the thing, the
/// value found and the value expected.
package enum ModelError: Error, Equatable, CustomStringConvertible {
  /// A model that is not among those known.
  case unsupported(what: String, found: String, supported: String)
  /// Files of a checkpoint that contradict each other.
  case inconsistent(what: String, found: String, expected: String)
  /// A result is NaN or infinite.
  case nonFinite(what: String, row: Int)
  /// A prompt with nothing in it.
  case emptyPrompt
  /// More tokens than the model was made for.
  case promptTooLong(tokens: Int, limit: Int)
  /// A picture given to a model without eyes.
  case picturesNotSupported(model: String)
  /// A text that contains what stands for a picture.
  case textHoldsImageToken(part: Int, token: String)
  /// A text that contains what stands for a video.
  case videosNotSupported(part: Int, token: String)
  /// A text that contains what stands for a video, which is a part of its own.
  case textHoldsVideoToken(part: Int, token: String)
  /// Frames given to a model that sees no videos.
  case framesNotSupported(part: Int, model: String)
  /// Frames that are no video.
  case frames(part: Int, found: String, expected: String)
  /// Texts that together, or with what the template puts between, make what stands for a picture.
  case textsMakeImageToken(parts: [Int], token: String)
  /// A template that shows fewer pictures than there are, which stand in turns of these roles.
  case picturesLeftOut(token: String, found: Int, expected: Int, roles: [String])
  /// A template that cannot render a picture in a turn of this role, and could without it.
  case pictureInTurn(role: String, reason: String)
  /// A template that can run, but not on these messages.
  case templateCannotRender(roles: [String], reason: String)
  /// A token that the model has no embedding for.
  case tokenOutOfRange(token: Int, vocabulary: Int)
  /// A sampling setting outside its range.
  case invalidSampling(setting: String, found: String, expected: String)

  package var description: String {
    switch self {
    case .unsupported(let what, let found, let supported):
      "\(what) is \"\(found)\"; supported: \(supported)"
    case .inconsistent(let what, let found, let expected):
      "\(what) is \(found), expected \(expected)"
    case .nonFinite(let what, let row):
      "\(what) has NaN or infinity in row \(row), expected finite numbers"
    case .emptyPrompt:
      "the prompt holds no tokens, expected at least one"
    case .promptTooLong(let tokens, let limit):
      "the prompt has \(tokens) tokens or more, expected at most \(limit) (max_position_embeddings)"
    case .picturesNotSupported(let model):
      "the prompt holds a picture, but \(model) is a text model"
    case .textHoldsImageToken(let part, let token):
      "text part \(part) contains \"\(token)\", which stands for a picture; "
        + "expected pictures as parts of their own"
    case .videosNotSupported(let part, let token):
      "text part \(part) contains \"\(token)\", which stands for a video; videos are not read: "
        + "expected pictures of it as parts of their own"
    case .textHoldsVideoToken(let part, let token):
      "text part \(part) contains \"\(token)\", which stands for a video; expected videos as "
        + "parts of their own"
    case .framesNotSupported(let part, let model):
      "part \(part) is a video, and \(model) sees none: expected pictures of it as parts of their "
        + "own"
    case .frames(let part, let found, let expected):
      "the video of part \(part) has \(found), expected \(expected)"
    case .textsMakeImageToken(let parts, let token):
      "the prompt contains \"\(token)\", which stands for a picture, made by "
        + (parts.isEmpty
          ? "its texts"
          : "text part\(parts.count > 1 ? "s" : "") "
            + "\(parts.map(String.init).joined(separator: " and "))")
        + " with what stands beside; expected pictures as parts of their own"
    case .picturesLeftOut(let token, let found, let expected, let roles):
      "the chat template writes \"\(token)\" \(found) times for \(expected) pictures, which stand "
        + "in turns of \(roles.joined(separator: " and ")); expected once for each: it does not "
        + "show pictures there"
    case .pictureInTurn(let role, let reason):
      "the chat template cannot show a picture in a turn of \(role) (\(reason)); expected pictures "
        + "in turns of user"
    case .templateCannotRender(let roles, let reason):
      "the chat template cannot render messages of the roles \(roles.joined(separator: ", ")): "
        + "\(reason)"
    case .tokenOutOfRange(let token, let vocabulary):
      "token \(token) is outside the vocabulary, expected 0..<\(vocabulary)"
    case .invalidSampling(let setting, let found, let expected):
      "\(setting) is \(found), expected \(expected)"
    }
  }
}
