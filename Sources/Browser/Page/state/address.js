/** The window's state is its address: `#/view?name=JSON&…`. Going back and reloading restore it. */

export class Address extends EventTarget {
  constructor(views) {
    super();
    this.views = views;
    this.read();
    window.addEventListener("hashchange", () => {
      if (location.hash === this.written) return;
      this.read();
      this.dispatchEvent(new Event("change"));
    });
  }

  read() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
    this.view = this.views.includes(path) ? path : this.views[0];
    this.state = {};
    for (const [name, text] of new URLSearchParams(query)) {
      try {
        this.state[name] = JSON.parse(text);
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
    for (const [name, value] of Object.entries(state)) {
      if (value !== undefined && value !== null) query.set(name, JSON.stringify(value));
    }
    const text = query.toString();
    return `#/${view}${text ? `?${text}` : ""}`;
  }

  /** Changes values in place; the view that asked knows already. */
  set(values) {
    history.replaceState(null, "", this.link(this.view, values));
    this.read();
    this.dispatchEvent(new Event("written"));
  }

  /** A step that can be taken back. */
  go(view, values) {
    location.hash = this.link(view, values);
  }
}
