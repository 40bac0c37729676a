import { fill, h, s } from "./element.js";

/**
 * A picture under a grid of numbers: red supports, blue opposes; or, of activations, one colour.
 *
 * @param {object} options
 * @param {string|null} options.src the picture's address; null shows the grid alone
 * @param {number} options.width of the picture in its pixels
 * @param {number} options.height
 * @param {{position: number, row: number, column: number, box: number[], value: number}[]} options.cells
 *   boxes in the picture's pixels
 * @param {"patches"|"smooth"} options.style
 * @param {string} options.label what it shows, in words
 * @param {function(object): string} options.describe a cell in words
 * @param {function(object|null)} [options.onPoint] told of the cell under the pointer or the cursor
 * @param {function(object)} [options.onChoose] told of a cell that was clicked
 * @returns {{element: Element, mark: function(Map<number, number>), choose: function(number|null)}}
 *   `mark` outlines cells by position with a share from 0 to 1; `choose` sets the cursor
 */
export function heatMap({ src, width, height, cells, style, label, describe, onPoint, onChoose }) {
  const most = Math.max(...cells.map(({ value }) => Math.abs(value)), 0) || 1;
  const said = h("span.unseen", { "aria-live": "polite" });
  const marks = s("g.marks");
  const cursor = s("rect.cursor", { visibility: "hidden" });
  const rectangles = cells.map((cell) => rectangle(cell, most, style));
  const drawn = s("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "application", tabindex: 0, "aria-label": label,
    "aria-roledescription": "heat map, arrow keys move between patches", class: "heat-map",
  },
  src && s("image", { href: src, width, height, class: width < 240 ? "pixelated" : null }),
  style === "smooth" && smooth(cells, most),
  s("g.cells", null, rectangles), marks, cursor);
  const element = h("div.heat", null, drawn, said);
  const byPlace = new Map(cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  let current = null;

  function show(cell, isSaid) {
    current = cell;
    cursor.setAttribute("visibility", cell ? "visible" : "hidden");
    if (cell) place(cursor, cell.box);
    if (cell && isSaid) said.textContent = describe(cell);
  }
  const found = (event) => {
    const position = event.target.dataset?.position;
    return position === undefined ? null : cells.find((each) => each.position === Number(position));
  };
  drawn.addEventListener("pointerover", (event) => {
    const cell = found(event);
    if (!cell) return;
    show(cell);
    onPoint?.(cell);
  });
  drawn.addEventListener("pointerleave", () => { show(null); onPoint?.(null); });
  drawn.addEventListener("click", (event) => { const cell = found(event); if (cell) onChoose?.(cell); });
  drawn.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (event.key in moves) {
      event.preventDefault();
      const [down, right] = moves[event.key];
      const next = current ? byPlace.get(`${current.row + down} ${current.column + right}`) : cells[0];
      if (next) { show(next, true); onPoint?.(next); }
    } else if ((event.key === "Enter" || event.key === " ") && current) {
      event.preventDefault();
      onChoose?.(current);
    }
  });
  drawn.addEventListener("focus", () => { if (!current && cells.length) said.textContent = label; });

  return {
    element,
    mark(shares) {
      fill(marks, cells.filter(({ position }) => shares.has(position)).map(({ position, box }) => (
        place(s("rect", { "stroke-opacity": (0.35 + 0.65 * shares.get(position)).toFixed(3) }), box))));
    },
    choose(position) { show(cells.find((each) => each.position === position) ?? null); },
  };

  function rectangle(cell, largest, how) {
    const share = Math.abs(cell.value) / largest;
    return place(s("rect", {
      class: cell.value < 0 ? "opposes" : "supports",
      "fill-opacity": how === "smooth" ? 0 : (0.78 * share).toFixed(4),
      data: { position: cell.position, value: cell.value },
    }, s("title", null, describe(cell))), cell.box);
  }
}

function place(rectangle, [x0, y0, x1, y1]) {
  for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) {
    rectangle.setAttribute(name, value);
  }
  return rectangle;
}

/** The grid as a tiny picture, a pixel a cell, which the browser enlarges smoothly. */
function smooth(cells, most) {
  if (!cells.length) return null;
  const rows = cells.map(({ row }) => row);
  const columns = cells.map(({ column }) => column);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const canvas = h("canvas", { width: Math.max(...columns) - left + 1, height: Math.max(...rows) - top + 1 });
  const pencil = canvas.getContext("2d");
  const colours = getComputedStyle(document.documentElement);
  for (const { row, column, value } of cells) {
    pencil.globalAlpha = 0.78 * Math.abs(value) / most;
    pencil.fillStyle = colours.getPropertyValue(value < 0 ? "--opposes" : "--supports").trim();
    pencil.fillRect(column - left, row - top, 1, 1);
  }
  const boxes = cells.map(({ box }) => box);
  const x = Math.min(...boxes.map((box) => box[0]));
  const y = Math.min(...boxes.map((box) => box[1]));
  return s("image.smooth", {
    href: canvas.toDataURL(), x, y, preserveAspectRatio: "none",
    width: Math.max(...boxes.map((box) => box[2])) - x, height: Math.max(...boxes.map((box) => box[3])) - y,
  });
}

/**
 * The cells of one view of a picture from the tokens of its context.
 * @param {object[]} tokens of context/tokens @param {object} view as context/open's images have it
 * @param {number} image the picture's number @param {Map<number, number>} values by position
 */
export function cellsOf(tokens, view, image, values) {
  const stride = view.columns + (view.separators ?? 0);
  return tokens.filter((each) => each.image === image && each.view === view.name && each.box)
    .map(({ position, box }) => ({
      position, box, row: Math.floor((position - view.first) / stride),
      column: (position - view.first) % stride, value: values.get(position) ?? 0,
    }));
}
