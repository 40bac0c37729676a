extension HTMLStyle {
  /// What pages of answers have beside the common sheet.
  package static let answers = """

    main.evaluation { max-width: 76rem; }
    bdi { overflow-wrap: anywhere; }
    .note { border-left: 3px solid var(--bad); padding-left: .9rem; }
    h3 { font-size: 1.05rem; margin: 2rem 0 .2rem; }
    summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--accent);
      outline-offset: 2px; }
    .run { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 44%), 1fr));
      gap: .7rem 1.5rem; margin: 1.4rem 0 0; }
    .run code { font-size: .8em; }
    .run dt { color: var(--soft); font-size: .82rem; } .run dd { margin: 0;
      overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    th, td { vertical-align: top; } thead th { vertical-align: bottom; }
    .arms td:first-child { min-width: 13rem; max-width: 22rem; }
    .arms .soft, .metrics .soft, .kinds .soft { display: inline-block; line-height: 1.35; }
    .arms .pool td:first-child, .arms .draw td:first-child { padding-left: 1.4rem; }
    .arms .draw td:first-child { padding-left: 2.4rem; }
    .arms .control td b { font-weight: 500; }
    .control:not(:has(details[open])) .draw { display: none; }
    .rate { display: inline-block; vertical-align: -.12rem; margin-right: .7rem; }
    .rate .room { fill: none; stroke: var(--line); }
    .rate .part { fill: var(--opposes); opacity: .55; }
    .rate .whisker { fill: none; stroke: var(--ink); stroke-width: 1.4; }
    .metrics td:first-child, .kinds td:first-child { min-width: 9rem; }
    .metrics table { width: auto; } .metrics th, .metrics td { padding-right: 2rem; }
    .kinds tbody tr:last-child td { border-top: 1px solid var(--soft); border-bottom: 0; }
    .helpharm { max-width: 46rem; }
    .helpharm svg { display: block; width: 100%; height: auto; }
    .helpharm text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
    .helpharm .middle { text-anchor: middle; } .helpharm .end { text-anchor: end; }
    .helpharm .title { font-size: 13px; }
    .helpharm .name { fill: var(--ink); font-size: 13px; font-weight: 600;
      paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
    .helpharm .grid { fill: none; stroke: var(--line); }
    .helpharm .whisker { fill: none; stroke: var(--opposes); stroke-width: 1.6; opacity: .55; }
    .helpharm .arm { fill: var(--opposes); stroke: var(--card); stroke-width: 1.5; }
    .helpharm .control { fill: none; stroke: var(--supports); stroke-width: 1.7; }
    .key { display: inline-block; width: .62rem; height: .62rem; border-radius: 50%;
      margin: 0 .4rem 0 0; }
    .key.arm { background: var(--opposes); }
    .key.randomFeatures, .key.randomDirection { border: 2px solid var(--supports);
      margin-left: 1.2rem; }
    .key.randomDirection { border-radius: 0; transform: rotate(45deg) scale(.85); }
    .definitions { position: absolute; }
    .flips { display: grid; gap: .8rem; align-items: start;
      grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); }
    .flips + p { margin-top: 1.4rem; }
    .flips figure { padding: .6rem; border-top-width: 3px; }
    .flips.good figure { border-top-color: var(--good); }
    .flips.bad figure { border-top: 3px dashed var(--bad); }
    .flips svg { display: block; width: 100%; height: auto; max-height: 14rem; background: #fff;
      border-radius: 5px; image-rendering: auto; }
    .flips figcaption { color: var(--ink); } .flips .question { margin: 0 0 .4rem;
      font-weight: 600; line-height: 1.35; }
    .flips dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .7rem; margin: 0; }
    .flips dt { color: var(--soft); } .flips dd { margin: 0; overflow-wrap: anywhere; }
    .flips .place { margin: .4rem 0 0; color: var(--soft); font-size: .78rem; line-height: 1.35; }
    @media (max-width: 40rem) { .arms td:first-child { min-width: 9rem; }
      .helpharm text { font-size: 18px; }
      .flips { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); } }
    @media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #111; --soft: \
    #444;
      --line: #bbb; --accent: #8a3b12; --opposes: #2f6db5; --supports: #c2412d; --good: #24713d;
      --bad: #a8321f; }
      body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      main { padding: 0; } .scroll { overflow: visible; } h2, h3 { break-after: avoid; }
      .control:not(:has(details[open])) .draw { display: table-row; }
      tr, .flips figure, .helpharm { break-inside: avoid; } }
    """
}
