// The pictures that lie on the page: dropped, chosen, pasted, taken by the camera, or of the project.
(() => {
  const U = window.LensletUse, el = U.el;
  const T = (U.tray = { pictures: [], at: -1, get chosen() { return this.pictures[this.at] || null; } });
  const visit = (() => {
    try { return (sessionStorage["lenslet-use"] ||= crypto.randomUUID()); } catch { return crypto.randomUUID(); }
  })();
  const list = el("ul#use-pictures.use-strip", { "aria-label": "Pictures on this page" });
  const none = el("p.use-none", {}, "No picture yet: drop some here, paste one, or choose.");
  const files = el("input#use-file", { type: "file", multiple: true, accept: "image/*", hidden: true, tabIndex: -1,
    onchange: () => { T.add([...files.files]); files.value = ""; } });
  const busy = el("p.use-busy", { hidden: true, role: "status" });

  const held = (one) => ({ ref: "tray:" + one.id, id: one.id, name: one.name, height: one.height, width: one.width,
    url: "/api/use/pictures/" + one.id, thumb: "/api/use/pictures/" + one.id });
  const owned = (name) => {
    const path = name.split("/").map(encodeURIComponent).join("/");
    return { ref: "project:" + name, name, url: "/api/picture/" + path, thumb: "/api/thumb/" + path };
  };

  // Lay files on the page, one after the other; what is no picture gets a sentence, and the others come all the same.
  let line = Promise.resolve(), waiting = 0;
  T.add = (given) => {
    const taken = given.filter((file) => file.size !== 0 || file.name);
    waiting += taken.length;
    for (const file of taken) line = line.then(async () => {
      busy.hidden = false;
      busy.textContent = `Opening ${file.name}` + (waiting > 1 ? `, ${waiting - 1} to come` : "");
      try {
        const query = new URLSearchParams({ visit, name: file.name || "pasted.png" });
        const answer = await U.fetch("pictures?" + query, { method: "POST", body: file });
        put(held(await answer.json()));
      } catch (error) { U.told(error); }
      waiting--;
      busy.hidden = waiting === 0;
    });
    return line;
  };
  T.own = (name) => {
    const at = T.pictures.findIndex((one) => one.ref === "project:" + name);
    if (at >= 0) T.choose(at);
    else put(owned(name));
  };
  function put(picture) {
    T.pictures.push(picture);
    U.fire("pictures");
    T.choose(T.pictures.length - 1);
  }
  T.choose = (at, focus = false) => {
    T.at = Math.min(Math.max(at, 0), T.pictures.length - 1);
    show();
    if (focus) list.querySelector("[aria-current]")?.focus();
    list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    U.fire("chosen", T.chosen);
  };
  T.remove = (at) => {
    const [gone] = T.pictures.splice(at, 1);
    if (gone?.id) U.fetch("pictures/" + gone.id, { method: "DELETE" }).catch(U.told);
    U.fire("pictures");
    T.choose(T.at > at || T.at >= T.pictures.length ? T.at - 1 : T.at);
  };
  T.clear = async () => {
    T.pictures = [];
    T.at = -1;
    await U.fetch(`leave?${new URLSearchParams({ visit, now: true })}`, { method: "POST" });
    U.fire("pictures");
    show();
    U.fire("chosen", null);
  };
  T.said = (ref, text) => {  // a few words below a picture in the list
    const place = [...list.children].find((one) => one.dataset.ref === ref)?.querySelector("small");
    if (place) place.textContent = text;
  };
  function show() {
    const known = new Map([...list.children].map((one) => [one.dataset.ref, one]));
    list.replaceChildren(...T.pictures.map((picture, at) => {
      const item = known.get(picture.ref) || row(picture);
      const button = item.querySelector("button.use-thumb");
      if (at === T.at) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      return item;
    }));
    none.hidden = T.pictures.length > 0;
    clear.hidden = T.pictures.length < 1;
  }
  function row(picture) {
    const here = () => T.pictures.indexOf(picture);
    const item = el("li", {},
      el("button.use-thumb", { title: picture.name, onclick: () => T.choose(here()) },
        el("img", { src: picture.thumb, alt: "", loading: "lazy" }), el("span", {}, el("b", { dir: "auto" }, picture.name), el("small"))),
      el("button.use-off", { "aria-label": "Take " + picture.name + " off the page", title: "Take it off the page",
        onclick: () => T.remove(here()) }, "×"));
    item.dataset.ref = picture.ref;
    return item;
  }

  // Pictures of the project, to choose from.
  const like = el("input", { type: "search", placeholder: "part of a name", oninput: () => look() });
  const grid = el("div.pictures.use-grid"), found = el("p.use-none", { role: "status" });
  const dialog = el("dialog#use-project", { "aria-labelledby": "use-project-title" },
    el("form", { method: "dialog" }, el("h2#use-project-title", {}, "Pictures of this project"), U.field("Search", like),
      found, grid, el("button.plain", { type: "submit" }, "Done")));
  let turn = 0;
  async function look() {
    const mine = ++turn;
    const { names, found: count, of } = await U.get("project", { like: like.value });
    if (mine !== turn) return;
    found.textContent = of === 0 ? "This project has no pictures yet." : count > names.length
      ? `${count} pictures; the first ${names.length} are shown: search for others.` : U.count(count, "picture");
    grid.replaceChildren(...names.map((name) => {
      const button = el("button.use-pick", { onclick: () => { T.own(name); button.setAttribute("aria-pressed", "true"); } },
        el("img", { src: owned(name).thumb, alt: "", loading: "lazy" }), el("span", { dir: "auto" }, name));
      button.setAttribute("aria-pressed", String(T.pictures.some((one) => one.ref === "project:" + name)));
      return button;
    }));
  }
  const clear = U.button("Forget all", () => T.clear(), "plain", { hidden: true, title: "Take all pictures off the page, and out of memory" });

  T.choosing = () => files.click();
  T.build = () => el("aside.use-tray", { "aria-label": "Pictures" },
    el("div.use-drop", {}, el("div.row-of", {}, el("button.main", { onclick: T.choosing }, "Choose pictures"),
      el("button.plain", { onclick: () => { dialog.showModal(); look().catch(U.told); } }, "Of the project"),
      el("button.plain", { onclick: () => U.camera.open() }, "Webcam"))),
    files, busy, none, list, clear,
    el("p.use-note", {}, "Pictures stay in this computer's memory, are written nowhere, and are forgotten when you leave."), dialog);

  T.begin = async () => {
    for (const one of (await U.get("pictures", { visit })).pictures) T.pictures.push(held(one));
    const asked = new URLSearchParams(location.search).get("picture");
    if (T.pictures.length) { U.fire("pictures"); T.choose(0); }
    if (asked) T.own(asked);
  };
  const over = (on) => document.getElementById("use")?.classList.toggle("use-over", on);
  const filed = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  addEventListener("dragover", (event) => { if (filed(event)) { event.preventDefault(); over(true); } });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
  addEventListener("drop", (event) => {
    over(false);
    if (!filed(event)) return;
    event.preventDefault();
    T.add([...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files || [])];
    if (pasted.length) { event.preventDefault(); T.add(pasted); }
  });
  addEventListener("pagehide", () => navigator.sendBeacon(`/api/use/leave?${new URLSearchParams({ visit })}`));
})();
