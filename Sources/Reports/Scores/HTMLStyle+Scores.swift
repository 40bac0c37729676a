extension HTMLStyle {
  /// What pages of scores have beside the common sheet.
  package static let scores = """

    main.scores { max-width: 72rem; }
    a { color: var(--accent); } a:focus-visible { outline: 2px solid var(--accent);
      outline-offset: 2px; }
    bdi { overflow-wrap: anywhere; }
    .note { border-left: 3px solid var(--bad); padding-left: .9rem; }
    .scores th, .scores td { white-space: nowrap; }
    .scores tbody tr:last-child td { border-bottom: 0; }
    .tables tbody tr:last-child td { border-top: 1px solid var(--soft); }
    .track { display: block; position: relative; height: .9rem; min-width: 11rem;
      border-bottom: 1px solid var(--line); }
    .track i { position: absolute; top: 50%; }
    .track .spread { height: 2px; margin-top: -1px; background: var(--opposes); opacity: .45; }
    .track .value { width: .62rem; height: .62rem; margin: -.31rem; border-radius: 50%;
      background: var(--opposes); }
    .track .chance { width: .55rem; height: .55rem; margin: -.275rem; border-radius: 50%;
      border: 2px solid var(--soft); background: var(--page); }
    .layers { max-width: 44rem; }
    .layers svg { display: block; width: 100%; height: auto; }
    .layers .grid { stroke: var(--line); }
    .layers text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
    .layers .tick { text-anchor: end; } .layers .name { text-anchor: middle; }
    .layers text.number { fill: var(--ink); font-weight: 600; }
    .layers polyline { fill: none; stroke-width: 2; }
    .layers polyline.value { stroke: var(--opposes); }
    .layers polyline.chance { stroke: var(--soft); stroke-dasharray: 4 4; stroke-width: 1.5; }
    .layers circle.value { fill: var(--opposes); }
    .layers circle.chance { fill: var(--card); stroke: var(--soft); stroke-width: 2; }
    .layers .spread { stroke: var(--opposes); stroke-width: 2; opacity: .45; }
    .key { display: inline-block; width: .62rem; height: .62rem; border-radius: 50%;
      margin: 0 .4rem 0 0; }
    .key.value { background: var(--opposes); }
    .key.chance { border: 2px solid var(--soft); margin-left: 1.2rem; }
    @media (max-width: 40rem) { .layers text { font-size: 19px; } }
    """
}
