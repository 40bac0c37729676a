import FeatureIndex

extension IndexedToken {
  /// The text; the token's number where a file has kept U+FFFD for bytes that are no character, as
  /// those of earlier versions have.
  var shownText: String {
    text.contains("\u{FFFD}") ? "\u{27E8}#\(token)\u{27E9}" : text
  }
}
