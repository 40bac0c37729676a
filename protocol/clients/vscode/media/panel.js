/** The panel's page: draws what a report left room for with the pieces of the browser's window. */

import { bar } from "./window/components/bar.js";
import { cellsOf, heatMap } from "./window/components/heat_map.js";
import { signed } from "./window/components/numbers.js";
import { tokenStrip } from "./window/components/token_strip.js";

/** By the kind of a place: its element, from what the report says. */
const DRAWN = {
  bar: ({ value, most }) => bar(value, most),
  tokens: ({ tokens, label }) => tokenStrip({ tokens, label, colours: "activation" }),
  heat: ({ src, width, height, tokens, view, image, scores, label }) => heatMap({
    src, width, height, label, style: "smooth", cells: cellsOf(tokens, view, image, new Map(scores)),
    describe: ({ row, column, value }) => `row ${row + 1}, column ${column + 1}: ${signed(value, 3)}`,
  }).element,
};

// The editor's theme decides, whatever the system's is.
document.documentElement.dataset.theme = /vscode-(light|high-contrast-light)/.test(document.body.className) ? "light" : "dark";

const kernel = acquireVsCodeApi();
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-feature]");
  if (button) kernel.postMessage({ explain: Number(button.dataset.feature) });
});
for (const place of document.querySelectorAll("[data-drawn]")) {
  const { kind, ...values } = JSON.parse(place.dataset.drawn);
  place.replaceWith(DRAWN[kind](values));
}
