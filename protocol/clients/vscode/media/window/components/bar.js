import { h } from "./element.js";

/** A bar from the middle, to the right for what supports; `most` is the longest bar's value. */
export function bar(value, most) {
  const side = value < 0 ? "opposes" : "supports";
  const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  return h("span.bar", { "aria-hidden": "true" }, h(`i.${side}`, { style: { "--share": share } }));
}

/** A bar from the left. */
export function meter(value, most, side = "opposes") {
  const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  return h("span.meter", { "aria-hidden": "true" }, h(`i.${side}`, { style: { "--share": share } }));
}
