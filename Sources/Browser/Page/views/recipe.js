/** Changes as a recipe's file, and back. */

import { KernelError } from "../kernel/connection.js";
import { BOXES } from "./change/changes.js";

const FORMAT = "lucarne-recipe";
const OPERATIONS = ["clamp", "scale", "add"];
const AS_IT_IS = "The kernel applies the file as it is.";

/**
 * @param {object[]} changes as the wire has them, a feature by its number
 * @param {object} index what index/info says: it knows the digests
 */
export function recipeOf(changes, index, site, splice) {
  return {
    format: FORMAT, version: 1, name: changes.map(({ feature }) => `#${feature}`).join(" ").slice(0, 80),
    modelDigest: index.modelDigest, saeDigest: index.saeDigest, site, interventions: changes,
    ...(splice ? { splice } : {}),
  };
}

/**
 * Changes of a file as the view Change keeps them: of regions it knows the prompt's own, and one set of rectangles.
 * @param {{modelDigest: string, saeDigest: string}} index
 * @returns {{changes: object[], region?: object, splice?: object}}
 * @throws {KernelError} where it is no recipe, one for other weights, or says what sliders cannot show
 */
export function changesOf(text, index) {
  const refuse = (message, hint) => { throw new KernelError({ code: 0, message, data: { kind: "recipe", hint } }); };
  let recipe;
  try {
    recipe = JSON.parse(text);
  } catch {
    refuse("This file is no JSON.");
  }
  if (recipe?.format !== FORMAT || !Array.isArray(recipe.interventions)) refuse("This file is no recipe.");
  if (recipe.modelDigest !== index.modelDigest || recipe.saeDigest !== index.saeDigest) {
    refuse("This recipe was made for another model or autoencoder.", "Features have other meanings in each.");
  }
  let region;
  const changes = recipe.interventions.map((each, number) => {
    const { op, feature, value, at, generated } = each ?? {};
    const isMuted = op === "zero";
    const name = `Intervention ${number + 1} of this recipe`;
    if (!Number.isSafeInteger(feature) || feature < 0) refuse(`${name} names no feature by its number.`);
    if (!isMuted && !OPERATIONS.includes(op)) {
      refuse(`${name} has the op ${JSON.stringify(op) ?? "none"}, expected zero, ${OPERATIONS.join(", ")}.`);
    }
    if (!isMuted && !Number.isFinite(value)) refuse(`${name} has no number as its value.`);
    if (at !== undefined && !(Array.isArray(at) && at.every((place) => place !== null && typeof place === "object"))) {
      refuse(`${name} has no list of regions as its at.`);
    }
    const change = {
      feature, op: isMuted ? "clamp" : op, value: isMuted ? 0 : value, isMuted, generated: generated === true,
    };
    if (at === undefined) return { ...change, at: "all" };
    if (at.length === 0) return { ...change, at: "none" };
    const [only] = at;
    if (at.length === 1 && typeof only.part === "string") return { ...change, at: `part ${only.part}` };
    if (at.length === 1 && only.last === 1) return { ...change, at: "last" };
    const isWhole = at.length === 1 && only.box === undefined;
    if (at.length > BOXES
      || !at.every(({ image, view, box }) => Number.isSafeInteger(image) && view === undefined && (box || isWhole))) {
      refuse(`Feature ${feature} is changed in a region that cannot be shown here.`, AS_IT_IS);
    }
    const own = { image: only.image, boxes: isWhole ? [] : at.map(({ image, box }) => ({ image, box })) };
    if (region && JSON.stringify(region) !== JSON.stringify(own)) {
      refuse("Features are changed in several regions of pictures, of which one can be shown here.", AS_IT_IS);
    }
    region = own;
    return { ...change, at: "box" };
  });
  return { changes, region, splice: recipe.splice ?? undefined };
}
