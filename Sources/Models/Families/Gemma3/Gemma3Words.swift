import Tokenization

/// What Gemma 3's processor writes around a picture's tokens.
///
/// Follows `Gemma3Processor` of transformers 5.24.
struct Gemma3Words: Sendable {
  /// Before a view's tokens; it stands for a picture in a prompt.
  let begin: String
  /// A token with a picture's features.
  let image: String
  /// Behind a view's tokens.
  let end: String
  /// Tokens of a view.
  private let tokensPerView: Int
  private static let beforeBase = "Here is the original image "
  private static let behindBase = " and here are some crops to help you see better "
  private static let betweenCrops = " "

  /// Throws where the tokenizer lacks one of the tokens, or does not find it in a text.
  init(_ model: Gemma3Configuration, _ tokenizer: Tokenizer) throws {
    func text(of token: Int, _ key: String) throws -> String {
      guard let text = tokenizer.token(token), !text.isEmpty,
        try tokenizer.encode(text, addSpecialTokens: false) == [token]
      else {
        throw ModelError.inconsistent(
          what: "the token \(token) of tokenizer.json",
          found: tokenizer.token(token).map { "\"\($0)\", which no text gives" } ?? "absent",
          expected: "\(key), an added token")
      }
      return text
    }
    begin = try text(of: model.beginToken, "boi_token_index")
    image = try text(of: model.imageToken, "image_token_index")
    end = try text(of: model.endToken, "eoi_token_index")
    tokensPerView = model.tokensPerSide * model.tokensPerSide
  }

  private var view: String {
    "\n\n\(begin)\(String(repeating: image, count: tokensPerView))\(end)\n\n"
  }

  func expansion(of layout: PictureLayout) -> String {
    let crops = layout.views.count - 1
    guard crops > 0 else { return view }
    return Self.beforeBase + view + Self.behindBase
      + Array(repeating: view, count: crops).joined(separator: Self.betweenCrops)
  }

  /// Tokens between those of two views, of which the first is the base view or a crop.
  func tokenCount(behindBase isBase: Bool, _ tokenizer: Tokenizer) throws -> Int {
    let words = isBase ? Self.behindBase : Self.betweenCrops
    return try tokenizer.encode("\(end)\n\n\(words)\n\n\(begin)", addSpecialTokens: false).count
  }
}
