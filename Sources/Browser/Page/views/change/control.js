/** One change: what is done to a feature, how much and where. */

import { h } from "../../components/element.js";
import { featureName } from "../../components/feature_card.js";
import { short } from "../../components/numbers.js";
import { choice } from "../../components/segments.js";
import { slider } from "../../components/slider.js";
import { featureAddress } from "../shared.js";

const OPERATIONS = [
  { value: "clamp", text: "set to" }, { value: "scale", text: "times" }, { value: "add", text: "add" },
];
/** The least end of a slider, for features that are hardly ever active. */
const LEAST = 10;

/**
 * @param {{change: object, context: object, known: object, onEdit: function(object, boolean),
 *   onRemove: function()}} options `onEdit` gets what is new and whether the controls are to be drawn anew
 */
export function control(app, { change, context, known, onEdit, onRemove }) {
  const { feature, op, value, isMuted, at, generated } = change;
  const after = h("input", {
    type: "checkbox", checked: generated, on: { change: () => onEdit({ generated: after.checked }) },
  });
  const mute = h("button.mute", {
    type: "button", "aria-pressed": String(isMuted), on: { click: () => onEdit({ isMuted: !isMuted }, true) },
  }, "Mute");
  return h("li", { data: { feature, muted: isMuted ? "yes" : undefined } },
    h("div.head", null,
      h("a", { href: featureAddress(app, feature) }, `#${feature} `, featureName(known.label ?? { text: "" })),
      mute,
      h("button.remove", {
        type: "button", "aria-label": `Take feature ${feature} out of the changes`, on: { click: onRemove },
      }, "×")),
    h("div.dial", null,
      choice({
        label: "Operation", isHidden: true, value: op, choices: OPERATIONS,
        onChange: (next) => onEdit({ op: next, value: next === "scale" ? 1 : 0, isMuted: false }, true),
      }),
      slider({
        label: `Feature ${feature}`, ...range(op, value, known), value,
        onInput: (number) => {
          mute.setAttribute("aria-pressed", "false");
          onEdit({ value: number, isMuted: false });
        },
      })),
    h("div.fields", null,
      choice({ label: "at", value: at, choices: places(context), onChange: (next) => onEdit({ at: next }, true) }),
      h("label.check", null, after, " and while it answers")),
    h("p.soft.facts", null, known.here ? `${short(known.here)} at most in this prompt` : "not active in this prompt",
      known.most !== undefined
        && `; in the index ${short(known.most)} at most, ${short(known.mean ?? 0)} on average`));
}

/** A value from elsewhere, an address or a key, may lie outside of what suits the feature. */
function range(op, value, { most = 0, here = 0 }) {
  const top = Number(Math.max(most, here, LEAST).toPrecision(2));
  const [min, max, step] = op === "scale" ? [0, 5, 0.05] : op === "add" ? [-top, top, top / 200]
    : [0, 2 * top, top / 100];
  return { min: Math.min(min, value), max: Math.max(max, value), step };
}

function places(context) {
  return [
    { value: "all", text: "the whole prompt" },
    ...context.parts.map(({ part }) => ({ value: `part ${part}`, text: part })),
    { value: "last", text: "where the answer begins" },
    ...(context.images.length ? [{ value: "box", text: "the drawn region" }] : []),
    { value: "none", text: "not in the prompt" },
  ];
}
