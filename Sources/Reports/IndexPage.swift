/// Many features as one page with a search over their explanations and numbers.
///
/// A page lists what it is given and filters it where it is; a few thousand features are well. For
/// more, an index is given as several pages that name each other.
package struct IndexPage: Sendable {
  package struct Entry: Sendable {
    package var latent: Int
    package var label: String?
    /// The address of its page.
    package var address: String?
    /// The best exemplar, a PNG of about 96 pixels.
    package var thumbnail: [UInt8]?
    /// The share of positions where it is active, 0 to 1.
    package var frequency: Double
    package var maximum: Double
    /// Other words to find it by, such as promoted tokens.
    package var words: [String]

    package init(
      latent: Int, label: String?, address: String?, thumbnail: [UInt8]?, frequency: Double,
      maximum: Double, words: [String] = []
    ) {
      self.latent = latent
      self.label = label
      self.address = address
      self.thumbnail = thumbnail
      self.frequency = frequency
      self.maximum = maximum
      self.words = words
    }
  }

  package var title: String
  /// What the index is, in one line.
  package var summary: String
  package var entries: [Entry]
  /// This page's number from 1, and how many there are.
  package var page: Int
  package var pageCount: Int

  package init(
    title: String, summary: String, entries: [Entry], page: Int = 1, pageCount: Int = 1
  ) {
    self.title = title
    self.summary = summary
    self.entries = entries
    self.page = page
    self.pageCount = pageCount
  }

  /// The file of a page among its fellows.
  package static func fileName(ofPage page: Int) -> String {
    page == 1 ? "index.html" : "index-\(page).html"
  }

  package var html: String {
    HTMLText.page(
      title: title, style: HTMLStyle.sheet + HTMLStyle.features,
      body: """
        <main class="overview"><header><h1>\(HTMLText.isolated(title, limit: 300))</h1>
        <p class="soft">\(HTMLText.escaped(summary))</p></header>
        <form class="search-bar" role="search" onsubmit="return false">
        <input class="search" id="query" type="search" autocomplete="off" \
        placeholder="Words of an explanation, a token, a number" \
        aria-label="Search the features of this page">
        <select id="order" aria-label="Order"><option value="given">As given</option>\
        <option value="frequency">Most frequent</option><option value="rare">Rarest</option>\
        <option value="max">Strongest</option><option value="latent">By number</option></select>
        <span class="soft" id="count" \
        aria-live="polite">\(NumberText.counted(entries.count, "feature"))\
        </span></form>
        <noscript><p class="note">Search needs scripts; the browser's own search works \
        without.</p></noscript>
        <ul class="cards" id="cards">
        \(entries.map(Self.card).joined(separator: "\n"))
        </ul>\(pager)</main>
        <script>\(Self.script)</script>
        """)
  }

  private static func card(_ entry: Entry) -> String {
    let words = ([String(entry.latent), entry.label ?? ""] + entry.words).joined(separator: " ")
    let picture = entry.thumbnail.map {
      """
      <img class="thumb" loading="lazy" decoding="async" width="83" height="83" alt="" \
      src="\(HTMLText.dataURL($0))">
      """
    }
    let label =
      entry.label.map { "<span class=\"title\">\(HTMLText.isolated($0, limit: 160))</span>" }
      ?? "<span class=\"title none\">not explained</span>"
    let link = entry.address.map { " href=\"\(HTMLText.escaped($0))\"" } ?? ""
    return """
      <li class="card" data-words="\(HTMLText.escaped(String(words.prefix(1_000)).lowercased()))" \
      data-latent="\(entry.latent)" data-frequency="\(number(entry.frequency))" \
      data-max="\(number(entry.maximum))"><a\(link)>\(picture ?? "<span class=\"thumb\"></span>")\
      <span class="words"><span class="number">#\(entry.latent)</span>\(label)\
      <span class="facts">\(NumberText.significant(100 * entry.frequency)) % of positions · max \
      \(NumberText.significant(entry.maximum))</span></span></a></li>
      """
  }

  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "0" }

  private var pager: String {
    guard pageCount > 1 else { return "" }
    func link(_ page: Int, _ text: String) -> String {
      (1...pageCount).contains(page)
        ? "<a href=\"\(Self.fileName(ofPage: page))\">\(text)</a>" : ""
    }
    return """
      <nav class="pager" aria-label="Pages">\(link(page - 1, "← Before"))\
      <span class="soft">Page \(page) of \(pageCount)</span>\(link(page + 1, "Next →"))</nav>
      """
  }

  /// Shows the cards that have every word of the query; ids are found with or without their sign.
  private static let script = """
    (() => {
      const list = document.getElementById("cards"), query = document.getElementById("query");
      const order = document.getElementById("order"), count = document.getElementById("count");
      const cards = [...list.children];
      const texts = cards.map((card) => card.dataset.words);
      const filter = () => {
        const words = query.value.toLowerCase().replace(/#/g, " ").split(/\\s+/).filter(Boolean);
        let shown = 0;
        cards.forEach((card, index) => {
          const fits = words.every((word) => texts[index].includes(word));
          card.hidden = !fits;
          shown += fits;
        });
        count.textContent = shown === cards.length ? cards.length + " features"
          : shown + " of " + cards.length + " features";
      };
      const value = (card, name) => Number(card.dataset[name]);
      const sort = () => {
        const by = { frequency: (a, b) => value(b, "frequency") - value(a, "frequency"),
          rare: (a, b) => value(a, "frequency") - value(b, "frequency"),
          max: (a, b) => value(b, "max") - value(a, "max"),
          latent: (a, b) => value(a, "latent") - value(b, "latent") }[order.value];
        list.append(...(by ? [...cards].sort(by) : cards));
      };
      query.addEventListener("input", filter);
      order.addEventListener("change", sort);
      filter();
    })();
    """
}
