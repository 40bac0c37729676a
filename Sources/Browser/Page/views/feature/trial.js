/** A feature on the picture that somebody brought: where it is active in it. */

import { fill, h } from "../../components/element.js";
import { cellsOf, heatMap } from "../../components/heat_map.js";
import { empty } from "../../components/notice.js";
import { short } from "../../components/numbers.js";
import { choice } from "../../components/segments.js";
import { Slot } from "../../components/slot.js";
import { tokenStrip } from "../../components/token_strip.js";
import { conversation, digests } from "../conversation.js";
import { VIEW_NAMES } from "../shared.js";

export class Trial {
  constructor(app) {
    this.app = app;
    this.slot = new Slot();
    this.element = h("section.panel.trial", { "aria-label": "On my picture" });
  }

  load(feature) {
    const { session, address } = this.app;
    const chat = conversation(address);
    const place = h("div");
    fill(this.element, h("h2", null, "On my picture"), this.slot.element, place);
    if (!digests(chat).length) {
      fill(place, empty("Add a picture in the view ", h("a", { href: address.link("ask", { f: undefined }) }, "Ask"),
        ", and see here where this feature is active in it."));
      return;
    }
    this.slot.run("Looking at the picture", async (options) => {
      const { sae } = await session.ready(options);
      const context = await session.context(chat, options);
      const tokens = await session.tokens(context, options);
      const { items } = await session.kernel.feature.activations(
        { context: context.context, sae: feature.sae, topK: sae.latents }, options);
      const own = items.find((item) => item.feature.index === feature.index)?.positions ?? [];
      const urls = await Promise.all(digests(chat).map((digest) => this.app.pictures.url(digest)));
      this.show(place, { feature, context, tokens, own, urls });
    });
  }

  show(place, found) {
    const { address } = this.app;
    const { feature, context, tokens, own, urls } = found;
    const values = new Map(own.map(({ position, value }) => [position, value]));
    const inPictures = tokens.filter(({ image, position }) => image !== undefined && values.has(position)).length;
    const names = [...new Set(context.images.flatMap(({ views }) => views.map(({ name }) => name)))];
    const grid = names.includes(address.get("grid")) ? address.get("grid") : names.at(-1);
    fill(place,
      h("p.soft", null, own.length
        ? `Active at ${own.length} of ${context.tokenCount} places, ${inPictures} of them in the picture.`
        : "It is active nowhere in this prompt."),
      names.length > 1 && choice({
        label: "of", value: grid, choices: names.map((value) => ({ value, text: VIEW_NAMES[value] ?? value })),
        onChange: (value) => { address.set({ grid: value }); this.show(place, found); },
      }),
      h("div.pictures", null, context.images.map((image, number) => heatMap({
        src: urls[number], width: image.width, height: image.height, style: "patches",
        cells: cellsOf(tokens, image.views.find(({ name }) => name === grid) ?? image.views.at(-1), number, values),
        label: `Where feature ${feature.index} is active`,
        describe: ({ row, column, value }) => `row ${row + 1}, column ${column + 1}: ${short(value)}`,
      }).element)),
      tokenStrip({
        tokens: tokens.filter(({ image }) => image === undefined).map(({ text, position }) => {
          const value = values.get(position) ?? 0;
          return { text, value, title: short(value) };
        }),
        label: "Prompt", colours: "activation",
      }));
  }
}
