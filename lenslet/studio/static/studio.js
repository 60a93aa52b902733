// What every page does: the theme, the help, the way between pages. Runs before the page is drawn.
(() => {
  const KEY = "lenslet-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try { return localStorage.getItem(KEY) || "system"; } catch { return "system"; }
  };
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const SAID = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };

  function apply() {
    const choice = kept();
    const dark = choice === "dark" || (choice === "system" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    if (window.Quasar) Quasar.Dark.set(dark);
    const button = document.getElementById("theme");
    if (button) {
      button.setAttribute("aria-label", SAID[choice] + "; change");
      button.title = SAID[choice];
      button.textContent = { system: "Auto", light: "Light", dark: "Dark" }[choice];
    }
    window.dispatchEvent(new CustomEvent("lenslet-theme", { detail: { dark } }));
  }
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  window.addEventListener("load", () => {
    const waiting = setInterval(() => {
      if (document.getElementById("theme")) { clearInterval(waiting); apply(); }
    }, 20);
  });

  // Whether keys belong to what is being typed into.
  window.lensletTyping = (event) => {
    const at = event.target;
    return at instanceof Element && !!at.closest("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true], .q-select");
  };

  function help(open) {
    const dialog = document.getElementById("help");
    if (!dialog) return;
    if (open && !dialog.open) { dialog.showModal(); document.getElementById("help-title")?.focus(); dialog.scrollTop = 0; }
    else if (dialog.open) dialog.close();
  }

  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest("#theme")) {
      try { localStorage.setItem(KEY, NEXT[kept()]); } catch { /* a browser that keeps nothing */ }
      apply();
    } else if (at?.closest("#help-button")) help(true);
    else if (at?.id === "help") help(false); // the backdrop
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !event.ctrlKey && !event.metaKey && !window.lensletTyping(event)) {
      help(!document.getElementById("help")?.open);
      event.preventDefault();
    } else if (event.altKey && !event.ctrlKey && /^Digit[1-9]$/.test(event.code)) {
      const link = document.querySelectorAll("header.top nav a")[Number(event.code[5]) - 1];
      if (link) { event.preventDefault(); link.click(); }
    }
  });
})();
