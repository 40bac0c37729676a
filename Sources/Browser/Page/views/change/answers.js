/** The model's answers side by side: its own, on the reconstruction, and with the changes. */

import { fill, h } from "../../components/element.js";
import { empty } from "../../components/notice.js";
import { short } from "../../components/numbers.js";
import { tokenStrip } from "../../components/token_strip.js";
import { list } from "../../kernel/tensor.js";
import { answerTokens } from "../conversation.js";

const NAMES = {
  plain: ["As it is", "the model's own answer"],
  reconstruction: ["On the reconstruction", "the autoencoder's reconstruction in the residual's place"],
  steered: ["With the changes", "the features as they are changed here"],
};
/** Answers that do not depend on the changes: they are asked for once. */
const UNCHANGED = ["plain", "reconstruction"];

export class Answers {
  /** @param {function(Element)} onSave when a recipe is wanted; gets where its outcome is said */
  constructor(onSave) {
    this.onSave = onSave;
    this.element = h("section.answers", { "aria-label": "Answers", "aria-live": "polite" });
    this.receipt = h("section.panel.receipt", { hidden: true, "aria-label": "Receipt" });
    this.kept = new Map();
    this.outputs = {};
    this.show([]);
  }

  /** Begins to listen. @param {string} key of the question @returns {string[]} which others have to be asked for */
  begin(key) {
    this.key = key;
    this.outputs = {};
    const missing = UNCHANGED.filter((name) => !this.kept.has(`${key} ${name}`));
    for (const name of UNCHANGED) if (!missing.includes(name)) this.outputs[name] = this.kept.get(`${key} ${name}`);
    return missing;
  }

  /** Tokens that have just come. */
  add({ name, tokens }) {
    this.outputs[name] = { tokens: [...(this.outputs[name]?.tokens ?? []), ...tokens] };
    this.show([]);
  }

  /** @param {object} found steering/generate's answer */
  finish(found, { hasChanges, isSpliced }) {
    for (const output of found.outputs) {
      this.outputs[output.name] = output;
      if (output.name !== "steered") this.kept.set(`${this.key} ${output.name}`, output);
    }
    const divergence = list(found.effect.klPerToken);
    this.show(divergence);
    if (hasChanges || isSpliced) this.showReceipt(found.receipt, divergence, hasChanges);
    else this.showNothing();
  }

  /** @param {number[]} divergence of each steered token from the plain model, in nats */
  show(divergence) {
    const plain = this.outputs.plain?.tokens ?? [];
    fill(this.element, Object.entries(NAMES).map(([name, [heading, about]]) => {
      const output = this.outputs[name];
      const tokens = answerTokens(output?.tokens ?? []).map((token, number) => ({
        ...token, isNew: name !== "plain" && plain.length > 0 && plain[number]?.id !== token.id,
        title: name === "steered" && divergence[number] !== undefined
          ? `${token.title}, KL from the plain model ${short(divergence[number])} nats` : token.title,
      }));
      const strip = tokenStrip({ tokens, label: heading, colours: "surprise" });
      strip.classList.add("answer");
      return h(`article.answer-card.${name}`, { data: { name } }, h("h2", null, heading), h("p.soft", null, about),
        output ? tokens.length ? strip : empty("no words") : empty("…"),
        output?.finish === "length" && h("p.soft", null, "cut off at the most tokens allowed"));
    }));
  }

  /** In the receipt's place while there is nothing to account for. */
  showNothing() {
    this.receipt.hidden = false;
    fill(this.receipt, h("h2", null, "What was done"), h("p.soft", null, "Nothing: no feature is changed."));
  }

  showReceipt({ steps, positions, meanNorm, dropped }, divergence, hasChanges) {
    const row = (name, value) => [h("dt", null, name), h("dd", null, value)];
    const words = h("div");
    this.receipt.hidden = false;
    fill(this.receipt, h("h2", null, "What was done"),
      h("dl.facts", null,
        row("positions changed", String(positions)), row("mean length of the change", short(meanNorm)),
        row("forward passes that changed", String(steps)),
        dropped > 0 && row("lost to top-k", String(dropped)),
        row("divergence from the plain model", divergence.length
          ? `${short(divergence[0])} nats at the first token, ${short(Math.max(...divergence))} at most` : "–")),
      h("div.row", null, h("button", {
        type: "button", disabled: !hasChanges, on: { click: () => this.onSave(words) },
      }, "Save as a recipe")),
      words);
  }
}
