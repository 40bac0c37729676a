import { s } from "./element.js";
import { ticks, scale } from "./scale.js";
import { short } from "./numbers.js";

const [WIDTH, HEIGHT] = [420, 190];
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 8, 10, 34];

/**
 * Counts by size. Bins of equal ratio, as an index keeps them, are drawn as wide as one another.
 * @param {{bins: {from: number, to: number, count: number}[], label: string, x: string}} options
 */
export function histogram({ bins, label, x }) {
  const most = Math.max(...bins.map(({ count }) => count), 1);
  const logarithmic = bins.length > 1 && bins[0].from > 0;
  const map = logarithmic ? Math.log10 : (value) => value;
  const from = map(bins[0]?.from ?? 0);
  const to = map(bins.at(-1)?.to ?? 1);
  const place = scale(from, to, LEFT, WIDTH - RIGHT);
  const across = (value) => place(map(value));
  const up = scale(0, most, HEIGHT - BOTTOM, TOP);
  const marks = logarithmic ? powers(bins[0].from, bins.at(-1).to) : ticks(from, to, 6);
  return s("svg.histogram", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ticks(0, most, 3).map((tick) => [
      s("line.grid", { x1: LEFT, x2: WIDTH - RIGHT, y1: up(tick), y2: up(tick) }),
      s("text.end", { x: LEFT - 6, y: up(tick) + 4 }, short(tick)),
    ]),
    bins.map((bin) => s("rect.count", {
      x: (across(bin.from) + 0.5).toFixed(2), width: Math.max(0.5, across(bin.to) - across(bin.from) - 1).toFixed(2),
      y: up(bin.count).toFixed(2), height: (up(0) - up(bin.count)).toFixed(2), data: { count: bin.count },
    }, s("title", null, `${short(bin.from)} – ${short(bin.to)}: ${bin.count}`))),
    marks.map((tick) => s("text.middle", { x: across(tick), y: HEIGHT - BOTTOM + 14 }, short(tick))),
    s("line.zero", { x1: LEFT, x2: WIDTH - RIGHT, y1: up(0), y2: up(0) }),
    s("text.middle.axis", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4 }, x));
}

/** Powers of two between two ends, of many every other. */
function powers(from, to) {
  const found = [];
  for (let power = Math.ceil(Math.log2(from)); 2 ** power <= to; power += 1) found.push(2 ** power);
  const apart = Math.ceil(found.length / 9);
  return found.filter((_, number) => number % apart === 0);
}
