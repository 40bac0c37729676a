/** Features: found by words, by a token, by a picture; each with a page of its own. */

import { fill, h, unique } from "../components/element.js";
import { featureCard } from "../components/feature_card.js";
import { empty } from "../components/notice.js";
import { segments } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { short } from "../components/numbers.js";
import { conversation, digests } from "./conversation.js";
import { mountFeature } from "./feature.js";
import { listPanel } from "./list_panel.js";
import { featureAddress } from "./shared.js";

export const title = "Features";

const PAGE = 24;
const WAYS = [
  { value: "words", text: "words" }, { value: "token", text: "token" }, { value: "picture", text: "my picture" },
  { value: "list", text: "lists" }, { value: "number", text: "number" },
];
const HINTS = {
  words: "words of explanations, such as map", token: "a token that it raises, such as ␣Yes without the mark",
  number: "number of a feature",
};

export function mount(root, app) {
  const { address, session } = app;
  if (Number.isSafeInteger(address.get("f"))) return mountFeature(root, app, address.get("f"));
  const slot = new Slot();
  const drawing = new Slot();
  const results = h("ol.cards");
  const more = h("div.row");
  const way = WAYS.some(({ value }) => value === address.get("by")) ? address.get("by") : "words";
  const id = unique("search");
  const query = h("input.search", {
    id, type: "search", value: address.get("q", ""), placeholder: HINTS[way], autocomplete: "off",
  });
  const form = h("form.search-bar", {
    on: {
      submit: (event) => {
        event.preventDefault();
        if (way === "number" && /^#?\d+$/.test(query.value.trim())) {
          address.go("features", { f: Number(query.value.trim().replace("#", "")) });
          return;
        }
        address.set({ q: query.value || undefined });
        search();
      },
    },
  }, h("label.unseen", { for: id }, "Look for"), query, h("button.primary", null, "Search"));
  const lower = h("input", {
    type: "checkbox", checked: address.get("lowered", false),
    on: { change: () => { address.set({ lowered: lower.checked || undefined }); search(); } },
  });
  fill(root,
    h("h1", { tabindex: -1 }, "Features"),
    h("p.lead", null, "What the autoencoder has found: each feature with the pictures and texts where it is most active."),
    segments({ label: "find by", value: way, choices: WAYS, onChange: (by) => address.go("features", { by, q: undefined }) }),
    way === "list" ? listPanel(app, { onChoose: (name) => { address.set({ list: name }); search(); } })
      : way === "picture" ? null : form,
    way === "token" && h("label.check", null, lower, " that it lowers"),
    slot.element, results, more, drawing.element);
  search();
  return { leave: () => { slot.cancel(); drawing.cancel(); } };

  /** A page of results, with `hasMore`. */
  async function page(offset, options) {
    const { sae } = await session.ready(options);
    const asked = { ...session.indexParams, ...(session.index ? {} : { sae: sae.sae }), offset, limit: PAGE };
    const text = address.get("q", "");
    if (way === "words") {
      if (text !== "") return session.kernel.index.search({ ...asked, query: { text } }, options);
      const found = await session.kernel.explanation.list(
        { ...session.indexParams, state: "explained", offset, limit: PAGE }, options);
      const latents = [...new Set(found.items.map(({ latent }) => latent))];
      const items = latents.length ? (await session.kernel.index.search(
        { ...asked, offset: 0, query: { latents } }, options)).items : [];
      return { items, hasMore: offset + PAGE < found.total };
    }
    if (way === "token") {
      if (text === "") return { items: [], hasMore: false };
      return session.kernel.index.search(
        { ...asked, query: { token: text, ...(lower.checked ? { lowered: true } : {}) } }, options);
    }
    if (way === "list") {
      const latents = app.lists.features(address.get("list", app.lists.names[0])).slice(offset, offset + PAGE);
      const { items } = latents.length ? await session.kernel.index.search({ ...asked, offset: 0, query: { latents } }, options)
        : { items: [] };
      return { items, hasMore: false };
    }
    if (way === "picture") return ofPicture(sae, offset, options);
    return { items: [], hasMore: false };
  }

  async function ofPicture(sae, offset, options) {
    const chat = conversation(address);
    if (!digests(chat).length) return { items: [], hasMore: false };
    const context = await session.context(chat, options);
    const all = await session.kernel.feature.activations(
      { context: context.context, sae: sae.sae, region: { image: 0 }, topK: offset + PAGE + 1 }, options);
    const items = all.items.slice(offset, offset + PAGE);
    const labels = await session.labelled(items.map(({ feature }) => feature.index), options);
    return {
      items: items.map(({ feature, score }) => ({
        latent: feature.index, score, label: labels.get(feature.index).isExplained ? labels.get(feature.index).text : undefined,
        facts: `${short(score)} in the picture`,
      })),
      hasMore: all.items.length > offset + PAGE,
    };
  }

  function search(offset = 0) {
    if (offset === 0) fill(results);
    fill(more);
    slot.run("Looking for features", async (options) => {
      const found = await page(offset, options);
      const cards = found.items.map((item) => card(item));
      results.append(...cards.map(({ element }) => element));
      if (!results.children.length) fill(more, empty(nothing()));
      else if (found.hasMore) {
        fill(more, h("button", { type: "button", on: { click: () => search(offset + PAGE) } }, "Show more"));
      }
      draw(cards);
    });
  }

  function nothing() {
    if (way === "token") return address.get("q") ? "No feature raises this token much." : "Write a token: mind the space before a word.";
    if (way === "picture") {
      return digests(conversation(address)).length ? "No feature is active in the picture." : "Add a picture in the view Ask first.";
    }
    if (way === "list") return "This list is empty. Keep features in it from their pages.";
    if (way === "number") return "Write the number of a feature.";
    return address.get("q") ? "No explanation has these words." : "Nothing in this index has been explained yet. Find features by token or by picture.";
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
        const feature = { sae: sae.sae, index };
        const { renderings } = await session.kernel.feature.render(
          { ...session.indexParams, feature, topK: 1, size: 192 }, options)
          .catch((error) => { if (error.isCancelled) throw error; return { renderings: [] }; });
        const [picture] = renderings;
        if (picture?.mimeType === "image/png") {
          place.replaceWith(h("img.thumb", { src: `data:image/png;base64,${picture.base64}`, alt: `strongest in ${picture.name}` }));
        } else if (picture) {
          const { items: [text] } = await session.kernel.feature.examples(
            { ...session.indexParams, feature, topK: 1 }, options);
          if (text?.tokens) place.replaceWith(h("span.thumb.excerpt", null, excerpt(text)));
        }
      }
    }, { canRetry: false });
  }
}

/** The tokens of a text around its strongest. */
export function excerpt({ tokens, positions }, around = 6) {
  const values = new Map(positions.map(({ position, value }) => [position, value]));
  const peak = [...values].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 0;
  const start = Math.max(0, peak - around);
  return tokenStrip({
    tokens: tokens.slice(start, peak + around).map((text, number) => ({ text, value: values.get(start + number) ?? 0 })),
    label: "text", colours: "activation",
  });
}

