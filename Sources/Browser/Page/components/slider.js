import { h, unique } from "./element.js";

/**
 * A number to drag or to type.
 * @param {{label: string, min: number, max: number, step: number, value: number, isDisabled?: boolean,
 *   marks?: {value: number, text: string}[], onInput: function(number)}} options
 */
export function slider({ label, min, max, step, value, isDisabled, marks = [], onInput }) {
  const list = marks.length ? unique("marks") : null;
  const inner = { min, max, step, value, disabled: isDisabled, "aria-label": label };
  const range = h("input", { type: "range", ...inner, list, on: { input: () => tell(range) } });
  const exact = h("input.exact", { type: "number", ...inner, step: "any", min: null, max: null, on: { change: () => tell(exact) } });
  range.value = value;
  exact.value = value;
  return h("div.slider", null, range, exact,
    marks.length > 0 && h("datalist", { id: list }, marks.map((each) => h("option", { value: each.value, label: each.text }))));

  function tell(source) {
    if (source.value === "" || !Number.isFinite(Number(source.value))) return;
    const number = Number(source.value);
    range.value = number;
    exact.value = number;
    onInput(number);
  }
}
