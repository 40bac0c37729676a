/** Light, dark, or as the system is. */

import { keep, kept } from "./storage.js";

const KEY = "lucarne.theme";
const THEMES = ["system", "light", "dark"];

export function theme() {
  const name = kept(KEY);
  return THEMES.includes(name) ? name : "system";
}

export function useTheme(name) {
  keep(KEY, name);
  apply(name);
}

export function apply(name = theme()) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
