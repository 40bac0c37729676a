/** What the window has open in the kernel: contexts by their conversations, the autoencoder, labels. */

import { KernelError } from "./connection.js";
import { methods } from "./methods.js";
import { visible } from "../components/numbers.js";

/** Contexts that stay open; each has keys, values and residuals in the kernel's memory. */
export const CONTEXTS = 8;
/** Names of features that are kept of sessions' files. */
const LABELS = 10_000;
const UNLOGGED = new Set(["kernel/status", "job/list", "job/log", "rpc.discover", "session/save", "session/open", "session/export"]);

export class Session extends EventTarget {
  /** @param {Connection} connection @param {RequestLog} log @param {PictureStore} pictures */
  constructor(connection, log, pictures) {
    super();
    this.connection = connection;
    this.log = log;
    this.pictures = pictures;
    this.kernel = methods(this);
    this.index = undefined;
    /** What features were called in sessions' files, by autoencoder and feature. */
    this.keptLabels = new Map();
    this.forget();
    connection.addEventListener("open", () => { this.forget(); this.reopened = this.reopen(); });
    // Names of contexts begin anew with each connection: one that is lost would name another.
    connection.addEventListener("lost", () => this.forget());
  }

  /** Nothing of what was open is so any more. */
  forget() {
    this.contexts = new Map();
    this.labels = new Map();
    this.loaded = null;
    this.modelParams = {};
  }

  /** An index belongs to a connection; the one that was chosen is opened again. */
  async reopen() {
    this.index = undefined;
    if (!this.indexPath) return;
    const found = await this.kernel.index.open({ path: this.indexPath }).catch(() => null);
    this.index = found?.index;
    this.labels.clear();
  }

  /** As the connection's request, and noted in the log. */
  async request(method, params = {}, options = {}) {
    await this.connection.opened(options.signal);
    const entry = UNLOGGED.has(method) ? null : this.log.add(this.connection.number, method, params);
    try {
      const result = await this.connection.request(method, entry ? bare(params) : params, options);
      if (entry) this.log.answered(entry, result);
      return result;
    } catch (error) {
      if (entry && error instanceof KernelError) this.log.failed(entry, error);
      throw error;
    }
  }

  /**
   * What is loaded; loads what the kernel was started with where nothing is yet.
   * @returns {Promise<{model: object, sae: object, saes: object[]}>}
   */
  async ready(options = {}) {
    if (this.loaded) return this.loaded;
    let status = await this.kernel.kernel.status();
    if (!status.models.length || !status.saes.length) {
      const opened = await this.kernel.context.open(
        { parts: [{ text: "." }], chat: { template: "none" } }, options);
      await this.kernel.context.close({ context: opened.context });
      status = await this.kernel.kernel.status();
    }
    const model = status.models.find((each) => each.model === this.chosenModel) ?? status.models[0];
    const saes = status.saes.filter((each) => !each.model || each.model === model?.model);
    const sae = saes.find((each) => each.sae === this.chosenSAE) ?? saes.at(0);
    if (!sae) {
      throw new KernelError({
        code: 0, message: "No autoencoder is loaded.", data: { hint: "Load one in the view Work." },
      });
    }
    this.loaded = { model, sae, saes };
    // With one model there is no choice, and what a log has can be asked of any kernel.
    this.modelParams = status.models.length > 1 ? { model: model.model } : {};
    this.dispatchEvent(new Event("loaded"));
    return this.loaded;
  }

  /** Which model or autoencoder is meant has changed: another client's are in the kernel, too. */
  reload({ model, sae }) {
    this.chosenModel = model ?? this.chosenModel;
    this.chosenSAE = sae ?? this.chosenSAE;
    const open = [...this.contexts.values()];
    this.forget();
    for (const each of open) each.then(({ context }) => this.kernel.context.close({ context })).catch(() => {});
    this.dispatchEvent(new Event("changed"));
  }

  async feature(index) { return { sae: (await this.ready()).sae.sae, index }; }

  /** Parameters that name the chosen index, or none for the kernel's own choice. */
  get indexParams() { return this.index === undefined ? {} : { index: this.index }; }

  async chooseIndex(path) {
    const found = await this.kernel.index.open({ path });
    this.index = found.index;
    this.indexPath = path;
    this.labels.clear();
    this.dispatchEvent(new Event("changed"));
    return found;
  }

  /**
   * A conversation as parts of a prompt, named as people would: picture, question, system, turn 1.
   * Pictures stand before their turn's text.
   */
  async parts({ system, turns }) {
    const parts = system ? [{ id: "system", role: "system", text: system }] : [];
    const count = turns.reduce((sum, { pictures = [] }) => sum + pictures.length, 0);
    let picture = 0;
    for (const [number, { role, text, pictures = [] }] of turns.entries()) {
      for (const digest of pictures) {
        const base64 = await this.pictures.base64(digest);
        if (!base64) {
          throw new KernelError({
            code: 0, message: "A picture of this conversation is not kept in this browser.",
            data: { kind: "pictureMissing", hint: "Take it out and add the picture again." },
          });
        }
        picture += 1;
        parts.push({ id: count === 1 ? "picture" : `picture ${picture}`, role, image: { digest, base64 } });
      }
      if (text) parts.push({ id: number === turns.length - 1 ? "question" : `turn ${number + 1}`, role, text });
    }
    return parts;
  }

  /**
   * A conversation's context, opened once.
   * @returns {Promise<{context, version, tokenCount, images, parts}>}
   */
  context(conversation, options = {}) {
    return this.keep(`prompt ${JSON.stringify(conversation)}`, options, async () => (
      this.kernel.context.open({ parts: await this.parts(conversation), ...this.modelParams }, options)));
  }

