/** The conversation that the address holds, which several views ask about. */

export const EMPTY = { turns: [{ role: "user", text: "", pictures: [] }] };
const MAX_TOKENS = 64;
/** From this probability on, a token needs no number below it. */
const SURE = 0.995;

export function conversation(address, name = "chat") {
  const found = address.get(name);
  if (!Array.isArray(found?.turns) || !found.turns.length) return structuredClone(EMPTY);
  return {
    ...(typeof found.system === "string" && found.system ? { system: found.system } : {}),
    turns: found.turns.map(({ role, text, pictures }) => ({
      role: role === "assistant" ? "assistant" : "user", text: String(text ?? ""),
      pictures: Array.isArray(pictures) ? pictures.map(String) : [],
    })),
  };
}

/** Whether there is anything to ask. */
export function hasQuestion({ turns }) {
  const last = turns.at(-1);
  return last.role === "user" && (last.text.trim() !== "" || last.pictures.length > 0);
}

/** How answers are generated, as params of context/generate. */
export function generation(address) {
  const found = address.get("generation", {});
  const params = { maxTokens: Number.isSafeInteger(found.maxTokens) ? found.maxTokens : MAX_TOKENS };
  if (found.temperature > 0) {
    params.temperature = found.temperature;
    params.seed = Number.isSafeInteger(found.seed) ? found.seed : 0;
    if (found.topP > 0 && found.topP < 1) params.topP = found.topP;
  }
  return params;
}

/** Digests of all pictures, in the order of the prompt. */
export function digests({ turns }) { return turns.flatMap(({ pictures }) => pictures); }

/** Characters of a question in one line. */
const LINE = 300;

/** A conversation in one line. */
export function summary({ turns }) {
  const { text, pictures } = turns.at(-1);
  const shown = pictures.length ? `${pictures.length === 1 ? "a picture" : `${pictures.length} pictures`}: ` : "";
  const words = text.length > LINE ? `${text.slice(0, LINE)} …` : text;
  return `${shown}${words || "no words"}`;
}

/** An answer's tokens for a strip, coloured by how unlikely each was. */
export function answerTokens(tokens) {
  return tokens.map(({ id, text, logProb }, key) => {
    const probability = Math.exp(logProb);
    const shown = `${(100 * probability).toFixed(1)} %`;
    return {
      id, key, text, value: probability, title: `probability ${shown}`, note: probability < SURE ? shown : undefined,
    };
  });
}
