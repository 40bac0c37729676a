import { h } from "./element.js";
import { bar } from "./bar.js";
import { short, signed } from "./numbers.js";

/** How well a label holds, beside what chance gives. */
export function quality(scores = []) {
  if (!scores.length) return null;
  return h("span.quality", null, scores.map(({ kind, value, baseline }) => (
    h("span", null, `${kind} ${value.toFixed(2)}`, baseline !== undefined && ` (chance ${baseline.toFixed(2)})`))));
}

/** A feature's name: what it is called, or why it is not. */
export function featureName({ text, isExplained }) {
  if (!text) return h("span.name.none", null, "not explained");
  return h(isExplained ? "span.name" : "span.name.none", null, h("bdi", null, text));
}

/**
 * A feature in a list.
 * @param {{index: number, label: {text, isExplained, scores?}, href?: string, picture?: string, facts?: string,
 *   onPoint?: function(boolean), actions?: Node[]}} options
 */
export function featureCard({ index, label, href, picture, facts, onPoint, actions, excerpt }) {
  const point = (is) => () => onPoint?.(is);
  return h("li.card", {
    data: { feature: index },
    on: { pointerenter: point(true), pointerleave: point(false), focusin: point(true), focusout: point(false) },
  },
  picture ? h("img.thumb", { src: picture, alt: "", loading: "lazy" }) : excerpt ?? h("span.thumb.no"),
  h("div.words", null,
    h("a.title", { href }, h("span.number", null, `#${index} `), featureName(label)),
    facts && h("span.facts", null, facts), quality(label.scores)),
  actions && h("div.actions", null, actions));
}

/**
 * A feature's contribution in a table's row.
 * @param {{index: number, label: object, score: number, measured?: number, activation?: number, most: number,
 *   href: string, onPoint: function(boolean), onChoose: function(), isChosen: boolean}} options
 */
export function featureRow({
  index, label, score, measured, activation, most, href, onPoint, onChoose, isChosen, action,
}) {
  const effect = measured ?? score;
  return h("tr", {
    data: { feature: index, score, measured }, "aria-selected": isChosen ? "true" : null,
    on: { pointerenter: () => onPoint(true), pointerleave: () => onPoint(false) },
  },
  h("th", { scope: "row" },
    h("button.feature", {
      type: "button", "aria-pressed": String(Boolean(isChosen)), title: "Show where it is active",
      on: { click: onChoose, focus: () => onPoint(true), blur: () => onPoint(false) },
    }, `#${index}`)),
  h("td.label", null, h("a", { href }, featureName(label))),
  h("td.bar-cell", null, bar(effect, most)),
  h("td.number", { title: measured === undefined ? "not measured: the score" : "measured by exact ablation" },
    measured === undefined ? h("span.soft", null, `${signed(score)} est.`) : signed(measured)),
  h("td.number.soft.activation", { title: "activation" }, activation === undefined ? "" : short(activation)),
  action && h("td", null, action));
}
