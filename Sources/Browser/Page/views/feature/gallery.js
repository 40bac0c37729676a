/** Where a feature is most active: pictures under masks and texts, by ranking or by size. */

import { fill, h } from "../../components/element.js";
import { empty } from "../../components/notice.js";
import { short } from "../../components/numbers.js";
import { segments } from "../../components/segments.js";
import { Slot } from "../../components/slot.js";
import { tokenStrip } from "../../components/token_strip.js";

/** Exemplars of a ranking that are shown, and the most that are asked for to sort them by size. */
const EXEMPLARS = 10;
const MOST = 100;
const INTERVALS = 4;
/** Pixels of the longer side. */
const SIZE = 256;
/** The view of texts, which have no masks. */
const TEXT = "text";
const NAMES = { mean: "mean", max: "maximum", mass: "sum", interval: "intervals" };
const RANKS = Object.entries(NAMES).map(([value, text]) => ({ value, text }));
const MASKS = [
  { value: "dimmed", text: "dimmed" }, { value: "black", text: "black" }, { value: "weighted", text: "weighted" },
  { value: "paper", text: "paper's" }, { value: "none", text: "none" },
];
const EDGES = [{ value: "patches", text: "patches" }, { value: "smooth", text: "smooth" }];

export class Gallery {
  constructor(app) {
    this.app = app;
    this.slot = new Slot();
    this.element = h("section", { "aria-label": "Exemplars" });
  }

  load(feature, info) {
    Object.assign(this, { feature, info });
    const { address } = this.app;
    const views = info.stats.views ?? [];
    if (!views.length) {
      fill(this.element, empty("There is no index of this autoencoder: where features are most active is unknown. "
        + "Build or open one in the view Work."));
      return;
    }
    const figures = views.find(({ view }) => view === address.get("view"))
      ?? [...views].sort((one, other) => other.max - one.max)[0];
    // The paper's style draws the base view alone.
    const mask = figures.view !== "base" && address.get("mask") === "paper" ? "dimmed" : address.get("mask", "dimmed");
    const rank = Object.hasOwn(NAMES, address.get("rank")) ? address.get("rank") : "mean";
    const list = h("div.exemplars");
    fill(this.element, this.switches(views, figures.view, rank, mask), list);
    this.slot.run("Drawing exemplars", async (options) => {
      const asked = { view: figures.view, mask, options };
      const groups = rank === "interval" ? await this.intervals(asked, figures.max)
        : [{ items: await this.exemplars(asked, rank, EXEMPLARS) }];
      fill(list, groups.map(({ heading, items }) => [
        heading && h("h3", null, heading),
        h("ul.gallery", { data: { view: figures.view } }, items.map((item) => exemplar(item, figures.max))),
        !items.length && h("p.soft", null, "None of the places that the index keeps."),
      ]));
      if (rank === "interval") list.prepend(h("p.soft.kept", null, kept(groups)));
    });
  }

  switches(views, view, rank, mask) {
    const { address } = this.app;
    const set = (values) => { address.set(values); this.load(this.feature, this.info); };
    return h("div.switches", null,
      segments({
        label: "view", value: view, onChange: (value) => set({ view: value }),
        choices: views.map((each) => ({ value: each.view, text: each.view, note: String(each.items) })),
      }),
      segments({ label: "ranked by", value: rank, choices: RANKS, onChange: (value) => set({ rank: value }) }),
      view !== TEXT && segments({
        label: "mask", value: mask, choices: MASKS,
        onChange: (value) => set({ mask: value, ...(value === "paper" ? { view: "base" } : {}) }),
      }),
      view !== TEXT && mask !== "paper" && mask !== "none" && segments({
        label: "edges", value: address.get("edges", "patches"), choices: EDGES,
        onChange: (value) => set({ edges: value }),
      }));
  }

  /** Items of feature/examples, those of pictures with the kernel's drawing. */
  async exemplars({ view, mask, options }, rankBy, topK) {
    const { session, address } = this.app;
    const asked = { ...session.indexParams, feature: this.feature, view, rankBy, topK };
    const { items } = await session.kernel.feature.examples(asked, options);
    const drawn = new Map();
    if (items.some(({ tokens }) => !tokens)) {
      const { renderings, missing = [] } = await session.kernel.feature.render({
        ...asked, size: SIZE, interpolation: address.get("edges", "patches"),
        ...(mask === "none" ? { style: "dimmed", level: 1 } : { style: mask }),
      }, options);
      for (const each of [...renderings, ...missing]) drawn.set(each.item, each);
    }
    return items.map((item) => ({ ...item, picture: drawn.get(item.item), rankBy }));
  }

  /** What the index keeps of all rankings, by the largest activation in each place. */
  async intervals(asked, most) {
    const found = new Map();
    for (const rank of ["max", "mean", "mass"]) {
      for (const item of await this.exemplars(asked, rank, MOST)) {
        const score = Math.max(...item.positions.map(({ value }) => value), 0);
        found.set(`${item.item} ${item.span}`, { ...item, score, rankBy: "max" });
      }
    }
    const items = [...found.values()].sort((one, other) => other.score - one.score);
    return Array.from({ length: INTERVALS }, (_, number) => {
      const [from, to] = [INTERVALS - 1 - number, INTERVALS - number].map((step) => most * step / INTERVALS);
      // The largest activation belongs to the topmost interval, however it was rounded.
      const isIn = ({ score }) => score > from && (score <= to || number === 0);
      return { heading: `${short(from)} to ${short(to)}`, items: items.filter(isIn) };
    });
  }
}

/** What intervals can be shown of: an index keeps the strongest places, not some of each strength. */
function kept(groups) {
  const count = groups.reduce((sum, { items }) => sum + items.length, 0);
  return `Of the ${count} places that the index keeps, which are the strongest by maximum, by mean and by sum. An interval `
    + "with few or none may have many in the corpus: it is no sample of weak activations.";
}

function exemplar({ picture, tokens, name, score, rankBy, positions, source }, most) {
  const caption = h("figcaption", null, h("b", null, short(score)), ` ${NAMES[rankBy]}`,
    h("span.name", { title: source ?? name }, h("bdi", null, name)));
  if (!tokens) {
    return h("li", null, h("figure", null, picture?.base64 ? h("img", {
      src: `data:image/png;base64,${picture.base64}`, alt: `${name}, active at ${positions.length} patches`,
    }) : h("p.missing", null, picture?.message ?? "not drawn"), caption));
  }
  const values = new Map(positions.map(({ position, value }) => [position, value]));
  return h("li.text", null, h("figure", null, tokenStrip({
    tokens: tokens.map((text, position) => {
      const value = values.get(position) ?? 0;
      return { text, value, title: short(value) };
    }),
    most, label: `Text ${name}`, colours: "activation",
  }), caption));
}
