import KernelProtocol

/// Pieces of HTML.
enum HTMLText {
  /// Text in which nothing is markup.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  /// A table whose first column is text and whose other columns are numbers, unless they say otherwise.
  static func table(_ caption: String, head: [String], rows: [[String]], texts: Set<Int> = [0])
    -> String
  {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { index, cell in
        let scope = tag == "th" ? " scope=\"col\"" : ""
        return "<\(tag)\(scope)\(texts.contains(index) ? "" : " class=\"number\"")>\(cell)</\(tag)>"
      }.joined()
    }
    return """
      <div class="scroll"><table><caption>\(escaped(caption))</caption>
      <thead><tr>\(cells(head, "th"))</tr></thead>
      <tbody>\(rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n"))</tbody></table></div>
      """
  }

  /// A picture that travels inside the page; nothing where there is none.
  static func figure(
    _ bytes: [UInt8]?, type: String = "image/png", alt: String, caption: String,
    isWide: Bool = false
  ) -> String {
    guard let bytes else { return "" }
    return """
      <figure\(isWide ? " class=\"wide\"" : "")>
      <img src="data:\(type);base64,\(Base64.encode(bytes))" alt="\(escaped(alt))">
      <figcaption>\(escaped(caption))</figcaption></figure>
      """
  }

  /// A bar from the middle: to the right for what supports, to the left for what opposes.
  static func bar(_ score: Double, of largest: Double) -> String {
    let width = largest > 0 ? NumberText.fixed(50 * abs(score) / largest, 1) : "0"
    let side = score < 0 ? "opposes" : "supports"
    return "<span class=\"bar\" aria-hidden=\"true\"><i class=\"\(side)\" "
      + "style=\"width:\(width)%\"></i></span>"
  }
}
