/** What features are called and how strong they get: in an index, and in the prompt at hand. */

/** Features whose strength in the prompt is asked for, the strongest first. */
const ACTIVE = 4096;

export class Strengths {
  constructor(session, context, sae) {
    Object.assign(this, { session, context, sae, known: new Map() });
  }

  /** @returns {{most?: number, mean?: number, here?: number, label?: object}} */
  of(index) { return this.known.get(index) ?? {}; }

  async learn(index, options) {
    if (this.known.has(index)) return;
    const [{ stats }, labels, active] = await Promise.all([
      this.session.kernel.feature.info({ feature: { sae: this.sae, index }, topK: 0 }, options),
      this.session.labelled([index], options),
      this.active(options),
    ]);
    this.known.set(index, {
      most: stats.max, mean: stats.mean, here: active.get(index) ?? 0, label: labels.get(index),
    });
  }

  /** The largest activation of each feature in the prompt, asked once. */
  async active(options) {
    if (!this.found) {
      const { items } = await this.session.kernel.feature.activations(
        { context: this.context.context, sae: this.sae, topK: ACTIVE }, options);
      this.found = new Map(items.map(({ feature, score }) => [feature.index, score]));
    }
    return this.found;
  }
}
