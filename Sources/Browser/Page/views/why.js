/** Why: what made the model say a token, where in the picture and by which features. */

import { bar } from "../components/bar.js";
import { fill, h } from "../components/element.js";
import { featureName, featureRow } from "../components/feature_card.js";
import { cellsOf, heatMap } from "../components/heat_map.js";
import { empty } from "../components/notice.js";
import { scatter } from "../components/scatter.js";
import { choice, segments } from "../components/segments.js";
import { Slot } from "../components/slot.js";
import { tokenStrip } from "../components/token_strip.js";
import { percent, short, signed, visible } from "../components/numbers.js";
import { answerTokens, conversation, digests, generation, hasQuestion, summary } from "./conversation.js";
import { askFirst, featureAddress, pictureName, targetOf } from "./shared.js";

export const title = "Why";

const FEATURES = 40;
const PAIRS = 4096;
const SHOWN = 8;
const AT_PATCH = 6;
export const ORIGINS = {
  strongest: "strongest", secondMethod: "strongest by a second method", random: "drawn at random",
};

export function mount(root, app) {
  const { address, session } = app;
  const chat = conversation(address);
  if (!hasQuestion(chat)) return askFirst(root, app, "Why the model answered as it did");
  const slot = new Slot();
  const place = (name) => h(`section.panel.${name}`);
  const [said, asked, picture, words, parts, features, check, here] = [
    "said", "asked", "where", "words", "parts", "contributions", "verification", "here"].map(place);
  fill(root,
    h("h1", { tabindex: -1 }, "Why the model said so"),
    h("p.lead", null, h("bdi", null, summary(chat))),
    h("div.two", null, said, asked), slot.element,
    h("div.why", null, h("div.column", null, picture, words, here, check), h("div.column", null, parts, features)));
  [picture, words, parts, features, check, here].forEach((each) => { each.hidden = true; });
  // What is shown, for the handlers that change a part of it.
  const shown = { maps: [], pinned: address.get("feature") ?? null };
  load();
  return { leave: () => slot.cancel(), update: load };

  async function load() {
    const begun = performance.now();
    shown.pinned = address.get("feature") ?? null;
    await slot.run("Finding out why", async (options) => {
      const { sae } = await session.ready(options);
      const answer = await session.answer(chat, generation(address), { ...options, onParts: () => {} });
      const number = Math.min(address.get("target", 0), Math.max(0, answer.tokens.length - 1));
      showAnswer(answer, number);
      if (!answer.tokens.length) {
        fill(asked, empty("The model said nothing that could be explained."));
        return;
      }
      const position = answer.promptCount - 1 + number;
      const chosen = answer.tokens[number];
      const { target, likely } = await targetOf(app, answer, position, chosen, options);
      const question = { context: answer.context, sae: sae.sae, target };
      const method = address.get("method");
      const withMethod = method ? { ...question, method } : question;
      const tokens = await session.tokens(answer, options);
      const byToken = await session.kernel.attribution.compute({
        ...withMethod, aggregate: "token", topK: answer.tokenCount, parts: { method: "none" }, verify: 0,
      }, options);
      if (!options.isCurrent()) return;
      showTarget(byToken, chosen, likely);
      await showWhere(answer, tokens, byToken, position);
      performance.measure("attribution", { start: begun, end: performance.now() });
      const byFeature = await session.kernel.attribution.compute({
        ...withMethod, aggregate: "feature", topK: FEATURES, parts: { method: "ablation" },
      }, options);
      const labels = await session.labelled(byFeature.items.map(({ feature }) => feature.index), options);
      if (!options.isCurrent()) return;
      showParts(byFeature);
      showFeatures(byFeature, labels);
      showCheck(byFeature);
      const pairs = await session.kernel.attribution.compute({
        ...withMethod, aggregate: "none", topK: PAIRS, parts: { method: "none" }, verify: 0,
      }, options);
      if (!options.isCurrent()) return;
      shown.pairs = pairs.items;
      shown.isComplete = pairs.items.length < PAIRS;
      showHere(null);
      mark(shown.pinned);
    });
  }

  function showAnswer(answer, number) {
    fill(said, h("h2", null, "The answer"), h("p.soft", null, "Choose the token that is to be explained."),
      tokenStrip({
        tokens: answerTokens(answer.tokens), label: "Answer, token by token", colours: "surprise", chosen: number,
        onChoose: ({ key }) => address.go("why", { target: key, baseline: undefined, feature: undefined }),
      }));
    said.querySelector(".token-strip")?.classList.add("answer");
  }

  function showTarget(found, chosen, likely) {
    const baseline = address.get("baseline");
    const value = baseline === "none" ? "none" : baseline?.id !== undefined ? String(baseline.id)
      : baseline?.text !== undefined ? "text" : "";
    const others = likely.filter(({ token }) => token !== chosen.id);
    const choices = [
      { value: "", text: "the runner-up" },
      ...others.map(({ token, text, logProb }) => ({
        value: String(token), text: `“${visible(text)}” (${percent(Math.exp(logProb))})`,
      })),
      { value: "none", text: "nothing: the logit alone" },
    ];
    if (!choices.some((each) => each.value === value)) choices.push({
      value, text: value === "text" ? `“${visible(baseline.text)}”` : `token ${value}`,
    });
    const methods = app.connection.server?.capabilities?.attributionProvider?.methods ?? [];
    fill(asked,
      h("h2.target", null, found.explanation.title, " = ", h("strong", { data: { value: found.target.value } },
        signed(found.target.value))),
      h("div.fields", null,
        choice({
          label: "compared with", value, choices,
          onChange: (text) => {
            address.set({ baseline: text === "" ? undefined : text === "none" ? "none" : { id: Number(text) } });
            load();
          },
        }),
        otherBaseline(),
        choice({
          label: "scores by", value: address.get("method", ""),
          choices: [{ value: "", text: "what suits best" }, ...methods.map((each) => ({ value: each, text: METHODS[each] ?? each }))],
          onChange: (text) => { address.set({ method: text || undefined }); load(); },
        })));
  }

  /** A token that is not among the likeliest, by its text. */
  function otherBaseline() {
    const known = address.get("baseline")?.text;
    const input = h("input", { type: "text", size: 9, value: known ?? "", placeholder: "␣token", autocomplete: "off" });
    input.addEventListener("change", () => {
      const text = input.value.replace(/^␣/, " ");
      address.set({ baseline: text === "" ? undefined : { text } });
      load();
    });
    return h("label.field", null, h("span", null, "or with"), input);
  }

  async function showWhere(answer, tokens, found, position) {
    const scores = new Map(found.items.map((item) => [item.position, item.measured ?? item.score]));
    // The map shows one measure throughout: scores, also where some were measured.
    const values = new Map(found.items.map((item) => [item.position, item.score]));
    const names = [...new Set(answer.images.flatMap(({ views }) => views.map(({ name }) => name)))];
    const view = names.includes(address.get("grid")) ? address.get("grid") : names.at(-1);
    const style = address.get("paint", "patches");
    const kept = digests(chat);
    const urls = await Promise.all(kept.map((digest) => app.pictures.url(digest)));
    shown.redraw = () => showWhere(answer, tokens, found, position);
    shown.tokens = new Map(tokens.map((token) => [token.position, token]));
    shown.maps = answer.images.map((image, number) => {
      const grid = image.views.find(({ name }) => name === view) ?? image.views.at(-1);
      return heatMap({
        src: urls[number], width: image.width, height: image.height, style,
        cells: cellsOf(tokens, grid, number, values),
        label: `${pictureName(answer, number)}: how much each patch supports the answer`,
        describe: ({ row, column, value }) => `row ${row + 1}, column ${column + 1}: ${signed(value, 3)}`,
        onPoint: (cell) => { if (cell || !shown.patch) showHere(cell?.position ?? shown.patch ?? null); },
        onChoose: ({ position: at }) => { shown.patch = shown.patch === at ? null : at; showHere(shown.patch); },
      });
    });
    picture.hidden = !answer.images.length;
    fill(picture, h("h2", null, "Where in the picture"),
      h("div.row", null,
        segments({
          label: "drawn", value: style, choices: [{ value: "patches", text: "patches" }, { value: "smooth", text: "smooth" }],
          onChange: (value) => { address.set({ paint: value }); shown.redraw(); },
        }),
        names.length > 1 && segments({
          label: "of", value: view, choices: names.map((value) => ({ value, text: VIEWS[value] ?? value })),
          onChange: (value) => { address.set({ grid: value }); shown.redraw(); },
        })),
      h("div.pictures", null, shown.maps.map(({ element }) => element)), key());
    const text = tokens.filter((token) => token.image === undefined && token.position <= position);
    words.hidden = false;
    fill(words, h("h2", null, "Which words"),
      tokenStrip({
        tokens: text.map((token) => ({
          text: token.text, key: token.position, value: values.get(token.position) ?? 0,
          title: signed(scores.get(token.position) ?? 0, 3), isQuiet: token.part === undefined,
        })),
        most: Math.max(...[...values.values()].map(Math.abs), 0) || 1, label: "Prompt, token by token",
        onChoose: ({ key: at }) => { shown.patch = shown.patch === at ? null : at; showHere(shown.patch); },
        onPoint: (token) => { if (token || !shown.patch) showHere(token?.key ?? shown.patch ?? null); },
      }), key());
    mark(shown.pinned);
  }

  /** The features of one position, or what to do to see them. */
  async function showHere(position) {
    here.hidden = !shown.pairs;
    if (!shown.pairs) return;
    const token = shown.tokens.get(position);
    if (!token) {
      fill(here, h("h2", null, "At this place"),
        h("p.soft", null, "Point at a patch or a word to see the features that are active there."));
      return;
    }
    const items = shown.pairs.filter((item) => item.position === position);
    const strongest = items.slice(0, AT_PATCH);
    const most = Math.max(...shown.pairs.slice(0, 1).map(({ score }) => Math.abs(score)), 0) || 1;
    const asking = Symbol("place");
    shown.asking = asking;
    const labels = await session.labelled(strongest.map(({ feature }) => feature.index)).catch(() => new Map());
    if (shown.asking !== asking) return;
    fill(here, h("h2", null, "At ", token.image === undefined ? h("q", null, visible(token.text))
      : `patch (${token.view}) ${shownBox(token.box)}`),
    strongest.length ? h("table", null, h("tbody", null, strongest.map((item) => row(item, labels, most))))
      : h("p.soft", null, shown.isComplete ? "No feature is active here." : "None of the strongest features is active here."),
    items.length > AT_PATCH && h("p.soft", null, `and ${items.length - AT_PATCH} weaker ones`));
  }

  function row(item, labels, most) {
    const { index } = item.feature;
    return featureRow({
      index, label: labels.get(index) ?? { text: "" }, score: item.score, measured: item.measured,
      activation: item.activation, most, href: featureAddress(app, index), isChosen: shown.pinned === index,
      onPoint: (is) => mark(is ? index : shown.pinned), onChoose: () => pin(index),
      action: h("a.small", { href: changeAddress(app, index), title: "Mute or change it" }, "change"),
    });
  }

  function showParts(found) {
    parts.hidden = false;
    const { identity } = found;
    const most = Math.max(...found.byPart.map(({ score }) => Math.abs(score)), 0);
    const line = (name, value) => h("tr.sum", null, h("th", { scope: "row" }, name), h("td"), h("td.number", null, signed(value)));
    fill(parts, h("h2", null, "Which parts of the prompt"),
      h("p.soft", null, "Measured: all features of a part are set to zero together, and the target falls by this much."),
      h("table.shares", null,
        h("tbody", null, found.byPart.map(({ part, score, active }) => h("tr", {
          data: { part, score }, title: active === undefined ? null : `${active} activations`,
        }, h("th", { scope: "row" }, h("bdi", null, part)), h("td.bar-cell", null, bar(score, most)),
        h("td.number", null, signed(score))))),
        identity && h("tfoot", null, line("beyond each alone", identity.interaction), line("all together", identity.features),
          line("without any of them", identity.start), Math.abs(identity.gap) > 0.005 && line("gap", identity.gap),
          line("the target", identity.target))));
  }

  function showFeatures(found, labels) {
    features.hidden = false;
    const most = Math.max(...found.items.map((item) => Math.abs(item.measured ?? item.score)), 0);
    const effect = (item) => item.measured ?? item.score;
    const side = (name, items, heading) => {
      const body = h(`tbody.${name}`, null, items.slice(0, SHOWN).map((item) => row(item, labels, most)));
      const rest = items.slice(SHOWN);
      const more = h("button.small", {
        type: "button", on: { click: () => { body.append(...rest.map((item) => row(item, labels, most))); more.remove(); } },
      }, `${rest.length} weaker ones`);
      return h("div.side", null, h("h3", null, heading),
        items.length ? h("table", null, h("thead.unseen", null, h("tr", null,
          ["feature", "label", "", "effect", "activation", ""].map((each) => h("th", { scope: "col" }, each)))), body)
          : h("p.soft", null, "none"), rest.length > 0 && more);
    };
    const supporters = found.items.filter((item) => effect(item) > 0);
    const opposers = found.items.filter((item) => effect(item) < 0);
    fill(features, h("h2", null, "Which features"),
      found.verification?.notReliable && h("p.doubt", null, "Estimates are not reliable here: ",
        found.verification.notReliable.join("; "), ". What was measured is."),
      side("supporters", supporters, "Support the answer"), side("opposers", opposers, "Oppose it"),
      h("details", { open: true }, h("summary", null, "In words"),
        h("ul.sentences", null, found.explanation.sentences.map((each) => h("li", null, each)))));
  }

  function showCheck(found) {
    const { verification } = found;
    check.hidden = !verification?.items.length;
    if (check.hidden) return;
    const { pearson, spearman, slope, wrongSigns, signsCounted, n } = verification;
    fill(check, h("h2", null, "Can the scores be trusted?"),
      h("p.soft", null, `${n} features measured by exact ablation, beside their scores`,
        pearson !== undefined && `: Pearson ${pearson.toFixed(2)}`,
        spearman !== undefined && `, Spearman ${spearman.toFixed(2)}`,
        slope !== undefined && `, slope ${slope.toFixed(2)}`,
        signsCounted > 0 && `, ${wrongSigns} of ${signsCounted} signs wrong`, "."),
      scatter({
        points: verification.items.map((item) => ({
          x: item.predicted, y: item.measured, kind: item.origin, key: item.feature?.index,
          label: item.feature ? `#${item.feature.index}` : `position ${item.position}`,
        })),
        x: "predicted", y: "measured", label: "Scores against exact ablations", kinds: ORIGINS,
        onPoint: (point) => mark(point?.key ?? shown.pinned), onChoose: (point) => pin(point.key),
      }));
  }

  function pin(index) {
    shown.pinned = shown.pinned === index ? null : index;
    address.set({ feature: shown.pinned ?? undefined });
    for (const button of root.querySelectorAll("button.feature")) {
      const isChosen = Number(button.closest("tr").dataset.feature) === shown.pinned;
      button.setAttribute("aria-pressed", String(isChosen));
    }
    mark(shown.pinned);
    const count = shown.pairs?.filter(({ feature }) => feature.index === index).length;
    if (shown.pinned !== null && count !== undefined) app.say(`Feature ${index} is active at ${count} places.`);
  }

  /** Outlines where a feature is active. */
  function mark(index) {
    const places = (shown.pairs ?? []).filter(({ feature }) => feature.index === index);
    const most = Math.max(...places.map(({ activation }) => activation), 0) || 1;
    const shares = new Map(places.map(({ position, activation }) => [position, activation / most]));
    shown.maps.forEach((map) => map.mark(shares));
    for (const token of words.querySelectorAll(".token")) {
      token.classList.toggle("marked", shares.has(Number(token.dataset.key)));
    }
  }
}

const VIEWS = { base: "whole picture", tiles: "tiles" };
const METHODS = {
  gradient: "gradient", heldNorms: "gradient, norms held", relevance: "relevance",
  integratedGradients: "integrated gradients", ablation: "exact ablation (slow)",
};

function key() {
  return h("p.key.soft", null, h("i.supports", { "aria-hidden": "true" }), "supports the answer ",
    h("i.opposes", { "aria-hidden": "true" }), "opposes it");
}

const shownBox = ([x0, y0, x1, y1]) => `x ${short(x0)} – ${short(x1)}, y ${short(y0)} – ${short(y1)}`;

/** The view Change with this feature muted, beside what is changed already. */
function changeAddress({ address }, index) {
  const known = address.get("changes", []);
  const changes = known.some((each) => each.feature === index) ? known
    : [...known, { feature: index, op: "clamp", value: 0, isMuted: true, generated: true }];
  return address.link("change", { changes });
}
