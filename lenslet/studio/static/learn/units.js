// What the units of a net answer to.
(() => {
  const L = window.lensletLearn;
  const MODELS = [["natural", "natural: photos"], ["signs", "signs: hand signs"], ["bloodcells", "bloodcells: finds cells"], ["facefinder", "facefinder: finds faces"], ["faces", "faces: compares faces"], ["glyphs", "glyphs: compares characters"]];
  const SAID = { filters: "The numbers of the first filters, as the net learned them.", activations: "One photo, as units of this layer see it: bright where they answer.", "top-patches": "For each unit the nine parts of the two photos that it answers most to; beside them what in the part it answers to." };

  L.lessons.units = async (stage) => {
    const method_ = new URLSearchParams(location.search).get("method");
    const state = { model: "natural", method: method_ in SAID ? method_ : "top-patches", layer: "" };
    const sheet = L.el("div.learn-sheet"), told = L.el("p.soft");
    const model = L.select("Net", MODELS.map(([value, label]) => ({ value, label })), state.model, async (value) => { state.model = value; await layers(); });
    const method = L.choice("Look at", [{ value: "top-patches", label: "what units answer most to" }, { value: "activations", label: "one photo, layer by layer" }, { value: "filters", label: "first filters" }], state.method, (value) => { state.method = value; layer.hidden = value === "filters"; ask(true); });
    let layer = L.el("span");
    const row = L.row(model, method, layer);
    L.fill(stage, row, L.panel("", told, sheet, L.el("p.soft", {}, "Go from the first layer to the last: the parts grow, and so does what they have in common. For your own nets and pictures see the page Use, or ", L.el("code", {}, "lenslet explain"), ".")));
    async function layers() {
      try {
        const names = await L.get("layers", { model: state.model });
        state.layer = names[Math.min(2, names.length - 1)];
        const now = L.choice("Layer", names.map((value) => ({ value, label: value })), state.layer, (value) => { state.layer = value; ask(true); });
        now.hidden = state.method === "filters";
        layer.replaceWith(now);
        layer = now;
        ask(true);
      } catch (error) { L.wrong(stage, error.message); }
    }
    const ask = L.latest(() => { L.fill(sheet, L.el("p.soft", {}, "Looking…")); told.textContent = SAID[state.method]; return L.get("units", { ...state, layer: state.method === "filters" ? "" : state.layer }); }, (found) => {
      L.fill(sheet, L.el("img", { src: found.sheet, alt: `${state.method} of ${state.model} ${state.layer}` }));
    }, stage, 50);
    await layers();
  };
})();
