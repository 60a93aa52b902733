// Pooling: window after window, its largest number or its mean.
(() => {
  const L = window.lensletLearn;
  const COURSE = [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]];

  L.lessons.pooling = async (stage) => {
    const state = { source: "course", table: COURSE.map((row) => [...row]), size: 2, stride: 2, mode: "max" };
    let found = null;
    const source = L.select("Picture", [{ value: "course", label: "the course's 4 × 4", group: "Numbers" }, ...L.photos.map((one) => ({ ...one, group: "Photos" }))],
      state.source, (value) => { state.source = value; state.table = value === "course" ? COURSE.map((row) => [...row]) : null; window_.at(0, 0); ask(); });
    const mode = L.choice("Of each window", [{ value: "max", label: "the largest" }, { value: "average", label: "the mean" }], "max", (value) => { state.mode = value; ask(); });
    const size = L.number("Window f", 2, { min: 1, max: 12 }, (value) => { state.size = value; window_.at(0, 0); ask(); });
    const stride = L.number("Stride s", 2, { min: 1, max: 12 }, (value) => { state.stride = value; window_.at(0, 0); ask(); });
    const input = L.el("div.learn-plane"), output = L.el("div.learn-plane"), steps = L.el("div.learn-steps"), sizes = L.formula();
    const window_ = L.window({ input, output, steps, state, found: () => found, pool: () => state, edit: (r, c, value) => { state.table[r][c] = value; ask(); } });
    L.fill(stage, L.row(source, mode, size, stride),
      L.el("div.learn-two", {}, L.panel("Input", input), L.panel("Output", output, sizes, L.el("p.soft", {}, "Nothing is learned here: pooling has no parameters."))),
      L.panel("One window after the other", window_.controls, steps));
    const ask = L.latest(() => L.post("pool", { picture: state.table ? "" : state.source, table: state.table, size: state.size, stride: state.stride, mode: state.mode }), (answer) => {
      found = { ...answer, input: L.table(answer.input), output: L.table(answer.output) };
      L.fill(sizes, ...L.sizes(answer.sides));
      window_.draw();
    }, stage);
    ask(true);
  };
})();
