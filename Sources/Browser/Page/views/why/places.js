/** Where: the heat map, the words, the features of a place and the places of a feature. */

import { fill, h } from "../../components/element.js";
import { featureRow } from "../../components/feature_card.js";
import { cellsOf, heatMap } from "../../components/heat_map.js";
import { short, signed, visible } from "../../components/numbers.js";
import { segments } from "../../components/segments.js";
import { tokenStrip } from "../../components/token_strip.js";
import { checked } from "../change/changes.js";
import { digests } from "../conversation.js";
import { featureAddress, pictureName, VIEW_NAMES } from "../shared.js";

/** Features that are listed for a place. */
const LISTED = 6;
const STYLES = [{ value: "patches", text: "patches" }, { value: "smooth", text: "smooth" }];

export class Places {
  /** @param {{where, words, here}} panels @param {Element} root of the view, in which rows of features are */
  constructor(app, chat, panels, root) {
    Object.assign(this, { app, chat, panels, root, maps: [], pinned: null, patch: null });
  }

  /** @param {object} found attribution/compute's answer by token @param {number} position of the target */
  async show(answer, tokens, found, position) {
    this.shown = { answer, tokens, position };
    this.byPosition = new Map(tokens.map((token) => [token.position, token]));
    // One measure throughout: scores, also where some were measured.
    this.values = new Map(found.items.map((item) => [item.position, item.score]));
    this.showWords();
    await this.showPictures();
  }

  async showPictures() {
    const { address, pictures } = this.app;
    const { answer, tokens } = this.shown;
    const names = [...new Set(answer.images.flatMap(({ views }) => views.map(({ name }) => name)))];
    const grid = names.includes(address.get("grid")) ? address.get("grid") : names.at(-1);
    const style = address.get("paint", "patches");
    const urls = await Promise.all(digests(this.chat).map((digest) => pictures.url(digest)));
    this.maps = answer.images.map((image, number) => heatMap({
      src: urls[number], width: image.width, height: image.height, style,
      cells: cellsOf(tokens, image.views.find(({ name }) => name === grid) ?? image.views.at(-1), number, this.values),
      label: `${pictureName(answer, number)}: how much each patch supports the answer`,
      describe: ({ row, column, value }) => `row ${row + 1}, column ${column + 1}: ${signed(value, 3)}`,
      onPoint: (cell) => this.point(cell?.position), onChoose: (cell) => this.keep(cell.position),
    }));
    const switchTo = (name) => (value) => { address.set({ [name]: value }); this.showPictures(); };
    const { where } = this.panels;
    where.hidden = !answer.images.length;
    fill(where, h("h2", null, "Where in the picture"),
      h("div.row", null,
        segments({ label: "drawn", value: style, choices: STYLES, onChange: switchTo("paint") }),
        names.length > 1 && segments({
          label: "of", value: grid, onChange: switchTo("grid"),
          choices: names.map((value) => ({ value, text: VIEW_NAMES[value] ?? value })),
        })),
      h("div.pictures", null, this.maps.map(({ element }) => element)), key());
    this.mark(this.pinned);
  }

  showWords() {
    const { tokens, position } = this.shown;
    const { words } = this.panels;
    words.hidden = false;
    fill(words, h("h2", null, "Which words"), tokenStrip({
      tokens: tokens.filter((token) => token.image === undefined && token.position <= position)
        .map((token) => {
          const value = this.values.get(token.position) ?? 0;
          return {
            text: token.text, key: token.position, value, title: signed(value, 3),
            isQuiet: token.part === undefined,
          };
        }),
      most: Math.max(...[...this.values.values()].map(Math.abs), 0) || 1, label: "Prompt, token by token",
      onChoose: (token) => this.keep(token.key), onPoint: (token) => this.point(token?.key),
    }), key());
  }

  /** Which features are active where is known. @param {boolean} isComplete whether nothing was left out */
  know(pairs, isComplete) {
    Object.assign(this, { pairs, isComplete });
    this.showHere(this.patch);
    this.mark(this.pinned);
  }

