/** Light, dark, or as the system is. */

const KEY = "lucarne.theme";
const THEMES = ["system", "light", "dark"];

export function theme() {
  const kept = localStorage.getItem(KEY);
  return THEMES.includes(kept) ? kept : "system";
}

export function useTheme(name) {
  localStorage.setItem(KEY, name);
  apply(name);
}

export function apply(name = theme()) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
}
