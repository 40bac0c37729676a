import FoundationEssentials

/// A rating sheet as one page that needs nothing beside itself, and whose answers its reader saves
/// as a file. Nothing in it tells decoys apart.
package struct RatingPage: Sendable {
  package struct Item: Sendable {
    package var id: String
    package var text: String
    /// PNG.
    package var pictures: [[UInt8]]
    /// Excerpts with the active tokens between ⟦ and ⟧.
    package var excerpts: [String]

    package init(id: String, text: String, pictures: [[UInt8]], excerpts: [String]) {
      self.id = id
      self.text = text
      self.pictures = pictures
      self.excerpts = excerpts
    }
  }

  private let sheet: String
  private let items: [Item]

  /// - Parameter sheet: what the sheet is known by.
  package init(sheet: String, items: [Item]) {
    self.sheet = sheet
    self.items = items
  }

  /// - Parameter digest: the SHA-256 of a text's bytes: the page runs no script and has no style
  ///   but those of these digests.
  package func html(digest: ([UInt8]) -> [UInt8]) -> String {
    func source(_ text: String) -> String {
      "'sha256-\(Data(digest(Array(text.utf8))).base64EncodedString())'"
    }
    let style = HTMLStyle.sheet + HTMLStyle.rating
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
      style-src \(source(style)); script-src \(source(Self.script)); base-uri 'none'; \
      form-action 'none'">
      <title>Rating sheet</title>
      <style>\(style)</style></head><body>
      \(body)
      <script type="application/json" id="sheet">\(data)</script>
      <script>\(Self.script)</script>
      </body></html>

      """
  }

  private var body: String {
    let minutes = max(1, (items.count * 10 + 59) / 60)
    return """
      <main class="rating">
      <noscript><p class="note">This sheet needs JavaScript.</p></noscript>
      <section id="start">
      <h1>Does the text say what is lit?</h1>
      <p>\(NumberText.counted(items.count, "question")). Each shows a few pictures of which \
      some regions are lit and the rest is darkened, or texts of which some words are marked, and \
      below them a short text. Answer whether the text says what the lit regions or the marked \
      words have in common. Some texts do, others do not. Judge by what you see, not by what you \
      guess; if you cannot tell, say so.</p>
      <p>It takes about \(NumberText.counted(minutes, "minute")). You can stop at any time and \
      save what you have. Nothing is sent anywhere: your answers are saved as a file, which you \
      give to whoever gave you this sheet.</p>
      <form id="begin"><label for="rater">Your name</label>
      <input id="rater" name="rater" autocomplete="name" maxlength="100" required>
      <button class="main" type="submit">Begin</button></form>
      <p id="resumed" class="soft" hidden></p>
      </section>
      <section id="ask" hidden>
      <p class="soft"><span id="place"></span> <span id="kept"></span></p>
      <progress id="progress" max="\(items.count)" value="0"></progress>
      <div id="examples"></div>
      <p id="text"></p>
      <p id="question" class="soft"></p>
      <div class="choices" role="group" aria-labelledby="question">
      <button type="button" data-answer="yes">Yes <kbd>1</kbd> <kbd>y</kbd></button>
      <button type="button" data-answer="no">No <kbd>2</kbd> <kbd>n</kbd></button>
      <button type="button" data-answer="unclear">Cannot tell <kbd>3</kbd> <kbd>u</kbd></button>
      </div>
      <p class="steps"><button type="button" id="back">Back <kbd>←</kbd></button>
      <button type="button" id="next">Later <kbd>→</kbd></button>
      <button type="button" id="stop">Stop and save</button></p>
      </section>
      <section id="end" hidden>
      <h1 id="done"></h1>
      <p id="missing"></p>
      <p class="steps"><button class="main" type="button" id="save">Save answers</button>
      <button type="button" id="again">Back to the questions</button></p>
      <p id="saved" class="soft" hidden>The file is where your browser saves downloads. Give it to \
      whoever gave you this sheet.</p>
      </section>
      </main>
      """
  }

  /// JSON in which nothing ends the element that it stands in.
  private var data: String {
    let items = items.map { item in
      let pictures = item.pictures.map { "\"\(Data($0).base64EncodedString())\"" }
      return """
        {"id":\(quoted(item.id)),"text":\(quoted(item.text)),\
        "pictures":[\(pictures.joined(separator: ","))],\
        "excerpts":[\(item.excerpts.map(quoted).joined(separator: ","))]}
        """
    }
    return "{\"sheet\":\(quoted(sheet)),\"items\":[\(items.joined(separator: ",\n"))]}"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for unit in text.utf16 {
      let isPlain = unit >= 0x20 && unit < 0x7F && !"\"\\<>&".utf16.contains(unit)
      if isPlain, let scalar = Unicode.Scalar(unit) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
