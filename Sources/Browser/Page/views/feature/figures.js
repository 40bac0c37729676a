/** How often and how strongly a feature is active, what it does to tokens, what is near it. */

import { meter } from "../../components/bar.js";
import { h } from "../../components/element.js";
import { featureName } from "../../components/feature_card.js";
import { histogram } from "../../components/histogram.js";
import { percent, short, signed } from "../../components/numbers.js";
import { tokenStrip } from "../../components/token_strip.js";
import { featureAddress } from "../shared.js";

export function activity({ address }, { stats }) {
  const views = stats.views ?? [];
  const found = views.find(({ view }) => view === address.get("view"))
    ?? [...views].sort((one, other) => other.max - one.max)[0];
  const row = (name, value) => value !== undefined && [h("dt", null, name), h("dd", null, value)];
  const number = (value) => (value === undefined ? undefined : short(value));
  return h("section.panel.activity", { "aria-label": "Activity" }, h("h2", null, "How it is active"),
    h("dl.facts", null,
      row("density", density(stats.frequency)), row("mean where active", number(stats.mean)),
      row("largest", number(stats.max)),
      found && row(`in ${found.view}`,
        `${found.items} entries, ${found.positions} places, median ${short(found.quantiles.p50)}`),
      row("length of its direction", short(stats.decoderNorm))),
    found && histogram({
      bins: found.histogram, x: `activation (${found.view})`,
      label: `How often it is how active in ${found.view}: half of the places up to ${short(found.quantiles.p50)}, `
        + `at most ${short(found.max)}`,
    }));
}

function density(frequency) {
  if (frequency === undefined) return undefined;
  const logarithm = frequency > 0 ? `, log₁₀ ${signed(Math.log10(frequency), 1)}` : "";
  return `${percent(frequency)} of places${logarithm}`;
}

/**
 * @param {object[]} tokens with what the feature's direction adds to their logits
 * @param {string} side of which the bars have the colour
 */
export function effects({ address }, heading, tokens, side) {
  const most = Math.max(...tokens.map(({ value }) => Math.abs(value)), 0);
  const others = (text) => address.link("features", {
    f: undefined, by: "token", q: text, lowered: side === "opposes" ? true : undefined,
  });
  return h("section.panel.effects", { "aria-label": heading }, h("h2", null, heading),
    h("table", null, h("tbody", null, tokens.map(({ text, value, token }) => h("tr", { data: { token } },
      h("th", { scope: "row" }, h("a.token-name", { href: others(text), title: "Other features that do so" },
        tokenStrip({ tokens: [{ text }], label: "token" }))),
      h("td.bar-cell", null, meter(value, most, side)), h("td.number", null, short(value)))))));
}

/** @param {Slot} slot in which their labels are asked for */
export function neighbours(app, info, slot) {
  const near = info.neighbours.map(({ feature, cosine }) => ({ index: feature.index, value: cosine }));
  const together = (info.coactive ?? []).map(({ feature, jaccard }) => ({ index: feature.index, value: jaccard }));
  const element = h("section.panel.neighbours", { "aria-label": "Neighbours" },
    h("h2", null, "Neighbours"), slot.element);
  slot.run("Reading neighbours", async (options) => {
    const labels = await app.session.labelled([...near, ...together].map(({ index }) => index), options);
    const row = ({ index, value }, unit) => h("li", null,
      h("a", { href: featureAddress(app, index) }, `#${index} `, featureName(labels.get(index))),
      h("span.number.soft", { title: unit }, value.toFixed(2)));
    const column = (heading, items, unit) => h("div", null, h("h3", null, heading), items.length
      ? h("ol.rows", null, items.map((each) => row(each, unit))) : h("p.soft", null, "none known"));
    element.append(h("div.two", null, column("Alike in direction", near, "cosine"),
      column("Active together", together, "Jaccard index")));
  });
  return element;
}
