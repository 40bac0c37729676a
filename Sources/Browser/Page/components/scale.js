/** Round numbers between two ends, about `count` of them. */
export function ticks(from, to, count = 5) {
  const span = to - from || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => span / each <= count) ?? span;
  const found = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + step * 1e-9; tick += step) {
    found.push(Math.abs(tick) < step * 1e-9 ? 0 : Number(tick.toPrecision(12)));
  }
  return found;
}

/** From numbers to pixels. */
export function scale(from, to, start, end) {
  const span = to - from || 1;
  return (value) => start + (value - from) / span * (end - start);
}
