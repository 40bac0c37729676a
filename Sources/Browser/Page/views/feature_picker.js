/** A field that finds a feature by its number or by words, and what is active where the answer begins. */

import { fill, h, unique } from "../components/element.js";
import { featureName } from "../components/feature_card.js";
import { Slot } from "../components/slot.js";
import { short } from "../components/numbers.js";

const SHOWN = 12;

/** @param {{label: string, onChoose: function(number), context?: function(): object|null}} options */
export function featurePicker(app, { label, onChoose, context }) {
  const slot = new Slot();
  const found = h("ul.picks");
  const id = unique("picker");
  const input = h("input", { id, type: "search", placeholder: "number or words", autocomplete: "off" });
  const form = h("form.picker", {
    on: { submit: (event) => { event.preventDefault(); search(input.value.trim()); } },
  }, h("label", { for: id }, label), h("div.row", null, input, h("button", null, "Find"),
    context && h("button", { type: "button", on: { click: active } }, "Active here")));
  return { element: h("div", null, form, slot.element, found) };

  function search(text) {
    if (text === "") return;
    const number = /^#?(\d+)$/.exec(text);
    if (number) {
      fill(found);
      onChoose(Number(number[1]));
      return;
    }
    slot.run("Looking", async (options) => {
      const { items } = await app.session.kernel.index.search(
        { ...app.session.indexParams, query: { text }, limit: SHOWN }, options);
      const rows = items.map(({ latent, label: name = "" }) => (
        { index: latent, label: { text: name, isExplained: true } }));
      show(rows, "No explanation has these words.");
    });
  }

  function active() {
    slot.run("Looking", async (options) => {
      const { sae } = await app.session.ready(options);
      const { items } = await app.session.kernel.feature.activations(
        { context: context().context, sae: sae.sae, region: { last: 1 }, topK: SHOWN }, options);
      const labels = await app.session.labelled(items.map(({ feature }) => feature.index), options);
      show(items.map(({ feature, score }) => (
        { index: feature.index, label: labels.get(feature.index), facts: short(score) })), "Nothing is active there.");
    });
  }

  function show(rows, otherwise) {
    fill(found, rows.length ? rows.map(({ index, label: name, facts }) => h("li", null,
      h("button.pick", { type: "button", data: { feature: index }, on: { click: () => onChoose(index) } },
        `#${index} `, featureName(name), facts && h("small", null, ` ${facts}`)))) : h("li.soft", null, otherwise));
  }
}
