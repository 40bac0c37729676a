/** What the kernel has in memory, and whom it serves. */

import { h } from "../../components/element.js";
import { bytes, counted } from "../../components/numbers.js";

/** @param {object} found kernel/status's answer @returns {Array} nodes */
export function status(app, { memory, queue, models, saes, contexts, connections = [], vision, message }) {
  const parts = memory.items.map((each) => `${each.name} ${bytes(each.bytes)}`).join(", ");
  return [
    h("h2", null, "Kernel"),
    message && h("p.doubt", null, message),
    h("p", null, h("strong", null, queue.running ? `running ${queue.running}` : "idle"), `, ${queue.waiting} waiting`),
    h("div.memory", {
      role: "meter", "aria-label": "Memory", "aria-valuemin": 0, "aria-valuemax": memory.limit,
      "aria-valuenow": memory.used,
    }, h("i", { style: { "--share": Math.min(1, memory.used / memory.limit) } })),
    h("p.soft", null, `${bytes(memory.used)} of ${bytes(memory.limit)}${parts && `: ${parts}`}`),
    list("Models", models, (each) => [
      h("strong", null, h("bdi", null, each.model)), ` ${each.architecture}, ${each.precision}`,
      h("span.path", null, each.path),
    ]),
    list("Autoencoders", saes, (each) => [
      h("strong", null, h("bdi", null, each.sae)), ` ${each.latents} features at ${each.site}`,
      h("span.path", null, each.path), saes.length > 1 && use(app, each),
    ]),
    list("Contexts", contexts, (each) => `${each.context}: ${counted(each.tokenCount, "token")}, ${bytes(each.bytes)}`),
    connections.length > 1 && list("Clients", connections, (each) => (
      `${each.own ? "this window" : each.name ?? "without a name"}: ${counted(each.contexts, "context")}, ${bytes(each.bytes)}`)),
    vision && h("p.soft", null,
      `Vision worker: ${vision.name ?? vision.command}${vision.message ? `, ${vision.message}` : ""}`),
  ];
}

function list(heading, items, row) {
  return [h("h3", null, heading), items.length
    ? h("ul.rows", null, items.map((each) => h("li", null, row(each)))) : h("p.soft", null, "none")];
}

function use({ session, announce }, { sae, model }) {
  return h("button.small", {
    type: "button",
    on: { click: () => { session.reload({ sae, model }); announce(`${sae} is used from now on.`); } },
  }, "Use");
}
