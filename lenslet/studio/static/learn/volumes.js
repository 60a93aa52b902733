// Volumes: filters over all three channels of a photo, one layer, and what a layer costs.
(() => {
  const L = window.lensletLearn;
  const V = [[1, 0, -1], [1, 0, -1], [1, 0, -1]], H = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]], O = [[0, 0, 0], [0, 0, 0], [0, 0, 0]], I = [[0, 0, 0], [0, 1, 0], [0, 0, 0]];
  const times = (table, by) => table.map((row) => row.map((value) => value * by + 0));
  const SETS = {
    "vertical edges, all channels": [V, V, V], "horizontal edges, all channels": [H, H, H], "vertical edges in red only": [V, O, O],
    "red against green and blue": [times(I, 2), times(I, -1), times(I, -1)], "blue against red": [times(I, -1), O, I],
  };
  const POINTS = { "brightness": [0.3, 0.59, 0.11], "red": [1, 0, 0], "red against green and blue": [2, -1, -1], "blue against red": [-1, 0, 1], "the opposite of green": [0, -1, 0] };
  const COLOURS = ["red", "green", "blue"];

  L.lessons.volumes = async (stage) => {
    const copy = (tables) => tables.map((table) => table.map((row) => [...row]));
    const state = { picture: "china", f: 3, g: "relu", filters: [copy(SETS["vertical edges, all channels"]), copy(SETS["red against green and blue"])], biases: [0, 0], names: ["vertical edges, all channels", "red against green and blue"] };
    const planes = L.el("div.learn-planes"), maps = L.el("div.learn-maps"), told = L.formula();
    const picture = L.select("Picture", L.photos, "china", (value) => { state.picture = value; ask(); });
    const size = L.choice("Filters of", [{ value: "3", label: "3 × 3 × 3" }, { value: "1", label: "1 × 1 × 3" }], "3", (value) => {
      state.f = Number(value);
      const sets = state.f === 3 ? SETS : POINTS, names = Object.keys(sets);
      state.names = [names[0], names[state.f === 3 ? 3 : 2]];
      state.filters = state.names.map((name) => made(sets[name]));
      build();
      ask();
    });
    const g = L.choice("Then", [{ value: "relu", label: "a = max(z, 0)" }, { value: "none", label: "z as it is" }], "relu", (value) => { state.g = value; ask(); });
    const made = (set) => (state.f === 3 ? copy(set) : set.map((value) => [[value]]));
    const filters = L.el("div.learn-two");

    const calc = { n: 32, channels: 3, f: 5, filters: 6, padding: 0, stride: 1 }, result = L.el("div");
    const field = (label, key, bounds) => L.number(label, calc[key], bounds, (value) => { calc[key] = value; count(); });
    const fields = { n: field("Picture n × n", "n", { min: 1, max: 1024 }), channels: field("Channels", "channels", { min: 1, max: 2048 }), f: field("Filters f × f", "f", { min: 1, max: 31 }), filters: field("How many", "filters", { min: 1, max: 2048 }), padding: field("Padding p", "padding", { max: 15 }), stride: field("Stride s", "stride", { min: 1, max: 16 }) };
    const examples = L.row([["1.1 · 64 × 64 photo", { n: 64, channels: 3, f: 3, filters: 10, padding: 0, stride: 1 }], ["1.7 · ten 3 × 3 × 3", { n: 32, channels: 3, f: 3, filters: 10, padding: 0, stride: 1 }], ["1.8 · 39 × 39 × 3", { n: 39, channels: 3, f: 3, filters: 10, padding: 0, stride: 1 }], ["1.11 · 5 × 5, six", { n: 32, channels: 3, f: 5, filters: 6, padding: 0, stride: 1 }]]
      .map(([name, values]) => L.button(name, () => { Object.assign(calc, values); for (const key of Object.keys(values)) fields[key].set(values[key]); count(true); })));

    L.fill(stage, L.row(picture, size, g), L.panel("The picture's three channels", planes),
      L.panel("Two filters, each with three channels", filters, told), L.panel("Two maps: the channels of the next layer", maps),
      L.panel("What a layer costs", L.row(...Object.values(fields)), L.row(L.el("span.soft", {}, "From the course:"), examples), result));

    function build() {
      const sets = state.f === 3 ? SETS : POINTS;
      L.fill(filters, state.filters.map((tables, k) => {
        const choose = L.select(`Filter ${k + 1}`, [...Object.keys(sets), { value: "own", label: "your own" }], state.names[k], (value) => { if (value !== "own") { state.names[k] = value; state.filters[k] = made(sets[value]); build(); ask(); } });
        const bias = L.slider("Bias b", state.biases[k], { min: -300, max: 300, step: 10, show: (v) => L.num(v) }, (value) => { state.biases[k] = value; ask(); });
        const reach = Math.max(...tables.flat(2).map(Math.abs), 1e-9);
        return L.el("div.learn-filter", {}, L.row(choose, bias), L.el("div.learn-row", {}, tables.map((table, c) => L.el("div.learn-block", {}, L.el("h3", { style: `border-bottom:3px solid ${["#d33", "#2a2", "#36c"][c]}` }, COLOURS[c]),
          L.grid(table.length, table.length, (i, j) => ({ value: table[i][j], text: L.num(table[i][j], 3) }), { label: `filter ${k + 1}, ${COLOURS[c]}`, reach, classes: ".edit.small", edit: (i, j, value) => { table[i][j] = value; state.names[k] = "own"; build(); ask(); } })))));
      }));
    }
    const ask = L.latest(() => L.post("layer", { picture: state.picture, filters: state.filters, biases: state.biases, g: state.g }), (found) => {
      L.fill(planes, found.planes.map((one, c) => L.el("figure.learn-figure", {}, L.el("img", { src: one, alt: `${COLOURS[c]} channel` }), L.el("figcaption", {}, COLOURS[c]))));
      L.fill(maps, found.maps.map((one, k) => L.el("figure.learn-figure", {}, L.el("img", { src: one, alt: `map of filter ${k + 1}` }), L.el("figcaption", {}, `map ${k + 1}: ${state.g === "relu" ? `a is 0 at ${Math.round(100 * found.dark[k])} % of the places` : "orange above 0, blue below"}`))));
      const [h, w] = found.input, [oh, ow] = found.output, f = state.f;
      L.fill(told, L.el("span", {}, `${h} × ${w} × 3  *  two ${f} × ${f} × 3  =  `, L.el("b.learn-size", {}, `${oh} × ${ow} × 2`)),
        L.el("span", {}, `the picture is ${h}·${w}·3 = ${L.whole(found.numbers)} numbers; the layer has 2·(${f}·${f}·3 + 1) = ${found.parameters} parameters`));
    }, stage);
    const count = L.latest(() => L.post("layer-costs", calc), (found) => {
      const { side } = found, share = (value) => Math.log10(value + 1) / Math.log10(Math.max(found.dense, found.multiplies, 10));
      const row = (name, value, colour, how) => L.el("tr", {}, L.el("th", { scope: "row" }, name), L.el("td", { style: "width:45%" }, L.bar(share(value), L.whole(value), colour)), L.el("td.soft", {}, how));
      L.fill(result, L.formula(...L.sizes([side, side]), L.el("span", {}, `${side.n} × ${side.n} × ${calc.channels} → `, L.el("b.learn-size", {}, `${side.out} × ${side.out} × ${calc.filters}`))),
        L.el("table.plain", {}, L.el("tbody", {},
          row("numbers in", found.inputs, "var(--soft)", `${side.n}·${side.n}·${calc.channels}`), row("numbers out", found.outputs, "var(--soft)", `${side.out}·${side.out}·${calc.filters}`),
          row("parameters of the convolution", found.parameters, "var(--accent)", `(${calc.f}·${calc.f}·${calc.channels} + 1)·${calc.filters}`),
          row("weights of a dense layer", found.dense, "var(--bad)", `${L.whole(found.inputs)} · ${L.whole(found.outputs)}`),
          row("multiplies of the convolution", found.multiplies, "var(--learn-2)", `${L.whole(found.outputs)} outputs, each of ${calc.f}·${calc.f}·${calc.channels} = ${L.whole(calc.f * calc.f * calc.channels)} inputs`))),
        L.el("p.soft", {}, "Bars grow with the number of digits. ", calc.n === 32 && calc.f === 5 && calc.filters === 6 && calc.channels === 3 ? "The course's article counts 156 parameters here: it forgets that each filter has three channels." : ""));
    }, stage);
    build();
    ask(true);
    count(true);
  };
})();
