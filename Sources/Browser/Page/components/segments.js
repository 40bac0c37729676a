import { h, unique } from "./element.js";

/**
 * One choice of a few, side by side.
 * @param {{label: string, choices: {value: string, text: string, note?: string}[], value: string,
 *   onChange: function(string)}} options
 */
export function segments({ label, choices, value, onChange }) {
  const name = unique("choice");
  return h("fieldset.segments", null, h("legend", null, label), choices.map((each) => (
    h("label", null,
      h("input", {
        type: "radio", name, value: each.value, checked: each.value === value,
        on: { change: () => onChange(each.value) },
      }),
      h("span", null, each.text, each.note && h("small", null, ` ${each.note}`))))));
}

/** A labelled choice of many. */
export function choice({ label, choices, value, onChange, isHidden }) {
  const select = h("select", { "aria-label": isHidden ? label : null, on: { change: () => onChange(select.value) } },
    choices.map((each) => h("option", { value: each.value, selected: each.value === value }, each.text)));
  return isHidden ? select : h("label.field", null, h("span", null, label), select);
}
