/** The window's state is its address: `#/view?name=JSON&…`. Going back and reloading restore it. */

import { LongValues } from "./long_values.js";

/** Browsers let an address be written so many times in so many milliseconds (the strictest: 100 in 30 s). */
const [WRITES, SPAN] = [60, 30_000];
/** Then the newest state is written after a pause of so many milliseconds. */
const PAUSE = 1000;

export class Address extends EventTarget {
  constructor(views) {
    super();
    this.views = views;
    this.times = [];
    this.long = new LongValues();
    this.read();
    document.addEventListener("visibilitychange", () => this.write());
    // A link leads away from here: what is left behind is to be whole.
    window.addEventListener("click", () => this.write(), true);
    window.addEventListener("hashchange", () => {
      if (location.hash === this.written) return;
      this.read();
      this.dispatchEvent(new Event("change"));
    });
  }

  read() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
    this.view = this.views.includes(path) ? path : this.views[0];
    clearTimeout(this.later);
    this.state = Object.create(null);
    for (const [name, text] of new URLSearchParams(query)) {
      try {
        this.state[name] = this.long.value(text);
      } catch {
        // An address that somebody shortened: what cannot be read is left out.
      }
    }
    this.written = location.hash;
  }

  get(name, otherwise) { return this.state[name] ?? otherwise; }

  /** The address of another view or other values, for links. */
  link(view, values = {}) {
    const state = { ...this.state, ...values };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(defined(state))) query.set(name, this.long.text(value));
    const text = query.toString();
    return `#/${view}${text ? `?${text}` : ""}`;
  }

  /** Changes values in place; the view that asked knows already. */
  set(values) {
    this.state = defined({ ...this.state, ...values });
    clearTimeout(this.later);
    const now = performance.now();
    this.times = this.times.filter((time) => now - time < SPAN);
    if (this.times.length < WRITES) this.write();
    else this.later = setTimeout(() => this.write(), PAUSE);
    this.dispatchEvent(new Event("written"));
  }

  write() {
    clearTimeout(this.later);
    const link = this.link(this.view);
    if (link === this.written) return;
    this.times.push(performance.now());
    this.keep();
    history.replaceState(null, "", link);
    this.written = location.hash;
  }

  keep() { Object.values(this.state).forEach((value) => this.long.keep(this.long.text(value))); }

  /** A step that can be taken back. */
  go(view, values) {
    this.write();
    this.state = defined({ ...this.state, ...values });
    this.keep();
    location.hash = this.link(view);
  }
}

/** Without what has no value. */
function defined(state) {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined && value !== null));
}
