export type Theme = "auto" | "light" | "dark";

const KEPT = "huan.theme";

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function applyTheme(next: Theme = theme()) {
  localStorage.setItem(KEPT, next);
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
