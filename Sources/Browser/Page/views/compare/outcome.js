/** What a comparison found: the difference, the features that explain it, where they differ. */

import { bar } from "../../components/bar.js";
import { fill, h } from "../../components/element.js";
import { featureName } from "../../components/feature_card.js";
import { cellsOf, heatMap } from "../../components/heat_map.js";
import { percent, short, signed, visible } from "../../components/numbers.js";
import { scatter } from "../../components/scatter.js";
import { choice } from "../../components/segments.js";
import { digests } from "../conversation.js";
import { featureAddress, pictureName } from "../shared.js";

/** Places that are named beside a feature. */
const PLACES = 3;

export class Outcome {
  /** @param {{chat, context, said, tokens}[]} sides @param {object} found attribution/compare's answer */
  constructor(app, sides, found, labels) {
    Object.assign(this, { app, sides, found, labels });
  }

  /** @param {object[]} likely tokens in the first's place @param {function()} onChange when another pair is chosen */
  async show(place, likely, onChange) {
    this.maps = await Promise.all(this.sides.map((side) => this.drawn(side)));
    fill(place, this.target(likely, onChange),
      h("div.two", null, this.features(), h("div", null, this.where(), this.check())));
  }

  target(likely, onChange) {
    const { target, other, difference, explanation } = this.found;
    const strong = (value) => h("strong", { data: { value } }, signed(value));
    const said = this.sides.flatMap(({ said: { tokens } }) => tokens.slice(0, 1));
    const known = new Map([...likely, ...said.map((each) => ({ ...each, token: each.id }))]
      .map((each) => [each.token, each]));
    const choices = [...known.values()].map(({ token, text, logProb }) => (
      { value: String(token), text: `“${visible(text)}” (${percent(Math.exp(logProb))})` }));
    const select = (name, label, current) => choice({
      label, value: String(current ?? ""),
      choices: current === undefined ? [{ value: "", text: "the runner-up" }, ...choices] : choices,
      onChange: (text) => {
        this.app.address.set({ [name]: text === "" ? undefined : { id: Number(text) } });
        onChange();
      },
    });
    return h("section.panel", { "aria-label": "Target" }, h("h2.target", null, explanation.title),
      h("p.versus", null, strong(target.value), " in the first, ", strong(other),
        " in the second: a difference of ", strong(difference)),
      h("div.fields", null, select("answer", "answer", target.answer[0].id),
        select("against", "against", target.baseline?.[0].id)),
      h("ul.sentences", null, explanation.sentences.map((each) => h("li", null, each))));
  }

  features() {
    const { items, together, aligned } = this.found;
    const size = ({ measured }) => Math.abs(mean(measured));
    const most = Math.max(...items.map(size), 0);
    // By what the bars show; the kernel's order is that of what was predicted.
    const sorted = [...items].sort((one, other) => size(other) - size(one));
    return h("section.panel", { "aria-label": "Features that differ" }, h("h2", null, "Features that differ"),
      h("p.soft", null, "Patched from one into the other: how much of the difference each explains, "
        + "mean of both directions."),
      h("table.differing", null,
        h("thead.unseen", null, h("tr", null,
          ["feature", "", "effect"].map((each) => h("th", { scope: "col" }, each)))),
        h("tbody", null, sorted.map((item) => this.row(item, most)))),
      h("p.soft", null, `All patched at once: ${signed(together.intoContext)} into the first, `
        + `${signed(together.intoOther)} into the second. ${aligned.pairs} places correspond, `
        + `${aligned.onlyInContext} are only in the first, ${aligned.onlyInOther} only in the second.`));
  }

  row(item, most) {
    const { feature: { index }, predicted, measured, places } = item;
    const point = (is) => () => this.mark(is ? item : null);
    return h("tr", {
      data: { feature: index, predicted, measured: mean(measured) },
      on: { pointerenter: point(true), pointerleave: point(false), focusin: point(true), focusout: point(false) },
    },
    h("th", { scope: "row" },
      h("a", { href: featureAddress(this.app, index) }, `#${index} `, featureName(this.labels.get(index))),
      h("ul.places", { "aria-label": "Activation in the first and in the second" },
        places.slice(0, PLACES).map((place) => h("li", null, h("q", null, this.placeName(place)), " ",
          h("span.soft", null, `${short(place.activation)} | ${short(place.otherActivation)}`))))),
    h("td.bar-cell", null, bar(mean(measured), most)),
    h("td.number", {
      title: `${signed(measured.intoContext, 3)} into the first, ${signed(measured.intoOther, 3)} into the second`,
    }, signed(mean(measured))));
  }

  placeName({ position, otherPosition }) {
    const token = position !== undefined ? this.sides[0].tokens[position] : this.sides[1].tokens[otherPosition];
    if (!token) return "generated";
    if (token.image === undefined) return visible(token.text);
    return token.box ? `patch at ${short(token.box[0])}, ${short(token.box[1])}` : "row end";
  }

  where() {
    if (!this.maps.some((each) => each.length)) return null;
    return h("section.panel", { "aria-label": "Where it differs" }, h("h2", null, "Where"),
      h("p.soft", null, "Point at a feature: outlined is where its activation differs most, "
        + "the fainter the weaker it is on that side."),
      h("div.sides", null, this.maps.map((each) => h("div", null, each.map(({ element }) => element)))));
  }

  /** The pictures of one side under their finest grids, without numbers: places are outlined on them. */
  async drawn({ chat, context, tokens }) {
    const urls = await Promise.all(digests(chat).map((digest) => this.app.pictures.url(digest)));
    return context.images.map((image, number) => heatMap({
      src: urls[number], width: image.width, height: image.height, style: "patches",
      cells: cellsOf(tokens, image.views.at(-1), number, new Map()),
      label: `${pictureName(context, number)}: where a feature differs`,
      describe: ({ row, column }) => `row ${row + 1}, column ${column + 1}`,
    }));
  }

  /** Outlines where a feature's activation differs most, in both; of null nowhere. */
  mark(item) {
    const places = item?.places ?? [];
    const most = Math.max(...places.flatMap((each) => [each.activation, each.otherActivation]), 0) || 1;
    const members = [["position", "activation"], ["otherPosition", "otherActivation"]];
    for (const [side, [position, activation]] of members.entries()) {
      const shares = new Map(places.filter((each) => each[position] !== undefined)
        .map((each) => [each[position], each[activation] / most]));
      this.maps[side].forEach((map) => map.mark(shares));
    }
  }

  check() {
    const { agreement: { n, pearson, wrongSigns, signsCounted }, items } = this.found;
    return h("section.panel", { "aria-label": "Predicted and measured" }, h("h2", null, "Can it be trusted?"),
      h("p.soft", null, `${n} features patched exactly`,
        pearson !== undefined && `: Pearson ${pearson.toFixed(2)}`,
        signsCounted > 0 && `, ${wrongSigns} of ${signsCounted} signs wrong`, "."),
      scatter({
        points: items.map(({ feature, predicted, measured }) => ({
          x: predicted, y: mean(measured), label: `#${feature.index}`, kind: "patched", key: feature.index,
        })),
        x: "predicted", y: "measured", label: "Predicted against patched", kinds: { patched: "patched both ways" },
        onPoint: (point) => this.mark(items.find(({ feature }) => feature.index === point?.key)),
        onChoose: ({ key }) => this.app.address.go("features", { f: key }),
      }));
  }
}

const mean = ({ intoContext, intoOther }) => (intoContext + intoOther) / 2;
