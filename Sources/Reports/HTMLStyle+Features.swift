extension HTMLStyle {
  /// What pages of features have beside the common sheet.
  package static let features = """

    main.feature, main.overview { max-width: 72rem; }
    a { color: var(--accent); } a:focus-visible, input:focus-visible + span, .search:focus-visible {
      outline: 2px solid var(--accent); outline-offset: 2px; }
    .path { margin: 0 0 .6rem; } .feature h1 { margin: 0; font-size: 1.1rem; color: var(--soft);
      font-weight: 600; letter-spacing: .01em; }
    bdi { overflow-wrap: anywhere; }
    .label { font-size: 1.7rem; line-height: 1.25; font-weight: 650; margin: .15rem 0 1rem;
      max-width: 56rem; letter-spacing: -.01em; }
    .label.none { color: var(--soft); font-weight: 500; }
    header > p:last-child { margin-bottom: .6rem; } .copied { user-select: all; }
    .quality { color: var(--soft); font-size: .82rem; font-variant-numeric: tabular-nums; }
    .quality span { display: inline-block; margin-right: 1.1rem; } header .quality { font-size: \
    .95rem; }
    td .quality { display: block; line-height: 1.35; }
    .note { border-left: 3px solid var(--bad); padding-left: .9rem; }
    .switches { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .4rem \
    1.6rem;
      background: var(--page); padding: .7rem 0; border-bottom: 1px solid var(--line); }
    .switches fieldset { border: 0; margin: 0; padding: 0; display: flex; align-items: center;
      gap: .6rem; min-width: 0; }
    .switches legend { float: left; font-size: .82rem; color: var(--soft); padding: 0;
      white-space: nowrap; }
    .segments { display: flex; flex-wrap: wrap; gap: .25rem; }
    .segments input { position: absolute; opacity: 0; pointer-events: none; }
    .segments span { display: block; font-size: .86rem; padding: .22rem .7rem; border-radius: 99px;
      border: 1px solid var(--line); background: var(--card); cursor: pointer; }
    .segments small { font-size: .88em; opacity: .75; margin-left: .15rem; }
    .segments input:checked + span { background: var(--ink); border-color: var(--ink);
      color: var(--page); }
    .feature h2 { margin-top: 2.2rem; } .switches + h2 { border-top: 0; margin-top: .6rem; }
    .definitions { position: absolute; }
    .gallery { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(13rem, \
    1fr)); }
    .gallery.texts { grid-template-columns: 1fr; gap: .6rem; }
    .exemplar { padding: .5rem; overflow: hidden; break-inside: avoid; display: flex;
      flex-direction: column; justify-content: space-between; }
    .exemplar svg { display: block; width: 100%; height: auto; border-radius: 6px; }
    .exemplar > svg { aspect-ratio: 1; background: var(--page); }
    .exemplar figcaption { display: grid; grid-template-columns: 1fr auto; gap: 0 .5rem;
      align-items: baseline; margin: .45rem .15rem 0; }
    .exemplar figcaption b { color: var(--ink); font-variant-numeric: tabular-nums; }
    .exemplar .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
      grid-column: 1 / -1; grid-row: 2; }
    .exemplar .place { font-variant-numeric: tabular-nums; }
    .texts .exemplar { flex-direction: row-reverse; gap: 1rem; justify-content: flex-end; }
    .texts .exemplar > .asked, .texts .exemplar > .token-line { flex: 1; min-width: 0; }
    .texts .exemplar figcaption { flex: none; width: 11rem; align-content: start; margin: .2rem;
      border-right: 1px solid var(--line); padding-right: .8rem; }
    .texts .exemplar .name { white-space: normal; overflow-wrap: anywhere; display: -webkit-box;
      -webkit-box-orient: vertical; -webkit-line-clamp: 3; }
    .asked { display: flex; gap: .8rem; align-items: flex-start; }
    .asked svg { flex: none; width: 5.2rem; max-height: 7rem; margin: .2rem 0; }
    .asked .token-line { flex: 1; min-width: 0; }
    .missing { padding: 1.6rem 1rem; border-radius: 6px; border: 1px dashed var(--line);
      color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
    .token-line { font: .92rem/2 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
      overflow-wrap: anywhere; padding: .2rem .4rem; max-height: 22rem; overflow-y: auto; }
    .mark { color: var(--soft); font-size: .86em; }
    body:has(#view-text:checked) .masks { display: none; }
    .veil { opacity: 0; image-rendering: pixelated; } .veil.active { opacity: .8; }
    body:has(#smooth:checked) image.veil { image-rendering: auto; }
    body:has(#mask-black:checked) .veil.active { opacity: 1; }
    body:has(#mask-none:checked) .veil, body:has(#mask-weighted:checked) .veil.active { opacity: \
    0; }
    body:has(#mask-weighted:checked) .veil.weighted { opacity: .88; }
    \(chosen("view", FeatureSwitches.viewNames.keys.sorted()))
    \(chosen("rank", ["mean", "max", "mass"]))
    .activity { display: grid; gap: 1rem 2.4rem; align-items: start;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1.15fr); }
    .activity dl { margin: .2rem 0 0; } .activity dt { color: var(--soft); font-size: .82rem; }
    .activity dd { margin: 0 0 .7rem; padding-bottom: .7rem; border-bottom: 1px solid var(--line);
      font-variant-numeric: tabular-nums; } .activity dd:last-child { border-bottom: 0; }
    .activity dd b { font-weight: 600; } .activity dd span { color: var(--soft); \
    font-size: .86rem; }
    .chart svg { display: block; width: 100%; height: auto; } .chart rect { fill: var(--opposes); }
    .chart line { stroke: var(--soft); stroke-width: 1; }
    .chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), \
    1fr));
      gap: 0 2.4rem; } .columns > section { min-width: 0; }
    .columns td:first-child { white-space: nowrap; } .columns caption { display: none; }
    .columns td:nth-child(2):has(.meter) { width: 50%; }
    .meter { display: block; height: .8rem; } .meter i { display: block; height: 100%;
      border-radius: 2px; } .meter .supports { background: var(--supports); }
    .meter .opposes { background: var(--opposes); }
    .token { background: var(--card); border: 1px solid var(--line); border-radius: 5px;
      padding: .1rem .35rem; white-space: normal; }
    .history { padding-left: 1.6rem; } .history li { margin: .9rem 0; }
    .history .said { font-size: 1.05rem; font-weight: 500; max-height: 24rem; overflow-y: auto; }
    .history p { margin: .15rem 0; } .history .open .said { color: var(--soft); }
    .chips { display: flex; flex-wrap: wrap; gap: .4rem; } .chip { font-size: .82rem;
      border: 1px solid var(--line); border-radius: 99px; padding: .12rem .7rem; background: \
    var(--card); }
    .identity { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.4rem;
      font-size: .86rem; } .identity dt { color: var(--soft); } .identity dd { margin: 0;
      overflow-wrap: anywhere; }
    .search::placeholder { color: var(--soft); opacity: 1; }
    .search-bar { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: 1.2rem \
    0; }
    .search { flex: 1 1 18rem; font: inherit; padding: .5rem .9rem; border-radius: 99px;
      border: 1px solid var(--line); background: var(--card); color: var(--ink); min-width: 0; }
    select { font: inherit; font-size: .9rem; padding: .45rem .7rem; border-radius: 99px;
      border: 1px solid var(--line); background: var(--card); color: var(--ink); }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17.5rem, 100%), \
    1fr)); gap: .8rem; list-style: none; padding: 0; margin: 0; }
    .card { scroll-margin: 2rem; } .card:target a { border-color: var(--accent);
      box-shadow: 0 0 0 1px var(--accent); }
    .card a { display: flex; gap: .8rem; height: 100%; min-height: 7.1rem; background: var(--card);
      border: 1px solid var(--line); border-radius: 10px; padding: .55rem; text-decoration: none;
      color: inherit; } .card a[href]:hover { border-color: var(--accent); }
    .card .thumb { flex: none; width: 6rem; height: 6rem; object-fit: contain; border-radius: 6px;
      background: var(--page); } .card .words { min-width: 0; }
    .card .excerpt { font: .68rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; padding: .15rem \
    .3rem; overflow: hidden; overflow-wrap: anywhere; white-space: pre-wrap; }
    .card .words > * { display: block; } .card .number { text-align: left; font-size: .8rem;
      color: var(--soft); user-select: all; }
    .card .title { font-weight: 600; line-height: 1.25; max-height: 2.5em;
      overflow: hidden; overflow-wrap: anywhere; } .card .title.none { color: var(--soft);
      font-weight: 400; } .card .facts, .card .quality { color: var(--soft); font-size: .78rem;
      line-height: 1.4; } .card .facts { margin-top: .15rem; }
    .card .raised code { font-size: .95em; color: var(--ink); }
    .card .quality span { display: block; }
    .turner { display: flex; gap: 1rem; align-items: center; margin: 1.4rem 0; }
    button { font: inherit; font-size: .9rem; padding: .4rem .9rem; border-radius: 99px; cursor: \
    pointer; border: 1px solid var(--line); background: var(--card); color: var(--ink); }
    button:disabled { color: var(--soft); opacity: .55; cursor: default; }
    .pager { display: flex; gap: 1.2rem; margin: 1.6rem 0; } [hidden] { display: none !important; }
    @media (max-width: 40rem) { .label { font-size: 1.35rem; } .switches { position: static; }
      .gallery { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
      .activity { grid-template-columns: 1fr; }
      .texts .exemplar { flex-direction: column; } .texts .exemplar figcaption { width: auto;
      border: 0; padding: 0; } .texts .exemplar .name { white-space: nowrap; } }
    @media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #111; --soft: \
    #444;
      --line: #bbb; --accent: #8a3b12; --opposes: #2f6db5; --supports: #c2412d; }
      body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      main { padding: 0; } .switches, .search-bar, .pager, .turner { display: none; }
      .gallery { grid-template-columns: repeat(4, 1fr); } .token-line, .history .said {
      max-height: none; } h2 { break-after: avoid; } .card { break-inside: avoid; } }
    """

  /// Shows what belongs to the chosen switch, and all where no switch is.
  private static func chosen(_ name: String, _ values: [String]) -> String {
    values.map { "body:has(#\(name)-\($0):checked) [data-\(name)]:not([data-\(name)=\"\($0)\"])" }
      .joined(separator: ",\n") + " { display: none; }"
  }
}
