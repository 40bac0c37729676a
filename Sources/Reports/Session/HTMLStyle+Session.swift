extension HTMLStyle {
  /// What pages of sessions have beside the common sheet.
  package static let session = """

    main.session { max-width: 76rem; --second: #6d4bb0; }
    @media (prefers-color-scheme: dark) { main.session { --second: #b79df0; } }
    bdi { overflow-wrap: anywhere; }
    .note { border-left: 3px solid var(--bad); padding-left: .9rem; }
    h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; line-height: 1.35; }
    h4 { font-size: .86rem; font-weight: 500; color: var(--soft); margin: 0 0 .3rem; }
    summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--accent);
      outline-offset: 2px; }
    .facts summary { color: var(--soft); font-size: .92rem; }
    .run { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
      gap: .7rem 1.5rem; margin: .8rem 0 0; }
    .run dt { color: var(--soft); font-size: .82rem; } .run dd { margin: 0;
      overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    .run code { font-size: .78em; }
    .receipt { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
    .definitions { position: absolute; } .pixelated { image-rendering: pixelated; }
    .prompt { display: grid; grid-template-columns: minmax(9rem, 17rem) minmax(0, 1fr);
      gap: 1rem 1.5rem; align-items: start; }
    .prompt.plain { grid-template-columns: minmax(0, 1fr); }
    .shown { display: grid; gap: .8rem; }
    .prompt figure, .where figure { padding: .5rem; }
    .prompt svg, .map svg { display: block; width: 100%; height: auto; max-height: 32rem;
      border-radius: 5px; background: #fff; }
    .turn { margin-bottom: .6rem; } .turn p { margin: 0; white-space: pre-wrap; font-size: 1.1rem;
      overflow-wrap: anywhere; }
    .tokens { font-size: 1.15rem; line-height: 2.3; margin: .2rem 0; max-width: none;
      overflow-wrap: anywhere; }
    .token { display: inline-block; text-align: center; vertical-align: top; line-height: 1.25;
      margin-bottom: .25rem; white-space: pre-wrap; max-width: 100%; }
    .token .word { display: block; border-bottom: 2px solid transparent; }
    .token.new .word { border-bottom-color: var(--accent); }
    .token small { display: block; font-size: .62rem; font-weight: 400; color: var(--soft);
      padding: 0 .15rem; }
    .answer .tokens { font-size: 1.05rem; margin: 0; }
    .steering .answers { grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); }
    .answer > p:last-child { margin-bottom: 0; } .run dd { font-size: .95rem; }
    .where { display: grid; gap: 1rem; align-items: start;
      grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }
    .where .strip { margin: 0; }
    .map rect { stroke: none; } .map .supports { fill: #c2412d; } .map .opposes { fill: #2f6db5; }
    .key i, .kind i { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px;
      margin: 0 .35rem 0 0; vertical-align: -.05rem; }
    .key .opposes { margin-left: 1rem; } .key .supports { background: var(--supports); }
    .key .opposes { background: var(--opposes); }
    .pair { display: grid; gap: 0 2rem; align-items: start;
      grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
    .pair > * { min-width: 0; }
    .pair td:first-child { width: 60%; min-width: 8rem; line-height: 1.35; }
    .pair th, .pair td { padding-right: .7rem; } .pair td { font-size: .92rem; }
    .pair .bar { min-width: 6rem; }
    .meter { display: block; position: relative; height: .7rem; min-width: 3.2rem; }
    .meter i { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 2px; }
    .meter .supports { background: var(--supports); }
    .meter .opposes { background: var(--opposes); }
    .agreement { margin-top: .8rem; max-width: 30rem; }
    .agreement svg { display: block; width: 100%; height: auto; }
    .agreement text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
    .agreement .middle { text-anchor: middle; } .agreement .end { text-anchor: end; }
    .agreement .grid { stroke: var(--line); } .agreement .zero { stroke: var(--soft); }
    .agreement .equal { stroke: var(--soft); stroke-dasharray: 4 4; }
    .agreement circle { stroke: var(--card); stroke-width: 1; }
    .agreement .kind-0 { fill: var(--supports); } .agreement .kind-1 { fill: var(--second); }
    .agreement .kind-2 { fill: var(--soft); }
    .kind { display: inline-block; margin-right: 1rem; } .kind i { border-radius: 50%; }
    .kind .kind-0 { background: var(--supports); } .kind .kind-1 { background: var(--second); }
    .kind .kind-2 { background: var(--soft); }
    .kind .line { width: 1.2rem; height: 0; border-top: 2px dashed var(--soft); border-radius: 0;
      vertical-align: .25rem; }
    .sentences { padding-left: 1.2rem; max-width: 60rem; }
    .sentences li { margin: .2rem 0; }
    article { break-inside: avoid-page; }
    @media (max-width: 40rem) { .prompt { grid-template-columns: 1fr; }
      .shown { max-width: 17rem; } .agreement text { font-size: 15px; } }
    @media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #111; --soft: \
    #444;
      --line: #bbb; --accent: #8a3b12; --opposes: #2f6db5; --supports: #c2412d; --good: #24713d;
      --bad: #a8321f; }
      body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      main { padding: 0; } .scroll { overflow: visible; } h2, h3 { break-after: avoid; }
      tr, figure { break-inside: avoid; } }
    """
}
