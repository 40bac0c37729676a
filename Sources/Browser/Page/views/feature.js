/** A feature's page: exemplars, how it is active, what it does to tokens, what was said of it. */

import { meter } from "../components/bar.js";
import { fill, h } from "../components/element.js";
import { featureName, quality } from "../components/feature_card.js";
import { cellsOf, heatMap } from "../components/heat_map.js";
import { histogram } from "../components/histogram.js";
import { empty } from "../components/notice.js";
import { choice, segments } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { percent, short, signed } from "../components/numbers.js";
import { conversation, digests } from "./conversation.js";
import { explanations } from "./explanations.js";
import { featureAddress } from "./shared.js";

const EXEMPLARS = 10;
const KEPT = 100;
const RANKS = [
  { value: "mean", text: "mean" }, { value: "max", text: "maximum" }, { value: "mass", text: "sum" },
  { value: "interval", text: "intervals" },
];
const MASKS = [
  { value: "dimmed", text: "dimmed" }, { value: "black", text: "black" }, { value: "weighted", text: "weighted" },
  { value: "paper", text: "paper's" }, { value: "none", text: "none" },
];
const INTERVALS = 4;
/** The view of texts, which have no masks. */
const TEXT = "text";

export function mountFeature(root, app, index) {
  const { address, session } = app;
  const [slot, gallerySlot, trySlot, coactiveSlot] = Array.from({ length: 4 }, () => new Slot());
  const gallery = h("section", { "aria-label": "Exemplars" });
  const trial = h("section.panel.trial", { "aria-label": "On my picture" });
  fill(root, h("h1", { tabindex: -1 }, `Feature ${index}`), slot.element);
  load();
  return { leave: () => [slot, gallerySlot, trySlot, coactiveSlot].forEach((each) => each.cancel()) };

  function load() {
    slot.run(`Reading feature ${index}`, async (options) => {
      const { sae } = await session.ready(options);
      const feature = { sae: sae.sae, index };
      const info = await session.kernel.feature.info({ feature, topK: 12 }, options);
      show(sae, feature, info);
      loadGallery(feature, info);
    });
  }

  function show(sae, feature, info) {
    const said = info.explanation;
    document.title = `#${index}${said ? ` ${said.text}` : ""} – Lucarne`;
    fill(root,
      h("p.path", null, h("a", { href: address.link("features", { f: undefined }) }, "Features"), ` / ${sae.sae}, ${sae.site}`),
      h("header.feature-head", null,
        h("h1", { tabindex: -1 }, h("span.number", null, `Feature ${index}`), " ",
          h("span.label", null, featureName({ text: said?.text ?? "", isExplained: Boolean(said) }))),
        h("p.soft", null, said?.author && ["by ", h("bdi", null, said.author), " "], quality(said?.labelScores)),
        h("div.row", null, keep(), share(),
          h("a.button", { href: address.link("change", { f: undefined, changes: added() }) }, "Mute or change it"),
          index > 0 && h("a.button", { href: featureAddress(app, index - 1), "aria-label": "Previous feature" }, "←"),
          index + 1 < sae.latents && h("a.button", { href: featureAddress(app, index + 1), "aria-label": "Next feature" }, "→"))),
      slot.element, gallerySlot.element, gallery,
      h("div.two", null,
        h("section.panel.activity", { "aria-label": "Activity" }, h("h2", null, "How it is active"), activity(info)),
        trial),
      h("div.two", null,
        effects("Tokens it raises", info.logits.promoted, "supports"),
        effects("Tokens it lowers", info.logits.suppressed, "opposes")),
      neighbours(info),
      explanations(app, index, () => load()).element);
    tryOut(feature);
    app.focusHeading();
  }

  /** Muted, beside what is changed already. */
  function added() {
    const known = address.get("changes", []);
    return known.some((each) => each.feature === index) ? known
      : [...known, { feature: index, op: "clamp", value: 0, isMuted: true, generated: true }];
  }

  function keep() {
    const words = h("input", { type: "text", placeholder: "name of a list", "aria-label": "Name of a new list", size: 14 });
    const lists = h("div");
    const update = () => fill(lists, app.lists.names.map((name) => {
      const box = h("input", {
        type: "checkbox", checked: app.lists.features(name).includes(index),
        on: { change: () => app.lists.toggle(name, index) },
      });
      return h("label.check", null, box, " ", h("bdi", null, name));
    }));
    update();
    return h("details.keep", null, h("summary.button", null, "Keep in a list"), h("div.popover", null, lists,
      h("form.row", {
        on: {
          submit: (event) => {
            event.preventDefault();
            const name = words.value.trim();
            if (name && !app.lists.features(name).includes(index)) app.lists.toggle(name, index);
            words.value = "";
            update();
          },
        },
      }, words, h("button", null, "Add"))));
  }

  function share() {
    const button = h("button", {
      type: "button", on: {
        click: async () => {
          const { origin, pathname } = location;
          const state = { f: index, rank: address.get("rank"), view: address.get("view"), mask: address.get("mask") };
          const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, JSON.stringify(value)]));
          const link = `${origin}${pathname}#/features?${query}`;
          try {
            await navigator.clipboard.writeText(link);
            button.textContent = "Link copied";
          } catch {
            button.replaceWith(h("input.copied", { readonly: true, value: link, "aria-label": "Link to this feature" }));
          }
        },
      },
    }, "Copy a link");
    return button;
  }

  // Exemplars

  function loadGallery(feature, info) {
    const views = info.stats.views ?? [];
    if (!views.length) {
      fill(gallery, empty("There is no index of this autoencoder: where features are most active is unknown. "
        + "Build or open one in the view Work."));
      return;
    }
    const strongest = [...views].sort((one, other) => other.max - one.max)[0].view;
    const view = views.some((each) => each.view === address.get("view")) ? address.get("view") : strongest;
    const rank = address.get("rank", "mean");
    // The paper's style draws the base view alone.
    const mask = view !== "base" && address.get("mask") === "paper" ? "dimmed" : address.get("mask", "dimmed");
    const figures = views.find((each) => each.view === view);
    const list = h("div.exemplars");
    const set = (name) => (value) => { address.set({ [name]: value }); loadGallery(feature, info); };
    fill(gallery,
      h("div.switches", null,
        segments({
          label: "view", value: view, onChange: set("view"),
          choices: views.map((each) => ({ value: each.view, text: each.view, note: String(each.items) })),
        }),
        segments({ label: "ranked by", value: rank, choices: RANKS, onChange: set("rank") }),
        view !== TEXT && segments({
          label: "mask", value: mask, choices: MASKS,
          onChange: (value) => { if (value === "paper") address.set({ view: "base" }); set("mask")(value); },
        }),
        view !== TEXT && mask !== "paper" && mask !== "none" && segments({
          label: "edges", value: address.get("edges", "patches"), onChange: set("edges"),
          choices: [{ value: "patches", text: "patches" }, { value: "smooth", text: "smooth" }],
        })), list);
    gallerySlot.run("Drawing exemplars", async (options) => {
      const groups = rank === "interval" ? await intervals(feature, view, figures, mask, options)
        : [{ items: await exemplars(feature, view, rank, mask, EXEMPLARS, options) }];
      fill(list, groups.map(({ heading, items }) => [
        heading && h("h3", null, heading),
        h("ul.gallery", { data: { view } }, items.map((item) => exemplar(item, figures.max))),
        !items.length && h("p.soft", null, "None of the places that the index keeps."),
      ]));
    });
  }

  async function exemplars(feature, view, rankBy, mask, topK, options) {
    const asked = { ...session.indexParams, feature, view, rankBy, topK };
    const { items } = await session.kernel.feature.examples(asked, options);
    const pictures = new Map();
    if (items.some(({ tokens }) => !tokens)) {
      const { renderings, missing } = await session.kernel.feature.render({
        ...asked, topK: Math.max(1, topK), size: 256, interpolation: address.get("edges", "patches"),
        ...(mask === "none" ? { style: "dimmed", level: 1 } : { style: mask }),
      }, options);
      for (const each of renderings) if (each.mimeType === "image/png") pictures.set(each.item, each);
      for (const each of missing ?? []) pictures.set(each.item, each);
    }
    return items.map((item) => ({ ...item, picture: pictures.get(item.item), rankBy }));
  }

  /** What the index keeps of all rankings, by the largest activation in each place. */
  async function intervals(feature, view, figures, mask, options) {
    const found = new Map();
    for (const rank of ["max", "mean", "mass"]) {
      for (const item of await exemplars(feature, view, rank, mask, KEPT, options)) {
        const peak = Math.max(...item.positions.map(({ value }) => value), 0);
        found.set(`${item.item} ${item.span}`, { ...item, score: peak, rankBy: "max" });
      }
    }
    return Array.from({ length: INTERVALS }, (_, number) => {
      const [from, to] = [INTERVALS - 1 - number, INTERVALS - number].map((step) => figures.max * step / INTERVALS);
      return {
        heading: `${short(from)} to ${short(to)}`,
        items: [...found.values()].filter(({ score }) => score > from && score <= to * 1.000001)
          .sort((one, other) => other.score - one.score),
      };
    });
  }

  function exemplar(item, most) {
    const { picture, tokens, name, score, rankBy, positions, source } = item;
    const caption = h("figcaption", null, h("b", null, short(score)), ` ${RANKS.find(({ value }) => value === rankBy).text}`,
      h("span.name", { title: source ?? name }, h("bdi", null, name)));
    if (tokens) {
      const values = new Map(positions.map(({ position, value }) => [position, value]));
      return h("li.text", null, h("figure", null,
        tokenStrip({
          tokens: tokens.map((text, position) => ({ text, value: values.get(position) ?? 0, title: short(values.get(position) ?? 0) })),
          most, label: `Text ${name}`, colours: "activation",
        }), caption));
    }
    return h("li", null, h("figure", null, picture?.base64
      ? h("img", { src: `data:image/png;base64,${picture.base64}`, alt: `${name}, active at ${positions.length} patches` })
      : h("p.missing", null, picture?.message ?? "not drawn"), caption));
  }

  // Figures

  function activity(info) {
    const { stats } = info;
    const views = stats.views ?? [];
    const row = (name, value) => value !== undefined && [h("dt", null, name), h("dd", null, value)];
    const view = views.some((each) => each.view === address.get("view")) ? address.get("view")
      : [...views].sort((one, other) => other.max - one.max)[0]?.view;
    const found = views.find((each) => each.view === view);
    return [
      h("dl.facts", null,
        row("density", stats.frequency === undefined ? undefined
          : `${percent(stats.frequency)} of places${stats.frequency > 0 ? `, log₁₀ ${signed(Math.log10(stats.frequency), 1)}` : ""}`),
        row("mean where active", stats.mean === undefined ? undefined : short(stats.mean)),
        row("largest", stats.max === undefined ? undefined : short(stats.max)),
        found && row(`in ${found.view}`, `${found.items} entries, ${found.positions} places, median ${short(found.quantiles.p50)}`),
        row("length of its direction", short(stats.decoderNorm))),
      found && histogram({
        bins: found.histogram, x: `activation (${found.view})`,
        label: `How often it is how active in ${found.view}: mostly around ${short(found.quantiles.p50)}, at most ${short(found.max)}`,
      }),
    ];
  }

  function effects(heading, tokens, side) {
    const most = Math.max(...tokens.map(({ value }) => Math.abs(value)), 0);
    return h("section.panel.effects", { "aria-label": heading }, h("h2", null, heading),
      h("table", null, h("tbody", null, tokens.map(({ text, value, token }) => h("tr", { data: { token } },
        h("th", { scope: "row" }, h("a.token-name", {
          href: address.link("features", { f: undefined, by: "token", q: text, lowered: side === "opposes" ? true : undefined }),
          title: "Other features that do so",
        }, tokenStrip({ tokens: [{ text }], label: "token" }))),
        h("td.bar-cell", null, meter(value, most, side)), h("td.number", null, short(value)))))));
  }

  function neighbours(info) {
    const element = h("section.panel.neighbours", { "aria-label": "Neighbours" }, h("h2", null, "Neighbours"), coactiveSlot.element);
    coactiveSlot.run("Reading neighbours", async (options) => {
      const near = info.neighbours.map(({ feature, cosine }) => ({ index: feature.index, value: cosine }));
      const together = (info.coactive ?? []).map(({ feature, jaccard }) => ({ index: feature.index, value: jaccard }));
      const labels = await session.labelled([...near, ...together].map((each) => each.index), options);
      const column = (heading, items, unit) => h("div", null, h("h3", null, heading), items.length ? h("ol.rows", null,
        items.map((each) => h("li", null, h("a", { href: featureAddress(app, each.index) }, `#${each.index} `,
          featureName(labels.get(each.index))), h("span.number.soft", { title: unit }, each.value.toFixed(2)))))
        : h("p.soft", null, "none known"));
      element.append(h("div.two", null, column("Alike in direction", near, "cosine"),
        column("Active together", together, "Jaccard index")));
    });
    return element;
  }

  // My picture

  function tryOut(feature) {
    const chat = conversation(address);
    const kept = digests(chat);
    fill(trial, h("h2", null, "On my picture"), trySlot.element);
    if (!kept.length) {
      trial.append(empty("Add a picture in the view ", h("a", { href: address.link("ask", { f: undefined }) }, "Ask"),
        ", and see here where this feature is active in it."));
      return;
    }
    trySlot.run("Looking at the picture", async (options) => {
      const context = await session.context(chat, options);
      const tokens = await session.tokens(context, options);
      const { items } = await session.kernel.feature.activations(
        { context: context.context, sae: feature.sae, topK: (await session.ready()).sae.latents }, options);
      const own = items.find((item) => item.feature.index === index)?.positions ?? [];
      const values = new Map(own.map(({ position, value }) => [position, value]));
      const names = [...new Set(context.images.flatMap(({ views }) => views.map(({ name }) => name)))];
      const view = names.includes(address.get("grid")) ? address.get("grid") : names.at(-1);
      const urls = await Promise.all(kept.map((digest) => app.pictures.url(digest)));
      const inPicture = own.filter(({ position }) => tokens[position]?.image !== undefined).length;
      trial.append(
        h("p.soft", null, own.length ? `Active at ${own.length} of ${context.tokenCount} places, ${inPicture} of them in the picture.`
          : "It is active nowhere in this prompt."),
        names.length > 1 && choice({
          label: "of", value: view, choices: names.map((value) => ({ value, text: value })),
          onChange: (value) => { address.set({ grid: value }); tryOut(feature); },
        }),
        h("div.pictures", null, context.images.map((image, number) => heatMap({
          src: urls[number], width: image.width, height: image.height, style: "patches",
          cells: cellsOf(tokens, image.views.find(({ name }) => name === view), number, values),
          label: `Where feature ${index} is active`, describe: ({ row, column, value }) => `row ${row + 1}, column ${column + 1}: ${short(value)}`,
        }).element)),
        tokenStrip({
          tokens: tokens.filter(({ image }) => image === undefined).map(({ text, position }) => ({
            text, value: values.get(position) ?? 0, title: short(values.get(position) ?? 0),
          })),
          label: "Prompt", colours: "activation",
        }));
    });
  }
}

