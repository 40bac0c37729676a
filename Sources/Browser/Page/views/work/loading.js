/** Forms that load a model, an autoencoder or an index, and build one. */

import { fill, h, unique } from "../../components/element.js";
import { bytes } from "../../components/numbers.js";
import { choice } from "../../components/segments.js";
import { Slot } from "../../components/slot.js";

const MUST = { required: true };

export function loading(app) {
  const { session } = app;
  const { kernel } = session;
  return h("section.panel.loading", { "aria-label": "Load" }, h("h2", null, "Load"),
    h("p.soft", null, "Paths are those of the machine on which the kernel runs."),
    form({
      heading: "A model", act: "Load", fields: [["path", "Folder of the checkpoint", MUST]],
      choices: [
        ["precision", ["auto", "float32", "bfloat16", "int8"]], ["resizing", ["torchvision", "pillow", "pillow13"]],
      ],
      async send(params, options) {
        const found = await kernel.model.load(params, options);
        session.reload({ model: found.model });
        return `${found.model}: ${found.architecture}, ${found.layers} layers, ${bytes(found.bytes)}`;
      },
    }),
    form({
      heading: "An autoencoder", act: "Load",
      fields: [["path", "Folder, or params.npz", MUST], ["site", "Site, where it is not told"]],
      async send(params, options) {
        const found = await kernel.sae.load(params, options);
        session.reload({ sae: found.sae });
        return `${found.sae}: ${found.latents} features at ${found.site}`;
      },
    }),
    form({
      heading: "An index", act: "Load", fields: [["path", "File of the index", MUST]],
      async send({ path }) {
        const found = await session.chooseIndex(path);
        return `${found.items} entries, ${found.activeLatents} of ${found.latents} features active, `
          + `${found.explainedLatents} explained`;
      },
    }),
    form({
      heading: "Build an index", act: "Build",
      fields: [
        ["path", "File of the index", MUST], ["folder", "Folder of pictures", MUST],
        ["question", "Question about each, if any"],
      ],
      async send({ path, folder, question }, options) {
        const { sae } = await session.ready(options);
        const { job } = await kernel.index.build({
          path, sae: sae.sae, corpus: { folder }, annotate: true, ...(question ? { questions: [question] } : {}),
        }, options);
        return `${job} is running.`;
      },
    }));
}

/**
 * @param {{heading: string, act: string, fields: Array, choices?: Array,
 *   send: function(object, object): Promise<string>}} options `fields` have a name, a label and
 *   attributes, `choices` a name and values, of which the first is usual; `send` gets what was filled in, and says what
 *   came of it
 */
function form({ heading, act, fields, choices = [], send }) {
  const slot = new Slot();
  const words = h("p.soft", { role: "status" });
  const inputs = fields.map(([name, label, attributes]) => {
    const id = unique(name);
    const input = h("input", { id, type: "text", spellcheck: "false", autocomplete: "off", ...attributes });
    return { name, label, id, input };
  });
  const values = {};
  const submit = (event) => {
    event.preventDefault();
    fill(words);
    const params = { ...values };
    for (const { name, input } of inputs) if (input.value.trim()) params[name] = input.value.trim();
    slot.run(heading, async (options) => { fill(words, await send(params, options)); });
  };
  return h("details", null, h("summary", null, heading),
    h("form", { data: { form: heading }, on: { submit } },
      inputs.map(({ id, label, input }) => h("label.field.wide", { for: id }, h("span", null, label), input)),
      h("div.fields", null, choices.map(([name, all]) => choice({
        label: name, value: all[0], choices: all.map((value) => ({ value, text: value })),
        onChange: (value) => { if (value === all[0]) delete values[name]; else values[name] = value; },
      }))),
      h("button.primary", null, act), slot.element, words));
}
