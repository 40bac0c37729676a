import { h } from "./element.js";

/**
 * A number to drag or to type.
 * @param {{label: string, min: number, max: number, step: number, value: number, onInput: function(number)}} options
 */
export function slider({ label, min, max, step, value, onInput }) {
  const range = h("input", {
    type: "range", min, max, step, "aria-label": label, on: { input: () => tell(range) },
  });
  const exact = h("input.exact", {
    type: "number", step: "any", "aria-label": `${label}, exactly`, on: { change: () => tell(exact) },
  });
  range.value = value;
  exact.value = value;
  return h("div.slider", null, range, exact);

  function tell(source) {
    const number = Number(source.value);
    if (source.value === "" || !Number.isFinite(number)) return;
    range.value = number;
    exact.value = number;
    onInput(number);
  }
}
