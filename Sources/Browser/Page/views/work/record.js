/** What this session asked, to be read, and saved so that it can be asked again. */

import { download, fill, h, unique } from "../../components/element.js";
import { Slot } from "../../components/slot.js";
import { open, saved } from "../../kernel/saved_session.js";

const SHOWN = 20;
/** Many requests in a row are shown once, after so many milliseconds. */
const PAUSE = 250;

export class Record {
  constructor(app) {
    this.app = app;
    this.element = h("section.panel", { "aria-label": "This session" });
    this.slot = new Slot();
    this.words = h("div", { role: "status" });
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
      h("div.row", null, this.saveSession(), this.openSession()), this.slot.element, this.words,
      h("p.soft", null, "A session's file has what is open, with its pictures, and what was asked; ",
        "it can be opened here again, and by every other client."),
      h("div.row", null, this.save("lines", "Save as JSON lines"), this.save("python", "Save as Python")),
      h("p.soft", null, h("code", null, "lucarne serve < session.jsonl"),
        " asks again; the Python script does with the Python client."),
      h("ol.requests", { reversed: true }, entries.slice(-SHOWN).reverse().map(row)));
  }

  saveSession() {
    const write = () => this.slot.run("Saving the session", async (options) => {
      download("lucarne-session.json", await saved(this.app, options), "application/json");
    });
    return h("button.primary", { type: "button", data: { act: "save session" }, on: { click: write } }, "Save session");
  }

  openSession() {
    const input = h("input.unseen", {
      type: "file", accept: "application/json,.json", id: unique("session"), data: { act: "open session" },
      on: { change: () => { const [file] = input.files; input.value = ""; if (file) this.read(file); } },
    });
    return [h("label.button", { for: input.id }, "Open session"), input];
  }

  read(file) {
    fill(this.words);
    return this.slot.run("Opening the session", async (options) => {
      const { count, requests, warnings, address } = await open(this.app, await file.text(), options);
      fill(this.words,
        h("p", null, `${count} ${count === 1 ? "context is" : "contexts are"} open again, with ${requests} requests. `,
          address && h("a", { href: address }, "Go on where it was saved")),
        warnings.map((each) => h("p.doubt", null, each)));
    });
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
