/** Why: what made the model say a token, where in the picture and by which features. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";
import { Slot } from "../components/slot.js";
import { conversation, generation, hasQuestion, summary } from "./conversation.js";
import { askFirst, targetOf } from "./shared.js";
import { showCheck, showFeatures, showParts } from "./why/contributions.js";
import { Places } from "./why/places.js";
import { showAnswer, showTarget } from "./why/target.js";

/** Features that are listed, and activations, each of a feature at a place, that places are shown by. */
const FEATURES = 40;
const PAIRS = 4096;

export function mount(root, app) {
  const { address, session } = app;
  const chat = conversation(address);
  if (!hasQuestion(chat)) return askFirst(root, app, "Why the model answered as it did");
  const slot = new Slot();
  const names = ["said", "asked", "where", "words", "here", "parts", "contributions", "verification"];
  const panels = Object.fromEntries(names.map((name) => [name, h(`section.panel.${name}`)]));
  const { said, asked, where, words, here, parts, contributions, verification } = panels;
  for (const each of [where, words, here, parts, contributions, verification]) each.hidden = true;
  fill(root,
    h("h1", { tabindex: -1 }, "Why the model said so"),
    h("p.lead", null, h("bdi", null, summary(chat))),
    h("div.two", null, said, asked), slot.element,
    h("div.why", null,
      h("div.column", null, where, words, here, verification),
      h("div.column", null, parts, contributions)));
  const places = new Places(app, chat, panels, root);
  load();
  return { leave: () => slot.cancel(), update: load };

  function load() {
    const begun = performance.now();
    places.pinned = address.get("feature") ?? null;
    return slot.run("Finding out why", (options) => find(options, begun));
  }

  async function find(options, begun) {
    const { sae } = await session.ready(options);
    const answer = await session.answer(chat, generation(address), { ...options, onParts: () => {} });
    const wanted = address.get("target");
    const number = Math.max(0, Math.min(Number.isSafeInteger(wanted) ? wanted : 0, answer.tokens.length - 1));
    showAnswer(said, app, answer, number);
    if (!answer.tokens.length) {
      fill(asked, empty("The model said nothing that could be explained."));
      return;
    }
    const position = answer.promptCount - 1 + number;
    const chosen = answer.tokens[number];
    const { target, likely } = await targetOf(app, answer, position, chosen, options);
    const method = address.get("method");
    const question = { context: answer.context, sae: sae.sae, target, ...(method ? { method } : {}) };
    const attribute = (params) => session.kernel.attribution.compute({ ...question, ...params }, options);
    const alone = { parts: { method: "none" }, verify: 0 };
    const tokens = await session.tokens(answer, options);

    const byToken = await attribute({ aggregate: "token", topK: answer.tokenCount, ...alone });
    if (!options.isCurrent()) return;
    showTarget(asked, app, byToken, chosen, likely, load);
    await places.show(answer, tokens, byToken, position);
    performance.measure("attribution", { start: begun, end: performance.now() });

    const found = await attribute({ aggregate: "feature", topK: FEATURES, parts: { method: "ablation" } });
    const labels = await session.labelled(found.items.map(({ feature }) => feature.index), options);
    if (!options.isCurrent()) return;
    showParts(parts, found);
    showFeatures(contributions, found, (item, most) => places.row(item, labels, most));
    showCheck(verification, found, places);

    const pairs = await attribute({ aggregate: "none", topK: PAIRS, ...alone });
    if (options.isCurrent()) places.know(pairs.items, pairs.items.length < PAIRS);
  }
}