  /** The pointer or the cursor is at a position, or at none: then the one that was kept is shown. */
  point(position) {
    if (position !== undefined || this.patch === null) this.showHere(position ?? this.patch);
  }

  keep(position) {
    this.patch = this.patch === position ? null : position;
    this.showHere(this.patch);
  }

  async showHere(position) {
    const { here } = this.panels;
    here.hidden = !this.pairs;
    if (!this.pairs) return;
    const token = this.byPosition.get(position);
    if (!token) {
      fill(here, h("h2", null, "At this place"),
        h("p.soft", null, "Point at a patch or a word to see the features that are active there."));
      return;
    }
    const items = this.pairs.filter((item) => item.position === position);
    const strongest = items.slice(0, LISTED);
    const asking = Symbol("place");
    this.asking = asking;
    const labels = await this.app.session.labelled(strongest.map(({ feature }) => feature.index))
      .catch(() => new Map());
    // The pointer may have gone on meanwhile.
    if (this.asking !== asking) return;
    const most = Math.abs(this.pairs[0]?.score ?? 0);
    const nothing = this.isComplete ? "No feature is active here." : "None of the strongest features is active here.";
    fill(here, h("h2", null, "At ", token.image === undefined ? h("q", null, visible(token.text))
      : `patch (${VIEW_NAMES[token.view] ?? token.view}) ${edges(token.box)}`),
    strongest.length ? h("table", null, h("tbody", null, strongest.map((item) => this.row(item, labels, most))))
      : h("p.soft", null, nothing),
    items.length > LISTED && h("p.soft", null, `and ${items.length - LISTED} weaker ones`));
  }

  /** A feature's row; to point at it is to see where it is active. */
  row(item, labels, most) {
    const { index } = item.feature;
    return featureRow({
      index, label: labels.get(index) ?? { text: "" }, score: item.score, measured: item.measured,
      activation: item.activation, most, href: featureAddress(this.app, index), isChosen: this.pinned === index,
      onPoint: (is) => this.mark(is ? index : this.pinned), onChoose: () => this.pin(index),
      action: h("a.small", { href: changeAddress(this.app, index), title: "Mute or change it" }, "change"),
    });
  }

  /** Keeps a feature's places outlined, or no longer. */
  pin(index) {
    this.pinned = this.pinned === index ? null : index;
    this.app.address.set({ feature: this.pinned ?? undefined });
    for (const button of this.root.querySelectorAll("button.feature")) {
      const isChosen = Number(button.closest("tr").dataset.feature) === this.pinned;
      button.setAttribute("aria-pressed", String(isChosen));
    }
    this.mark(this.pinned);
    const count = this.pairs?.filter(({ feature }) => feature.index === index).length;
    if (this.pinned !== null && count !== undefined) this.app.say(`Feature ${index} is active at ${count} places.`);
  }

  /** Outlines where a feature is active. */
  mark(index) {
    const places = (this.pairs ?? []).filter(({ feature }) => feature.index === index);
    const most = Math.max(...places.map(({ activation }) => activation), 0) || 1;
    const shares = new Map(places.map(({ position, activation }) => [position, activation / most]));
    this.maps.forEach((map) => map.mark(shares));
    for (const token of this.panels.words.querySelectorAll(".token")) {
      token.classList.toggle("marked", shares.has(Number(token.dataset.key)));
    }
  }
}

function key() {
  return h("p.key.soft", null, h("i.supports", { "aria-hidden": "true" }), "supports the answer ",
    h("i.opposes", { "aria-hidden": "true" }), "opposes it");
}

const edges = ([x0, y0, x1, y1]) => `x ${short(x0)} – ${short(x1)}, y ${short(y0)} – ${short(y1)}`;

/** The view Change with this feature muted, beside what is changed already. */
function changeAddress({ address }, index) {
  const known = checked(address.get("changes"));
  const muted = { feature: index, op: "clamp", value: 0, isMuted: true, generated: true };
  return address.link("change", {
    changes: known.some((each) => each.feature === index) ? known : [...known, muted],
  });
}
