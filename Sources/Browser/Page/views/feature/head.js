/** A feature's name, and what can be done with it: keep it, share it, change it. */

import { fill, h } from "../../components/element.js";
import { featureName, quality } from "../../components/feature_card.js";
import { checked } from "../change/changes.js";
import { featureAddress } from "../shared.js";

/** What a shared link says beside the feature's number. */
const SHARED = ["rank", "view", "mask", "edges"];

export function head(app, index, sae, { explanation }) {
  const { address } = app;
  const step = (to, name, sign) => to >= 0 && to < sae.latents
    && h("a.button", { href: featureAddress(app, to), "aria-label": name }, sign);
  return [
    h("p.path", null, h("a", { href: address.link("features", { f: undefined }) }, "Features"),
      ` / ${sae.sae}, ${sae.site}`),
    h("header.feature-head", null,
      h("h1", { tabindex: -1 }, h("span.number", null, `Feature ${index}`), " ",
        h("span.label", null, featureName({ text: explanation?.text ?? "", isExplained: Boolean(explanation) }))),
      h("p.soft", null, explanation?.author && ["by ", h("bdi", null, explanation.author), " "],
        quality(explanation?.labelScores)),
      h("div.row", null, keep(app, index), share(address, index),
        h("a.button", { href: address.link("change", { f: undefined, changes: muted(address, index) }) },
          "Mute or change it"),
        step(index - 1, "Previous feature", "←"), step(index + 1, "Next feature", "→"))),
  ];
}

/** Muted, beside what is changed already. */
function muted(address, index) {
  const known = checked(address.get("changes"));
  return known.some((each) => each.feature === index) ? known
    : [...known, { feature: index, op: "clamp", value: 0, isMuted: true, generated: true }];
}

function keep({ lists }, index) {
  const words = h("input", {
    type: "text", placeholder: "name of a list", "aria-label": "Name of a new list", size: 14,
  });
  const boxes = h("div");
  const update = () => fill(boxes, lists.names.map((name) => h("label.check", null, h("input", {
    type: "checkbox", checked: lists.features(name).includes(index),
    on: { change: () => lists.toggle(name, index) },
  }), " ", h("bdi", null, name))));
  const add = (event) => {
    event.preventDefault();
    const name = words.value.trim();
    if (name && !lists.features(name).includes(index)) lists.toggle(name, index);
    words.value = "";
    update();
  };
  update();
  return h("details.keep", null, h("summary.button", null, "Keep in a list"),
    h("div.popover", null, boxes, h("form.row", { on: { submit: add } }, words, h("button", null, "Add"))));
}

function share(address, index) {
  const copy = async () => {
    const query = new URLSearchParams({ f: index });
    for (const name of SHARED) if (address.get(name) !== undefined) query.set(name, JSON.stringify(address.get(name)));
    const link = `${location.origin}${location.pathname}#/features?${query}`;
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = "Link copied";
    } catch {
      // Where the browser keeps the clipboard to itself, people copy.
      button.replaceWith(h("input.copied", { readonly: true, value: link, "aria-label": "Link to this feature" }));
    }
  };
  const button = h("button", { type: "button", on: { click: copy } }, "Copy a link");
  return button;
}
