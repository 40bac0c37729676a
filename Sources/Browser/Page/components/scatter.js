import { h, roving, s } from "./element.js";
import { scale, ticks } from "./scale.js";
import { signed, short } from "./numbers.js";

const [WIDTH, HEIGHT] = [420, 320];
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 12, 14, 44];

/**
 * Predicted against measured, with the line on which both are equal.
 * @param {{points: {x: number, y: number, label: string, kind: string, key?: number}[], x: string, y: string,
 *   label: string, kinds: Object<string, string>, onPoint?: function(object|null), onChoose?: function(object)}}
 *   options `kinds` says in words what each kind of point is
 */
export function scatter({ points, x, y, label, kinds, onPoint, onChoose }) {
  const values = points.flatMap((point) => [point.x, point.y]);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const margin = (high - low || 1) * 0.06;
  const across = scale(low - margin, high + margin, LEFT, WIDTH - RIGHT);
  const up = scale(low - margin, high + margin, HEIGHT - BOTTOM, TOP);
  const order = Object.keys(kinds);
  const dots = points.map((point) => s("circle", {
    cx: across(point.x).toFixed(1), cy: up(point.y).toFixed(1), r: 5, class: `kind-${order.indexOf(point.kind)}`,
    tabindex: -1, role: onChoose ? "button" : "img", data: { x: point.x, y: point.y, key: point.key },
    "aria-label": `${point.label}: predicted ${signed(point.x, 3)}, measured ${signed(point.y, 3)}`,
    on: {
      pointerenter: () => onPoint?.(point), pointerleave: () => onPoint?.(null), focus: () => onPoint?.(point),
      blur: () => onPoint?.(null), click: () => onChoose?.(point),
      keydown: (event) => { if (event.key === "Enter") onChoose?.(point); },
    },
  }, s("title", null, `${point.label}: predicted ${signed(point.x, 3)}, measured ${signed(point.y, 3)}`)));
  const marks = ticks(low, high);
  const drawn = s("svg.scatter", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": label },
    marks.map((tick) => [
      s("line.grid", { x1: across(tick), x2: across(tick), y1: TOP, y2: HEIGHT - BOTTOM }),
      s("line.grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: up(tick), y2: up(tick) }),
      s("text.middle", { x: across(tick), y: HEIGHT - BOTTOM + 16 }, short(tick)),
      s("text.end", { x: LEFT - 7, y: up(tick) + 4 }, short(tick)),
    ]),
    s("line.zero", { x1: across(0), x2: across(0), y1: TOP, y2: HEIGHT - BOTTOM }),
    s("line.zero", { x1: LEFT, x2: WIDTH - RIGHT, y1: up(0), y2: up(0) }),
    s("line.equal", { x1: across(low), y1: up(low), x2: across(high), y2: up(high) }),
    s("text.middle.axis", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6 }, x),
    s("text.middle.axis", { transform: `translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)` }, y),
    dots);
  const present = order.filter((kind) => points.some((point) => point.kind === kind));
  return h("figure.chart", null, roving(drawn, "circle"),
    h("figcaption.key", null, present.map((kind) => (
      h("span", null, h(`i.kind-${order.indexOf(kind)}`, { "aria-hidden": "true" }), kinds[kind]))),
    h("span", null, h("i.equal", { "aria-hidden": "true" }), "equal")));
}
