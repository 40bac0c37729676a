/** Work: what is loaded, what runs, how much memory it takes; and what this session asked. */

import { download, fill, h, unique } from "../components/element.js";
import { notice } from "../components/notice.js";
import { choice } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { bytes, duration, short } from "../components/numbers.js";
import { python } from "../kernel/python.js";

export const title = "Work";

const PAUSE = 1000;
const RUNNING = new Set(["queued", "running", "paused", "interrupted"]);

export function mount(root, app) {
  const { session, log } = app;
  const status = h("section.panel", { "aria-label": "Kernel" });
  const jobs = h("section.panel", { "aria-label": "Jobs" });
  const record = h("section.panel", { "aria-label": "This session" });
  const openLogs = new Set();
  let timer = null;
  let isGone = false;
  // The newest texts, so that what has not changed is not drawn again under a reader's hand.
  let [statusText, jobText] = ["", ""];
  fill(root, h("h1", { tabindex: -1 }, "Work"),
    h("p.lead", null, "What is loaded, what runs, and what this session has asked."),
    h("div.two", null, h("div.column", null, status, jobs), h("div.column", null, loading(app), record)));
  showRecord();
  const update = () => { clearTimeout(record.timer); record.timer = setTimeout(showRecord, 250); };
  log.addEventListener("change", update);
  poll();
  return {
    leave: () => { isGone = true; clearTimeout(timer); clearTimeout(record.timer); log.removeEventListener("change", update); },
  };

  async function poll() {
    try {
      const [found, listed] = await Promise.all([session.kernel.kernel.status(), session.kernel.job.list({ limit: 50 })]);
      if (isGone) return;
      showStatus(found);
      await showJobs(listed.items);
    } catch (error) {
      if (!isGone && error.kind !== "connectionLost") { fill(status, h("h2", null, "Kernel"), notice(error)); statusText = ""; }
    }
    if (!isGone) timer = setTimeout(poll, PAUSE);
  }

  function showStatus(found) {
    const text = JSON.stringify(found);
    if (text === statusText) return;
    statusText = text;
    const { memory, queue, models, saes, contexts, connections = [], vision, message } = found;
    const list = (heading, items, row) => [h("h3", null, heading), items.length ? h("ul.rows", null, items.map((each) => h("li", null, row(each))))
      : h("p.soft", null, "none")];
    fill(status, h("h2", null, "Kernel"),
      message && h("p.doubt", null, message),
      h("p", null, h("strong", null, queue.running ? `running ${queue.running}` : "idle"), `, ${queue.waiting} waiting`),
      h("div.memory", { role: "meter", "aria-valuemin": 0, "aria-valuemax": memory.limit, "aria-valuenow": memory.used, "aria-label": "Memory" },
        h("i", { style: { "--share": Math.min(1, memory.used / memory.limit) } })),
      h("p.soft", null, `${bytes(memory.used)} of ${bytes(memory.limit)}`,
        memory.items.length > 0 && `: ${memory.items.map((each) => `${each.name} ${bytes(each.bytes)}`).join(", ")}`),
      list("Models", models, (each) => [h("strong", null, h("bdi", null, each.model)), ` ${each.architecture}, ${each.precision}`, h("span.path", null, each.path)]),
      list("Autoencoders", saes, (each) => [
        h("strong", null, h("bdi", null, each.sae)), ` ${each.latents} features at ${each.site}`, h("span.path", null, each.path),
        saes.length > 1 && h("button.small", {
          type: "button", on: { click: () => { session.reload({ sae: each.sae, model: each.model }); statusText = ""; app.announce(`${each.sae} is used from now on.`); } },
        }, "Use"),
      ]),
      list("Contexts", contexts, (each) => `${each.context}: ${each.tokenCount} tokens, ${bytes(each.bytes)}`),
      connections.length > 1 && list("Clients", connections, (each) => (
        `${each.own ? "this window" : each.name ?? "without a name"}: ${each.contexts} contexts, ${bytes(each.bytes)}`)),
      vision && h("p.soft", null, `Vision worker: ${vision.name ?? vision.command}${vision.message ? `, ${vision.message}` : ""}`));
  }

  async function showJobs(items) {
    const logs = new Map(await Promise.all([...openLogs].map(async (job) => [
      job, await session.kernel.job.log({ job, lines: 1000 }).then(({ lines }) => lines.slice(-40), ({ message }) => [message])])));
    const text = JSON.stringify([items, [...logs]]);
    if (text === jobText || isGone) return;
    jobText = text;
    const focused = document.activeElement?.dataset?.act;
    fill(jobs, h("h2", null, "Jobs"), items.length ? h("ul.jobs", null, items.map((job) => row(job, logs.get(job.job))))
      : h("p.soft", null, "No job runs. Building an index is one."));
    if (focused) jobs.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
  }

  function row({ job, method, state, progress, message, error, result }, lines) {
    const act = (name, method_) => h("button.small", {
      type: "button", data: { act: `${name} ${job}` },
      on: { click: () => session.kernel.job[method_]({ job }).catch((failure) => app.announce(failure.message)).finally(() => { jobText = ""; }) },
    }, name);
    const share = progress?.total ? progress.done / progress.total : null;
    return h("li", { data: { job, state } },
      h("p", null, h("strong", null, method), ` ${job} `, h("span.state", { data: { state } }, state)),
      share !== null && RUNNING.has(state) && h("div.memory", {
        role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 1, "aria-valuenow": share, "aria-label": `${method} ${job}`,
      }, h("i", { style: { "--share": share } })),
      progress && h("p.soft", null, `${progress.done}${progress.total ? ` of ${progress.total}` : ""}`,
        progress.rate !== undefined && `, ${short(progress.rate)} a second`,
        progress.remainingSeconds !== undefined && RUNNING.has(state) && `, ${duration(progress.remainingSeconds)} left`,
        progress.message && [", ", h("bdi", null, progress.message)]),
      (message || error) && h("p.doubt", null, error?.message ?? message),
      state === "completed" && result && h("p.soft", null, words(result)),
      h("div.row", null,
        state === "running" && act("Pause", "pause"),
        (state === "paused" || state === "interrupted") && act("Resume", "resume"),
        RUNNING.has(state) && act("Cancel", "cancel"),
        h("button.small", {
          type: "button", "aria-expanded": String(openLogs.has(job)), data: { act: `log ${job}` },
          on: { click: () => { if (!openLogs.delete(job)) openLogs.add(job); jobText = ""; showNow(); } },
        }, "Log"),
        state === "completed" && method === "index/build" && result?.path && h("button.small", {
          type: "button", on: { click: () => session.chooseIndex(result.path).then(() => app.announce("The index is open."), (failure) => app.announce(failure.message)) },
        }, "Open the index")),
      lines && h("pre.log", { tabindex: 0, "aria-label": `Log of ${job}` }, lines.join("\n") || "empty"));
  }

  function showNow() { clearTimeout(timer); poll(); }

  function showRecord() {
    const counts = { answered: 0, failed: 0, cancelled: 0, open: 0 };
    for (const { state } of log.entries) counts[state] += 1;
    fill(record, h("h2", null, "This session"),
      h("p.soft", null, `${log.entries.length} requests: ${counts.answered} answered, ${counts.failed} refused, ${counts.cancelled} cancelled`,
        log.forgotten > 0 && `; ${log.forgotten} earlier ones are forgotten`),
      h("div.row", null,
        h("button", { type: "button", data: { act: "lines" }, on: { click: async () => download("session.jsonl", await log.lines(app.pictures), "application/jsonl") } }, "Save as JSON lines"),
        h("button", { type: "button", data: { act: "python" }, on: { click: async () => download("session.py", await python(log, app.pictures), "text/x-python") } }, "Save as Python")),
      h("p.soft", null, h("code", null, "lucarne serve < session.jsonl"), " asks again; the Python script does with the Python client."),
      h("ol.requests", { reversed: true }, log.entries.slice(-20).reverse().map((entry) => h("li", { data: { state: entry.state } },
        h("code", null, entry.method), " ", h("span.soft", null, entry.state === "open" ? "…" : `${entry.milliseconds} ms`),
        entry.message && h("span.doubt", null, ` ${entry.message}`)))));
  }
}

