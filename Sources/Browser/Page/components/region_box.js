import { h, s } from "./element.js";

/**
 * A rectangle that is drawn on a picture, by dragging or with the arrow keys (with Shift: its size).
 * @param {{src: string, width: number, height: number, box: number[]|null, label: string,
 *   onChange: function(number[]|null)}} options boxes in the picture's pixels, [x0, y0, x1, y1]
 */
export function regionBox({ src, width, height, box, label, onChange }) {
  const frame = s("rect.frame", { "vector-effect": "non-scaling-stroke" });
  const svg = s("svg.region", {
    viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "application",
    "aria-label": `${label}. Drag a rectangle; arrow keys move it, with Shift they change its size, `
      + "Delete takes it away.",
  }, s("image", { href: src, width, height, class: width < 240 ? "pixelated" : null }), frame);
  let current = box;
  let start = null;
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
    current = [0, 1].map((axis) => Math.round(Math.min(start[axis], end[axis])))
      .concat([0, 1].map((axis) => Math.round(Math.max(start[axis], end[axis]))));
    draw();
  });
  svg.addEventListener("pointerup", () => {
    start = null;
    if (current && (current[2] - current[0] < 2 || current[3] - current[1] < 2)) current = null;
    draw();
    onChange(current);
  });
  svg.addEventListener("keydown", (event) => {
    const step = Math.max(1, Math.round(Math.min(width, height) / 24));
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key === "Delete" || event.key === "Backspace") current = null;
    else if (event.key in moves) {
      const [x, y] = moves[event.key];
      current ??= [width, height, width, height].map((each, number) => Math.round(each * (number < 2 ? 0.25 : 0.75)));
      const keeps = event.shiftKey ? [0, 0, x, y] : [x, y, x, y];
      const moved = current.map((each, number) => each + keeps[number]);
      if (moved[0] < 0 || moved[1] < 0 || moved[2] > width || moved[3] > height) return;
      if (moved[2] - moved[0] < 2 || moved[3] - moved[1] < 2) return;
      current = moved;
    } else return;
    event.preventDefault();
    draw();
    onChange(current);
  });
  return h("div.region-box", null, svg);

  function draw() {
    frame.setAttribute("visibility", current ? "visible" : "hidden");
    if (!current) return;
    const [x0, y0, x1, y1] = current;
    for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) {
      frame.setAttribute(name, value);
    }
  }
}
