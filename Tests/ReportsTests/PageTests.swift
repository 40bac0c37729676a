import FoundationEssentials
import Reports
import Testing

@Suite struct PageTests {
  @Test(arguments: HostileText.examples.indices)
  func hostileTextsChangeNothingOfThePages(_ example: Int) {
    let text = HostileText.examples[example]
    let html = FeaturePage(HostileText.report(text)).html
    let index = HostileText.index(text).html
    #expect(
      HostileText.skeleton(html)
        == HostileText.skeleton(FeaturePage(HostileText.report("plain")).html))
    #expect(
      HostileText.skeleton(index) == HostileText.skeleton(HostileText.index("plain").html))
    let isHarmful = (html + index).unicodeScalars.contains {
      ($0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t")
        || ("\u{202A}"..."\u{202E}").contains($0) || ("\u{2066}"..."\u{2069}").contains($0)
    }
    #expect(!isHarmful)
  }

  @Test func pagesFetchNothing() {
    for html in [
      FeaturePage(HostileText.report("plain")).html, HostileText.index("plain").html,
    ] {
      #expect(!html.contains("http://") && !html.contains("https://"))
      #expect(!html.contains("<link") && !html.contains("<script src"))
      #expect(html.contains("default-src 'none'"))
    }
  }

  @Test func featuresWithoutAnythingHaveAPage() {
    let html = FeaturePage(FeatureReport(latent: 0, autoencoder: "sae", site: "resid_post.1")).html
    #expect(html.contains("Not explained yet") && html.contains("Feature 0"))
    #expect(!html.contains("<table"))
  }

  @Test func everyPictureIsInThePageOnce() {
    var report = HostileText.report("plain")
    report.views[0].rankings.append(report.views[0].rankings[0])
    let html = FeaturePage(report).html
    #expect(html.ranges(of: "base64," + Data([9, 9]).base64EncodedString()).count == 1)
    // By two exemplars of it, and by a text that was asked about it.
    #expect(html.ranges(of: "href=\"#picture-1\"").count == 3)
  }

  @Test func stripsEscapeTheirTextAndCarryTheirScores() {
    let html = TokenLine([
      .init(text: "<b>", score: 1, title: "+1.00"),
      .init(text: " \"&'\n", score: -0.25, title: "-0.250"),
      .init(text: "\u{0}", score: .nan, title: "nan"),
    ]).html
    #expect(html.contains("&lt;b&gt;"))
    #expect(html.contains(" &quot;&amp;&#39;\u{21B5}</span><br>"))
    #expect(html.contains("title=\"+1.00\"") && html.contains("title=\"-0.250\""))
    #expect(html.contains("rgba(178,24,43,0.60)") && html.contains("rgba(33,102,172,0.15)"))
    #expect(!html.contains("<b>") && !html.contains("color:#"))
    #expect(!html.unicodeScalars.contains("\u{0}"))
  }

  @Test func inkOnStripsKeepsItsContrastInLightAndDark() {
    for (paper, ink) in [([255.0, 255, 255], [34.0, 36, 42]), ([31, 34, 41], [230, 228, 222])] {
      for color in [[178.0, 24, 43], [33, 102, 172]] {
        let laid = zip(paper, color).map { $0 + ($1 - $0) * TokenLine.maximumOpacity }
        let (a, b) = (luminance(laid), luminance(ink))
        #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4.5)
      }
    }
  }

  /// Relative luminance as WCAG defines it.
  private func luminance(_ color: [Double]) -> Double {
    let linear = color.map { value in
      let share = value / 255
      return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// x to the power of 2.4, by Newton's method on the fifth root.
  private func power(_ x: Double) -> Double {
    var root = 1.0
    for _ in 0..<60 {
      let fourth = root * root * root * root
      root -= (fourth * root - x) / (5 * fourth)
    }
    return x * x * root * root
  }

  @Test func numbersAreWrittenAsPeopleReadThem() {
    let values = [0, 12_345, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0.001234, 0.00001234, -0.5]
    #expect(
      values.map(NumberText.significant) == [
        "0", "12,345", "123", "12.3", "1.23", "0.123", "0.0123", "0.00123", "1.23e-5", "-0.500",
      ])
    #expect(NumberText.significant(.infinity) == "inf")
    #expect(NumberText.share(1, of: 3) == "33.3 %" && NumberText.share(1, of: 0) == "–")
  }

  @Test func thousandsOfFeaturesMakeOnePageOfWhichAWindowIsShown() {
    let thumbnail = [UInt8](repeating: 7, count: 3_000)
    let entries = (0..<2_000).map { latent in
      IndexPage.Entry(
        latent: latent, label: latent % 3 == 0 ? "a label \(latent)" : nil, address: "x.html",
        face: .picture(thumbnail), view: "base", frequency: 0.01, maximum: 2)
    }
    let html = IndexPage(title: "Features", summary: "", entries: entries).html
    #expect(html.utf8.count < 12_000_000)
    #expect(html.ranges(of: "<li class=\"card\"").count == 2_000)
    #expect(html.ranges(of: "\" hidden data-words").count == 1_940)
    #expect(IndexPage.latents(in: html) == Array(0..<2_000))
    #expect(IndexPage.address(ofLatent: 7, onPage: "index-2.html") == "index-2.html#f7")
    let names = ["index.html", "index-2.html", "index-1.html", "index-x.html", "index-2.htm", "a"]
    #expect(names.filter(IndexPage.isFileName) == ["index.html", "index-2.html"])
  }

  /// The page opens on the view that the report names, and tells each view's largest activation.
  @Test func pagesOpenOnTheViewThatIsNamed() {
    var report = HostileText.report("plain")
    report.views[1].statistics.maximum = 54.4
    report.opening = "text"
    let html = FeaturePage(report).html
    #expect(html.contains("id=\"view-text\" checked><span>Text <small>max 54.4</small></span>"))
    #expect(!html.contains("id=\"view-base\" checked"))
    report.opening = nil
    #expect(FeaturePage(report).html.contains("id=\"view-base\" checked>"))
  }

  @Test func labelsHaveTheirScoresBesideThem() {
    var report = HostileText.report("plain")
    report.labelScores = [
      .init(kind: "iou", value: 0.312, baseline: 0.018), .init(kind: "detection", value: 0.9),
    ]
    report.neighbours[0].labelScores = [.init(kind: "dissection", value: 0.5, baseline: 0.25)]
    let html = FeaturePage(report).html
    #expect(html.contains("<span>IoU 0.31, by chance 0.02</span><span>AUC 0.90</span>"))
    #expect(html.contains("<span>IoU 0.50, by chance 0.25</span>"))
    let card = IndexPage.Entry(
      latent: 3, label: "a label", labelScores: report.labelScores, address: nil, face: nil,
      view: "base", frequency: 0.5, maximum: 1)
    let page = IndexPage(title: "", summary: "", entries: [card]).html
    #expect(page.contains("<span>IoU 0.31, by chance 0.02</span><span>AUC 0.90</span>"))
    #expect(page.contains("data-quality=\"0.312\""))
  }

  /// Tokens that are parts of one character stand together; what is none is told as such.
  @Test func partsOfCharactersAreJoined() {
    let line = TokenLine(activations: [
      ("a", 1), ("", 2), ("", 0), ("\u{1F7E5}", 0.5), ("<|eot_id|>", 0), ("", 3),
    ])
    #expect(line.tokens.map(\.text) == ["a", "\u{1F7E5}", "<|eot_id|>", "\u{FFFD}"])
    #expect(line.tokens.map(\.score) == [1, 2, 0, 3])
    #expect(line.tokens.map(\.title) == ["1.00", "2.00, 0, 0.500", "0", "3.00"])
    let html = line.html
    #expect(html.contains(">\u{27E8}?\u{27E9}</span>") && !html.contains("\u{FFFD}"))
    #expect(html.contains("class=\"mark\" title=\"0\""))
  }

  /// A card of a text shows the tokens about the strongest in one line, a template's marks as
  /// signs.
  @Test func cardsOfTextsShowTheStrongestToken() {
    var tokens = (0..<30).map { (text: "w\($0)\n", activation: 0.5) }
    tokens[20].activation = 4
    tokens[18].text = "<|eot_id|>"
    let card = IndexPage.Entry(
      latent: 3, label: nil, address: nil, face: .text(tokens), view: "text", frequency: 0.5,
      maximum: 4, raised: [" red", "\u{1}", "brick", "fourth"])
    let html = IndexPage(title: "", summary: "", entries: [card]).html
    #expect(html.contains("…<span") && html.contains(">w20\u{21B5}</span>"))
    #expect(html.contains(">w14\u{21B5}<") && !html.contains("w13") && !html.contains("w24"))
    #expect(html.contains("title=\"&lt;|eot_id|&gt; 0.500\"") && html.contains(">\u{25AA}</span>"))
    #expect(!html.contains("<br>"))
    #expect(
      html.contains(
        "raises <code><bdi>\u{2423}red</bdi></code> <code><bdi>\u{27E8}01\u{27E9}</bdi></code>"))
    #expect(!html.contains("<bdi>fourth"))
    #expect(html.contains("50.0 % of tokens · max 4.00"))
  }
}
