// Convolution: a kernel that can be edited, on a table of numbers or a photo, place after place.
(() => {
  const L = window.lensletLearn;
  const TABLES = {
    course: [[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3], [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]],
    edge: Array.from({ length: 6 }, () => [10, 10, 10, 0, 0, 0]),
  };
  const NAMES = ["vertical", "horizontal", "sobel", "scharr", "prewitt", "laplacian", "outline", "sharpen", "emboss", "blur", "gaussian", "identity"];

  L.lessons.convolution = async (stage) => {
    const state = { source: "china", table: null, kernel: [[1, 0, -1], [1, 0, -1], [1, 0, -1]], name: "vertical", angle: 0, size: 3, padding: 0, stride: 1, signs: false };
    let found = null;

    // controls
    const source = L.select("Picture", [
      ...L.photos.map((one) => ({ ...one, group: "Photos" })),
      { value: "course", label: "the course's 6 × 6", group: "Numbers" }, { value: "edge", label: "an edge: 10 and 0", group: "Numbers" },
    ], state.source, (value) => { state.source = value; state.table = TABLES[value] ? TABLES[value].map((row) => [...row]) : null; window_.at(0, 0); ask(); });
    const preset = L.select("Kernel", [...NAMES, { value: "own", label: "your own" }], state.name, (value) => { if (value !== "own") { state.name = value; named(); } });
    const angle = L.slider("Angle", 0, { min: 0, max: 360, step: 5, show: (v) => `${v}°` }, (value) => { state.angle = value; named(); });
    const side = L.choice("Side", ["1", "3", "5", "7"], "3", (value) => resized(Number(value)));
    const padding = L.number("Padding p", 0, { max: 8 }, (value) => { state.padding = value; ask(); });
    const stride = L.number("Stride s", 1, { min: 1, max: 8 }, (value) => { state.stride = value; window_.at(0, 0); ask(); });
    const words = L.el("div.learn-row.tight", {}, L.button("valid", () => pad(0)), L.button("same", () => pad((state.kernel.length - 1) / 2)));
    const signs = L.check("show the sign: orange above 0, blue below", false, (value) => { state.signs = value; ask(); });

    // places
    let three = null;
    const input = L.el("div.learn-plane"), output = L.el("div.learn-plane"), kernelPlace = L.el("div.learn-plane");
    const sizes = L.formula(), steps = L.el("div.learn-steps"), learned = L.el("div");
    const window_ = L.window({ input, output, steps, kernel: () => state.kernel, state, found: () => found,
      edit: (row, column, value) => { state.table[row][column] = value; ask(); } });

    L.fill(stage,
      L.row(source, preset, angle, side, padding, words, stride),
      three = L.el("div.learn-three", {},
        L.panel("Picture", input),
        L.panel("Kernel", kernelPlace, L.el("p.soft", {}, "Type your own numbers.")),
        L.panel("Answer", output, sizes, signs)),
      L.panel("One place after the other", window_.controls, steps),
      L.panel("Can these numbers be learned?",
        L.el("p.soft", {}, "A second kernel begins with chance numbers. It sees 90 × 90 pixels of the photo and what your kernel made of them, and goes down the slope of the squared error."),
        L.row(L.button("Learn it from the photo", learn, "plain")), learned));

    const ask = L.latest(() => L.post("convolve", { picture: state.table ? "" : state.source, table: state.table, kernel: state.kernel, padding: state.padding, stride: state.stride, signs: state.signs }), show, stage);

    async function named() {
      try {
        const one = await L.get("kernel", { name: state.name, angle: state.angle, size: Math.max(state.size, 3) });
        state.kernel = one.kernel;
        if (!one.sized) state.size = one.kernel.length;
        side.set(state.kernel.length);
        preset.set(state.name);
        angle.hidden = !one.turned;
        drawKernel();
        ask(true);
      } catch (error) { L.wrong(stage, error.message); }
    }
    function resized(size) {
      state.size = size;
      if ((state.name === "blur" || state.name === "gaussian") && size > 1) return named();
      const shift = (size - state.kernel.length) / 2;
      state.kernel = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => state.kernel[i - shift]?.[j - shift] ?? 0));
      own();
    }
    function own() { state.name = "own"; preset.set("own"); angle.hidden = true; drawKernel(); ask(); }
    function pad(p) { state.padding = p; padding.set(p); ask(); }

    function drawKernel() {
      const reach = Math.max(...state.kernel.flat().map(Math.abs), 1e-9);
      const side = state.kernel.length;
      three.classList.toggle("wide-kernel", side > 3);
      L.fill(kernelPlace, L.grid(side, side, (i, j) => ({ value: state.kernel[i][j], text: L.num(state.kernel[i][j], side > 5 ? 2 : 3) }),
        { label: "kernel", reach, classes: ".edit" + (side > 3 ? ".small" : "") + (side > 5 ? ".tiny" : ""), edit: (i, j, value) => { state.kernel[i][j] = value; own(); } }));
    }

    function show(answer) {
      found = { ...answer, input: L.table(answer.input), output: L.table(answer.output) };
      L.fill(sizes, ...L.sizes(answer.sides));
      window_.draw();
    }

    async function learn() {
      L.fill(learned, L.el("p.soft", {}, "Learning…"));
      try {
        const one = await L.post("relearn", { picture: state.table ? "" : state.source, table: state.table, kernel: state.kernel });
        const reach = Math.max(...state.kernel.flat().map(Math.abs), 1e-9), size = state.kernel.length;
        const rounded = (value, way) => 10 ** way(Math.log10(Math.max(value, 1e-12)));
        const top = rounded(Math.max(...one.losses.map((p) => p.y)), Math.ceil), low = Math.min(rounded(Math.min(...one.losses.map((p) => p.y)), Math.floor), top / 10);
        L.fill(learned, L.el("div.learn-three", {},
          L.el("div", {}, L.el("h3", {}, "Yours"), L.grid(size, size, (i, j) => ({ value: state.kernel[i][j], text: L.num(state.kernel[i][j], 3) }), { label: "your kernel", reach })),
          L.el("div", {}, L.el("h3", {}, "Learned"), L.grid(size, size, (i, j) => ({ value: one.kernel[i][j], text: L.num(Math.abs(one.kernel[i][j]) < 5e-4 * reach ? 0 : one.kernel[i][j], 3) }), { label: "learned kernel", reach, classes: ".learned" })),
          L.el("div", {}, L.el("h3", {}, `The error over ${one.steps} steps`), L.curves([{ colour: "var(--accent)", points: one.losses }],
            { label: "half the mean squared error, falling", xs: [0, one.steps], ys: [low, top], log: true, x: "steps", y: "error", width: 340, height: 180 }))));
        L.say("learned");
      } catch (error) { L.fill(learned, L.el("p.wrong", {}, error.message)); }
    }
    drawKernel();
    await named();
    await window_.atShare(0.34, 0.26);
  };
})();
