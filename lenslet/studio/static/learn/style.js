// Style matrices of two pictures, and J(G) of a third.
(() => {
  const L = window.lensletLearn;

  L.lessons.style = async (stage) => {
    const state = { content: "china", style: "flower", kind: "blend", share: 0.5, alpha: 1e-4, beta: 100 };
    const pictures = L.el("div.learn-planes"), matrices = L.el("div.learn-matrices"), cost = L.el("div");
    const pick = (label, key) => L.select(label, L.photos, state[key], (value) => { state[key] = value; ask(true); });
    const kind = L.choice("The painting G is", [{ value: "content", label: "C" }, { value: "blend", label: "a blend" }, { value: "style", label: "S" }, { value: "shuffled", label: "S in pieces, shuffled" }, { value: "noise", label: "noise" }], "blend", (value) => { state.kind = value; share.hidden = value !== "blend"; ask(true); });
    const share = L.slider("Of S in the blend", 0.5, { min: 0, max: 1, step: 0.05, show: (v) => `${Math.round(100 * v)} %` }, (value) => { state.share = value; ask(); });
    const power = (v) => (v === -6 ? 0 : 10 ** v), shown = (v) => (v === -6 ? "0" : L.num(10 ** v, 2));
    const alpha = L.slider("α", -4, { min: -6, max: 3, step: 0.5, show: shown }, (value) => { state.alpha = power(value); ask(); });
    const beta = L.slider("β", 2, { min: -6, max: 6, step: 0.5, show: shown }, (value) => { state.beta = power(value); ask(); });
    L.fill(stage, L.row(pick("Content C", "content"), pick("Style S", "style"), kind, share), L.panel("", pictures),
      L.panel("The cost", L.row(alpha, beta), cost), L.panel("Style matrices, layer by layer", L.el("p.soft", {}, "Row k, column k′: how much channels k and k′ are active together, over all places. Both pictures' channels are in the order of S; the brighter, the more."), matrices));

    const ask = L.latest(() => { stage.setAttribute("aria-busy", "true"); return L.post("style", state); }, (found) => {
      stage.removeAttribute("aria-busy");
      L.fill(pictures, [["C, the content", found.pictures[0]], ["S, the style", found.pictures[1]], ["G, the painting", found.picture]].map(([name, src]) => L.el("figure.learn-figure", {}, L.el("img", { src, alt: name }), L.el("figcaption", {}, name))));
      const row = (name, value, relative, how) => L.el("tr", {}, L.el("th", { scope: "row" }, name), L.el("td.number", {}, L.num(value, 4)), L.el("td", { style: "width:40%" }, relative === null ? "" : L.bar(Math.min(relative, 1), relative.toFixed(3), "var(--learn-1)")), L.el("td.soft", {}, how));
      L.fill(cost, L.el("table.plain", {}, L.el("thead", {}, L.el("tr", {}, ["", "as the course has it", "as a share: 0 arrived, 1 nothing in common", ""].map((word) => L.el("th", { scope: "col" }, word)))), L.el("tbody", {},
        row("J_content(C, G)", found.content, found.content_relative, `½ |a(C) − a(G)|² at ${found.content_layer}`), row("J_style(S, G)", found.style, found.style_relative, "the sum over layers of λ times their cost"), row("J(G)", found.total, null, "α J_content + β J_style"))));
      L.fill(matrices, found.layers.map((one) => L.el("div.learn-matrix", {}, L.el("h3", {}, one.layer), L.el("div.learn-row.tight", {}, L.el("figure.learn-figure", {}, L.el("img", { src: one.style, alt: `style matrix of S at ${one.layer}` }), L.el("figcaption", {}, "S")), L.el("figure.learn-figure", {}, L.el("img", { src: one.generated, alt: `style matrix of G at ${one.layer}` }), L.el("figcaption", {}, "G"))),
        L.el("p.soft", {}, `${one.channels} × ${one.channels}, from ${one.map.join(" × ")} places; λ = ${one.weight}`), L.bar(Math.min(one.relative, 1), `cost ${L.num(one.cost, 3)}; share ${one.relative.toFixed(3)}`, "var(--learn-1)"))));
      stage.dataset.style = found.style_relative;
      stage.dataset.content = found.content_relative;
    }, stage, 150);
    ask(true);
  };
})();
