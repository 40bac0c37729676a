/** Ask: pictures and words in, an answer token by token out. */

import { fill, h } from "../components/element.js";
import { empty } from "../components/notice.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { percent } from "../components/numbers.js";
import { composer } from "./composer.js";
import { EMPTY, answerTokens, conversation, generation, hasQuestion } from "./conversation.js";

/** Tokens of an answer up to which probabilities stand below them. */
const NOTED = 80;

export function mount(root, app) {
  const { address, session } = app;
  let chat = conversation(address);
  const slot = new Slot();
  const result = h("section.panel.result", { "aria-label": "Answer", "aria-live": "polite" });
  const ask = h("button.primary", { type: "button", on: { click: start } }, "Ask");
  const form = () => composer({
    app, chat, onAsk: start,
    onChange: (changed) => {
      chat = changed;
      address.set({ chat, asked: undefined, target: undefined, feature: undefined, baseline: undefined });
      update();
    },
  });
  const place = h("div");
  let made = form();
  fill(place, made.element);
  fill(root,
    h("h1", { tabindex: -1 }, "Ask the model"),
    h("p.lead", null, "Give it pictures and a question. Each token of the answer leads to the reasons for it."),
    h("div.two", null,
      h("div", null, place,
        h("div.row.actions", null, ask,
          h("button", { type: "button", on: { click: anew } }, "Start anew"), options(app))),
      h("div", null, slot.element, result)));
  update();
  waiting();
  if (address.get("asked") && hasQuestion(chat)) run();
  return { leave: () => slot.cancel(), paste: (event) => made.paste(event), focus: () => made.focus() };

  function update() { ask.disabled = !hasQuestion(chat); }

  function waiting() {
    fill(result, h("h2", null, "Answer"), empty("The answer appears here as it is made. "
      + "Choose a token of it to see why the model said it."));
  }

  function anew() {
    slot.cancel();
    chat = structuredClone(EMPTY);
    address.set({
      chat: undefined, asked: undefined, target: undefined, feature: undefined, baseline: undefined, changes: undefined,
      region: undefined,
    });
    made = form();
    fill(place, made.element);
    update();
    waiting();
  }

  function start() {
    if (!hasQuestion(chat)) return;
    address.set({ chat, asked: true, target: undefined, feature: undefined, baseline: undefined });
    run();
  }

  function run() {
    const begun = performance.now();
    let first = null;
    let opened = null;
    const tokens = [];
    fill(result, h("h2", null, "Answer"), h("p.soft", null, "The model reads …"));
    return slot.run("Answering", async ({ signal, onProgress }) => {
      const answer = await session.answer(chat, generation(address), {
        signal, onProgress,
        onOpen: (found) => { opened = found; },
        onParts: (value) => {
          if (!value.tokens) return;
          first ??= performance.now() - begun;
          tokens.push(...value.tokens);
          show(tokens, null);
        },
      });
      first ??= performance.now() - begun;
      show(answer.tokens, answer, { seconds: (performance.now() - begun) / 1000, first, opened });
      performance.measure("first token", { start: begun, duration: first });
    });
  }

  function show(tokens, answer, times) {
    const strip = tokenStrip({
      tokens: answerTokens(tokens), label: "Answer, token by token", colours: "surprise",
      onChoose: answer ? ({ key }) => address.go("why", { target: key }) : undefined,
    });
    strip.classList.add("answer");
    strip.classList.toggle("noted", tokens.length <= NOTED);
    const likely = percent(Math.exp(tokens.reduce((sum, { logProb }) => sum + logProb, 0)));
    const count = `${tokens.length} ${tokens.length === 1 ? "token" : "tokens"}`;
    fill(result, h("h2", null, "Answer"), strip,
      answer && !tokens.length && empty("The model ended its turn at once."),
      answer && h("p.soft.facts", null,
        `${count}, probability ${likely} together`,
        answer.finish === "length" && " · cut off at the most tokens allowed",
        ` · prompt of ${answer.promptCount} tokens`,
        times?.opened?.reused > 0 && `, ${times.opened.reused} of them re-used`,
        times && ` · first token after ${Math.round(times.first)} ms`),
      answer && tokens.length > 0 && h("div.row", null,
        h("a.button", { href: address.link("why", { target: 0 }) }, "Why this answer"),
        h("a.button", { href: address.link("change") }, "Change features"),
        h("button", { type: "button", on: { click: () => go(answer.text) } }, "Ask further")),
      answer && tokens.length > 0 && h("p.key.soft", null, 
        "Below a token its probability, where it is less than 99.5 %; the stronger the line, the less likely."));
  }

  /** The answer becomes a turn, and another question can follow. */
  function go(text) {
    const turns = [{ role: "assistant", text, pictures: [] }, { role: "user", text: "", pictures: [] }];
    chat = { ...chat, turns: [...chat.turns, ...turns] };
    address.go("ask", { chat, asked: undefined, target: undefined, feature: undefined, baseline: undefined });
  }
}

/** How answers are generated. */
function options({ address }) {
  const set = (name, value) => {
    address.set({ generation: { ...address.get("generation", {}), [name]: value }, asked: undefined });
  };
  const params = address.get("generation", {});
  const number = (name, label, attributes, value) => {
    const input = h("input", {
      type: "number", value, ...attributes,
      on: { change: () => set(name, input.value === "" ? undefined : Number(input.value)) },
    });
    return h("label.field", null, h("span", null, label), input);
  };
  return h("details.options", null, h("summary", null, "How it answers"),
    h("div.fields", null,
      number("maxTokens", "Tokens at most", { min: 1, max: 4096 }, generation(address).maxTokens),
      number("temperature", "Temperature", { min: 0, max: 10, step: 0.1 }, params.temperature ?? 0),
      number("topP", "Top p", { min: 0, max: 1, step: 0.05 }, params.topP ?? 1),
      number("seed", "Seed", { min: 0 }, params.seed ?? 0)));
}
