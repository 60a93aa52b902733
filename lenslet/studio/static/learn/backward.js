// The way back: which numbers get which part of the slope.
(() => {
  const L = window.lensletLearn;
  const X = [[3, 0, 1, 2, 7], [1, 5, 8, 9, 3], [2, 7, 2, 5, 1], [0, 1, 3, 1, 7], [4, 2, 1, 6, 2]];
  const W = [[1, 0, -1], [1, 0, -1], [1, 0, -1]];

  L.lessons.backward = async (stage) => {
    const state = { way: "convolution", x: X.map((row) => [...row]), w: W.map((row) => [...row]), grad: null, stride: 1, padding: 0 };
    const forward = L.el("div.learn-steps"), back = L.el("div.learn-steps"), told = L.el("p.soft");
    const way = L.choice("Layer", [{ value: "convolution", label: "convolution 3 × 3" }, { value: "max", label: "max pooling 2 × 2" }, { value: "average", label: "mean pooling 2 × 2" }], "convolution", (value) => {
      state.way = value;
      state.w = value === "convolution" ? W.map((row) => [...row]) : [[0, 0], [0, 0]];
      state.grad = null;
      padding.hidden = value !== "convolution";
      ask(true);
    });
    const stride = L.number("Stride s", 1, { min: 1, max: 3 }, (value) => { state.stride = value; state.grad = null; ask(); });
    const padding = L.number("Padding p", 0, { max: 2 }, (value) => { state.padding = value; state.grad = null; ask(); });
    L.fill(stage, L.row(way, stride, padding, L.button("Slope 1 everywhere", () => { state.grad = null; ask(true); })),
      L.panel("Forward", forward), L.panel("Back", L.el("p.soft", {}, "The slope of the loss J by each output is known: type it, or click an output above to give a slope to it alone. Then follow it back."), back, told));

    const table = (title, rows, options = {}) => L.el("div.learn-block", {}, L.el("h3", {}, title), L.grid(rows.length, rows[0].length, (i, j) => ({ value: rows[i][j], text: L.num(Math.abs(rows[i][j]) < 1e-9 ? 0 : rows[i][j], 3), cls: options.cls?.(i, j) }),
      { label: title, reach: Math.max(...rows.flat().map(Math.abs), 1e-9), classes: options.edit ? ".edit.small" : ".small", ...options }));
    const sign = (text) => L.el("span.learn-op", { "aria-hidden": "true" }, text);
    const ask = L.latest(() => L.post("backward", state), (found) => {
      const conv = state.way === "convolution";
      const only = (r, c) => { state.grad = found.z.map((row, i) => row.map((_, j) => (i === r && j === c ? 1 : 0))); ask(true); };
      L.fill(forward, table("a, the input", state.x, { edit: (i, j, value) => { state.x[i][j] = value; ask(); } }), conv && sign("*"), conv && table("w, the kernel", state.w, { edit: (i, j, value) => { state.w[i][j] = value; ask(); } }), sign("="), table("z, the output", found.z, { pick: only, classes: ".small.out" }));
      L.fill(back, table("∂J/∂z", found.grad, { edit: (i, j, value) => { state.grad = found.grad.map((row) => [...row]); state.grad[i][j] = value; ask(); } }), sign("→"), table("∂J/∂a", found.dx), conv && table("∂J/∂w", found.dw), conv && L.el("div.learn-block", {}, L.el("h3", {}, "∂J/∂b"), L.el("output.learn-total", {}, L.num(found.db))), conv && table("∂J/∂w by trying", found.tried));
      told.textContent = conv ? "∂J/∂a: the kernel, laid down again at each place, times the slope there. ∂J/∂w: each weight times what it met. “By trying”: each weight a little larger and a little smaller; it comes out the same."
        : state.way === "max" ? "The whole slope of a window goes to its largest number; of equal ones to the first." : "Each number of a window gets an equal share of its slope.";
    }, stage);
    ask(true);
  };
})();
