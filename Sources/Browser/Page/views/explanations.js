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
      const votes = new Votes(items);
      fill(history, items.length ? items.map((each) => revision(each, votes)) : h("li.soft", null, "Nothing has been said yet."));
    });
  }

  function revision(each, votes) {
    const { state, author, method, created, scores, concept, revision: count } = each;
    const when = new Date(created * 1000).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
    const meant = votes.meant(each);
    if (meant !== each) {
      return h("li.vote", { data: { revision: count, state } },
        h("p.soft", null, h("bdi", null, author.name), " agrees with “", h("bdi", null, each.text), `”, ${when}`));
    }
    const voters = votes.of(each);
    const what = {
      explained: () => h("bdi", null, each.text), failed: () => h("span.soft", null, `failed: ${each.text}`),
      uninterpretable: () => h("span.soft", null, "stands for nothing that could be named"),
    };
    return h("li", { data: { revision: count, state } },
      h("p.said", null, (what[state] ?? what.explained)()),
      h("p.soft", null, h("bdi", null, author.name), ` (${author.kind}, ${method}), ${when}`,
        concept && [", ", h("bdi", null, concept)],
        voters.length > 0 && h("span.votes", { title: voters.join(", "), data: { votes: voters.length } },
          ` · ${voters.length} ${voters.length === 1 ? "agrees" : "agree"}`)),
      scores.length > 0 && h("p.quality", null, scores.map(({ kind, value, baseline, count: examples }) => h("span", {
        title: `on ${examples} examples`,
      }, `${kind} ${value.toFixed(2)}`, baseline !== undefined && ` (chance ${baseline.toFixed(2)})`))),
      state === "explained" && h("button.small", {
        type: "button", title: "Says the same again, under your name",
        on: { click: () => put({ text: each.text, method: "vote", evidence: [`explanation ${each.id}`], concept }) },
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

/** Who agrees with what: a vote says an explanation again, and names it as its evidence. */
class Votes {
  constructor(items) {
    this.items = new Map(items.map((each) => [each.id, each]));
    this.voters = new Map();
    for (const each of items) {
      const meant = this.meant(each);
      if (meant === each) continue;
      // Whoever says it twice is one.
      this.voters.set(meant.id, (this.voters.get(meant.id) ?? new Set()).add(each.author.name));
    }
  }

  /** The explanation that a vote is for, and else itself. */
  meant(item) {
    const seen = new Set();
    let found = item;
    while (found.method === "vote" && !seen.has(found)) {
      seen.add(found);
      const number = /^explanation (\d+)$/.exec(found.evidence?.[0])?.[1];
      const next = this.items.get(Number(number));
      if (!next || next.text !== item.text) return item;
      found = next;
    }
    return found;
  }

  /** The names of those who agree, but for who said it. */
  of(item) { return [...this.voters.get(item.id) ?? []].filter((name) => name !== item.author.name); }
}
