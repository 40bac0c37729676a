/** What this session asked, to be read, and saved so that it can be asked again. */

import { download, fill, h, unique } from "../../components/element.js";
import { counted } from "../../components/numbers.js";
import { Slot } from "../../components/slot.js";
import { replay } from "../../kernel/replay.js";
import { exported, open, saved } from "../../kernel/saved_session.js";
import { digests, summary } from "../conversation.js";

const SHOWN = 20;
/** Answers that are no longer the same are named, so many of them. */
const DIFFERING = 50;
/** What an address says about a conversation that is another then. */
const NOTHING = {
  target: undefined, feature: undefined, baseline: undefined, changes: undefined, region: undefined, compared: undefined,
};
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
      h("p.soft", null, `${counted(entries.length, "request")}: ${counts.answered} answered, ${counts.failed} refused, `
        + `${counts.cancelled} cancelled`, forgotten > 0 && `; ${forgotten} earlier ones are forgotten`),
      h("div.row", null, this.saveSession(), this.openSession(), this.export("html", "Export page", "text/html"),
        this.export("ipynb", "Export notebook", "application/x-ipynb+json")), this.slot.element, this.words,
      h("p.soft", null, "A session's file has what is open, with its pictures, what was asked and what was answered; ",
        "it can be opened here again, and by every other client. The page is for reading; the notebook asks again, ",
        "with the session's file beside it."),
      h("div.row", null, this.save("lines", "Save as JSON lines"), this.save("python", "Save as Python")),
      h("p.soft", null, h("code", null, "lucarne serve < session.jsonl"),
        " asks again; the Python script does with the Python client."),
      h("ol.requests", { reversed: true }, entries.slice(-SHOWN).reverse().map(row)));
  }

  saveSession() {
    const write = () => this.slot.run("Saving the session", async (options) => {
      download("lucarne-session.json", JSON.stringify(await saved(this.app, options)), "application/json");
    });
    return h("button.primary", { type: "button", data: { act: "save session" }, on: { click: write } }, "Save session");
  }

  export(format, words, type) {
    const write = () => this.slot.run("Exporting the session", async (options) => {
      fill(this.words);
      const { text, warnings } = await exported(this.app, format, options);
      download(`lucarne-session.${format}`, text, type);
      fill(this.words, warnings.map((each) => h("p.doubt", null, each)));
    });
    return h("button", { type: "button", data: { act: words.toLowerCase() }, on: { click: write } }, words);
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
      const { count, requests, warnings, address, conversations, again } = await open(this.app, await file.text(), options);
      // The same question about two pictures reads alike.
      const urls = await Promise.all(conversations.map((chat) => (
        digests(chat).length ? this.app.pictures.url(digests(chat)[0]) : null)));
      const found = h("div");
      fill(this.words,
        h("p", null, `${counted(count, "context")} ${count === 1 ? "is" : "are"} open again, with ${counted(requests, "request")}. `,
          address && h("a", { href: address }, "Go on where it was saved")),
        conversations.length > 0 && h("ul.opened", null, conversations.map((chat, number) => h("li", null,
          h("a", { href: this.app.address.link("ask", { ...NOTHING, chat, asked: true }) },
            urls[number] && h("img", { src: urls[number], alt: "" }), h("bdi", null, summary(chat)))))),
        warnings.map((each) => h("p.doubt", null, each)),
        again.entries.length > 0 && h("p", null, h("button", {
          type: "button", data: { act: "ask again" }, on: { click: () => this.askAgain(again, found) },
        }, "Ask again and compare")), found);
    });
  }

  /** Whether the kernel answers today what it answered when the session was saved. */
  askAgain(again, place) {
    fill(place);
    return this.slot.run("Asking again", async (options) => {
      const { asked, left, differing } = await replay(this.app.session, again, options);
      const same = asked - differing.length;
      fill(place,
        h("p", { data: { same, differing: differing.length } },
          `${same} of ${asked} answers are the same to the last digit.`,
          left > 0 && ` ${left} are of contexts that are not open.`),
        h("ul", null, differing.slice(0, DIFFERING).map(({ method, words }) => (
          h("li.doubt", null, h("code", null, method), ": ", words.join("; "))))),
        differing.length > DIFFERING && h("p.doubt", null, `and ${differing.length - DIFFERING} more`));
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
    h("span.soft", null, state === "open" ? "…" : milliseconds !== undefined && `${milliseconds} ms`),
    message && h("span.doubt", null, ` ${message}`));
}
