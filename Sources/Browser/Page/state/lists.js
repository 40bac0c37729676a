/** Lists of features that somebody keeps, by name, in this browser. */

import { keep, kept } from "./storage.js";

const KEY = "lucarne.lists";
const FORMAT = "lucarne-feature-lists";

export class FeatureLists extends EventTarget {
  constructor() {
    super();
    this.lists = checked({});
    this.read();
  }

  get names() { return Object.keys(this.lists); }

  features(name) { return this.lists[name] ?? []; }

  /** Another page of the window may have written meanwhile. */
  read() {
    try {
      const text = kept(KEY);
      if (text !== null) this.lists = checked(JSON.parse(text));
    } catch {
      // What somebody else wrote there is no list.
    }
  }

  /** Puts a feature into a list or takes it out of it. */
  toggle(name, latent) {
    this.read();
    const known = this.features(name);
    const isIn = known.includes(latent);
    this.lists[name] = isIn ? known.filter((each) => each !== latent) : [...known, latent];
    this.save();
    return !isIn;
  }

  remove(name) {
    this.read();
    delete this.lists[name];
    this.save();
  }

  /** Without storage lists last as long as the page. */
  save() {
    keep(KEY, JSON.stringify(this.lists));
    this.dispatchEvent(new Event("change"));
  }

  exported() { return JSON.stringify({ format: FORMAT, version: 1, lists: this.lists }, null, 2); }

  /** Joins lists of a file to those of the same names. @throws {Error} where it is another kind of file */
  imported(text) {
    const file = JSON.parse(text);
    if (file?.format !== FORMAT) throw new Error(`This file is none of lists: its format is not ${FORMAT}.`);
    this.read();
    for (const [name, latents] of Object.entries(checked(file.lists))) {
      this.lists[name] = [...new Set([...this.features(name), ...latents])];
    }
    this.save();
  }
}

/** Lists by name, of which any may be somebody's, `constructor` too. */
function checked(lists) {
  const found = Object.create(null);
  for (const [name, latents] of Object.entries(lists ?? {})) {
    if (!Array.isArray(latents)) continue;
    found[name] = latents.filter((each) => Number.isSafeInteger(each) && each >= 0);
  }
  return found;
}
