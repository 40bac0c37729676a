/** A feature's page: exemplars, how it is active, what it does to tokens, what was said of it. */

import { fill, h } from "../components/element.js";
import { Slot } from "../components/slot.js";
import { explanations } from "./explanations.js";
import { activity, effects, neighbours } from "./feature/figures.js";
import { Gallery } from "./feature/gallery.js";
import { head } from "./feature/head.js";
import { Trial } from "./feature/trial.js";

/** Tokens and neighbours that are listed. */
const LISTED = 12;

export function mountFeature(root, app, index) {
  const { session } = app;
  const [slot, near] = [new Slot(), new Slot()];
  const [gallery, trial] = [new Gallery(app), new Trial(app)];
  fill(root, h("h1", { tabindex: -1 }, `Feature ${index}`), slot.element);
  load();
  return { leave: () => [slot, near, gallery.slot, trial.slot].forEach((each) => each.cancel()) };

  function load() {
    slot.run(`Reading feature ${index}`, async (options) => {
      const { sae } = await session.ready(options);
      const feature = { sae: sae.sae, index };
      const info = await session.kernel.feature.info({ feature, topK: LISTED }, options);
      if (!options.isCurrent()) return;
      const said = info.explanation?.text;
      document.title = `#${index}${said ? ` ${said}` : ""} – Lucarne`;
      fill(root, head(app, index, sae, info), slot.element, gallery.slot.element, gallery.element,
        h("div.two", null, activity(app, info), trial.element),
        h("div.two", null,
          effects(app, "Tokens it raises", info.logits.promoted, "supports"),
          effects(app, "Tokens it lowers", info.logits.suppressed, "opposes")),
        neighbours(app, info, near), explanations(app, index, load).element);
      gallery.load(feature, info);
      trial.load(feature);
      app.focusHeading();
    });
  }
}
