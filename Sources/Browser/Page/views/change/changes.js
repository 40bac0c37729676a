/** Changes as the address has them, and as the wire does. */

const OPERATIONS = ["clamp", "scale", "add"];

/**
 * Changes of an address, which anybody may have written.
 * @returns {{feature: number, op: string, value: number, isMuted: boolean, at: string, generated: boolean}[]}
 */
export function checked(found) {
  if (!Array.isArray(found)) return [];
  return found.filter((each) => Number.isSafeInteger(each?.feature) && each.feature >= 0).map((each) => ({
    feature: each.feature, op: OPERATIONS.includes(each.op) ? each.op : "clamp",
    value: Number.isFinite(each.value) ? each.value : 0, isMuted: each.isMuted === true,
    at: typeof each.at === "string" ? each.at : "all", generated: each.generated === true,
  }));
}

/** Rectangles that a region has at most. */
export const BOXES = 16;

/**
 * A region of an address; one with a single `box` is an earlier window's.
 * @returns {{image: number, boxes: {image: number, box: number[]}[]}} the picture that is drawn on, by its number, and
 *   rectangles in pixels of pictures
 */
export function region(found) {
  const number = (each) => (Number.isSafeInteger(each) && each >= 0 ? each : 0);
  const isBox = (each) => Array.isArray(each?.box) && each.box.length === 4 && each.box.every(Number.isFinite);
  const boxes = Array.isArray(found?.boxes) ? found.boxes : [found];
  return {
    image: number(found?.image),
    boxes: boxes.filter(isBox).slice(0, BOXES).map(({ image, box }) => ({ image: number(image), box })),
  };
}

/** How a change is put in, of an address; undefined where it is as usual. */
export function splicing(found) {
  const errorTerm = found?.errorTerm === "drop" ? "drop" : "keep";
  const reselect = found?.reselect === "topk" ? "topk" : "none";
  return errorTerm === "keep" && reselect === "none" ? undefined : { errorTerm, reselect };
}

/** Positions that a change is made at, as Regions; undefined for the whole prompt. */
function regions(at, { image, boxes }) {
  if (at === "all") return undefined;
  if (at === "none") return [];
  if (at === "last") return [{ last: 1 }];
  if (at.startsWith("part ")) return [{ part: at.slice(5) }];
  return boxes.length ? boxes : [{ image }];
}

/** As an Intervention whose feature is a number. @param {{image: number, boxes: object[]}} region that is drawn */
export function wire({ feature, op, value, isMuted, at, generated }, region) {
  const places = regions(at, region);
  return {
    op: isMuted ? "zero" : op, feature, ...(isMuted ? {} : { value }),
    ...(places ? { at: places } : {}), ...(generated ? { generated: true } : {}),
  };
}
