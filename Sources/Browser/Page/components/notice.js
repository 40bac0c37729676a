import { h } from "./element.js";

/** An error in words, with what may help, and a way to try again. */
export function notice(error, onRetry) {
  const hint = error.hint ?? error.data?.hint;
  return h("div.notice", { role: "alert", data: { kind: error.kind ?? "" } },
    h("p", null, error.message), hint && h("p.soft", null, hint),
    onRetry && h("button", { type: "button", on: { click: onRetry } }, "Try again"));
}

/** What a place is for while there is nothing in it. */
export function empty(...words) { return h("p.empty", null, ...words); }
