import { h, s } from "./element.js";

/** Pixels of a side below which a drag draws nothing. */
const LEAST = 2;

/**
 * Rectangles that are drawn on a picture, by dragging or with the arrow keys (with Shift: the size).
 * @param {{src: string, width: number, height: number, boxes: number[][], most: number, label: string,
 *   onChange: function(number[][])}} options boxes in the picture's pixels, [x0, y0, x1, y1], `most` of them; the last
 *   one is at hand
 */
export function regionBox({ src, width, height, boxes, most, label, onChange }) {
  const frames = s("g");
  const svg = s("svg.region", {
    viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "application",
    "aria-label": `${label}. Drag a rectangle, or several; arrow keys move the one at hand, with Shift they change its `
      + "size, Enter goes on to the next, Delete takes it away.",
  }, s("image", { href: src, width, height, class: width < 240 ? "pixelated" : null }), frames);
  let all = boxes.map((box) => [...box]);
  let start = null;
  let drawn = null;
  draw();

  const at = (event) => {
    const bounds = svg.getBoundingClientRect();
    return [
      Math.min(width, Math.max(0, (event.clientX - bounds.left) / bounds.width * width)),
      Math.min(height, Math.max(0, (event.clientY - bounds.top) / bounds.height * height)),
    ];
  };
  svg.addEventListener("pointerdown", (event) => { start = at(event); svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = at(event);
    drawn = [0, 1].map((axis) => Math.round(Math.min(start[axis], end[axis])))
      .concat([0, 1].map((axis) => Math.round(Math.max(start[axis], end[axis]))));
    draw();
  });
  svg.addEventListener("pointerup", () => {
    if (!start) return;
    const isBox = drawn && drawn[2] - drawn[0] >= LEAST && drawn[3] - drawn[1] >= LEAST;
    // Of as many as there may be, the one at hand gives way.
    if (isBox) all = [...all.slice(0, most - 1), drawn];
    else take(all.findLastIndex(([x0, y0, x1, y1]) => x0 <= start[0] && start[0] <= x1 && y0 <= start[1] && start[1] <= y1));
    [start, drawn] = [null, null];
    draw();
    onChange(all);
  });
  svg.addEventListener("keydown", (event) => {
    const step = Math.max(1, Math.round(Math.min(width, height) / 24));
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key === "Delete" || event.key === "Backspace") all = all.slice(0, -1);
    else if (event.key === "Enter") take(0);
    else if (event.key in moves) {
      const [x, y] = moves[event.key];
      const current = all.at(-1) ?? [width, height, width, height].map((each, number) => Math.round(each * (number < 2 ? 0.25 : 0.75)));
      const keeps = event.shiftKey ? [0, 0, x, y] : [x, y, x, y];
      const moved = current.map((each, number) => each + keeps[number]);
      if (moved[0] < 0 || moved[1] < 0 || moved[2] > width || moved[3] > height) return;
      if (moved[2] - moved[0] < LEAST || moved[3] - moved[1] < LEAST) return;
      all = [...all.slice(0, -1), moved];
    } else return;
    event.preventDefault();
    draw();
    onChange(all);
  });
  return h("div.region-box", null, svg);

  /** Brings one to the hand. */
  function take(number) {
    if (number < 0 || number >= all.length) return;
    all = [...all.slice(0, number), ...all.slice(number + 1), all[number]];
  }

  function draw() {
    const shown = drawn ? [...all, drawn] : all;
    frames.replaceChildren(...shown.map(([x0, y0, x1, y1], number) => s(
      `rect.frame${number === shown.length - 1 ? ".current" : ""}`,
      { x: x0, y: y0, width: x1 - x0, height: y1 - y0, "vector-effect": "non-scaling-stroke" })));
  }
}
