// Grid, anchors and the target y, over a picture whose boxes can be dragged.
(() => {
  const L = window.lensletLearn;
  const SIDE = 288;
  const CLASSES = ["roof", "tree", "boat"], COLOURS = ["var(--learn-1)", "var(--learn-4)", "var(--learn-2)"];
  const STRIDES = [{ value: "288", label: "1 × 1" }, { value: "96", label: "3 × 3" }, { value: "48", label: "6 × 6" }, { value: "32", label: "9 × 9" }, { value: "16", label: "18 × 18" }];
  const BEGIN = [[26, 20, 150, 96, 0], [6, 156, 164, 208, 0], [186, 186, 264, 286, 1]];
  const SHAPES = [[60, 110], [140, 70]];

  L.lessons.grid = async (stage) => {
    const state = { stride: 96, anchors: SHAPES.map((one) => [...one]), chosen: 0 };
    let found = null, things = [];
    const address = (name) => `/api/learn/square?${new URLSearchParams({ name })}`;
    const canvas = L.canvas(address("china"), SIDE, SIDE, "boxes and a grid over a picture");
    const lines = L.svg("g", { class: "learn-cells" }), owned = L.svg("g"), shapes = L.svg("g"), dots = L.svg("g", { class: "learn-dots" });
    canvas.under.append(owned, lines, shapes);
    canvas.layer.append(dots);

    const picture = L.select("Picture", L.photos, "china", (value) => canvas.picture(address(value)));
    const grid = L.choice("Grid", STRIDES, "96", (value) => { state.stride = Number(value); ask(true); });
    const count = L.number("Anchors in each cell", 2, { min: 1, max: 4 }, async (value) => {
      while (state.anchors.length < value) state.anchors.push([70 + 30 * state.anchors.length, 90 + 20 * state.anchors.length]);
      state.anchors.length = value;
      ask();
    });
    const fit = L.button("Choose them from the boxes", async () => {
      try { state.anchors = await L.post("shapes", { boxes: list(), count: state.anchors.length }); ask(true); } catch (error) { L.wrong(stage, error.message); }
    });
    const list = () => things.map(({ box }) => [box.x1, box.y1, box.x2, box.y2]);
    const owner = L.el("div"), target = L.el("div"), anchors = L.el("div.learn-anchors"), kind = L.el("div");
    L.fill(stage, L.row(picture, grid, count, fit), L.el("div.learn-aside.even", {},
      L.panel("", canvas, L.row(L.button("Another box", another), L.button("A second in the same cell", twin), L.button("Remove the chosen", remove)),
        L.el("p.soft", {}, "Drag a box: its centre (the dot) says which cell owns it. Dashed: the anchor that answers for the chosen box.")),
      L.el("div.learn-column", {}, L.panel("The chosen box", kind, owner), L.panel("Shapes of the anchors", anchors), L.panel("The target y of its cell", target))));

    function add([x1, y1, x2, y2, label]) {
      const one = L.box(canvas, { x1, y1, x2, y2, label, colour: COLOURS[label], name: CLASSES[label] }, () => ask(), { chosen: (box) => choose(things.findIndex((thing) => thing.box === box)) });
      things.push(one);
      return one;
    }
    function choose(place) {
      if (place < 0) return;
      state.chosen = place;
      const box = things[place].box;
      L.fill(kind, L.choice("It is a", CLASSES.map((name, i) => ({ value: String(i), label: name })), String(box.label), (value) => { box.label = Number(value); box.name = CLASSES[box.label]; box.colour = COLOURS[box.label]; things[place].draw(); ask(); }));
      draw();
    }
    function another() { if (things.length < 8) { add([110 + 8 * things.length, 110, 180 + 8 * things.length, 160, things.length % 3]); choose(things.length - 1); ask(true); } }
    function twin() {
      const { box } = things[state.chosen], x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2, w = (box.y2 - box.y1) / 2, h = Math.min((box.x2 - box.x1) / 2, y, SIDE - y);
      if (things.length < 8) { add([Math.max(0, x - w), y - h, Math.min(SIDE, x + w), y + h, (box.label + 1) % 3].map(Math.round)); choose(things.length - 1); ask(true); }
    }
    function remove() {
      if (things.length < 2) return;
      things.splice(state.chosen, 1)[0].remove();
      choose(0);
      ask(true);
    }

    const ask = L.latest(() => L.post("assign", { boxes: list(), kinds: things.map(({ box }) => box.label), classes: CLASSES.length, anchors: state.anchors, stride: state.stride }), (answer) => { found = answer; draw(); }, stage, 25);

    function draw() {
      if (!found || found.things.length !== things.length) return;
      const n = found.cells, s = state.stride, unit = canvas.unit();
      L.fill(lines, Array.from({ length: n - 1 }, (_, i) => [L.svg("path", { d: `M0 ${(i + 1) * s}H${SIDE}M${(i + 1) * s} 0V${SIDE}` })]));
      L.fill(owned, found.y.map((cell) => L.svg("rect", { x: cell.column * s, y: cell.row * s, width: s, height: s, class: "learn-owned" })));
      const one = found.things[state.chosen], box = things[state.chosen].box;
      L.fill(dots, found.things.map((thing, i) => L.svg("circle", { cx: thing.centre[0], cy: thing.centre[1], r: (i === state.chosen ? 6 : 4) * unit, style: `--own:${things[i].box.colour}`, class: "learn-dot" })));
      L.fill(shapes, one.anchors.map((k) => {
        const [w, h] = state.anchors[k], x = (one.column + 0.5) * s, y = (one.row + 0.5) * s;
        return L.svg("rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, class: "learn-anchor", "stroke-dasharray": `${6 * unit} ${5 * unit}` });
      }));
      const [bx, by, bh, bw] = one.said;
      L.fill(owner, L.el("dl.learn-facts", {},
        L.el("dt", {}, "centre"), L.el("dd", {}, `${L.num(one.centre[0], 4)}, ${L.num(one.centre[1], 4)}`),
        L.el("dt", {}, "owned by cell"), L.el("dd", { "data-cell": `${one.row},${one.column}` }, `row ${one.row + 1}, column ${one.column + 1}`),
        L.el("dt", {}, "b_x, b_y"), L.el("dd", {}, `${bx.toFixed(2)}, ${by.toFixed(2)} of the cell`),
        L.el("dt", {}, "b_h, b_w"), L.el("dd", {}, `${bh.toFixed(2)}, ${bw.toFixed(2)} cells`)));
      L.fill(anchors, state.anchors.map(([w, h], k) => L.el("div", { class: one.anchors.includes(k) ? "owns" : "" },
        L.svg("svg", { viewBox: "-80 -80 160 160", "aria-hidden": "true" }, L.svg("rect", { x: -w / 4, y: -h / 4, width: w / 2, height: h / 2, class: "learn-shape" }), L.svg("rect", { x: -(box.x2 - box.x1) / 4, y: -(box.y2 - box.y1) / 4, width: (box.x2 - box.x1) / 2, height: (box.y2 - box.y1) / 2, class: "learn-shape own", style: `--own:${box.colour}` })),
        L.el("span", {}, `${Math.round(w)} × ${Math.round(h)}`), L.el("b", {}, `IoU ${one.alike[k].toFixed(2)}`), one.anchors.includes(k) && L.el("span.learn-tag", {}, k === one.anchors[0] ? "owns it" : "also owns it"))));
      const cell = found.y.find((place) => place.row === one.row && place.column === one.column);
      L.fill(target, cell ? L.el("div.learn-vectors", {}, cell.anchors.map((anchor, k) => vector(anchor, k))) : L.el("p.soft", {}, "Every anchor of this cell is taken by another box: this one is lost. Give the cells more anchors, or a finer grid."),
        L.el("p.soft", {}, n === 1 ? "One cell: this is localisation. " : "", `All ${n * n} cells together: ${n} × ${n} × ${state.anchors.length} × ${5 + CLASSES.length} numbers. Where p_c is 0, the others (–) do not count in the loss.`));
      L.say(`cell row ${one.row + 1}, column ${one.column + 1}; anchor ${one.anchors.map((k) => k + 1).join(" and ") || "none"}`);
    }
    function vector(anchor, k) {
      const names = ["p_c", "b_x", "b_y", "b_h", "b_w", ...CLASSES.map((_, i) => `c_${i + 1}`)];
      const values = anchor.p ? [1, ...anchor.box.map((v) => v.toFixed(2)), ...anchor.kinds] : [0, ...Array(names.length - 1).fill("–")];
      return L.el("table.learn-vector", { "aria-label": `y of anchor ${k + 1}`, style: anchor.p ? `--own:${things[anchor.thing]?.box.colour}` : "" }, L.el("caption", {}, `anchor ${k + 1}`),
        L.el("tbody", {}, names.map((name, i) => L.el("tr", {}, L.el("th", { scope: "row" }, name), L.el("td", {}, String(values[i]))))));
    }
    BEGIN.forEach(add);
    choose(0);
    ask(true);
    new ResizeObserver(() => { things.forEach((one) => one.draw()); draw(); }).observe(canvas);
  };
})();
