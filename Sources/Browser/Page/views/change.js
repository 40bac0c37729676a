/** Change: features turned up, down or off, and what the model says then, beside what it said. */

import { download, fill, h, unique } from "../components/element.js";
import { empty, notice } from "../components/notice.js";
import { regionBox } from "../components/region_box.js";
import { choice, segments } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { Answers } from "./change/answers.js";
import { BOXES, checked, region, splicing, wire } from "./change/changes.js";
import { control } from "./change/control.js";
import { Strengths } from "./change/strengths.js";
import { conversation, digests, generation, hasQuestion, summary } from "./conversation.js";
import { featurePicker } from "./feature_picker.js";
import { changesOf, recipeOf } from "./recipe.js";
import { askFirst } from "./shared.js";

/** While an answer is on its way, drags closer together than this, in milliseconds, make one request. */
const PAUSE = 25;

export function mount(root, app) {
  const { address, session } = app;
  const chat = conversation(address);
  if (!hasQuestion(chat)) return askFirst(root, app, "Change what the model represents");
  const [slot, loading] = [new Slot(), new Slot()];
  const controls = h("div.controls");
  const where = h("section.panel.region-panel", { hidden: true });
  const answers = new Answers(save);
  let changes = checked(address.get("changes"));
  let [context, strengths, timer, begun] = [null, null, null, 0];
  const picker = featurePicker(app, { label: "Add a feature", onChoose: add, context: () => context });
  fill(root, h("h1", { tabindex: -1 }, "Change what the model represents"),
    h("p.lead", null, h("bdi", null, summary(chat))),
    h("div.change", null,
      h("div.column", null, loading.element, where,
        h("section.panel", { "aria-label": "Changes" }, h("h2", null, "Changes"), controls, picker.element, opening()),
        h("details.panel.splice", { open: Boolean(splicing(address.get("splice"))) },
          h("summary", null, "How the change is put in"), spliceChoices())),
      h("div.column.told", null, slot.element, answers.element, answers.receipt)));
  start();
  return { leave: () => { clearTimeout(timer); slot.cancel(); loading.cancel(); } };

  async function start() {
    await loading.run("Reading the question", async (options) => {
      const { sae } = await session.ready(options);
      context = await session.context(chat, options);
      strengths = new Strengths(session, context, sae.sae);
      await showRegion();
      await Promise.all(changes.map(({ feature }) => strengths.learn(feature, options)));
    });
    if (!context) return;
    showControls();
    run();
  }

  async function add(index) {
    if (!strengths || changes.some(({ feature }) => feature === index)) return;
    await loading.run(`Reading feature ${index}`, async (options) => {
      await strengths.learn(index, options);
      change([...changes, ...checked([{ feature: index, isMuted: true, generated: true }])], true);
      app.say(`Feature ${index} is muted.`);
    });
  }

  /** @param {boolean} isShown whether the controls are drawn anew: not under a hand that drags one */
  function change(next, isShown) {
    begun = performance.now();
    changes = next;
    address.set({ changes: changes.length ? changes : undefined });
    if (isShown) showControls();
    clearTimeout(timer);
    timer = setTimeout(run, slot.isBusy ? PAUSE : 0);
  }

  function showControls() {
    fill(controls, !changes.length
      ? empty("Nothing is changed yet. Add a feature by its number, by words, or one that is active here.")
      : h("ul.changes", null, changes.map((each) => control(app, {
        change: each, context, known: strengths.of(each.feature),
        onEdit: (values, isShown) => {
          change(changes.map((other) => (other.feature === each.feature ? { ...other, ...values } : other)), isShown);
          if (values.at) showRegion();
        },
        onRemove: () => change(changes.filter(({ feature }) => feature !== each.feature), true),
      }))));
  }

  async function showRegion() {
    where.hidden = !context.images.length || !changes.some(({ at }) => at === "box");
    if (where.hidden) return;
    const drawn = region(address.get("region"));
    const image = Math.min(drawn.image, context.images.length - 1);
    const { width, height } = context.images[image];
    const src = await app.pictures.url(digests(chat)[image]);
    const others = drawn.boxes.filter((each) => each.image !== image);
    const own = drawn.boxes.filter((each) => each.image === image).map(({ box }) => box);
    const set = (next) => {
      address.set({ region: next });
      count.textContent = told(next.boxes);
      change(changes);
    };
    const count = h("p.soft", { role: "status" }, told(drawn.boxes));
    fill(where, h("h2", null, "Region"),
      h("p.soft", null, "Draw a rectangle on the picture, or several: each drag adds one, a click brings one to the hand, "
        + "Delete takes it away."),
      context.images.length > 1 && choice({
        label: "picture", value: String(image),
        choices: context.images.map(({ part }, number) => ({ value: String(number), text: part })),
        onChange: (number) => { set({ ...region(address.get("region")), image: Number(number) }); showRegion(); },
      }),
      regionBox({
        src, width, height, boxes: own, most: BOXES - others.length, label: "Region of the picture",
        onChange: (boxes) => set({ image, boxes: [...others, ...boxes.map((box) => ({ image, box }))] }),
      }),
      h("div.row", null, count, h("button.small", {
        type: "button", on: { click: () => { set({ image, boxes: [] }); showRegion(); } },
      }, "Clear")));
  }

  function told(boxes) {
    return boxes.length ? `${boxes.length} ${boxes.length === 1 ? "rectangle" : "rectangles"}` : "the whole picture";
  }

  function wired() { return changes.map((each) => wire(each, region(address.get("region")))); }

  async function run() {
    const asked = begun;
    const params = generation(address);
    const splice = splicing(address.get("splice"));
    await slot.run("Answering", async ({ signal, onProgress, isCurrent }) => {
      const { sae } = await session.ready({ signal });
      const missing = answers.begin(JSON.stringify([context.context, params]));
      const found = await session.kernel.steering.generate({
        context: context.context, sae: sae.sae, ...params, ...(splice ? { splice } : {}),
        interventions: wired().map((each) => ({ ...each, feature: { sae: sae.sae, index: each.feature } })),
        ...(missing.length ? { compareWith: missing } : {}),
      }, { signal, onProgress, onParts: (value) => { if (isCurrent() && value.name) answers.add(value); } });
      if (!isCurrent()) return;
      answers.finish(found, { hasChanges: changes.length > 0, isSpliced: Boolean(splice) });
      if (asked) performance.measure("steered", { start: asked, end: performance.now() });
    });
  }

  /** A file that the kernel applies: `recipe` of context/generate, `serve --recipe`. */
  async function save(words) {
    try {
      const { sae } = await session.ready();
      const index = await session.kernel.index.info(session.indexParams);
      const recipe = recipeOf(wired(), index, sae.site, splicing(address.get("splice")));
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
    const read = async () => {
      fill(words);
      try {
        const index = await session.kernel.index.info(session.indexParams);
        address.go("change", changesOf(await file.files[0].text(), index));
      } catch (error) {
        fill(words, notice(error));
      }
      file.value = "";
    };
    const file = h("input.unseen", { type: "file", accept: "application/json", id, on: { change: read } });
    return h("div.opening", null, h("label.button", { for: id }, "Open a recipe"), file, words);
  }

  function spliceChoices() {
    const splice = { errorTerm: "keep", reselect: "none", ...splicing(address.get("splice")) };
    const set = (values) => {
      Object.assign(splice, values);
      address.set({ splice: splicing(splice) });
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
