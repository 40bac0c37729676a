/** What was said of a feature, by whom, how well it holds; and a place to say something. */

import { fill, h, unique } from "../components/element.js";
import { notice } from "../components/notice.js";
import { Slot } from "../components/slot.js";
import { keep, kept } from "../state/storage.js";

const KEY = "lucarne.author";

/** @param {number} latent @param {function()} onChange when something was added */
export function explanations(app, latent, onChange) {
  const { session } = app;
  const slot = new Slot();
  const history = h("ol.history");
  const id = unique("explanation");
  const text = h("input", { id, type: "text", maxlength: 500 });
  const name = h("input", { id: `${id}-name`, type: "text", value: kept(KEY) ?? "", size: 12 });
  const words = h("div", { role: "status" });
  const element = h("section.panel.explanations", { "aria-label": "Explanations" }, h("h2", null, "Explanations"),
    slot.element, history,
    h("form.say", { on: { submit: (event) => { event.preventDefault(); say(); } } },
      h("label", { for: id }, "What does it stand for?"), h("div.row", null, text,
        h("label.field", { for: `${id}-name` }, h("span", null, "by"), name), h("button.primary", null, "Say"),
        h("button", { type: "button", on: { click: giveUp } }, "It stands for nothing I can name"))),
    words);
  load();
  return { element };

  function say() { put({ text: text.value.trim(), method: "manual" }); }

  function giveUp() { put({ state: "uninterpretable", method: "vote" }); }

  function load() {
    slot.run("Reading explanations", async (options) => {
      const { items } = await session.kernel.explanation.get({ ...session.indexParams, latent }, options);
      fill(history, items.length ? items.map(revision) : h("li.soft", null, "Nothing has been said yet."));
    });
  }

  function revision(each) {
    const { state, author, method, created, scores, concept, id: number, revision: count } = each;
    const when = new Date(created * 1000).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
    const what = {
      explained: () => h("bdi", null, each.text), failed: () => h("span.soft", null, `failed: ${each.text}`),
      uninterpretable: () => h("span.soft", null, "stands for nothing that could be named"),
    };
    return h("li", { data: { revision: count, state } },
      h("p.said", null, (what[state] ?? what.explained)()),
      h("p.soft", null, h("bdi", null, author.name), ` (${author.kind}, ${method}), ${when}`,
        concept && [", ", h("bdi", null, concept)]),
      scores.length > 0 && h("p.quality", null, scores.map(({ kind, value, baseline, count: examples }) => h("span", {
        title: `on ${examples} examples`,
      }, `${kind} ${value.toFixed(2)}`, baseline !== undefined && ` (chance ${baseline.toFixed(2)})`))),
      state === "explained" && h("button.small", {
        type: "button", title: "Says the same again, under your name",
        on: { click: () => put({ text: each.text, method: "vote", evidence: [`explanation ${number}`], concept }) },
      }, "I agree"));
  }

  async function put(said) {
    fill(words);
    const author = name.value.trim();
    if (said.text === "") {
      fill(words, notice({ message: "Write what the feature stands for." }));
      return;
    }
    if (!author) {
      fill(words, notice({ message: "Write your name, which is kept with what you say." }));
      name.focus();
      return;
    }
    keep(KEY, author);
    try {
      const written = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      await session.kernel.explanation.put({
        ...session.indexParams, latent, ...written, author: { kind: "human", name: author },
      });
      session.labels.delete(latent);
      onChange();
    } catch (error) {
      fill(words, notice(error));
    }
  }
}
