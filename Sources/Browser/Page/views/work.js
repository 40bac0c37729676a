/** Work: what is loaded, what runs, how much memory it takes; and what this session asked. */

import { fill, h } from "../components/element.js";
import { notice } from "../components/notice.js";
import { JobList } from "./work/jobs.js";
import { loading } from "./work/loading.js";
import { Record } from "./work/record.js";
import { status } from "./work/status.js";

/** Between two looks at the kernel, in milliseconds. */
const PAUSE = 1000;
const JOBS = 50;

export function mount(root, app) {
  const { session } = app;
  const kernel = h("section.panel", { "aria-label": "Kernel" });
  const jobs = new JobList(app, poll);
  const record = new Record(app);
  // What has not changed is not drawn again under a reader's hand.
  let [shown, timer, isGone] = ["", null, false];
  fill(root, h("h1", { tabindex: -1 }, "Work"),
    h("p.lead", null, "What is loaded, what runs, and what this session has asked."),
    h("div.two", null,
      h("div.column", null, kernel, jobs.element), h("div.column", null, loading(app), record.element)));
  poll();
  return { leave: () => { isGone = true; clearTimeout(timer); record.leave(); } };

  async function poll() {
    clearTimeout(timer);
    try {
      const [found, { items }] = await Promise.all(
        [session.kernel.kernel.status(), session.kernel.job.list({ limit: JOBS })]);
      if (isGone) return;
      const text = JSON.stringify(found);
      if (text !== shown) fill(kernel, status(app, found));
      shown = text;
      await jobs.show(items);
    } catch (error) {
      if (isGone || error.kind === "connectionLost") return again();
      fill(kernel, h("h2", null, "Kernel"), notice(error));
      shown = "";
    }
    again();
  }

  function again() {
    clearTimeout(timer);
    if (!isGone) timer = setTimeout(poll, PAUSE);
  }
}
