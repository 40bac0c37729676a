/** The window: connects to the kernel, reads the address, shows its view. */

import { fill, h } from "./components/element.js";
import { notice } from "./components/notice.js";
import { segments } from "./components/segments.js";
import { Connection } from "./kernel/connection.js";
import { RequestLog } from "./kernel/log.js";
import { Session } from "./kernel/session.js";
import { Address } from "./state/address.js";
import { FeatureLists } from "./state/lists.js";
import { PictureStore } from "./state/pictures.js";
import { apply, theme, useTheme } from "./state/theme.js";

/** Views by their names in the address; each is read when it is first needed. */
const VIEWS = {
  ask: { title: "Ask", load: () => import("./views/ask.js") },
  why: { title: "Why", load: () => import("./views/why.js") },
  change: { title: "Change", load: () => import("./views/change.js") },
  features: { title: "Features", load: () => import("./views/features.js") },
  compare: { title: "Compare", load: () => import("./views/compare.js") },
  work: { title: "Work", load: () => import("./views/work.js") },
};

apply();
const root = document.querySelector("main");
const said = document.querySelector("#said");
const whispered = document.querySelector("#whispered");
const state = document.querySelector("#connection");
const bar = document.querySelector("#views");

const address = new Address(Object.keys(VIEWS));
const pictures = new PictureStore();
const log = new RequestLog();
const socket = new URL("kernel", location.href);
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
socket.hash = "";
const connection = new Connection(socket.href, { name: "lucarne window" });
const session = new Session(connection, log, pictures);

const app = {
  address, connection, session, log, pictures, lists: new FeatureLists(),
  /** Says to readers of the screen what others see. */
  say(text) { whispered.textContent = text; },
  /** Says something to everybody, for a while. */
  announce(text) {
    said.textContent = text;
    clearTimeout(said.timer);
    said.timer = setTimeout(() => { said.textContent = ""; }, 5000);
  },
  focusHeading() { if (hasMoved) root.querySelector("h1")?.focus({ preventScroll: true }); },
};

/** Does something when nothing else is to be done: the other views are read before they are asked for. */
const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 1000));

/** What is asked when a kernel dies may be what kills it: after so many deaths in so many milliseconds, people decide. */
const [DEATHS, SPAN] = [2, 60_000];
let deaths = [];

let shown = null;
let hasMoved = false;

async function show() {
  const before = shown;
  const { view } = address;
  showTabs();
  if (before?.name === view && before.key === viewKey() && before.mounted?.update) {
    before.mounted.update();
    return;
  }
  before?.mounted?.leave();
  const now = { name: view, key: viewKey(), feature: address.get("f") };
  shown = now;
  const module = await VIEWS[view].load().catch((error) => ({ error }));
  // Somebody may have gone on meanwhile.
  if (shown !== now) return;
  document.title = `${VIEWS[view].title} – Lucarne`;
  const place = h("div.view", { data: { view } });
  fill(root, place);
  now.mounted = mounted(module, place);
  if (!before) return;
  hasMoved = true;
  if (before.name === view && before.feature === now.feature) {
    now.mounted.focus?.();
    return;
  }
  window.scrollTo(0, 0);
  app.focusHeading();
}

/** The address may come from anywhere: what no view can read is said in its place. */
function mounted({ mount, error: failure }, place) {
  try {
    if (failure) throw failure;
    return mount(place, app);
  } catch (error) {
    const message = failure ? "A part of this window could not be loaded."
      : "This address says something that cannot be shown.";
    fill(place, h("h1", { tabindex: -1 }, VIEWS[address.view].title), notice({ message, hint: error.message }),
      h("p", null, h("a.button", { href: `#/${address.view}` }, "Begin anew")));
    return { leave: () => {} };
  }
}

/** What a view keeps while only what it updates changes. */
function viewKey() {
  const { chat, f, by, q, other, generation, changes, region, splice } = address.state;
  return JSON.stringify([chat, f, by, q, other, generation, changes, region, splice]);
}

function showTabs() {
  fill(bar, Object.entries(VIEWS).map(([name, { title }]) => h("a", {
    href: address.link(name, name === "features" ? { f: undefined } : {}),
    "aria-current": name === address.view ? "page" : null, data: { view: name },
  }, title)));
}

function again() {
  shown?.mounted?.leave();
  shown = null;
  show();
}

/** In the place of a view that has outlived several kernels. */
function offer() {
  shown?.mounted?.leave();
  deaths = [];
  const message = `The kernel has ended ${DEATHS} times within a minute, perhaps because of what is asked here.`;
  const hint = "The terminal of lucarne ui, or the log beside the socket, may say why.";
  fill(root, h("h1", { tabindex: -1 }, VIEWS[address.view].title), notice({ message, hint }, again));
}

address.addEventListener("change", show);
address.addEventListener("written", showTabs);
session.addEventListener("changed", () => { if (address.view !== "work") again(); });

connection.addEventListener("open", () => {
  const isAgain = connection.number > 1;
  if (!isAgain) later(() => Object.values(VIEWS).forEach(({ load }) => load().catch(() => {})));
  fill(state, h("span.unseen", null, "connected"));
  state.dataset.state = "open";
  const { name = "the kernel", version = "" } = connection.server.serverInfo ?? {};
  state.title = `connected to ${name} ${version}`;
  // What a view was waiting for is asked again; contexts were lost with the connection.
  if (!isAgain) return;
  deaths = deaths.filter((time) => performance.now() - time < SPAN);
  const next = deaths.length < DEATHS ? again : offer;
  session.reopened.then(() => { if (address.view !== "work") next(); });
});
connection.addEventListener("lost", async ({ detail: { wait, failures, reason } }) => {
  if (failures === 1) deaths.push(performance.now());
  state.dataset.state = "lost";
  const words = reason || (failures > 1 ? "no kernel answers" : "the connection is lost");
  fill(state, h("span", null, `${words}; trying again`),
    wait > 500 && h("button", { type: "button", on: { click: () => connection.connect() } }, "Try now"));
  // A server that has begun anew lets a browser in by its new address alone, and a socket does not say so.
  const answer = failures > 1 && await fetch(location.pathname, { method: "HEAD" }).catch(() => null);
  if (answer?.status === 401 && connection.state !== "open") {
    fill(state, h("span", null, "lucarne ui was started anew: open the address that it prints"));
  }
});

document.querySelector("#theme").append(segments({
  label: "theme", value: theme(), onChange: useTheme,
  choices: [{ value: "system", text: "auto" }, { value: "light", text: "light" }, { value: "dark", text: "dark" }],
}));
document.querySelector("#skip").addEventListener("click", (event) => {
  // Following the link would change the address, which is the window's state.
  event.preventDefault();
  root.focus();
});
document.addEventListener("paste", (event) => {
  if (!event.defaultPrevented) shown?.mounted?.paste?.(event);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".progress button")?.click();
});
// A picture that is dropped beside its place must not replace the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => { if (!event.defaultPrevented) event.preventDefault(); });
}

show();
