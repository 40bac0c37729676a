/** Compare: two questions side by side, and the features that make their answers differ. */

import { bar } from "../components/bar.js";
import { fill, h } from "../components/element.js";
import { featureName } from "../components/feature_card.js";
import { cellsOf, heatMap } from "../components/heat_map.js";
import { empty } from "../components/notice.js";
import { scatter } from "../components/scatter.js";
import { choice } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { percent, short, signed, visible } from "../components/numbers.js";
import { composer } from "./composer.js";
import { answerTokens, conversation, digests, generation, hasQuestion } from "./conversation.js";
import { featureAddress, pictureName } from "./shared.js";

export const title = "Compare";

const FEATURES = 16;

export function mount(root, app) {
  const { address, session } = app;
  const slot = new Slot();
  let [one, other] = [conversation(address), conversation(address, "other")];
  const [first, second] = [h("div.answer-here"), h("div.answer-here")];
  const result = h("div.compared");
  const button = h("button.primary", { type: "button", on: { click: compare } }, "Compare");
  const copy = h("button", {
    type: "button", on: {
      click: () => address.go("compare", { other: structuredClone(one), compared: undefined }),
    },
  }, "Copy the first question to the second");
  const change = (name) => (chat) => {
    if (name === "chat") one = chat; else other = chat;
    address.set({ [name]: chat, compared: undefined, ...(name === "chat" ? { asked: undefined } : {}) });
    update();
  };
  fill(root, h("h1", { tabindex: -1 }, "Compare two questions"),
    h("p.lead", null, "The same question about two pictures, or two questions about one: what makes the answers differ?"),
    h("div.two.pair", null,
      h("div", null, h("h2.number-heading", null, "First"), composer({ app, chat: one, onChange: change("chat"), onAsk: compare, title: "First question" }).element, first),
      h("div", null, h("h2.number-heading", null, "Second"), composer({ app, chat: other, onChange: change("other"), onAsk: compare, title: "Second question" }).element, second)),
    h("div.row.actions", null, button, copy), slot.element, result);
  update();
  if (address.get("compared") && canCompare()) run();
  return { leave: () => slot.cancel() };

  function canCompare() { return hasQuestion(one) && hasQuestion(other); }

  function update() {
    button.disabled = !canCompare();
    copy.disabled = !hasQuestion(one);
  }

  function compare() {
    if (!canCompare()) return;
    address.set({ chat: one, other, compared: true });
    run();
  }

  function run() {
    fill(result);
    slot.run("Comparing", async (options) => {
      const { sae } = await session.ready(options);
      const answers = [];
      for (const [chat, place] of [[one, first], [other, second]]) {
        const context = await session.context(chat, options);
        const said = await session.answer(chat, generation(address), { ...options, onParts: () => {} });
        answers.push({ context, said });
        fill(place, h("div.panel", null, tokenStrip({ tokens: answerTokens(said.tokens), label: "Answer", colours: "surprise" })));
        place.querySelector(".token-strip").classList.add("answer");
      }
      if (!answers[0].said.tokens.length) { fill(result, empty("The first answer has no token to compare.")); return; }
      const { items } = await session.kernel.context.logits({ context: answers[0].context.context, topK: 12 }, options);
      const target = targetOf(answers);
      const found = await session.kernel.attribution.compare({
        context: answers[0].context.context, other: answers[1].context.context, sae: sae.sae, target, topK: FEATURES,
      }, options);
      const labels = await session.labelled(found.items.map(({ feature }) => feature.index), options);
      const tokens = await Promise.all(answers.map(({ context }) => session.tokens(context, options)));
      const maps = await Promise.all([one, other].map((chat, number) => drawn(chat, answers[number].context, tokens[number])));
      if (options.isCurrent()) show(found, labels, tokens, items, answers, maps);
    });
  }

  /** What the first says, against what the second says instead, or the runner-up where both say the same. */
  function targetOf(answers) {
    const [a, b] = answers.map(({ said }) => said.tokens[0]?.id);
    const answer = address.get("answer")?.id ?? a;
    const baseline = address.get("against")?.id ?? (b !== undefined && b !== answer ? b : undefined);
    return { kind: "logitDiff", answer: { id: answer }, ...(baseline === undefined ? {} : { baseline: { id: baseline } }) };
  }

  /** The pictures of one side under their finest grids, without numbers: places are outlined on them. */
  async function drawn(chat, context, tokens) {
    const urls = await Promise.all(digests(chat).map((digest) => app.pictures.url(digest)));
    return context.images.flatMap((image, number) => image.views.slice(-1).map((view) => heatMap({
      src: urls[number], width: image.width, height: image.height, style: "patches",
      cells: cellsOf(tokens, view, number, new Map()),
      label: `${pictureName(context, number)}: where the chosen feature differs`,
      describe: ({ row, column }) => `row ${row + 1}, column ${column + 1}`,
    })));
  }

  function show(found, labels, tokens, likely, answers, maps) {
    const mark = (item) => {
      for (const [side, name, value] of [[0, "position", "activation"], [1, "otherPosition", "otherActivation"]]) {
        const strongest = Math.max(...(item?.places ?? []).map((place) => Math.max(place.activation, place.otherActivation)), 0) || 1;
        const shares = new Map((item?.places ?? []).filter((place) => place[name] !== undefined)
          .map((place) => [place[name], place[value] / strongest]));
        maps[side].forEach((map) => map.mark(shares));
      }
    };
    const most = Math.max(...found.items.map(({ measured, predicted }) => (
      Math.max(Math.abs(predicted), Math.abs(mean(measured))))), 0);
    const known = new Map([...likely, ...answers.flatMap(({ said }) => said.tokens.slice(0, 1).map((each) => ({ ...each, token: each.id })))]
      .map((each) => [String(each.token), each]));
    const choices = [...known.values()].map(({ token, text, logProb }) => (
      { value: String(token), text: `“${visible(text)}” (${percent(Math.exp(logProb))})` }));
    const select = (name, label, current) => choice({
      label, value: String(current ?? ""), choices: current === undefined ? [{ value: "", text: "the runner-up" }, ...choices] : choices,
      onChange: (text) => { address.set({ [name]: text === "" ? undefined : { id: Number(text) } }); run(); },
    });
    const { agreement } = found;
    fill(result,
      h("section.panel", { "aria-label": "Target" },
        h("h2.target", null, found.explanation.title),
        h("p.versus", null, h("strong", { data: { value: found.target.value } }, signed(found.target.value)), " in the first, ",
          h("strong", { data: { value: found.other } }, signed(found.other)), " in the second: a difference of ",
          h("strong", { data: { value: found.difference } }, signed(found.difference))),
        h("div.fields", null, select("answer", "answer", found.target.answer[0].id), select("against", "against", found.target.baseline?.[0].id)),
        h("ul.sentences", null, found.explanation.sentences.map((each) => h("li", null, each)))),
      h("div.two", null,
        h("section.panel", { "aria-label": "Features that differ" }, h("h2", null, "Features that differ"),
          h("p.soft", null, "Patched from one into the other: how much of the difference each explains, mean of both directions."),
          h("table.differing", null, h("thead.unseen", null, h("tr", null,
            ["feature", "", "effect"].map((each) => h("th", { scope: "col" }, each)))),
          h("tbody", null, found.items.map((item) => row(item, labels, most, tokens, mark)))),
          h("p.soft", null, `All patched at once: ${signed(found.together.intoContext)} into the first, `
            + `${signed(found.together.intoOther)} into the second. ${found.aligned.pairs} places correspond, `
            + `${found.aligned.onlyInContext} are only in the first, ${found.aligned.onlyInOther} only in the second.`)),
        h("div", null, maps.some((each) => each.length) && h("section.panel", { "aria-label": "Where it differs" },
          h("h2", null, "Where"), h("p.soft", null, "Point at a feature: outlined is where its activation differs most, "
            + "the fainter the weaker it is on that side."),
          h("div.sides", null, maps.map((each) => h("div", null, each.map(({ element }) => element))))),
        h("section.panel", { "aria-label": "Predicted and measured" }, h("h2", null, "Can it be trusted?"),
          h("p.soft", null, `${agreement.n} features patched exactly`,
            agreement.pearson !== undefined && `: Pearson ${agreement.pearson.toFixed(2)}`,
            agreement.signsCounted > 0 && `, ${agreement.wrongSigns} of ${agreement.signsCounted} signs wrong`, "."),
          scatter({
            points: found.items.map(({ feature, predicted, measured }) => ({
              x: predicted, y: mean(measured), label: `#${feature.index}`, kind: "patched", key: feature.index,
            })),
            x: "predicted", y: "measured", label: "Predicted against patched", kinds: { patched: "patched both ways" },
            onChoose: ({ key }) => address.go("features", { f: key }),
          })))));
  }

  function row(item, labels, most, tokens, mark) {
    const { feature, predicted, measured, places } = item;
    const where = places.slice(0, 3).map((place) => h("li", null, h("q", null, placeName(place, tokens)), " ",
      h("span.soft", null, `${short(place.activation)} | ${short(place.otherActivation)}`)));
    return h("tr", {
      data: { feature: feature.index, predicted, measured: mean(measured) },
      on: {
        pointerenter: () => mark(item), pointerleave: () => mark(null), focusin: () => mark(item), focusout: () => mark(null),
      },
    },
      h("th", { scope: "row" }, h("a", { href: featureAddress(app, feature.index) }, `#${feature.index} `, featureName(labels.get(feature.index))),
        h("ul.places", { "aria-label": "Activation in the first and in the second" }, where)),
      h("td.bar-cell", null, bar(mean(measured), most)),
      h("td.number", { title: `${signed(measured.intoContext, 3)} into the first, ${signed(measured.intoOther, 3)} into the second` },
        signed(mean(measured))));
  }
}

const mean = ({ intoContext, intoOther }) => (intoContext + intoOther) / 2;

function placeName({ position, otherPosition }, tokens) {
  const token = position !== undefined ? tokens[0][position] : tokens[1][otherPosition];
  if (!token) return "generated";
  if (token.image === undefined) return visible(token.text);
  const [x0, y0] = token.box ?? [];
  return token.box ? `patch at ${short(x0)}, ${short(y0)}` : "row end";
}