  /**
   * A conversation's answer, generated once, and the context that ends with it.
   * @param generation params of context/generate
   * @param {{signal?, onProgress?, onParts?, onOpen?: function(object)}} options
   * @returns {Promise<{context, version, tokenCount, promptCount, images, parts, text, tokens, finish}>}
   */
  answer(conversation, generation, options = {}) {
    const key = `answer ${JSON.stringify([conversation, generation])}`;
    return this.keep(key, options, async () => {
      const parts = await this.parts(conversation);
      const opened = await this.kernel.context.open(
        { parts, ...this.modelParams }, { ...options, onParts: undefined });
      options.onOpen?.(opened);
      try {
        const generated = await this.kernel.context.generate(
          { context: opened.context, append: true, ...generation }, options);
        return {
          ...opened, ...generated, promptCount: opened.tokenCount,
          tokenCount: opened.tokenCount + generated.tokens.length,
        };
      } catch (error) {
        this.kernel.context.close({ context: opened.context }).catch(() => {});
        throw error;
      }
    });
  }

  /** Forgets an answer, so that it is generated anew. */
  forgetAnswer(conversation, generation) {
    const key = `answer ${JSON.stringify([conversation, generation])}`;
    const known = this.contexts.get(key);
    this.contexts.delete(key);
    known?.then(({ context }) => this.kernel.context.close({ context })).catch(() => {});
  }

  async keep(key, options, make) {
    const known = this.contexts.get(key);
    if (known) {
      try {
        const found = await known;
        this.contexts.delete(key);
        this.contexts.set(key, known);
        return found;
      } catch (error) {
        // Whoever asked first gave up; this one did not.
        if (!error.isCancelled || options.signal?.aborted) throw error;
      }
    }
    const opening = make();
    this.contexts.set(key, opening);
    opening.catch(() => { if (this.contexts.get(key) === opening) this.contexts.delete(key); });
    const found = await opening;
    while (this.contexts.size > CONTEXTS) {
      const [oldest, promise] = this.contexts.entries().next().value;
      this.contexts.delete(oldest);
      promise.then(({ context }) => this.kernel.context.close({ context })).catch(() => {});
    }
    return found;
  }

  /** What was opened and is still open, to be saved: `{key, found}` each. */
  async opened() {
    const all = await Promise.allSettled(
      [...this.contexts].map(async ([key, promise]) => ({ key, found: { ...await promise, allTokens: undefined } })));
    return all.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  }

  /** What features are called as far as it is known, for a session's file; what they were called in one otherwise. */
  named() {
    const sae = this.loaded?.sae.sae;
    const found = new Map(this.keptLabels);
    for (const [index, { text }] of this.labels) if (sae && text) found.set(`${index} ${sae}`, { sae, index, text });
    return [...found.values()];
  }

  /** Keeps labels of a session's file, which may come from anywhere, for the next one. */
  keepLabels(labels) {
    for (const { sae, index, text } of labels.filter(Boolean)) {
      if (this.keptLabels.size === LABELS) return;
      if (typeof sae !== "string" || !Number.isSafeInteger(index) || typeof text !== "string") continue;
      this.keptLabels.set(`${index} ${sae}`, { sae, index, text });
    }
  }

  /** Takes what `opened` gave, as contexts that are open again. */
  adopt(key, found) {
    const known = this.contexts.get(key);
    this.contexts.delete(key);
    known?.then(({ context }) => this.kernel.context.close({ context })).catch(() => {});
    this.contexts.set(key, Promise.resolve(found));
  }

  /** The tokens of a context at its version, with the pixels that each covers. */
  async tokens(found, options) {
    found.allTokens ??= (await this.kernel.context.tokens({ context: found.context }, options)).tokens;
    return found.allTokens;
  }

  /**
   * What features are called: their explanation, else the tokens that they raise.
   * @returns {Promise<Map<number, {text: string, isExplained: boolean, scores?: object[]}>>}
   */
  async labelled(latents, options = {}) {
    const { sae } = await this.ready(options);
    const missing = [...new Set(latents)].filter((each) => !this.labels.has(each));
    if (missing.length) {
      let items = [];
      try {
        ({ items } = await this.kernel.index.search(
          { ...this.indexParams, ...(this.index ? {} : { sae: sae.sae }), query: { latents: missing } }, options));
      } catch (error) {
        if (error.isCancelled) throw error;
      }
      for (const { latent, label, labelScores } of items) {
        if (label) this.labels.set(latent, { text: label, isExplained: true, scores: labelScores });
      }
      const unnamed = missing.filter((each) => !this.labels.has(each));
      await Promise.all(unnamed.map(async (index) => {
        const { logits } = await this.kernel.feature.info({ feature: { sae: sae.sae, index }, topK: 4 }, options);
        const raised = logits.promoted.map(({ text }) => text).filter((text) => !text.includes("�")).slice(0, 3);
        const words = raised.map((each) => `“${visible(each)}”`).join(" ");
        this.labels.set(index, { text: words && `raises ${words}`, isExplained: false });
      }));
    }
    return new Map(latents.map((each) => [each, this.labels.get(each) ?? { text: "", isExplained: false }]));
  }
}

/** Params as the wire has them: a picture's digest is only for the log. */
function bare(value) {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([name]) => !(name === "digest" && value.base64 !== undefined));
  return Object.fromEntries(entries.map(([name, each]) => [name, bare(each)]));
}
