import Foundation
import Reports
import Testing

@Suite struct RatingPageTests {
  private func page(_ text: String) -> String {
    RatingPage(
      sheet: "0123",
      items: [
        .init(id: "a", text: text, pictures: [[1, 2, 3]], excerpts: []),
        .init(id: "b", text: "b", pictures: [], excerpts: [text, "⟦b⟧"]),
      ]
    ).html { Array($0.prefix(4)) }
  }

  private struct Sheet: Decodable {
    struct Item: Decodable {
      let id: String
      let text: String
      let pictures: [String]
      let excerpts: [String]
    }
    let sheet: String
    let items: [Item]
  }

  /// What a page's script reads.
  private func sheet(_ html: String) throws -> Sheet {
    let start = try #require(html.range(of: "id=\"sheet\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    return try JSONDecoder().decode(Sheet.self, from: Data(html[start..<end].utf8))
  }

  @Test(
    arguments: HostileText.examples + [
      "</script><script>alert(1)", "<!--<script>", "\\\"\u{2028}😀",
    ])
  func textsReachTheScriptAsTheyAre(_ text: String) throws {
    let html = page(text)
    let sheet = try sheet(html)
    #expect(sheet.items[0].text == text && sheet.items[1].excerpts == [text, "⟦b⟧"])
    #expect(sheet.items[0].pictures == ["AQID"] && sheet.sheet == "0123")
    #expect(HostileText.skeleton(html) == HostileText.skeleton(page("plain")))
  }

  @Test func nothingRunsButTheOneScript() {
    let html = page("plain")
    let digest = Data(RatingPage.script.utf8.prefix(4)).base64EncodedString()
    #expect(html.contains("script-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"))
    #expect(!html.contains("unsafe-inline") && html.contains("default-src 'none'; img-src data:"))
    #expect(html.contains("<script>\(RatingPage.script)</script>"))
  }
}
