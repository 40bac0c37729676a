import FoundationEssentials

/// Pieces of HTML.
package enum HTMLText {
  /// Text in which nothing is markup, for elements and for attributes in quotes.
  ///
  /// Control characters, which HTML does not allow, and those that turn the direction of what
  /// follows are shown as replacement characters; line breaks and tabs stay.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\t": false
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
    default: scalar.properties.generalCategory == .control
    }
  }

  /// Text that keeps its own direction among others, escaped and cut after so many characters.
  package static func isolated(_ text: String, limit: Int = .max) -> String {
    "<bdi>\(escaped(cut(text, limit: limit)))</bdi>"
  }

  /// Text with an ellipsis after so many scalars.
  static func cut(_ text: String, limit: Int) -> String {
    let scalars = text.unicodeScalars
    let kept = scalars.prefix(limit)
    return kept.endIndex == scalars.endIndex ? text : String(kept) + "…"
  }

  /// A table whose first column is text and whose other columns are numbers,
  /// unless they say otherwise.
  package static func table(
    _ caption: String, head: [String], rows: [[String]], texts: Set<Int> = [0]
  ) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { index, cell in
        let scope = tag == "th" ? " scope=\"col\"" : ""
        return "<\(tag)\(scope)\(texts.contains(index) ? "" : " class=\"number\"")>\(cell)</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
    return """
      <div class="scroll"><table><caption>\(escaped(caption))</caption>
      <thead><tr>\(cells(head, "th"))</tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }

  /// Bytes as an address that needs no file.
  package static func dataURL(_ bytes: [UInt8], type: String = "image/png") -> String {
    "data:\(escaped(type));base64,\(Data(bytes).base64EncodedString())"
  }

  /// A picture that travels inside the page; nothing where there is none.
  package static func figure(
    _ bytes: [UInt8]?, type: String = "image/png", alt: String, caption: String,
    isWide: Bool = false
  ) -> String {
    guard let bytes else { return "" }
    return """
      <figure\(isWide ? " class=\"wide\"" : "")>
      <img src="\(dataURL(bytes, type: type))" alt="\(escaped(alt))">
      <figcaption>\(escaped(caption))</figcaption></figure>
      """
  }

  /// A bar from the middle: to the right for what supports, to the left for what opposes.
  package static func bar(_ score: Double, of largest: Double) -> String {
    let width = largest > 0 ? NumberText.fixed(50 * abs(score) / largest, 1) : "0"
    let side = score < 0 ? "opposes" : "supports"
    return "<span class=\"bar\" aria-hidden=\"true\"><i class=\"\(side)\" "
      + "style=\"width:\(width)%\"></i></span>"
  }

  /// A bar from the left, as long as the score's share of the largest.
  package static func meter(_ score: Double, of largest: Double) -> String {
    let width = largest > 0 ? NumberText.fixed(100 * abs(score) / largest, 1) : "0"
    let side = score < 0 ? "opposes" : "supports"
    return "<span class=\"meter\" aria-hidden=\"true\"><i class=\"\(side)\" "
      + "style=\"width:\(width)%\"></i></span>"
  }

  /// A whole page that needs nothing beside itself and may fetch nothing.
  /// - Parameter policy: what of its own styles and scripts it may use.
  package static func page(
    title: String, style: String, body: String,
    policy: String = "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
  ) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
    \(policy)">
    <title>\(escaped(title))</title>
    <style>\(style)</style></head><body>
    \(body)
    </body></html>

    """
  }
}
