import { h, roving } from "./element.js";
import { CONTROL, named, visible } from "./numbers.js";

/**
 * Tokens in a line, coloured by a number each; buttons where something happens when one is chosen.
 * @param {object} options
 * @param {{text: string, value?: number, title?: string, key?: number, note?: string, isMarked?: boolean,
 *   isNew?: boolean, isQuiet?: boolean}[]} options.tokens a note stands below its token
 * @param {string} options.label what the strip is
 * @param {number} [options.most] the value of the strongest colour; absent: the largest there is
 * @param {"sides"|"surprise"|"activation"} [options.colours] sides: red and blue by the sign. surprise: the value is a
 *   probability, and what is unlikely is underlined. activation: one colour.
 * @param {number} [options.chosen] the key of the token that is chosen
 * @param {function(object)} [options.onChoose] @param {function(object|null)} [options.onPoint]
 */
export function tokenStrip({ tokens, label, most, colours = "sides", chosen, onChoose, onPoint }) {
  const largest = most ?? (Math.max(...tokens.map(({ value }) => Math.abs(value ?? 0)), 0) || 1);
  const element = h("div.token-strip", { role: "group", "aria-label": label, data: { colours } },
    tokens.map((token) => piece(token)));
  return onChoose ? roving(element, "button.token") : element;

  function piece(token) {
    const { text, value = 0, title, key, isMarked, isNew, isQuiet, note } = token;
    const share = colours === "surprise" ? 1 - value : Math.abs(value) / largest;
    const options = {
      title, style: { "--share": Math.min(1, share).toFixed(4) }, data: { key, value, note },
      "aria-pressed": onChoose ? String(key === chosen) : null,
      "aria-label": title && onChoose ? `${visible(text)}, ${title}` : null,
      on: {
        click: onChoose && (() => onChoose(token)), pointerenter: onPoint && (() => onPoint(token)),
        pointerleave: onPoint && (() => onPoint(null)), focus: onPoint && (() => onPoint(token)),
        blur: onPoint && (() => onPoint(null)),
      },
    };
    for (const [name, listener] of Object.entries(options.on)) if (!listener) delete options.on[name];
    const side = value < 0 ? "opposes" : "supports";
    const names = ["token", side, isMarked && "marked", isNew && "new", isQuiet && "quiet"].filter(Boolean);
    if (onChoose) options.type = "button";
    return h([onChoose ? "button" : "span", ...names].join("."), options, shown(text));
  }
}

/** A token's text, with marks for what would not be seen; blanks within stay. */
export function shown(text) {
  if (text === "") return h("span.mark", null, "∅");
  return text.split(/(\n|\t)/).map((part) => (
    part === "\n" ? h("span.mark", null, "↵") : part === "\t" ? h("span.mark", null, "⇥")
      : part.replace(CONTROL, named)));
}

/** The tokens of an exemplar around its strongest. @param {{tokens: string[], positions: object[]}} exemplar */
export function excerpt({ tokens, positions }, around = 6) {
  const values = new Map(positions.map(({ position, value }) => [position, value]));
  const peak = [...values].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 0;
  const start = Math.max(0, peak - around);
  return tokenStrip({
    tokens: tokens.slice(start, peak + around)
      .map((text, number) => ({ text, value: values.get(start + number) ?? 0 })),
    label: "text", colours: "activation",
  });
}
