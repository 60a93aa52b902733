// The triplet loss of three pictures, and the binary head.
(() => {
  const L = window.lensletLearn;

  L.lessons.triplet = async (stage) => {
    const state = { alpha: 0.2 };
    const names = [["Anchor A", "digit:3", "var(--learn-2)"], ["Positive P", "digit:13", "var(--good)"], ["Negative N", "digit:8", "var(--bad)"]];
    const tiles = names.map(([title, value, colour]) => L.tile(title, value, () => ask(true), { colour }));
    const alpha = L.slider("Margin α", 0.2, { min: 0, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, (value) => { state.alpha = value; ask(); });
    const line = L.el("div"), sum = L.formula(), verdict = L.el("p.learn-verdict"), strips = L.el("div.learn-two"), head = L.el("div");
    L.fill(stage, L.el("div.learn-aside.even", {}, L.panel("Three pictures", L.el("div.learn-tiles", {}, tiles.map((one) => one.tile)), L.el("p.soft", {}, "Draw in a tile, or choose. A and P are to show the same character, N another one. The net has learned to compare characters, and never saw these.")),
      L.el("div.learn-column", {}, L.panel("The loss", alpha, line, sum, verdict, L.row(L.button("Exchange P and N", () => { const [p, n] = [tiles[1].value, tiles[2].value]; tiles[1].set(n); tiles[2].set(p); ask(true); }))))),
      L.panel("Their encodings: 128 numbers each, of length 1 together", strips), L.panel("A question with two answers instead", head));

    const ask = L.latest(() => L.post("triplet", { anchor: tiles[0].value, positive: tiles[1].value, negative: tiles[2].value, alpha: state.alpha }), (found) => {
      const { near, far, loss, kind } = found;
      const top = Math.max(1.2, near + state.alpha, far) * 1.05, x = (d) => 40 + (d / top) * 440;
      const mark = (d, text, colour, up) => [L.svg("line", { x1: x(d), x2: x(d), y1: 62 - up, y2: 84, stroke: colour, "stroke-width": 3 }), L.svg("text", { x: x(d), y: 54 - up, "text-anchor": "middle", style: `fill:${colour};font-weight:700` }, text)];
      L.fill(line, L.svg("svg", { viewBox: "0 0 500 112", class: "learn-curves", role: "img", "aria-label": `distance of A and P ${near.toFixed(2)}, of A and N ${far.toFixed(2)}` },
        L.svg("rect", { x: x(near), y: 66, width: x(near + state.alpha) - x(near), height: 14, class: "learn-margin" }), L.svg("line", { x1: 40, x2: 490, y1: 84, y2: 84, class: "learn-axis" }),
        L.svg("circle", { cx: 40, cy: 84, r: 6, fill: "var(--learn-2)" }), L.svg("text", { x: 40, y: 106, "text-anchor": "middle" }, "A"), L.svg("text", { x: 490, y: 106, "text-anchor": "end" }, "squared distance from A"),
        mark(near, "P", "var(--good)", 0), mark(far, "N", "var(--bad)", Math.abs(x(far) - x(near)) < 26 ? 20 : 0)));
      L.fill(sum, L.el("span", {}, `d(A, P) = |f(A) − f(P)|² = ${near.toFixed(3)}`), L.el("span", {}, `d(A, N) = |f(A) − f(N)|² = ${far.toFixed(3)}`),
        L.el("span", {}, `L = max(${near.toFixed(3)} − ${far.toFixed(3)} + ${state.alpha.toFixed(2)}, 0) = `, L.el("output.learn-size", { "aria-label": "loss", "data-value": loss }, loss.toFixed(3))));
      verdict.textContent = { easy: "An easy triplet: N is farther than P by more than the margin. It costs nothing, and nothing is learned from it.", "semi-hard": "A semi-hard triplet: N is farther than P, but within the margin (the shaded part). Worth learning from.", hard: "A hard triplet: N is nearer than P. Worth learning from." }[kind];
      verdict.className = `learn-verdict ${kind === "easy" ? "good" : ""}`;
      L.fill(strips, found.encodings.map((one, i) => L.el("figure.learn-figure", {}, L.el("figcaption", {}, `f(${"APN"[i]})`), L.el("img.learn-code-strip", { src: one, alt: `encoding of ${names[i][0]}` }))));
      L.fill(head, L.el("p.soft", {}, "σ(Σ w_k |f(x_i)_k − f(x_j)_k| + b): the differences, each with a weight of its own, that are learned. Below it stands as it begins, before it has learned: ", `every w is ${L.num(found.weight, 3)}, b is ${found.bias.toFixed(0)}.`),
        L.el("table.plain", {}, L.el("thead", {}, L.el("tr", {}, ["pair", "mean |difference|", "“the same”"].map((word) => L.el("th", { scope: "col" }, word)))), L.el("tbody", {}, ["P", "N"].map((name, i) => L.el("tr", {}, L.el("td", {}, `A and ${name}`), L.el("td", {}, found.mean[i].toFixed(4)), L.el("td", { style: "width:45%" }, L.bar(found.same[i], `${(100 * found.same[i]).toFixed(0)} %`, i ? "var(--bad)" : "var(--good)")))))));
      stage.dataset.loss = loss;
      L.say(`loss ${loss.toFixed(2)}, ${kind}`);
    }, stage, 120);
    ask(true);
  };
})();
