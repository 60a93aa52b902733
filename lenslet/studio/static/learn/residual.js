// A plain and a residual net learning side by side; and a digit's way through blocks.
(() => {
  const L = window.lensletLearn;
  const COLOUR = { plain: "var(--learn-1)", residual: "var(--learn-2)" };

  L.lessons.residual = async (stage) => {
    const asked = { depth: 56, epochs: 5 };
    const depth = L.choice("Layers", ["8", "20", "32", "56"], "56", (value) => (asked.depth = Number(value)));
    const epochs = L.number("Passes", 5, { min: 1, max: 20 }, (value) => (asked.epochs = value));
    const start = L.button("Let both learn", () => L.post("race/start", asked).then(show, failed), "main"), stop = L.button("Stop", () => L.post("race/stop").then(show, failed));
    const curves = L.el("div"), told = L.el("p.learn-verdict", { role: "status" }), table = L.el("div");
    const blocks = L.el("div.learn-through"), state = { scale: 0, blocks: 8, digit: 3 };
    const verdict = L.el("p.soft");
    L.fill(stage,
      L.panel("The same depth, with and without the sums", L.row(depth, epochs, start, stop), told,
        L.el("div.learn-aside", {}, curves, table),
        L.el("p.soft", {}, "Both nets have the same layers and the same number of weights, see the same 1,797 digits in the same order, and learn with the same rates. What is drawn is the error on digits that they learn from, so this is not about new digits: the deep plain net cannot even learn those it is shown.")),
      L.panel("A digit's way through the blocks",
        L.row(L.slider("Weights times", 0, { min: 0, max: 1.5, step: 0.05, show: (v) => v.toFixed(2) }, (value) => { state.scale = value; ask(); }),
          L.number("Blocks", 8, { min: 1, max: 20 }, (value) => { state.blocks = value; ask(); }), L.number("Digit", 3, { min: 0, max: 1796 }, (value) => { state.digit = value; ask(); })),
        verdict, blocks));
    const failed = (error) => L.wrong(stage, error.message);
    const ask = L.latest(() => L.post("through", state), (found) => {
      const line = (name, title) => L.el("div", {}, L.el("h3", {}, title), L.el("div.learn-digits", {}, L.el("img", { src: found.picture, alt: "the digit" }), found.blocks[name].map((one, i) => L.el("img", { src: one, alt: `after block ${i + 1}`, title: `after block ${i + 1}: at most ${L.num(found.largest[name][i], 3)}` }))));
      L.fill(blocks, line("plain", "Plain: g(z)"), line("residual", "Residual: g(z + a)"));
      verdict.textContent = found.same ? "The weights do nothing, and the residual blocks hand on what they got, number for number. The plain ones have lost it." : "The first weights of a block are chance numbers. See what is left of the digit at the end.";
      blocks.dataset.same = found.same;
    }, stage);

    let waiting = 0;
    function show(race) {
      L.wrong(stage, race.said || "");
      start.disabled = race.going;
      stop.disabled = !race.going;
      const of = (name) => race.rows.filter((row) => row.net === name);
      L.fill(curves, L.curves(["plain", "residual"].map((name) => ({ name, colour: COLOUR[name], dots: true, points: of(name).map((row) => ({ x: row.pass, y: row.error })) })),
        { label: `error of both nets after each pass: ${["plain", "residual"].map((name) => `${name} ${of(name).map((row) => row.error).join(", ") || "not yet"}`).join("; ")}`, xs: [1, Math.max(race.epochs, 2)], ys: [0, 100], x: "passes", y: "error on digits they learn from, %", height: 260 }),
        L.row(["plain", "residual"].map((name) => L.el("span.learn-key", {}, L.el("i", { style: `border-color:${COLOUR[name]}` }), `${name}-${race.depth}`))));
      L.fill(table, race.rows.length ? L.el("table.plain", {}, L.el("thead", {}, L.el("tr", {}, ["net", "pass", "error", "loss", "seconds"].map((word) => L.el("th", { scope: "col" }, word)))),
        L.el("tbody", {}, race.rows.slice(-10).map((row) => L.el("tr", {}, [row.net, row.pass, `${row.error.toFixed(1)} %`, row.loss.toFixed(3), row.seconds].map((cell) => L.el("td", {}, String(cell))))))) : L.el("p.soft", {}, "With 56 layers and 5 passes it takes about a minute. With 20 layers the plain net can still follow."));
      const end = ["plain", "residual"].map((name) => of(name).at(-1));
      told.textContent = race.going ? (race.rows.length ? `Learning: pass ${race.rows.at(-1).pass} of ${race.epochs}…` : "Learning…") : end.every(Boolean) ? `plain-${race.depth}: ${end[0].error.toFixed(1)} % wrong; residual-${race.depth}: ${end[1].error.toFixed(1)} % wrong.` : "";
      stage.dataset.race = race.going ? "going" : race.rows.length ? "done" : "none";
      clearTimeout(waiting);
      if (race.going && document.contains(stage)) waiting = setTimeout(() => L.get("race").then(show, failed), 500);
    }
    show(await L.get("race"));
    ask(true);
  };
})();
