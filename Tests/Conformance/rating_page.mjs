// Runs the script of a rating sheet without a browser: a document that has what the page's markup
// declares, and nothing else.
//
//     node rating_page.mjs SHEET.html < actions.json
//
// Actions: {"name": "Ada"} begins, {"key": "y"} presses a key, {"click": "back"} a button,
// {"reload": true} opens the page anew with what it kept, {"forget": true} takes its memory away.
// Prints what is shown after each action, and the files that were saved.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const html = readFileSync(process.argv[2], "utf8");
const actions = JSON.parse(readFileSync(0, "utf8"));
const kept = new Map();
let keeps = true;
const files = [];
const seen = [];

class Element {
  constructor(tag, attributes = {}) {
    Object.assign(this, { tag, attributes, children: [], listeners: {}, value: "", dataset: {} });
    this.hidden = "hidden" in attributes;
    this.disabled = false;
    this.textContent = "";
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("data-")) this.dataset[name.slice(5)] = value;
    }
  }
  addEventListener(kind, listener) { (this.listeners[kind] ??= []).push(listener); }
  dispatch(kind, event = {}) {
    const given = { preventDefault() {}, ...event };
    for (const listener of this.listeners[kind] ?? []) listener(given);
  }
  click() {
    if (this.disabled) return;
    if (this.tag === "a") files.push({ name: this.download, text: this.href.text });
    this.dispatch("click");
  }
  replaceChildren(...children) { this.children = children; }
  append(...children) { this.children.push(...children); }
  setAttribute(name, value) { this.attributes[name] = value; }
}

const open = () => {
  const byID = new Map();
  const all = [];
  const markup = html.replace(/<style>[\s\S]*?<\/style>/, "");
  const body = markup.replace(/<script[\s\S]*?<\/script>/g, "");
  for (const [, tag, inside] of body.matchAll(/<([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/g)) {
    const attributes = {};
    for (const [, name, value] of inside.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
      attributes[name] = value ?? "";
    }
    const element = new Element(tag, attributes);
    all.push(element);
    if (attributes.id) byID.set(attributes.id, element);
  }
  const data = new Element("script");
  data.textContent = markup.match(/<script type="application\/json" id="sheet">([\s\S]*?)<\/script>/)[1];
  byID.set("sheet", data);
  const document = new Element("document");
  document.getElementById = (id) => byID.get(id) ?? null;
  document.createElement = (tag) => new Element(tag);
  document.querySelectorAll = (selector) => {
    if (selector !== "[data-answer]") throw new Error("the stub does not know " + selector);
    return all.filter((element) => "answer" in element.dataset);
  };
  const localStorage = {
    getItem(name) {
      if (!keeps) throw new Error("no memory");
      return kept.get(name) ?? null;
    },
    setItem(name, value) {
      if (!keeps) throw new Error("no memory");
      kept.set(name, value);
    },
  };
  class Blob { constructor(parts) { this.text = parts.join(""); } }
  const URL = { createObjectURL: (blob) => blob };
  const script = markup.match(/<script>([\s\S]*)<\/script>/)[1];
  vm.runInNewContext(script, { document, localStorage, Blob, URL });
  return { document, byID, all };
};

let page = open();
for (const action of actions) {
  const element = (id) => page.byID.get(id);
  if ("name" in action) {
    element("rater").value = action.name;
    element("begin").dispatch("submit");
  } else if ("key" in action) {
    page.document.dispatch("keydown", { key: action.key, ...action.with });
  } else if ("click" in action) {
    const button = page.all.find((each) => each.dataset.answer === action.click);
    (button ?? element(action.click)).click();
  } else {
    if (action.forget) keeps = false;
    page = open();
  }
  seen.push({
    section: ["start", "ask", "end"].filter((id) => !element(id).hidden).join(),
    place: element("place").textContent, text: element("text").textContent,
    examples: element("examples").children.length, rater: element("rater").value,
    kept: element("kept").textContent, resumed: element("resumed").textContent,
    done: element("done").textContent,
    pressed: page.all.filter((each) => each.attributes["aria-pressed"] === "true")
      .map((each) => each.dataset.answer).join(),
  });
}
console.log(JSON.stringify({ seen, files }));
