/** What this session asked, to be read, and saved so that it can be asked again. */

import { download, fill, h } from "../../components/element.js";

const SHOWN = 20;
/** Many requests in a row are shown once, after so many milliseconds. */
const PAUSE = 250;

export class Record {
  constructor(app) {
    this.app = app;
    this.element = h("section.panel", { "aria-label": "This session" });
    this.later = () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.show(), PAUSE); };
    app.log.addEventListener("change", this.later);
    this.show();
  }

  leave() {
    clearTimeout(this.timer);
    this.app.log.removeEventListener("change", this.later);
  }

  show() {
    const { entries, forgotten } = this.app.log;
    const counts = { answered: 0, failed: 0, cancelled: 0, open: 0 };
    for (const { state } of entries) counts[state] += 1;
    fill(this.element, h("h2", null, "This session"),
      h("p.soft", null, `${entries.length} requests: ${counts.answered} answered, ${counts.failed} refused, `
        + `${counts.cancelled} cancelled`, forgotten > 0 && `; ${forgotten} earlier ones are forgotten`),
      h("div.row", null, this.save("lines", "Save as JSON lines"), this.save("python", "Save as Python")),
      h("p.soft", null, h("code", null, "lucarne serve < session.jsonl"),
        " asks again; the Python script does with the Python client."),
      h("ol.requests", { reversed: true }, entries.slice(-SHOWN).reverse().map(row)));
  }

  save(act, words) {
    const { log, pictures } = this.app;
    const write = async () => {
      if (act === "lines") download("session.jsonl", await log.lines(pictures), "application/jsonl");
      else {
        const { python } = await import("../../kernel/python.js");
        download("session.py", await python(log, pictures), "text/x-python");
      }
    };
    return h("button", { type: "button", data: { act }, on: { click: write } }, words);
  }
}

function row({ method, state, milliseconds, message }) {
  return h("li", { data: { state } }, h("code", null, method), " ",
    h("span.soft", null, state === "open" ? "…" : `${milliseconds} ms`),
    message && h("span.doubt", null, ` ${message}`));
}
