/** Lists of features that somebody keeps, by name, in this browser. */

const KEY = "lucarne.lists";
const FORMAT = "lucarne-feature-lists";

export class FeatureLists extends EventTarget {
  constructor(storage = localStorage) {
    super();
    this.storage = storage;
    try {
      this.lists = checked(JSON.parse(storage.getItem(KEY) ?? "{}"));
    } catch {
      this.lists = {};
    }
  }

  get names() { return Object.keys(this.lists); }

  features(name) { return this.lists[name] ?? []; }

  /** Puts a feature into a list or takes it out of it. */
  toggle(name, latent) {
    const known = this.features(name);
    const isIn = known.includes(latent);
    this.lists[name] = isIn ? known.filter((each) => each !== latent) : [...known, latent];
    this.save();
    return !isIn;
  }

  remove(name) {
    delete this.lists[name];
    this.save();
  }

  save() {
    try {
      this.storage.setItem(KEY, JSON.stringify(this.lists));
    } catch {
      // Without storage lists last as long as the page.
    }
    this.dispatchEvent(new Event("change"));
  }

  exported() { return JSON.stringify({ format: FORMAT, version: 1, lists: this.lists }, null, 2); }

  /** Joins lists of a file to those of the same names. @throws {Error} where it is another kind of file */
  imported(text) {
    const file = JSON.parse(text);
    if (file?.format !== FORMAT) throw new Error(`This file is none of lists: its format is not ${FORMAT}.`);
    for (const [name, latents] of Object.entries(checked(file.lists))) {
      this.lists[name] = [...new Set([...this.features(name), ...latents])];
    }
    this.save();
  }
}

function checked(lists) {
  const found = {};
  for (const [name, latents] of Object.entries(lists ?? {})) {
    if (!Array.isArray(latents)) continue;
    Object.defineProperty(found, name, {
      value: latents.filter((each) => Number.isSafeInteger(each) && each >= 0), enumerable: true,
      writable: true, configurable: true,
    });
  }
  return found;
}
