/** Light or dark: as the system has it, until the reader says otherwise. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  // charts on a canvas take their colours anew
  dispatchEvent(new Event("themechange"));
}
