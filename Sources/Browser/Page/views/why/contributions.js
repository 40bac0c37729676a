/** What parts and features contribute, and whether that can be trusted. */

import { bar } from "../../components/bar.js";
import { fill, h } from "../../components/element.js";
import { signed } from "../../components/numbers.js";
import { scatter } from "../../components/scatter.js";

/** Features that are shown of either side before more are asked for. */
const SHOWN = 8;
const COLUMNS = ["feature", "label", "", "effect", "activation", ""];
const ORIGINS = {
  strongest: "strongest", secondMethod: "strongest by a second method", random: "drawn at random",
};

/** The exact fall where it was measured, else the score. */
const effect = (item) => item.measured ?? item.score;

export function showParts(panel, { byPart, identity }) {
  panel.hidden = false;
  const most = Math.max(...byPart.map(({ score }) => Math.abs(score)), 0);
  const sum = (name, value) => h("tr.sum", null,
    h("th", { scope: "row" }, name), h("td"), h("td.number", null, signed(value)));
  fill(panel, h("h2", null, "Which parts of the prompt"),
    h("p.soft", null, "Measured: all features of a part are set to zero together, and the target falls by this much."),
    h("table.shares", null,
      h("tbody", null, byPart.map(({ part, score, active }) => h("tr", {
        data: { part, score }, title: active === undefined ? null : `${active} activations`,
      },
      h("th", { scope: "row" }, h("bdi", null, part)), h("td.bar-cell", null, bar(score, most)),
      h("td.number", null, signed(score))))),
      identity && h("tfoot", null, sum("beyond each alone", identity.interaction),
        sum("all together", identity.features), sum("without any of them", identity.start),
        Math.abs(identity.gap) > 0.005 && sum("gap", identity.gap), sum("the target", identity.target))));
}

/** @param {function(object, number): Element} row of an item, beside the largest effect */
export function showFeatures(panel, found, row) {
  panel.hidden = false;
  const { items, verification, explanation } = found;
  const most = Math.max(...items.map((item) => Math.abs(effect(item))), 0);
  const doubts = verification?.notReliable;
  fill(panel, h("h2", null, "Which features"),
    doubts && h("p.doubt", null, "Estimates are not reliable here: ", doubts.join("; "), ". What was measured is."),
    side("supporters", "Support the answer", items.filter((item) => effect(item) > 0), (item) => row(item, most)),
    side("opposers", "Oppose it", items.filter((item) => effect(item) < 0), (item) => row(item, most)),
    h("details", { open: true }, h("summary", null, "In words"),
      h("ul.sentences", null, explanation.sentences.map((each) => h("li", null, each)))));
}

function side(name, heading, items, row) {
  if (!items.length) return h("div.side", null, h("h3", null, heading), h("p.soft", null, "none"));
  const body = h(`tbody.${name}`, null, items.slice(0, SHOWN).map(row));
  const rest = items.slice(SHOWN);
  const more = h("button.small", {
    type: "button", on: { click: () => { body.append(...rest.map(row)); more.remove(); } },
  }, `${rest.length} weaker ones`);
  return h("div.side", null, h("h3", null, heading),
    h("table", null,
      h("thead.unseen", null, h("tr", null, COLUMNS.map((each) => h("th", { scope: "col" }, each)))), body),
    rest.length > 0 && more);
}

/** @param {{mark: function(number), pin: function(number), pinned: number}} places where a point's feature is shown */
export function showCheck(panel, { verification }, places) {
  panel.hidden = !verification?.items.length;
  if (panel.hidden) return;
  const { pearson, spearman, slope, wrongSigns, signsCounted, n } = verification;
  fill(panel, h("h2", null, "Can the scores be trusted?"),
    h("p.soft", null, `${n} features measured by exact ablation, beside their scores`,
      pearson !== undefined && `: Pearson ${pearson.toFixed(2)}`,
      spearman !== undefined && `, Spearman ${spearman.toFixed(2)}`,
      slope !== undefined && `, slope ${slope.toFixed(2)}`,
      signsCounted > 0 && `, ${wrongSigns} of ${signsCounted} signs wrong`, "."),
    scatter({
      points: verification.items.map(({ feature, position, predicted, measured, origin }) => ({
        x: predicted, y: measured, kind: origin, key: feature?.index,
        label: feature ? `#${feature.index}` : `position ${position}`,
      })),
      x: "predicted", y: "measured", label: "Scores against exact ablations", kinds: ORIGINS,
      onPoint: (point) => places.mark(point?.key ?? places.pinned), onChoose: (point) => places.pin(point.key),
    }));
}
