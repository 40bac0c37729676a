/** Change: features turned up, down or off, and what the model says then, beside what it said. */

import { download, fill, h, unique } from "../components/element.js";
import { featureName } from "../components/feature_card.js";
import { empty, notice } from "../components/notice.js";
import { regionBox } from "../components/region_box.js";
import { choice, segments } from "../components/segments.js";
import { slider } from "../components/slider.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { short } from "../components/numbers.js";
import { list } from "../kernel/tensor.js";
import { answerTokens, conversation, digests, generation, hasQuestion, summary } from "./conversation.js";
import { featurePicker } from "./feature_picker.js";
import { changesOf, recipeOf } from "./recipe.js";
import { askFirst, featureAddress } from "./shared.js";

export const title = "Change";

/** While an answer is on its way, drags closer together than this, in milliseconds, make one request. */
const PAUSE = 25;
/** Features whose strength in the prompt is asked for, the strongest first. */
const ACTIVE = 4096;
const OPERATIONS = [
  { value: "clamp", text: "set to" }, { value: "scale", text: "times" }, { value: "add", text: "add" },
];
const NAMES = {
  plain: "As it is", reconstruction: "On the reconstruction", steered: "With the changes",
};
const ABOUT = {
  plain: "the model's own answer", reconstruction: "the autoencoder's reconstruction in the residual's place",
  steered: "features changed as on the left",
};

