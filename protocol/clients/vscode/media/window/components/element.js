/** Elements made of values. Texts become text and nothing else, whatever they look like. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of HTML.
 * @param {string} name with classes, as "div.card.wide"
 * @param {object|null} options attributes by name; `on` has listeners, `style` custom properties, `data` data
 *   attributes; false, null and undefined leave an attribute out
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 */
export function h(name, options, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElement(tag || "div"), classes, options, children);
}

/** The same of SVG. */
export function s(name, options, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElementNS(SVG, tag), classes, options, children);
}

function filled(element, classes, options, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "style") {
      for (const [property, each] of Object.entries(value)) element.style.setProperty(property, each);
    } else if (name === "data") {
      for (const [key, each] of Object.entries(value)) if (each !== undefined) element.dataset[key] = each;
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity)
    .filter((each) => each !== null && each !== undefined && each !== false && each !== "")
    .map((each) => (each instanceof Node ? each : String(each)));
}

/** Puts other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** An id that nothing else on the page has. */
let last = 0;
export const unique = (name) => `${name}-${++last}`;

/**
 * One stop of the tabulator for many elements, among which the arrow keys, Home and End move.
 * @param {Element} container @param {string} selector of the elements
 */
export function roving(container, selector) {
  const all = () => [...container.querySelectorAll(selector)];
  const only = (chosen) => all().forEach((each) => each.setAttribute("tabindex", each === chosen ? "0" : "-1"));
  only(container.querySelector(`${selector}[aria-pressed="true"]`) ?? container.querySelector(selector));
  container.addEventListener("focusin", ({ target }) => { if (target.matches(selector)) only(target); });
  container.addEventListener("keydown", (event) => {
    const elements = all();
    const at = elements.indexOf(document.activeElement);
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const next = event.key === "Home" ? 0 : event.key === "End" ? elements.length - 1
      : event.key in steps ? at + steps[event.key] : -1;
    if (at < 0 || !elements[next]) return;
    event.preventDefault();
    elements[next].focus();
  });
  return container;
}

/** Saves a text as a file. */
export function download(name, text, type = "text/plain") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
