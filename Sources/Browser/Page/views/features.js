/** Features: found by words, by a token, by a picture; each with a page of its own. */

import { fill, h, unique } from "../components/element.js";
import { featureCard } from "../components/feature_card.js";
import { empty } from "../components/notice.js";
import { short } from "../components/numbers.js";
import { segments } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { excerpt } from "../components/token_strip.js";
import { conversation, digests } from "./conversation.js";
import { mountFeature } from "./feature.js";
import { listPanel } from "./list_panel.js";
import { featureAddress } from "./shared.js";

/** Results that are shown before more are asked for, and pixels of the longer side of their pictures. */
const PAGE = 24;
const SIZE = 192;
/** Milliseconds without a key after which words are looked for as they stand. */
const PAUSE = 80;
const WAYS = [
  { value: "words", text: "words" }, { value: "token", text: "token" }, { value: "picture", text: "my picture" },
  { value: "list", text: "lists" }, { value: "number", text: "number" },
];
const HINTS = {
  words: "words of explanations, such as map", token: "a token, with the space before it if it has one",
  number: "number of a feature",
};
const NOTHING = { items: [], hasMore: false };

export function mount(root, app) {
  const { address, session } = app;
  if (Number.isSafeInteger(address.get("f"))) return mountFeature(root, app, address.get("f"));
  const [slot, drawing] = [new Slot(), new Slot()];
  const results = h("ol.cards");
  const more = h("div.row");
  const way = WAYS.some(({ value }) => value === address.get("by")) ? address.get("by") : "words";
  let words = String(address.get("q", ""));
  let [query, typing] = [null, null];
  fill(root,
    h("h1", { tabindex: -1 }, "Features"),
    h("p.lead", null,
      "What the autoencoder has found: each feature with the pictures and texts where it is most active."),
    segments({
      label: "find by", value: way, choices: WAYS, onChange: (by) => address.go("features", { by, q: undefined }),
    }),
    way === "list" ? listPanel(app, { onChoose: (list) => { address.set({ list }); search(); } })
      : way === "picture" ? null : form(),
    way === "token" && lowering(),
    slot.element, results, more, drawing.element);
  search();
  return { leave: () => { clearTimeout(typing); slot.cancel(); drawing.cancel(); }, focus: () => query?.focus() };

  function form() {
    const id = unique("search");
    query = h("input.search", {
      id, type: "search", value: words, placeholder: HINTS[way], autocomplete: "off",
      // Part of a token or of a number is another one; part of a word is on the way to it.
      on: { input: () => { if (way === "words") { clearTimeout(typing); typing = setTimeout(typed, PAUSE); } } },
    });
    const submit = (event) => {
      event.preventDefault();
      const number = /^\s*#?(\d+)\s*$/.exec(query.value);
      if (way === "number" && number) address.go("features", { f: Number(number[1]) });
      else {
        clearTimeout(typing);
        address.go("features", { q: query.value || undefined });
      }
    };
    return h("form.search-bar", { on: { submit } }, h("label.unseen", { for: id }, "Look for"), query,
      h("button.primary", null, "Search"));
  }

  function typed() {
    const begun = performance.now();
    words = query.value.trim();
    address.set({ q: words || undefined });
    search().then(() => performance.measure("found", { start: begun, end: performance.now() }));
  }

  function lowering() {
    const box = h("input", {
      type: "checkbox", checked: address.get("lowered", false),
      on: { change: () => { address.set({ lowered: box.checked || undefined }); search(); } },
    });
    return h("label.check", null, box, " that it lowers");
  }

  function search(offset = 0) {
    fill(more);
    return slot.run("Looking for features", async (options) => {
      // What was found before stays until something else is, or nothing can be.
      const found = await page(offset, options).catch((error) => {
        if (options.isCurrent()) fill(results);
        throw error;
      });
      if (!options.isCurrent()) return;
      if (offset === 0) fill(results);
      const cards = found.items.map(card);
      results.append(...cards.map(({ element }) => element));
      if (!results.children.length) fill(more, empty(nothing()));
      else if (found.hasMore) {
        fill(more, h("button", { type: "button", on: { click: () => search(offset + PAGE) } }, "Show more"));
      }
      draw(cards);
    });
  }

  /** A page of results, with `hasMore`. */
  async function page(offset, options) {
    const { sae } = await session.ready(options);
    const where = session.index ? session.indexParams : { sae: sae.sae };
    const ask = (query, from = offset) => session.kernel.index.search(
      { ...where, query, offset: from, limit: PAGE }, options);
    // Labels of given latents: they are a page already.
    const named = async (latents, hasMore) => (
      { items: latents.length ? (await ask({ latents }, 0)).items : [], hasMore });
    const lowered = address.get("lowered") ? { lowered: true } : {};
    if (way === "token") return words ? ask({ token: words, ...lowered }) : NOTHING;
    if (way === "words" && words) return ask({ text: words });
    if (way === "words") {
      const { items, total } = await session.kernel.explanation.list(
        { ...session.indexParams, state: "explained", offset, limit: PAGE }, options);
      return named([...new Set(items.map(({ latent }) => latent))], offset + PAGE < total);
    }
    if (way === "list") {
      const latents = app.lists.features(address.get("list", app.lists.names[0]));
      return named(latents.slice(offset, offset + PAGE), offset + PAGE < latents.length);
    }
    return way === "picture" ? ofPicture(sae, offset, options) : NOTHING;
  }

  async function ofPicture(sae, offset, options) {
    const chat = conversation(address);
    if (!digests(chat).length) return NOTHING;
    const context = await session.context(chat, options);
    const { items } = await session.kernel.feature.activations(
      { context: context.context, sae: sae.sae, region: { image: 0 }, topK: offset + PAGE + 1 }, options);
    const shown = items.slice(offset, offset + PAGE);
    const labels = await session.labelled(shown.map(({ feature }) => feature.index), options);
    return {
      items: shown.map(({ feature, score }) => {
        const { text, isExplained, scores } = labels.get(feature.index);
        return {
          latent: feature.index, label: isExplained ? text : undefined, labelScores: scores,
          facts: `${short(score)} in the picture`,
        };
      }),
      hasMore: items.length > offset + PAGE,
    };
  }

  /** What to do where nothing was found. */
  function nothing() {
    switch (way) {
      case "token": return words ? "No feature changes this token much."
        : "Write a token: mind the space before a word.";
      case "picture": return digests(conversation(address)).length ? "No feature is active in the picture."
        : "Add a picture in the view Ask first.";
      case "list": return "This list is empty. Keep features in it from their pages.";
      case "number": return "Write the number of a feature.";
      default: return words ? "No explanation has these words."
        : "Nothing in this index has been explained yet. Find features by token or by picture.";
    }
  }

  function card(item) {
    const place = h("span.thumb.no");
    const element = featureCard({
      index: item.latent, label: { text: item.label ?? "", isExplained: Boolean(item.label), scores: item.labelScores },
      href: featureAddress(app, item.latent), excerpt: place,
      facts: item.facts ?? (way === "token" ? `logit ${short(item.score)}` : null),
    });
    return { element, place, index: item.latent };
  }

  /** The strongest exemplar of each, one after the other. */
  function draw(cards) {
    drawing.run("Drawing", async (options) => {
      const { sae } = await session.ready(options);
      for (const { place, index } of cards) {
        const drawn = await strongest({ sae: sae.sae, index }, options).catch((error) => {
          // What one card has no picture of must not keep the others from theirs.
          if (error.isCancelled) throw error;
          return null;
        });
        if (drawn) place.replaceWith(drawn);
      }
    }, { canRetry: false });
  }

  async function strongest(feature, options) {
    const asked = { ...session.indexParams, feature, topK: 1 };
    const { renderings: [picture] } = await session.kernel.feature.render({ ...asked, size: SIZE }, options);
    if (picture?.mimeType === "image/png") {
      return h("img.thumb", { src: `data:image/png;base64,${picture.base64}`, alt: `strongest in ${picture.name}` });
    }
    const { items: [text] } = await session.kernel.feature.examples(asked, options);
    return text?.tokens ? h("span.thumb.excerpt", null, excerpt(text)) : null;
  }
}
