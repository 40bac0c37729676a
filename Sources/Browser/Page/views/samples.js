/** Pictures that an index has seen, to begin with. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";
import { Slot } from "../components/slot.js";

const WANTED = 12;
const LOOKED_AT = 120;
/** A mask that leaves every pixel as it is. */
const AS_IT_IS = { style: "dimmed", level: 1 };

/** @param {function(Blob)} onChoose gets the picture's bytes */
export function samples(app, onChoose) {
  const slot = new Slot();
  const list = h("ul.thumbs.samples");
  slot.run("Looking for pictures", (options) => find(app, list, onChoose, options));
  return [slot.element, list];
}

async function find(app, list, onChoose, options) {
  const { kernel, indexParams } = app.session;
  const seen = new Set();
  try {
    const { sae } = await app.session.ready(options);
    for (const index of await latents(app.session, options)) {
      if (seen.size >= WANTED) break;
      const { renderings: [picture] } = await kernel.feature.render({
        ...indexParams, feature: { sae: sae.sae, index }, topK: 1, ...AS_IT_IS,
      }, options);
      if (picture?.mimeType !== "image/png" || seen.has(picture.name)) continue;
      seen.add(picture.name);
      list.append(h("li", null, h("button.sample", {
        type: "button", title: picture.name, on: { click: () => onChoose(blobOf(picture)) },
      }, h("img", { src: `data:image/png;base64,${picture.base64}`, alt: picture.name }))));
    }
  } catch (error) {
    if (error.isCancelled) throw error;
    // One can ask without an index, so that its absence is no error here.
    fill(list, empty(`There are none to choose from: ${error.message}`));
    return;
  }
  if (!seen.size) fill(list, empty("The index has no pictures."));
}

/** Explained features, one of each name, or else the first ones. */
async function latents({ kernel, indexParams }, options) {
  const { items } = await kernel.explanation.list({ ...indexParams, state: "explained", limit: LOOKED_AT }, options);
  const found = [...new Map(items.map(({ text, latent }) => [text, latent])).values()];
  return found.length ? found : Array.from({ length: LOOKED_AT / 3 }, (_, each) => each);
}

/** A rendering of the kernel as a file. */
export function blobOf({ base64, mimeType, name }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new File([bytes], name ?? "picture", { type: mimeType });
}
