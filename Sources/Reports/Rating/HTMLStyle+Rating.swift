extension HTMLStyle {
  /// What a rating sheet has beside the common sheet.
  package static let rating = """

    main.rating { max-width: 64rem; padding-top: 1.5rem; } [hidden] { display: none !important; }
    .note { border-left: 3px solid var(--bad); padding-left: .9rem; }
    form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: 1.4rem 0; }
    input, button { font: inherit; color: var(--ink); background: var(--card); padding: .5rem 1rem;
      border: 1px solid var(--line); border-radius: 10px; min-height: 2.75rem; }
    input { min-width: 0; flex: 0 1 20rem; }
    button { cursor: pointer; } button:hover { border-color: var(--soft); }
    button:disabled { opacity: .45; cursor: default; }
    button:focus-visible, input:focus-visible { outline: 2px solid var(--accent);
      outline-offset: 2px; }
    button.main, button[aria-pressed="true"] { background: var(--ink); color: var(--page);
      border-color: var(--ink); }
    kbd { font: .72rem/1 ui-monospace, "DejaVu Sans Mono", monospace; padding: .1rem .35rem;
      border: 1px solid currentColor; border-radius: 4px; opacity: .55; margin-left: .15rem; }
    progress { width: 100%; height: .4rem; border: 0; border-radius: 99px; overflow: hidden;
      appearance: none; background: var(--line); display: block; margin: 0 0 1rem; }
    progress::-webkit-progress-bar { background: var(--line); }
    progress::-webkit-progress-value { background: var(--accent); }
    progress::-moz-progress-bar { background: var(--accent); }
    #ask > p:first-child { margin: 0 0 .4rem; }
    #examples { display: grid; gap: .6rem; align-items: start;
      grid-template-columns: repeat(auto-fill, minmax(min(11rem, 44%), 1fr)); }
    #examples img { display: block; width: 100%; height: auto; border-radius: 6px;
      background: #000; outline: 1px solid var(--line); }
    .excerpt { grid-column: 1 / -1; max-width: none; margin: 0; padding: .6rem .8rem;
      background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    mark { background: #f6d86b; color: #22242a; border-radius: 3px; padding: 0 .1rem; }
    #text { font-size: 1.5rem; line-height: 1.3; font-weight: 650; margin: 1.2rem 0 .2rem;
      overflow-wrap: anywhere; }
    #question { margin: 0 0 .8rem; }
    .choices { display: grid; gap: .6rem; grid-template-columns: repeat(3, minmax(0, 1fr));
      max-width: 40rem; }
    .choices button { padding: .8rem .5rem; font-weight: 600; }
    .steps { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.2rem 0; }
    .steps button:not(.main) { font-size: .88rem; }
    @media (max-width: 40rem) { kbd { display: none; } }
    """
}
