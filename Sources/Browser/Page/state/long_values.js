/**
 * Values that are too long for an address, by short names that stand in their place. They are kept as long as the
 * page, and over a reload where the browser has room: seconds pass when it is given an address of a megabyte.
 */

/** From so many characters on a value is one of them. */
const LONG = 8000;
const MARK = "~";
const PREFIX = "lucarne.value.";
/** Of them so many are kept over a reload. */
const KEPT = 8;

export class LongValues {
  constructor() {
    this.texts = new Map();
    /** Names of objects, so that each is written out once. */
    this.written = new WeakMap();
  }

  /** @returns {string} JSON, or a name */
  text(value) {
    const isObject = typeof value === "object" && value !== null;
    const known = isObject && this.written.get(value);
    if (known) return known;
    const json = JSON.stringify(value);
    const text = json.length > LONG ? MARK + digest(json) : json;
    if (text !== json) this.texts.set(text, json);
    if (isObject) this.written.set(value, text);
    return text;
  }

  /** @returns {object} @throws {SyntaxError} where it is neither JSON nor a name that is known */
  value(text) {
    if (!text.startsWith(MARK)) return JSON.parse(text);
    const json = this.texts.get(text) ?? stored(text);
    if (json === null) throw new SyntaxError("this value was kept in another page");
    this.texts.set(text, json);
    return JSON.parse(json);
  }

  /** Keeps what a name of the address stands for over a reload, the newest ones. */
  keep(text) {
    if (!text.startsWith(MARK)) return;
    try {
      sessionStorage.removeItem(PREFIX + text);
      const names = JSON.parse(sessionStorage.getItem(PREFIX) ?? "[]").filter((each) => each !== text);
      for (const each of names.splice(0, names.length - KEPT + 1)) sessionStorage.removeItem(PREFIX + each);
      sessionStorage.setItem(PREFIX, JSON.stringify([...names, text]));
      sessionStorage.setItem(PREFIX + text, this.texts.get(text));
    } catch {
      // Without room it lasts as long as the page.
    }
  }
}

function stored(text) {
  try {
    return sessionStorage.getItem(PREFIX + text);
  } catch {
    return null;
  }
}

/** FNV-1a, twice, with the length: equal only for equal texts of one page. */
function digest(text) {
  let [high, low] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 16777619);
    low = Math.imul(low ^ unit, 2654435761);
  }
  return [high, low, text.length].map((each) => (each >>> 0).toString(36)).join(".");
}
