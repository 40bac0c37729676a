/// One feature among others on an overview.
struct IndexCard {
  private let entry: IndexPage.Entry
  private let isHidden: Bool

  /// - Parameter isHidden: whether a script shows it when its turn comes.
  init(_ entry: IndexPage.Entry, isHidden: Bool) {
    self.entry = entry
    self.isHidden = isHidden
  }

  /// The anchor of a latent's card.
  static func anchor(ofLatent latent: Int) -> String { "f\(latent)" }

  /// What a card's line begins with, as far as the latent.
  static let opening = "<li class=\"card\" id=\"f"

  var html: String {
    let words = ([String(entry.latent), entry.label ?? ""] + entry.raised).joined(separator: " ")
    let label =
      entry.label.map { "<span class=\"title\">\(HTMLText.isolated($0, limit: 160))</span>" }
      ?? "<span class=\"title none\">not explained</span>" + raised
    let place = entry.view == "text" ? "tokens" : "patches"
    let link = entry.address.map { " href=\"\(HTMLText.escaped($0))\"" } ?? ""
    return """
      \(Self.opening)\(entry.latent)"\
      \(isHidden ? " hidden" : "") \
      data-words="\(HTMLText.escaped(String(words.prefix(1_000)).lowercased()))" \
      data-latent="\(entry.latent)" data-frequency="\(Self.number(entry.frequency))" \
      data-max="\(Self.number(entry.maximum))" data-quality="\(Self.number(quality))">\
      <a\(link)>\(face)<span class="words"><span class="number">#\(entry.latent)</span>\(label)\
      \(LabelScore.line(entry.labelScores))<span class="facts">\
      \(NumberText.significant(100 * entry.frequency)) % of \(place) · max \
      \(NumberText.significant(entry.maximum))</span></span></a></li>
      """
  }

  /// The tokens that it raises most: what is known of one that nothing explains.
  private var raised: String {
    guard !entry.raised.isEmpty else { return "" }
    let tokens = entry.raised.prefix(3).map { token in
      "<code>\(HTMLText.isolated(FeaturePage.visible(token), limit: 24))</code>"
    }
    return "<span class=\"facts raised\">raises \(tokens.joined(separator: " "))</span>"
  }

  /// The overlap with masks, by which labels are ordered; a label without one comes last.
  private var quality: Double {
    entry.labelScores.first { $0.kind == "iou" || $0.kind == "dissection" }?.value ?? -1
  }

  private var face: String {
    switch entry.face {
    case .picture(let bytes):
      return """
        <img class="thumb" loading="lazy" decoding="async" width="96" height="96" alt="" \
        src="\(HTMLText.dataURL(bytes))">
        """
    case .text(let tokens):
      let (line, isCutBefore, isCutBehind) = TokenLine(activations: tokens)
        .excerpt(before: 6, behind: 3)
      return "<span class=\"thumb excerpt\" dir=\"auto\">\(isCutBefore ? "…" : "")"
        + "\(line.shortSpans)\(isCutBehind ? "…" : "")</span>"
    case .none: return "<span class=\"thumb\"></span>"
    }
  }

  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "0" }
}
