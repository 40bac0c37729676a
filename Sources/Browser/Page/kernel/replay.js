/** What a session's file says was answered, asked again. */

import { CONTEXTS } from "./log.js";

/** Members that are another each time, or name what is open now. */
const OTHERWISE = new Set(["elapsed", "context", "version"]);
const SHOWN = 3;

/**
 * Asks again, one after the other, and compares to the last digit.
 * @param {Session} session
 * @param {{entries: object[], contexts: Map<string, string>, prompt: function(string): object}} again as
 *   saved_session's `open` gives it: answered entries, what their contexts are called now, and params of context/open
 * @param {{signal?: AbortSignal, onProgress?: function(object)}} options
 * @returns {Promise<{asked: number, left: number, differing: {method: string, words: string[]}[]}>} `left` counts
 *   those whose contexts are not open
 */
export async function replay(session, { entries, contexts, prompt }, { signal, onProgress } = {}) {
  const known = entries.filter(({ params }) => params?.context !== undefined
    && [...CONTEXTS].every((name) => params[name] === undefined || contexts.has(params[name])));
  const differing = [];
  for (const [number, { method, params, result }] of known.entries()) {
    onProgress?.({ message: method, percentage: 100 * number / known.length });
    const [group, name] = method.split("/");
    try {
      const now = await asked(session.kernel[group][name], params);
      const words = differences(result, now);
      if (words.length) differing.push({ method, words });
    } catch (error) {
      if (error.isCancelled) throw error;
      differing.push({ method, words: [error.message] });
    }
  }
  return { asked: known.length, left: entries.length - known.length, differing };

  async function asked(ask, { append, version, ...params }) {
    if (!append) {
      const renamed = ([name, value]) => [name, CONTEXTS.has(name) ? contexts.get(value) : value];
      return ask(Object.fromEntries(Object.entries(params).map(renamed)), { signal });
    }
    // The answer is part of its context by now: its prompt is opened without it.
    const { context } = await session.kernel.context.open(prompt(params.context), { signal });
    try {
      return await ask({ ...params, context }, { signal });
    } finally {
      session.kernel.context.close({ context }).catch(() => {});
    }
  }
}

/** Where two values are not the same, in words: the first few places, and how many more there are. */
export function differences(was, is) {
  const found = [];
  walk(was, is, "");
  const rest = found.length - SHOWN;
  return rest > 0 ? [...found.slice(0, SHOWN), `and ${rest} more`] : found;

  function walk(one, other, path) {
    if (Object.is(one, other)) return;
    const isBranch = (each) => typeof each === "object" && each !== null;
    if (!isBranch(one) || !isBranch(other) || Array.isArray(one) !== Array.isArray(other)) {
      found.push(`${path || "the answer"} is ${short(other)}, was ${short(one)}`);
      return;
    }
    if (Array.isArray(one) && one.length !== other.length) {
      found.push(`${path || "the answer"} has ${other.length} elements, had ${one.length}`);
    }
    const names = Array.isArray(one) ? one.keys() : new Set([...Object.keys(one), ...Object.keys(other)]);
    for (const name of names) {
      if (OTHERWISE.has(name) || (Array.isArray(one) && name >= other.length)) continue;
      walk(one[name], other[name], Array.isArray(one) ? `${path}[${name}]` : path ? `${path}.${name}` : name);
    }
  }
}

function short(value) {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
