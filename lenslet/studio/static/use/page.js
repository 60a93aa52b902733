// The page: pictures at the left, and what is done with them behind three tabs.
(() => {
  const U = window.LensletUse, el = U.el, T = U.tray;
  const TABS = { pictures: U.pictures, faces: U.faces, style: U.style };
  U.keep = (name, value) => { try { localStorage["lenslet-use-" + name] = value; } catch { /* a browser that keeps nothing */ } };
  U.kept = (name) => { try { return localStorage["lenslet-use-" + name]; } catch { return undefined; } };

  const names = Object.keys(TABS), buttons = {}, panes = {};
  U.tab = "pictures";
  U.go = (name, focus = false) => {
    U.tab = name;
    U.keep("tab", name);
    for (const one of names) {
      buttons[one].setAttribute("aria-selected", String(one === name));
      buttons[one].tabIndex = one === name ? 0 : -1;
      panes[one].hidden = one !== name;
    }
    if (focus) buttons[name].focus();
    TABS[name].show?.();
    TABS[name].shown?.();
  };

  function build(root) {
    const tabs = el("div.use-tabs", { role: "tablist", "aria-label": "What to do with the pictures" }, names.map((name) => (buttons[name] = el("button", {
      role: "tab", id: "use-tab-" + name, "aria-controls": "use-pane-" + name, onclick: () => U.go(name),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        U.go(names[(names.indexOf(name) + step + names.length) % names.length], true);
      },
    }, TABS[name].title))));
    for (const name of names) panes[name] = el("div#use-pane-" + name + ".use-pane", { role: "tabpanel", "aria-labelledby": "use-tab-" + name }, TABS[name].build());
    root.replaceChildren(el("div#use-said", { "aria-live": "assertive" }), el("div.use-page", {}, T.build(), el("div.use-work", {}, tabs, names.map((name) => panes[name]))), U.camera.element);
    const wanted = new URLSearchParams(location.search).get("tab") || U.kept("tab");
    U.go(names.includes(wanted) ? wanted : "pictures");
    (async () => {
      await U.pictures.begin();
      await T.begin();
      root.dataset.ready = "yes";
      for (const name of names.slice(1)) await TABS[name].begin?.();
    })().catch(U.told);
  }
  document.addEventListener("keydown", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    if (event.altKey || event.ctrlKey || event.metaKey || window.lensletTyping(event) || at?.closest("input, dialog, [role=tab]")) return;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      if (T.pictures.length) { event.preventDefault(); T.choose(T.at + (event.key === "ArrowRight" ? 1 : -1), !!at?.closest(".use-tray")); }
    } else if (event.key === "o" || event.key === "O") { event.preventDefault(); T.choosing(); }
    else if (event.key === "Delete" && T.chosen) { event.preventDefault(); T.remove(T.at); }
  });
  const waiting = setInterval(() => {
    const root = document.getElementById("use");
    if (!root) return;
    clearInterval(waiting);
    build(root);
  }, 20);
})();