export function mount(root, app) {
  const { address, session } = app;
  const chat = conversation(address);
  if (!hasQuestion(chat)) return askFirst(root, app, "Change what the model represents");
  const slot = new Slot();
  const loading = new Slot();
  const controls = h("div.controls");
  const where = h("section.panel.region-panel", { hidden: true });
  const answers = h("section.answers", { "aria-label": "Answers", "aria-live": "polite" });
  const receipt = h("section.panel.receipt", { hidden: true, "aria-label": "Receipt" });
  let changes = checked(address.get("changes"));
  let context = null;
  // Answers that do not depend on the changes, and what is known of features.
  const kept = new Map();
  const known = new Map();
  let timer = null;
  let begun = 0;

  fill(root, h("h1", { tabindex: -1 }, "Change what the model represents"),
    h("p.lead", null, h("bdi", null, summary(chat))),
    h("div.change", null,
      h("div.column", null, loading.element, where, h("section.panel", { "aria-label": "Changes" },
        h("h2", null, "Changes"), controls,
        featurePicker(app, { label: "Add a feature", onChoose: add, context: () => context }).element, opening()),
      h("details.panel.splice", { open: Boolean(address.get("splice")) }, h("summary", null, "How the change is put in"), spliceChoices())),
      h("div.column.told", null, slot.element, answers, receipt)));
  showAnswers({});
  start();
  return { leave: () => { clearTimeout(timer); slot.cancel(); loading.cancel(); } };

  async function start() {
    await loading.run("Reading the question", async (options) => {
      await session.ready(options);
      context = await session.context(chat, options);
      await showRegion();
      await Promise.all(changes.map(({ feature }) => learn(feature, options)));
    });
    if (!context) return;
    showControls();
    run();
  }

  /** What a feature is called and how strong it gets. */
  async function learn(index, options) {
    if (known.has(index)) return;
    const { sae } = await session.ready(options);
    const [info, labels] = await Promise.all([
      session.kernel.feature.info({ feature: { sae: sae.sae, index }, topK: 0 }, options),
      session.labelled([index], options),
    ]);
    known.set(index, { most: info.stats.max, mean: info.stats.mean, label: labels.get(index), here: await strength(index, options) });
  }

  /** How active a feature is in this prompt, at most. */
  async function strength(index, options) {
    const { sae } = await session.ready(options);
    context.active ??= session.kernel.feature.activations({ context: context.context, sae: sae.sae, topK: ACTIVE }, options)
      .then(({ items }) => new Map(items.map(({ feature, score }) => [feature.index, score])));
    context.active.catch(() => { context.active = undefined; });
    return (await context.active).get(index) ?? 0;
  }

  async function add(index) {
    if (changes.some((each) => each.feature === index)) return;
    await loading.run(`Reading feature ${index}`, async (options) => {
      await learn(index, options);
      change([...changes, { feature: index, op: "clamp", value: 0, isMuted: true, generated: true }], true);
      app.say(`Feature ${index} is muted.`);
    });
  }

  function change(next, isShown) {
    begun = performance.now();
    changes = next;
    address.set({ changes: changes.length ? changes : undefined });
    if (isShown) showControls();
    clearTimeout(timer);
    timer = setTimeout(run, slot.isBusy ? PAUSE : 0);
  }

  function edit(index, values, isShown) {
    change(changes.map((each) => (each.feature === index ? { ...each, ...values } : each)), isShown);
  }

  function showControls() {
    fill(controls, changes.length ? h("ul.changes", null, changes.map(control))
      : empty("Nothing is changed yet. Add a feature by its number, by words, or one that is active here."));
  }

  function control(each) {
    const { feature, op, value, isMuted, at = "all", generated } = each;
    const { most, mean, label, here } = known.get(feature) ?? {};
    const top = Number(Math.max(most ?? 0, here ?? 0, 10).toPrecision(2));
    const range = op === "scale" ? { min: 0, max: 5, step: 0.05 }
      : op === "add" ? { min: -top, max: top, step: top / 200 } : { min: 0, max: 2 * top, step: top / 100 };
    // A value from elsewhere, an address or a key, is shown as it is.
    range.min = Math.min(range.min, value);
    range.max = Math.max(range.max, value);
    const places = [
      { value: "all", text: "the whole prompt" }, ...context.parts.map(({ part }) => ({ value: `part ${part}`, text: part })),
      { value: "last", text: "where the answer begins" },
      ...(context.images.length ? [{ value: "box", text: "the drawn region" }] : []),
      { value: "none", text: "not in the prompt" },
    ];
    const after = h("input", {
      type: "checkbox", checked: generated, on: { change: () => edit(feature, { generated: after.checked }) },
    });
    const mute = h("button.mute", {
      type: "button", "aria-pressed": String(Boolean(isMuted)),
      on: { click: () => edit(feature, { isMuted: !isMuted }, true) },
    }, "Mute");
    return h("li", { data: { feature, muted: isMuted ? "yes" : undefined } },
      h("div.head", null,
        h("a", { href: featureAddress(app, feature) }, `#${feature} `, featureName(label ?? { text: "" })),
        mute,
        h("button.remove", {
          type: "button", "aria-label": `Take feature ${feature} out of the changes`,
          on: { click: () => change(changes.filter((other) => other.feature !== feature), true) },
        }, "×")),
      h("div.dial", null,
        choice({
          label: "Operation", isHidden: true, value: op, choices: OPERATIONS,
          onChange: (next) => edit(feature, { op: next, value: next === "scale" ? 1 : 0, isMuted: false }, true),
        }),
        slider({
          label: `Feature ${feature}`, ...range, value,
          onInput: (number) => {
            mute.setAttribute("aria-pressed", "false");
            edit(feature, { value: number, isMuted: false });
          },
        })),
      h("div.fields", null,
        choice({
          label: "at", value: at, choices: places,
          onChange: (next) => { edit(feature, { at: next }, true); showRegion(); },
        }),
        h("label.check", null, after, " and while it answers")),
      h("p.soft.facts", null, here ? `${short(here)} at most in this prompt` : "not active in this prompt",
        most !== undefined && `; in the index ${short(most)} at most, ${short(mean ?? 0)} on average`));
  }

  async function showRegion() {
    where.hidden = !context?.images.length || !changes.some(({ at }) => at === "box");
    if (where.hidden) return;
    const { image = 0, box = null } = address.get("region", {});
    const shown = context.images[image] ?? context.images[0];
    const src = await app.pictures.url(digests(chat)[image]);
    fill(where, h("h2", null, "Region"), h("p.soft", null, "Draw a rectangle on the picture."),
      context.images.length > 1 && choice({
        label: "picture", value: String(image),
        choices: context.images.map(({ part }, number) => ({ value: String(number), text: part })),
        onChange: (number) => { address.set({ region: { image: Number(number) } }); showRegion(); change(changes); },
      }),
      regionBox({
        src, width: shown.width, height: shown.height, box, label: "Region of the picture",
        onChange: (drawn) => { address.set({ region: { image, box: drawn ?? undefined } }); change(changes); },
      }));
  }

  /** Positions that a change is made at, as Regions; undefined for the whole prompt. */
  function regions(at) {
    if (at === undefined || at === "all") return undefined;
    if (at === "none") return [];
    if (at === "last") return [{ last: 1 }];
    if (at.startsWith("part ")) return [{ part: at.slice(5) }];
    const { image = 0, box } = address.get("region", {});
    return [box ? { image, box } : { image }];
  }

  function wire({ feature, op, value, isMuted, at, generated }) {
    return {
      op: isMuted ? "zero" : op, feature, ...(isMuted ? {} : { value }),
      ...(regions(at) ? { at: regions(at) } : {}), ...(generated ? { generated: true } : {}),
    };
  }

  async function run() {
    const asked = begun;
    const params = generation(address);
    const splice = address.get("splice");
    const key = JSON.stringify([context.context, params]);
    const names = ["plain", "reconstruction"].filter((name) => !kept.has(`${key} ${name}`));
    const seen = { plain: [], reconstruction: [], steered: [] };
    await slot.run("Answering", async ({ signal, onProgress, isCurrent }) => {
      const { sae } = await session.ready({ signal });
      const found = await session.kernel.steering.generate({
        context: context.context, sae: sae.sae, ...params, ...(splice ? { splice } : {}),
        interventions: changes.map(wire).map((each) => ({ ...each, feature: { sae: sae.sae, index: each.feature } })),
        ...(names.length ? { compareWith: names } : {}),
      }, {
        signal, onProgress,
        onParts: (value) => {
          if (!isCurrent() || !value.name) return;
          seen[value.name].push(...value.tokens);
          showAnswers(outputs(key, seen), null, true);
        },
      });
      if (!isCurrent()) return;
      for (const output of found.outputs) if (output.name !== "steered") kept.set(`${key} ${output.name}`, output);
      const steered = found.outputs.find(({ name }) => name === "steered");
      showAnswers({ ...outputs(key, {}), steered }, found);
      showReceipt(found);
      if (asked) performance.measure("steered", { start: asked, end: performance.now() });
    });
  }

  function outputs(key, seen) {
    const found = {};
    for (const name of ["plain", "reconstruction"]) {
      found[name] = kept.get(`${key} ${name}`) ?? (seen[name]?.length ? { tokens: seen[name] } : undefined);
    }
    if (seen.steered?.length) found.steered = { tokens: seen.steered };
    return found;
  }

  function showAnswers(found, result) {
    const plain = found.plain?.tokens ?? [];
    const divergence = result ? list(result.effect.klPerToken) : [];
    fill(answers, ["plain", "reconstruction", "steered"].map((name) => {
      const output = found[name];
      const tokens = answerTokens(output?.tokens ?? []).map((token, number) => ({
        ...token, isNew: name !== "plain" && plain.length > 0 && plain[number]?.id !== token.id,
        title: token.title + (name === "steered" && divergence[number] !== undefined
          ? `, KL from the plain model ${short(divergence[number])} nats` : ""),
      }));
      return h(`article.answer-card.${name}`, { data: { name } }, h("h2", null, NAMES[name]), h("p.soft", null, ABOUT[name]),
        output ? tokens.length ? tokenStrip({ tokens, label: NAMES[name], colours: "surprise" }) : empty("no words")
          : empty("…"),
        output?.finish === "length" && h("p.soft", null, "cut off at the most tokens allowed"));
    }));
    for (const strip of answers.querySelectorAll(".token-strip")) strip.classList.add("answer");
  }

  function showReceipt(found) {
    receipt.hidden = false;
    const { steps, positions, meanNorm, dropped } = found.receipt;
    const divergence = list(found.effect.klPerToken);
    const row = (name, value) => [h("dt", null, name), h("dd", null, value)];
    const words = h("div");
    fill(receipt, h("h2", null, "What was done"),
      h("dl.facts", null,
        row("positions changed", String(positions)), row("mean length of the change", short(meanNorm)),
        row("forward passes that changed", String(steps)),
        dropped > 0 && row("lost to top-k", String(dropped)),
        row("divergence from the plain model", divergence.length
          ? `${short(divergence[0])} nats at the first token, ${short(Math.max(...divergence))} at most` : "–")),
      h("div.row", null,
        h("button", { type: "button", disabled: !changes.length, on: { click: () => saveRecipe(words) } }, "Save as a recipe")),
      words);
  }

  /** A file that the kernel applies: `recipe` of context/generate, `serve --recipe`. */
  async function saveRecipe(words) {
    try {
      const { sae } = await session.ready();
      const about = await session.kernel.index.info(session.indexParams);
      const recipe = recipeOf(changes.map(wire), about, sae.site, address.get("splice"));
      download("recipe.json", `${JSON.stringify(recipe, null, 2)}\n`, "application/json");
      fill(words, h("p.soft", null, "Saved. ", h("code", null, "lucarne serve --recipe recipe.json"), " follows it."));
    } catch (error) {
      fill(words, notice(error));
    }
  }

  /** A recipe's file becomes the changes. */
  function opening() {
    const id = unique("recipe");
    const words = h("div", { role: "status" });
    const file = h("input.unseen", {
      type: "file", accept: "application/json", id,
      on: {
        change: async () => {
          fill(words);
          try {
            const found = changesOf(await file.files[0].text(), await session.kernel.index.info(session.indexParams));
            address.go("change", { changes: found.changes, region: found.region, splice: found.splice });
          } catch (error) {
            fill(words, notice(error));
          }
          file.value = "";
        },
      },
    });
    return h("div.opening", null, h("label.button", { for: id }, "Open a recipe"), file, words);
  }

  function spliceChoices() {
    const splice = { errorTerm: "keep", reselect: "none", ...address.get("splice") };
    const set = (values) => {
      const next = { ...splice, ...values };
      Object.assign(splice, next);
      address.set({ splice: next.errorTerm === "keep" && next.reselect === "none" ? undefined : next });
      run();
    };
    return h("div.fields", null,
      segments({
        label: "what the autoencoder leaves out", value: splice.errorTerm,
        choices: [{ value: "keep", text: "is kept" }, { value: "drop", text: "is dropped" }],
        onChange: (errorTerm) => set({ errorTerm }),
      }),
      segments({
        label: "top-k", value: splice.reselect,
        choices: [{ value: "none", text: "stays" }, { value: "topk", text: "is taken again" }],
        onChange: (reselect) => set({ reselect }),
      }));
  }
}

/** Changes of an address, which anybody may have written. */
function checked(found) {
  if (!Array.isArray(found)) return [];
  return found.filter(({ feature } = {}) => Number.isSafeInteger(feature) && feature >= 0).map((each) => ({
    feature: each.feature, op: ["clamp", "scale", "add"].includes(each.op) ? each.op : "clamp",
    value: Number.isFinite(each.value) ? each.value : 0, isMuted: each.isMuted === true,
    at: typeof each.at === "string" ? each.at : "all", generated: each.generated === true,
  }));
}
