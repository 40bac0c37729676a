/** What is explained: a token of the answer, against what it is compared with. */

import { fill, h } from "../../components/element.js";
import { percent, signed, visible } from "../../components/numbers.js";
import { choice } from "../../components/segments.js";
import { tokenStrip } from "../../components/token_strip.js";
import { answerTokens } from "../conversation.js";

const METHODS = {
  gradient: "gradient", heldNorms: "gradient, norms held", relevance: "relevance",
  integratedGradients: "integrated gradients", ablation: "exact ablation (slow)",
};

export function showAnswer(panel, { address }, answer, number) {
  const strip = tokenStrip({
    tokens: answerTokens(answer.tokens), label: "Answer, token by token", colours: "surprise",
    chosen: number,
    onChoose: ({ key }) => address.go("why", { target: key, baseline: undefined, feature: undefined }),
  });
  strip.classList.add("answer");
  fill(panel, h("h2", null, "The answer"),
    h("p.soft", null, "Choose the token that is to be explained."), strip);
}

/** @param {object[]} likely items of context/logits @param {function()} onChange when something else is asked */
export function showTarget(panel, app, found, chosen, likely, onChange) {
  const { address } = app;
  const set = (values) => { address.set(values); onChange(); };
  const methods = app.connection.server?.capabilities?.attributionProvider?.methods ?? [];
  fill(panel,
    h("h2.target", null, found.explanation.title, " = ",
      h("strong", { data: { value: found.target.value } }, signed(found.target.value))),
    h("div.fields", null,
      likelyBaselines(address.get("baseline"), chosen, likely, set),
      otherBaseline(address.get("baseline"), set),
      choice({
        label: "scores by", value: address.get("method", ""),
        choices: [{ value: "", text: "what suits best" },
          ...methods.map((value) => ({ value, text: METHODS[value] ?? value }))],
        onChange: (method) => set({ method: method || undefined }),
      })));
}

function likelyBaselines(baseline, chosen, likely, set) {
  const value = baseline === "none" ? "none" : String(Number.isSafeInteger(baseline?.id) ? baseline.id
    : typeof baseline?.text === "string" ? "text" : "");
  const choices = [
    { value: "", text: "the runner-up" },
    ...likely.filter(({ token }) => token !== chosen.id).map(({ token, text, logProb }) => ({
      value: String(token), text: `“${visible(text)}” (${percent(Math.exp(logProb))})`,
    })),
    { value: "none", text: "nothing: the logit alone" },
  ];
  if (!choices.some((each) => each.value === value)) {
    choices.push({ value, text: value === "text" ? `“${visible(baseline.text)}”` : `token ${value}` });
  }
  return choice({
    label: "compared with", value, choices,
    onChange: (text) => set({
      baseline: text === "" ? undefined : text === "none" ? "none" : { id: Number(text) },
    }),
  });
}

/** A token that is not among the likeliest, by its text. */
function otherBaseline(baseline, set) {
  const input = h("input", {
    type: "text", size: 9, value: typeof baseline?.text === "string" ? baseline.text : "", placeholder: "␣token", autocomplete: "off",
    on: {
      change: () => {
        const text = input.value.replace(/^␣/, " ");
        set({ baseline: text === "" ? undefined : { text } });
      },
    },
  });
  return h("label.field", null, h("span", null, "or with"), input);
}
