/// How pages look: light or dark as the reader's system is, one column on a phone.
package enum HTMLStyle {
  package static let sheet = """
    :root { color-scheme: light dark; --page: #fbfaf7; --card: #ffffff; --ink: #22242a;
      --soft: #5d626e; --line: #dedbd2; --accent: #8a3b12; --supports: #c2412d; --opposes: #2f6db5;
      --good: #24713d; --bad: #a8321f; }
    @media (prefers-color-scheme: dark) { :root { --page: #16181d; --card: #1f2229; --ink: #e6e4de;
      --soft: #a2a7b3; --line: #363a44; --accent: #f0a877; --supports: #ef7c66; --opposes: #76aeea;
      --good: #7fd197; --bad: #f29482; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink);
      font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
    h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 .6rem; padding-top: 1.1rem;
      border-top: 1px solid var(--line); }
    p { margin: .5rem 0 .9rem; max-width: 44rem; }
    .soft, figcaption, caption { color: var(--soft); font-size: .86rem; }
    .pictures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, \
    1fr));
      align-items: start; }
    figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: .75rem; }
    figure.wide { margin-top: 1rem; }
    figure img { display: block; width: 100%; height: auto; border-radius: 5px; background: #fff; }
    .dialogue img { image-rendering: pixelated; }
    figcaption { margin-top: .5rem; }
    .strip { background: var(--card); border: 1px solid var(--line); border-radius: 10px; \
    overflow: hidden; margin-top: 1rem; }
    .dialogue { display: grid; grid-template-columns: minmax(10rem, 17rem) 1fr; gap: 1.5rem;
      align-items: center; }
    .said { font-size: 1.35rem; font-weight: 600; margin: 0 0 .2rem; }
    .answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(13rem, \
    1fr)); }
    .answer { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: .9rem 1.1rem; }
    .answer h3 { margin: 0; font-size: .86rem; font-weight: 500; color: var(--soft); }
    .answers + p { margin-top: 1rem; }
    .good { color: var(--good); } .bad { color: var(--bad); }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; margin: .8rem 0 1.2rem; width: 100%; }
    caption { text-align: left; padding-bottom: .4rem; }
    th, td { text-align: left; padding: .34rem 1.2rem .34rem 0; border-bottom: 1px solid \
    var(--line);
      vertical-align: middle; }
    th { font-size: .82rem; font-weight: 600; color: var(--soft); }
    td { font-variant-numeric: tabular-nums; }
    .number { text-align: right; white-space: nowrap; }
    .bar { display: block; position: relative; height: .8rem; min-width: 9rem; }
    .bar::before { content: ""; position: absolute; left: 50%; top: -.25rem; bottom: -.25rem;
      border-left: 1px solid var(--line); }
    .bar i { position: absolute; top: 0; bottom: 0; border-radius: 2px; }
    .bar .supports { left: 50%; background: var(--supports); }
    .bar .opposes { right: 50%; background: var(--opposes); }
    .verdict { border-left: 3px solid var(--accent); padding: .1rem 0 .1rem .9rem; font-weight: \
    500; }
    code { font-size: .88em; }
    @media (max-width: 40rem) { .dialogue { grid-template-columns: 1fr; } h1 { font-size: 1.5rem; \
    } }
    """
}
