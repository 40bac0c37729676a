import { fill, h } from "./element.js";
import { notice } from "./notice.js";

/** Work that ends sooner shows no progress. */
const QUIET = 200;

/**
 * A place for one piece of work at a time: shows how far it is with a way to cancel it, and its error.
 * New work takes the place of what runs.
 */
export class Slot {
  constructor() {
    this.element = h("div.slot", { role: "status" });
    this.work = null;
  }

  /**
   * @param {string} label what is being done
   * @param {function({signal: AbortSignal, onProgress: function(object), isCurrent: function(): boolean}): Promise}
   *   body
   * @param {{canRetry?: boolean}} options
   * @returns {Promise<object|undefined>} undefined where it failed, was cancelled or other work came
   */
  async run(label, body, { canRetry = true } = {}) {
    this.cancel();
    const controller = new AbortController();
    const work = { controller };
    this.work = work;
    fill(this.element);
    const message = h("span.message");
    const line = h("i");
    const show = () => {
      if (this.work !== work || work.isShown) return;
      work.isShown = true;
      fill(this.element, h("div.progress", null,
        h("span.track", { "aria-hidden": "true" }, line), h("span.label", null, label), message,
        h("button", { type: "button", on: { click: () => this.cancel(true) } }, "Cancel")));
    };
    const late = setTimeout(show, QUIET);
    const onProgress = ({ title, message: words, percentage }) => {
      message.textContent = words ?? title ?? "";
      line.classList.toggle("known", percentage !== undefined);
      if (percentage !== undefined) line.style.setProperty("--share", percentage / 100);
    };
    try {
      const isCurrent = () => this.work === work;
      const found = await body({ signal: controller.signal, onProgress, isCurrent });
      return this.work === work ? found : undefined;
    } catch (error) {
      if (this.work === work && !error.isCancelled) {
        fill(this.element, notice(error, canRetry && (() => this.run(label, body))));
        if (!error.code && !error.kind && error.name !== "KernelError") console.error(error);
        work.isOver = true;
      }
      return undefined;
    } finally {
      clearTimeout(late);
      if (this.work === work) {
        this.work = null;
        if (!work.isOver) fill(this.element, work.isStopped && h("p.soft", null, `${label}: cancelled.`));
      }
    }
  }

  get isBusy() { return this.work !== null; }

  /** @param isByHand whether somebody asked for it, and is told */
  cancel(isByHand = false) {
    if (!this.work) return;
    this.work.isStopped = isByHand;
    this.work.controller.abort();
    if (!isByHand) this.work = null;
  }
}
