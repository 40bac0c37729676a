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

/** A region of an address. @returns {{image: number, box?: number[]}} a picture's number, pixels of it */
export function region(found) {
  const image = Number.isSafeInteger(found?.image) && found.image >= 0 ? found.image : 0;
  const box = found?.box;
  return Array.isArray(box) && box.length === 4 && box.every(Number.isFinite) ? { image, box } : { image };
}

/** How a change is put in, of an address; undefined where it is as usual. */
export function splicing(found) {
  const errorTerm = found?.errorTerm === "drop" ? "drop" : "keep";
  const reselect = found?.reselect === "topk" ? "topk" : "none";
  return errorTerm === "keep" && reselect === "none" ? undefined : { errorTerm, reselect };
}

/** Positions that a change is made at, as Regions; undefined for the whole prompt. */
function regions(at, { image = 0, box }) {
  if (at === "all") return undefined;
  if (at === "none") return [];
  if (at === "last") return [{ last: 1 }];
  if (at.startsWith("part ")) return [{ part: at.slice(5) }];
  return [box ? { image, box } : { image }];
}

/** As an Intervention whose feature is a number. @param {{image?: number, box?: number[]}} region that is drawn */
export function wire({ feature, op, value, isMuted, at, generated }, region) {
  const places = regions(at, region);
  return {
    op: isMuted ? "zero" : op, feature, ...(isMuted ? {} : { value }),
    ...(places ? { at: places } : {}), ...(generated ? { generated: true } : {}),
  };
}
