// Sizes and costs of any net: a table of its layers, and where the cost is.
(() => {
  const L = window.lensletLearn;
  const WHAT = { parameters: "parameters", macs: "multiplies", memory_bytes: "activations" };

  L.lessons.costs = async (stage) => {
    const query = new URLSearchParams(location.search);
    const nets = await L.get("nets"), known = new Map(nets.map((one) => [one.value, one]));
    const state = { net: known.has(query.get("net")) ? query.get("net") : "lenet_course", size: null, by: "macs", other: query.get("compare") || "", only: true };
    let found = null, other = null;
    const net = L.select("Net", nets, state.net, (value) => { state.net = value; state.size = null; sized(); ask(true); });
    const size = L.number("Size of the picture", 32, { min: 1, max: 1024 }, (value) => { state.size = value; ask(); });
    const by = L.choice("Bars show", Object.entries(WHAT).map(([value, label]) => ({ value, label })), state.by, (value) => { state.by = value; draw(); });
    const compare = L.select("Beside it", [{ value: "", label: "nothing" }, ...nets], state.other, (value) => { state.other = value; ask(true); });
    const only = L.check("only layers with weights, and pools", true, (value) => { state.only = value; draw(); });
    const totals = L.el("div.learn-totals"), shape = L.el("div"), table = L.el("div.learn-scroll", { tabindex: "0", role: "region", "aria-label": "layers" }), notes = L.el("p.soft");
    L.fill(stage, L.row(net, size, by, compare), L.panel("", totals, shape), L.panel("Layer by layer", only, table, notes));

    const ask = L.latest(async () => [
      await L.get("describe", { net: state.net, ...(state.size ? { size: state.size } : {}) }),
      state.other && (await L.get("describe", { net: state.other })),
    ], (both) => { [found, other] = both; draw(); remember(); }, stage, 200);
    function sized() {
      const one = known.get(state.net);
      size.set(one.usual);
      size.querySelectorAll("input, button").forEach((part) => (part.disabled = one.fixed));
      size.title = one.fixed ? "This net reads pictures of one size only" : `${one.smallest} or more`;
    }
    function remember() {
      const now = new URLSearchParams({ net: state.net, ...(state.other ? { compare: state.other } : {}) });
      history.replaceState(history.state, "", `${location.pathname}?${now}`);
    }

    function draw() {
      if (!found) return;
      const one = (what) => [L.el("b", {}, L.whole(found.total[what])), other && L.el("span.soft", {}, `${other.net}: ${L.whole(other.total[what])}`)];
      L.fill(totals, L.el("div", {}, L.el("span", {}, "parameters"), one("parameters")), L.el("div", {}, L.el("span", {}, "multiplies for a picture"), one("macs")),
        L.el("div", {}, L.el("span", {}, "activations, MiB"), [found, other].filter(Boolean).map((net_, i) => L.el(i ? "span.soft" : "b", {}, `${i ? `${net_.net}: ` : ""}${L.num(net_.total.memory_bytes / 2 ** 20, 3)}`))),
        L.el("div", {}, L.el("span", {}, "layers that multiply"), [found, other].filter(Boolean).map((net_, i) => L.el(i ? "span.soft" : "b", {}, `${i ? `${net_.net}: ` : ""}${net_.rows.filter((row) => row.macs).length}`))));
      L.fill(shape, strip(found), other && strip(other), L.row([["var(--accent)", "convolution"], ["var(--warn)", "pool"], ["var(--learn-2)", "dense"]].map(([colour, word]) => L.el("span.learn-key", {}, L.el("i", { style: `border-color:${colour}` }), word)), L.el("span.soft", {}, "taller: more rows; wider: more channels")));
      const most = Math.max(...found.rows.map((row) => row[state.by]), 1), all = found.total[state.by] || 1;
      const kept = found.rows.filter((row) => !state.only || (row.parameters && row.kind !== "BatchNorm2d") || /pool/i.test(row.kind));
      const head = ["layer", "kind", "output", "parameters", "multiplies", "sees", WHAT[state.by]];
      L.fill(table, L.el("table.plain", {}, L.el("thead", {}, L.el("tr", {}, head.map((word, i) => L.el("th", { class: i > 2 && i < 6 ? "number" : "", scope: "col" }, word)))),
        L.el("tbody", {}, [{ name: "picture", input: true, cells: ["picture", "", found.input.join("x"), "-", "-", "", "", "1", ""] }, ...kept].map((row) => {
          const [name, kind, output, parameters, macs, , , sees] = row.cells;
          return L.el("tr", {}, L.el("td", {}, name), L.el("td.soft", {}, kind), L.el("td.learn-still", {}, output.replaceAll("x", " × ")), L.el("td.number", {}, parameters), L.el("td.number", {}, macs), L.el("td.number", {}, sees),
            L.el("td", {}, row.input ? "" : L.bar(row[state.by] / most, row[state.by] ? `${((100 * row[state.by]) / all).toFixed(1)} %` : "")));
        }))));
      L.fill(notes, "Outputs are channels × height × width. “Sees” is the receptive field: how many pixels a side one output looks at. ", found.notes.join(" "));
    }
    // Height and channels of every map, as blocks: taller is larger, wider is deeper.
    function strip(net_) {
      const maps = [{ output: net_.input, name: "picture" }, ...net_.rows.filter((row) => row.output.length === 3 && (row.parameters || /pool/i.test(row.kind)) && row.kind !== "BatchNorm2d")];
      const flat = net_.rows.filter((row) => row.output.length === 1 && row.parameters);
      const shown = [...maps.map((row) => ({ height: row.output[1], channels: row.output[0], row })), ...flat.map((row) => ({ height: 1, channels: row.output[0], row, dense: true }))];
      const top = Math.max(...shown.map((one) => one.height));
      const wide = shown.map((one) => (one.dense ? 6 : 4 + 3 * Math.log2(one.channels))), all = wide.reduce((a, b) => a + b, 0), gap = 3;
      const scale = Math.min(1, (1000 - gap * shown.length) / all);
      let x = 0;
      const drawn = L.svg("svg", { viewBox: "0 0 1000 120", class: "learn-strip", preserveAspectRatio: "xMinYMid meet", role: "img", "aria-label": `${net_.net}: from ${net_.input.join(" × ")} to ${net_.rows.at(-1).output.join(" × ")}` });
      shown.forEach((one, i) => {
        const high = one.dense ? 20 + 8 * Math.log2(one.channels) / 2 : Math.max(4, 100 * Math.sqrt(one.height / top)), w = Math.max(wide[i] * Math.max(scale, 0.1), 1.5);
        drawn.append(L.svg("rect", { x, y: 60 - high / 2, width: w, height: high, rx: 2, class: one.dense ? "dense" : one.row.input ? "" : /pool/i.test(one.row.kind || "") ? "pool" : "conv" },
          L.svg("title", {}, `${one.row.name}: ${one.row.output.join(" × ")}`)));
        x += w + gap;
      });
      drawn.setAttribute("viewBox", `0 0 ${Math.max(x, 420)} 120`);
      return L.el("figure.learn-figure", {}, L.el("figcaption", {}, `${net_.net} on ${net_.input.join(" × ")}`), drawn);
    }
    sized();
    ask(true);
  };
})();
