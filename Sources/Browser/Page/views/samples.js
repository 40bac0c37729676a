/** Pictures that an index has seen, to begin with. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";
import { Slot } from "../components/slot.js";

const WANTED = 12;

/** @param {function(Blob)} onChoose gets the picture's bytes */
export function samples(app, onChoose) {
  const slot = new Slot();
  const list = h("ul.thumbs.samples");
  slot.run("Looking for pictures", async (options) => {
    const { kernel } = app.session;
    const { sae } = await app.session.ready(options);
    const explained = await kernel.explanation.list({ ...app.session.indexParams, limit: 120 }, options);
    const latents = [...new Map(explained.items.map(({ text, latent }) => [text, latent])).values()];
    const chosen = latents.length ? latents : (await kernel.index.search(
      { ...app.session.indexParams, query: { latents: Array.from({ length: 40 }, (_, each) => each) } }, options))
      .items.map(({ latent }) => latent);
    const seen = new Set();
    for (const index of chosen) {
      if (seen.size >= WANTED) break;
      const view = sae.views?.[0] ?? "base";
      const rendered = await kernel.feature.render({
        ...app.session.indexParams, feature: { sae: sae.sae, index }, view, topK: 1, style: "dimmed", level: 1,
      }, options).catch((error) => { if (error.isCancelled) throw error; return { renderings: [] }; });
      const [picture] = rendered.renderings;
      if (!picture || picture.mimeType !== "image/png" || seen.has(picture.name)) continue;
      seen.add(picture.name);
      list.append(h("li", null, h("button.sample", {
        type: "button", title: picture.name, on: { click: () => onChoose(blobOf(picture)) },
      }, h("img", { src: `data:image/png;base64,${picture.base64}`, alt: picture.name }))));
    }
    if (!seen.size) fill(list, empty("The index has no pictures."));
  });
  return [slot.element, list];
}

/** A rendering of the kernel as a file. */
export function blobOf({ base64, mimeType, name }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new File([bytes], name ?? "picture", { type: mimeType });
}
