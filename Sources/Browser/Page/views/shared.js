/** What several views need of a context, a target and a feature. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";

/** Views of a picture in words, where a family's name says too little. */
export const VIEW_NAMES = { base: "whole picture", tiles: "tiles", image: "picture" };

/** A view that has nothing to show before something was asked. */
export function askFirst(root, app, heading) {
  fill(root, h("h1", { tabindex: -1 }, heading), empty("Nothing has been asked yet. "),
    h("p", null, h("a.button", { href: app.address.link("ask") }, "Ask something")));
  return { leave: () => {} };
}

export function featureAddress({ address }, index) {
  return address.link("features", { f: index });
}

/** What a picture of a context is called. */
export function pictureName(context, number) {
  return context.images.length === 1 ? "Picture" : context.images[number].part.replace(/^p/, "P");
}

/**
 * The target that the address names, and the likeliest tokens in its place.
 * @returns {Promise<{target: object, likely: object[]}>} a Target of the protocol; items of context/logits
 */
export async function targetOf(app, context, position, chosen, options, baseline = app.address.get("baseline")) {
  const { items } = await app.session.kernel.context.logits(
    { context: context.context, position, topK: 12 }, options);
  const target = baseline === "none"
    ? { kind: "logit", token: { id: chosen.id }, position }
    : { kind: "logitDiff", answer: { id: chosen.id }, position,
      ...(Number.isSafeInteger(baseline?.id) ? { baseline: { id: baseline.id } } : {}),
      ...(typeof baseline?.text === "string" ? { baseline: { text: baseline.text } } : {}) };
  return { target, likely: items };
}
