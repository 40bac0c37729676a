/// Many features as one page with a search over their explanations and numbers.
///
/// A page lists what it is given, filters it where it is and shows `window` of them at a time; a
/// few thousand features are well. For more, an index is given as several pages that name each
/// other.
package struct IndexPage: Sendable {
  package struct Entry: Sendable {
    package var latent: Int
    package var label: String?
    /// How well the label holds.
    package var labelScores: [LabelScore]
    /// The address of its page.
    package var address: String?
    /// The best exemplar.
    package var face: Face?
    /// The name of the view that the figures are of.
    package var view: String
    /// The share of positions where it is active, 0 to 1.
    package var frequency: Double
    package var maximum: Double
    /// The tokens that it raises most, to find it by.
    package var raised: [String]

    package enum Face: Sendable {
      /// A PNG of about 96 pixels.
      case picture([UInt8])
      /// Tokens with their activations, of which those about the strongest are shown.
      case text([(text: String, activation: Double)])
    }

    package init(
      latent: Int, label: String?, labelScores: [LabelScore] = [], address: String?, face: Face?,
      view: String, frequency: Double, maximum: Double, raised: [String] = []
    ) {
      self.latent = latent
      self.label = label
      self.labelScores = labelScores
      self.address = address
      self.face = face
      self.view = view
      self.frequency = frequency
      self.maximum = maximum
      self.raised = raised
    }
  }

  /// The cards that are shown at a time.
  static let window = 60

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

  package static func isFileName(_ name: String) -> Bool {
    let number = name.split(separator: "-", maxSplits: 1).last?.dropLast(".html".count) ?? ""
    return name == fileName(ofPage: 1) || Int(number).map { fileName(ofPage: $0) } == name
  }

  /// The card of a latent on a page of a name.
  package static func address(ofLatent latent: Int, onPage name: String) -> String {
    "\(name)#\(IndexCard.anchor(ofLatent: latent))"
  }

  /// The latents that have a card on a page.
  package static func latents(in html: String) -> [Int] {
    html.split(separator: "\n").compactMap { line in
      guard line.hasPrefix(IndexCard.opening) else { return nil }
      return Int(line.dropFirst(IndexCard.opening.count).prefix { $0 != "\"" })
    }
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
        <option value="max">Strongest</option><option value="quality">Best label</option>\
        <option value="latent">By number</option></select>
        <span class="soft" id="count" \
        aria-live="polite">\(NumberText.counted(entries.count, "feature"))\
        </span></form>
        <noscript><style>.card[hidden] { display: block !important; } .turner { display: none; }\
        </style><p class="note">Search needs scripts; the browser's own search works \
        without.</p></noscript>
        <ul class="cards" id="cards">
        \(cards)
        </ul><nav class="turner" id="turner" aria-label="Parts of this page" hidden>\
        <button type="button" id="before">← Before</button><span class="soft" id="part"></span>\
        <button type="button" id="next">Next →</button></nav>\(pager)</main>
        <script>\(Self.script)</script>
        """)
  }

  private var cards: String {
    entries.enumerated().map { place, entry in
      IndexCard(entry, isHidden: place >= Self.window).html
    }.joined(separator: "\n")
  }

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

  /// Shows the cards that have every word of the query, a window of them at a time; ids are found
  /// with or without their sign. An address that ends in a card's
  /// anchor opens the window with the card; what is searched stands in the address, too.
  private static let script = """
    (() => {
      const get = (id) => document.getElementById(id);
      const list = get("cards"), query = get("query"), order = get("order"), count = get("count");
      const turner = get("turner"), before = get("before"), next = get("next"), part = get("part");
      const size = \(window), given = [...list.children];
      const value = (card, name) => Number(card.dataset[name]);
      const by = { frequency: (a, b) => value(b, "frequency") - value(a, "frequency"),
        rare: (a, b) => value(a, "frequency") - value(b, "frequency"),
        max: (a, b) => value(b, "max") - value(a, "max"),
        quality: (a, b) => value(b, "quality") - value(a, "quality"),
        latent: (a, b) => value(a, "latent") - value(b, "latent") };
      let cards = given, fitting = given, first = 0;
      const show = () => {
        first = Math.max(0, Math.min(first, Math.floor((fitting.length - 1) / size) * size));
        const shown = new Set(fitting.slice(first, first + size));
        for (const card of given) card.hidden = !shown.has(card);
        const last = Math.min(first + size, fitting.length);
        count.textContent = fitting.length === given.length ? given.length + " features"
          : fitting.length + " of " + given.length + " features";
        turner.hidden = fitting.length <= size;
        part.textContent = (first + 1) + " to " + last + " of " + fitting.length;
        before.disabled = first === 0;
        next.disabled = last === fitting.length;
      };
      const filter = () => {
        const words = query.value.toLowerCase().replace(/#/g, " ").split(/\\s+/).filter(Boolean);
        const has = (text) => words.every((word) => text.includes(word));
        // The number itself first, then labels with the words, then tokens.
        const place = (card) => card.dataset.latent === words.join(" ") ? 0
          : has(card.querySelector(".title").textContent.toLowerCase()) ? 1 : 2;
        fitting = cards.filter((card) => has(card.dataset.words));
        if (words.length) {
          const places = new Map(fitting.map((card) => [card, place(card)]));
          fitting.sort((a, b) => places.get(a) - places.get(b));
          list.prepend(...fitting);
        }
        first = 0;
        show();
      };
      const sort = () => {
        cards = by[order.value] ? [...given].sort(by[order.value]) : given;
        list.append(...cards);
        filter();
      };
      const turn = (step) => {
        first += step * size;
        show();
        document.querySelector("main").scrollIntoView();
      };
      const note = () => {
        const words = new URLSearchParams();
        if (query.value) words.set("q", query.value);
        if (order.value !== "given") words.set("order", order.value);
        // A browser may refuse it to a file.
        try {
          history.replaceState(null, "", words.size ? "#" + words : location.pathname);
        } catch {}
      };
      const open = () => {
        const card = /^#f[0-9]+$/.test(location.hash) && get(location.hash.slice(1));
        if (card) {
          query.value = "";
          order.value = "given";
          sort();
          first = Math.floor(given.indexOf(card) / size) * size;
          show();
          card.scrollIntoView({ block: "center" });
          return;
        }
        const words = new URLSearchParams(location.hash.slice(1));
        query.value = words.get("q") || "";
        order.value = by[words.get("order")] ? words.get("order") : "given";
        sort();
      };
      query.addEventListener("input", () => { sort(); note(); });
      order.addEventListener("change", () => { sort(); note(); });
      before.addEventListener("click", () => turn(-1));
      next.addEventListener("click", () => turn(1));
      window.addEventListener("hashchange", open);
      open();
    })();
    """
}
