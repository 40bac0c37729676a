/** Compare: two questions side by side, and the features that make their answers differ. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { Outcome } from "./compare/outcome.js";
import { composer } from "./composer.js";
import { answerTokens, conversation, generation, hasQuestion } from "./conversation.js";

/** Features that are patched and listed, and tokens that the target can be chosen from. */
const FEATURES = 16;
const LIKELY = 12;
const SIDES = [{ name: "chat", heading: "First" }, { name: "other", heading: "Second" }];

export function mount(root, app) {
  const { address, session } = app;
  const slot = new Slot();
  const chats = SIDES.map(({ name }) => conversation(address, name));
  const answers = SIDES.map(() => h("div.answer-here"));
  const result = h("div.compared");
  const compare = h("button.primary", { type: "button", on: { click: start } }, "Compare");
  const words = h("p.soft", { role: "status" });
  const copy = h("button", {
    type: "button",
    on: { click: () => address.go("compare", { other: structuredClone(chats[0]), compared: undefined }) },
  }, "Copy the first question to the second");
  fill(root, h("h1", { tabindex: -1 }, "Compare two questions"),
    h("p.lead", null,
      "The same question about two pictures, or two questions about one: what makes the answers differ?"),
    h("div.two.pair", null, SIDES.map(side)), h("div.row.actions", null, compare, copy), words, slot.element, result);
  update();
  if (address.get("compared") && canCompare()) run();
  return { leave: () => slot.cancel() };

  function side({ name, heading }, number) {
    const { element } = composer({
      app, chat: chats[number], title: `${heading} question`, onAsk: start,
      onChange: (chat) => {
        chats[number] = chat;
        address.set({ [name]: chat, compared: undefined, ...(name === "chat" ? { asked: undefined } : {}) });
        update();
      },
    });
    return h("div", null, h("h2.number-heading", null, heading), element, answers[number]);
  }

  function canCompare() { return chats.every(hasQuestion) && wordless().length !== 1; }

  /** Sides that are pictures alone: both may be, but beside a question one has most likely been forgotten. */
  function wordless() { return SIDES.filter((_, number) => !chats[number].turns.at(-1).text.trim()); }

  function update() {
    compare.disabled = !canCompare();
    const missing = chats.every(hasQuestion) && wordless().length === 1 ? wordless()[0].heading : null;
    fill(words, missing && `${missing} has a picture, but no question.`);
    copy.disabled = !hasQuestion(chats[0]);
  }

  function start() {
    if (!canCompare()) return;
    address.set({ chat: chats[0], other: chats[1], compared: true });
    run();
  }

  function run() {
    fill(result);
    return slot.run("Comparing", find);
  }

  async function find(options) {
    const { sae } = await session.ready(options);
    const sides = [];
    for (const [number, chat] of chats.entries()) {
      const context = await session.context(chat, options);
      const said = await session.answer(chat, generation(address), { ...options, onParts: () => {} });
      sides.push({ chat, context, said, tokens: await session.tokens(context, options) });
      const strip = tokenStrip({ tokens: answerTokens(said.tokens), label: "Answer", colours: "surprise" });
      strip.classList.add("answer");
      fill(answers[number], h("div.panel", null, strip));
    }
    if (!sides[0].said.tokens.length) {
      fill(result, empty("The first answer has no token to compare."));
      return;
    }
    const [one, other] = sides.map(({ context }) => context.context);
    const likely = await session.kernel.context.logits({ context: one, topK: LIKELY }, options);
    const found = await session.kernel.attribution.compare(
      { context: one, other, sae: sae.sae, target: target(sides), topK: FEATURES }, options);
    const labels = await session.labelled(found.items.map(({ feature }) => feature.index), options);
    if (!options.isCurrent()) return;
    const outcome = new Outcome(app, sides, found, labels);
    await outcome.show(result, likely.items, run);
  }

  /** What the first says, against what the second says instead, or the runner-up where both say the same. */
  function target(sides) {
    const [first, second] = sides.map(({ said }) => said.tokens[0]?.id);
    const answer = address.get("answer")?.id ?? first;
    const baseline = address.get("against")?.id ?? (second === answer ? undefined : second);
    return {
      kind: "logitDiff", answer: { id: answer }, ...(baseline === undefined ? {} : { baseline: { id: baseline } }),
    };
  }
}
