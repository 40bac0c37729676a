/** Jobs: how far each is, its log, and pausing, resuming and cancelling it. */

import { fill, h } from "../../components/element.js";
import { duration, short } from "../../components/numbers.js";

const UNFINISHED = new Set(["queued", "running", "paused", "interrupted"]);
/** Lines of a log that are read, and the newest that are shown. */
const READ = 1000;
const SHOWN = 40;

export class JobList {
  /** @param {function()} onAct when something was asked of a job */
  constructor(app, onAct) {
    Object.assign(this, { app, onAct, opened: new Set(), text: "" });
    this.element = h("section.panel", { "aria-label": "Jobs" });
  }

  async show(jobs) {
    const logs = new Map(await Promise.all([...this.opened].map(async (job) => [job, await this.log(job)])));
    const text = JSON.stringify([jobs, [...logs]]);
    if (text === this.text) return;
    this.text = text;
    const focused = document.activeElement?.dataset?.act;
    fill(this.element, h("h2", null, "Jobs"), jobs.length
      ? h("ul.jobs", null, jobs.map((job) => this.row(job, logs.get(job.job))))
      : h("p.soft", null, "No job runs. Building an index is one."));
    if (focused) this.element.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
  }

  log(job) {
    return this.app.session.kernel.job.log({ job, lines: READ })
      .then(({ lines }) => lines.slice(-SHOWN), ({ message }) => [message]);
  }

  row({ job, method, state, progress, message, error, result }, lines) {
    const isOpen = UNFINISHED.has(state);
    return h("li", { data: { job, state } },
      h("p", null, h("strong", null, method), ` ${job} `, h("span.state", { data: { state } }, state)),
      isOpen && progress?.total > 0 && h("div.memory", {
        role: "progressbar", "aria-label": `${method} ${job}`, "aria-valuemin": 0, "aria-valuemax": progress.total,
        "aria-valuenow": progress.done,
      }, h("i", { style: { "--share": progress.done / progress.total } })),
      progress && h("p.soft", null, `${progress.done}${progress.total ? ` of ${progress.total}` : ""}`,
        progress.rate !== undefined && `, ${short(progress.rate)} a second`,
        isOpen && progress.remainingSeconds !== undefined && `, ${duration(progress.remainingSeconds)} left`,
        progress.message && [", ", h("bdi", null, progress.message)]),
      (message || error) && h("p.doubt", null, error?.message ?? message),
      state === "completed" && result && h("p.soft", null, summary(result)),
      h("div.row", null,
        state === "running" && this.act("Pause", "pause", job),
        (state === "paused" || state === "interrupted") && this.act("Resume", "resume", job),
        isOpen && this.act("Cancel", "cancel", job), this.logButton(job),
        state === "completed" && method === "index/build" && result?.path && this.openButton(result.path)),
      lines && h("pre.log", { tabindex: 0, "aria-label": `Log of ${job}` }, lines.join("\n") || "empty"));
  }

  act(name, method, job) {
    const ask = () => this.app.session.kernel.job[method]({ job })
      .catch(({ message }) => this.app.announce(message)).finally(this.onAct);
    return h("button.small", { type: "button", data: { act: `${name} ${job}` }, on: { click: ask } }, name);
  }

  logButton(job) {
    const toggle = () => { if (!this.opened.delete(job)) this.opened.add(job); this.onAct(); };
    return h("button.small", {
      type: "button", "aria-expanded": String(this.opened.has(job)), data: { act: `log ${job}` }, on: { click: toggle },
    }, "Log");
  }

  openButton(path) {
    const { session, announce } = this.app;
    const open = () => session.chooseIndex(path)
      .then(() => announce("The index is open."), ({ message }) => announce(message));
    return h("button.small", { type: "button", on: { click: open } }, "Open the index");
  }
}

/** Numbers and paths of a job's result. */
function summary(result) {
  const spoken = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return Object.entries(result).filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${spoken(name)} ${typeof value === "number" ? short(value) : value}`).join(", ");
}