/** Numbers and paths of a job's result. */
function words(result) {
  return Object.entries(result).filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${typeof value === "number" ? short(value) : value}`).join(", ");
}

/** Forms that load a model, an autoencoder, an index, and build one. */
function loading(app) {
  const { session } = app;
  return h("section.panel.loading", { "aria-label": "Load" }, h("h2", null, "Load"),
    h("p.soft", null, "Paths are those of the machine on which the kernel runs."),
    form("A model", [["path", "Folder of the checkpoint", { required: true }]],
      [["precision", ["auto", "float32", "bfloat16", "int8"]], ["resizing", ["torchvision", "pillow", "pillow13"]]],
      async (params, options) => {
        const found = await session.kernel.model.load(params, options);
        session.reload({ model: found.model });
        return `${found.model}: ${found.architecture}, ${found.layers} layers, ${bytes(found.bytes)}`;
      }),
    form("An autoencoder", [["path", "Folder, or params.npz", { required: true }], ["site", "Site, where it is not told"]], [],
      async (params, options) => {
        const found = await session.kernel.sae.load(params, options);
        session.reload({ sae: found.sae });
        return `${found.sae}: ${found.latents} features at ${found.site}`;
      }),
    form("An index", [["path", "File of the index", { required: true }]], [],
      async ({ path }) => {
        const found = await session.chooseIndex(path);
        return `${found.items} entries, ${found.activeLatents} of ${found.latents} features active, ${found.explainedLatents} explained`;
      }),
    form("Build an index", [["path", "File of the index", { required: true }], ["folder", "Folder of pictures", { required: true }],
      ["question", "Question about each, if any"]], [],
    async ({ path, folder, question }) => {
      const { sae } = await session.ready();
      const { job } = await session.kernel.index.build({
        path, sae: sae.sae, corpus: { folder }, annotate: true, ...(question ? { questions: [question] } : {}),
      });
      return `${job} is running.`;
    }));
}

function form(heading, fields, choices, send) {
  const slot = new Slot();
  const words = h("p.soft", { role: "status" });
  const inputs = fields.map(([name, label, options]) => {
    const id = unique(name);
    return [name, h("input", { id, type: "text", spellcheck: "false", autocomplete: "off", ...options }), label, id];
  });
  const values = Object.fromEntries(choices.map(([name, all]) => [name, all[0]]));
  return h("details", null, h("summary", null, heading),
    h("form", {
      data: { form: heading },
      on: {
        submit: (event) => {
          event.preventDefault();
          fill(words);
          const params = Object.fromEntries(inputs.map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value));
          for (const [name, all] of choices) if (values[name] !== all[0]) params[name] = values[name];
          slot.run(heading, async (options) => { fill(words, await send(params, options)); });
        },
      },
    }, inputs.map(([, input, label, id]) => h("label.field.wide", { for: id }, h("span", null, label), input)),
    h("div.fields", null, choices.map(([name, all]) => choice({
      label: name, value: all[0], choices: all.map((value) => ({ value, text: value })), onChange: (value) => { values[name] = value; },
    }))),
    h("button.primary", null, heading.startsWith("Build") ? "Build" : "Load"), slot.element, words));
}
