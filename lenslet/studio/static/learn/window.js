// The stepping window: which patch of the input makes which number of the output, place after place.
(() => {
  const L = window.lensletLearn;
  const SMALL = 16; // up to so many rows and columns the numbers themselves are shown

  // input, output, steps: elements to draw in; found(): the studio's answer, tables read; state: padding, stride.
  // kernel(): its numbers, or pool(): {size, mode}.
  L.window = ({ input, output, steps, state, found, kernel, pool, edit }) => {
    let row = 0, column = 0, playing = 0;
    const place = L.el("span.learn-where", {});
    const play = L.button("Play", () => (playing ? stop() : start()));
    const controls = L.row(L.button("← Back", () => go(-1)), L.button("Step →", () => go(1), "main"), play, place);
    output.tabIndex = 0;
    output.setAttribute("role", "group");
    output.setAttribute("aria-label", "Output; the arrow keys move the window");
    output.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!way) return;
      event.preventDefault();
      stop();
      const far = event.shiftKey ? 10 : 1;
      move(row + way[0] * far, column + way[1] * far);
    });

    const extent = () => (kernel ? [kernel().length, kernel()[0].length] : [pool().size, pool().size]);
    const patchOf = () => {
      const { input: x } = found(), [fh, fw] = extent(), p = state.padding || 0, s = state.stride;
      return Array.from({ length: fh }, (_, i) => Array.from({ length: fw }, (_, j) => {
        const r = row * s + i - p, c = column * s + j - p;
        const outside = r < 0 || c < 0 || r >= x.rows || c >= x.columns;
        return { value: outside ? 0 : x.at(r, c), outside };
      }));
    };

    function move(r, c) {
      const out = found()?.output;
      if (out) { row = Math.max(0, Math.min(out.rows - 1, r)); column = Math.max(0, Math.min(out.columns - 1, c)); } else { row = r; column = c; }
      draw();
    }
    function go(by) {
      const out = found()?.output;
      if (!out) return;
      const next = (row * out.columns + column + by + out.rows * out.columns) % (out.rows * out.columns);
      move(Math.floor(next / out.columns), next % out.columns);
    }
    function start() {
      const tiny = found() && found().output.rows <= SMALL;
      playing = setInterval(() => (document.contains(steps) ? go(1) : stop()), tiny ? 700 : 120);
      play.textContent = "Pause";
    }
    function stop() { clearInterval(playing); playing = 0; play.textContent = "Play"; }

    function draw() {
      const one = found();
      if (!one) return;
      row = Math.min(row, one.output.rows - 1);
      column = Math.min(column, one.output.columns - 1);
      if (one.input.rows <= SMALL && one.input.columns <= SMALL) tables(one); else pictures(one);
      explain(one);
    }

    function tables({ input: x, output: z }) {
      const [fh, fw] = extent(), p = state.padding || 0, s = state.stride;
      const inside = (r, c) => r >= row * s && r < row * s + fh && c >= column * s && c < column * s + fw;
      const reach = Math.max(...x.values.map(Math.abs), 1e-9);
      L.fill(input, L.grid(x.rows + 2 * p, x.columns + 2 * p, (r, c) => {
        const padded = r < p || c < p || r >= x.rows + p || c >= x.columns + p;
        return { value: padded ? 0 : x.at(r - p, c - p), cls: (padded ? "pad " : "") + (inside(r, c) ? "in" : "") };
      }, { label: "input", reach, classes: x.columns + 2 * p > 8 ? ".small" : "", pick: (r, c) => move(Math.floor(r / s), Math.floor(c / s)) }));
      if (edit) input.append(numbers(x));
      const far = Math.max(...z.values.map(Math.abs), 1e-9);
      L.fill(output, L.grid(z.rows, z.columns, (r, c) => ({ value: z.at(r, c), cls: r === row && c === column ? "in" : "" }), { label: "output", reach: far, classes: ".out", pick: move }));
    }
    // The input's numbers, to be typed anew.
    function numbers(x) {
      const open = input.dataset.open === "yes";
      return L.el("details", { open, ontoggle: (event) => (input.dataset.open = event.target.open ? "yes" : "no") }, L.el("summary", {}, "Change the numbers"),
        L.grid(x.rows, x.columns, (r, c) => ({ value: x.at(r, c) }), { label: "input", classes: ".edit.small", edit }));
    }

    let drawn = null;
    function pictures(one) {
      const { input: x, output: z } = one, [fh, fw] = extent(), p = state.padding || 0, s = state.stride;
      if (drawn !== one) {
        drawn = one;
        const canvas = L.el("canvas", { width: x.columns, height: x.rows, "aria-hidden": "true" });
        const pixels = new ImageData(x.columns, x.rows);
        x.values.forEach((value, i) => pixels.data.set([value, value, value, 255], 4 * i));
        canvas.getContext("2d").putImageData(pixels, 0, 0);
        L.fill(input, layered(canvas, x.columns, x.rows, p, (r, c) => move(Math.round((r + p - (fh - 1) / 2) / s), Math.round((c + p - (fw - 1) / 2) / s))), L.el("p.soft", {}, `${x.rows} × ${x.columns} numbers from 0 to 255. Click anywhere.`));
        const answer = L.el("img", { src: one.picture, alt: "the answer as a picture" });
        L.fill(output, layered(answer, z.columns, z.rows, 0, move, Math.max(z.columns / (x.columns + 2 * p), 0.08)), L.el("p.soft", {}, `${z.rows} × ${z.columns}`));
      }
      mark(input.querySelector("svg"), column * s - p, row * s - p, fw, fh);
      mark(output.querySelector("svg"), column, row, 1, 1);
    }
    function layered(picture, width, height, padding, pick, share = 1) {
      const over = L.svg("svg", { viewBox: `${-padding} ${-padding} ${width + 2 * padding} ${height + 2 * padding}`, "aria-hidden": "true" });
      const holder = L.el("div.learn-layered", { style: `width:${(100 * share).toFixed(2)}%;aspect-ratio:${width + 2 * padding}/${height + 2 * padding}` }, picture, over);
      const inset = `left:${(100 * padding) / (width + 2 * padding)}%;top:${(100 * padding) / (height + 2 * padding)}%;width:${(100 * width) / (width + 2 * padding)}%;height:${(100 * height) / (height + 2 * padding)}%`;
      picture.setAttribute("style", inset);
      const at = (event) => {
        const box = holder.getBoundingClientRect();
        pick(Math.floor(((event.clientY - box.top) / box.height) * (height + 2 * padding)) - padding, Math.floor(((event.clientX - box.left) / box.width) * (width + 2 * padding)) - padding);
      };
      holder.addEventListener("pointerdown", (event) => { stop(); holder.setPointerCapture(event.pointerId); at(event); });
      holder.addEventListener("pointermove", (event) => { if (event.buttons) at(event); });
      return holder;
    }
    function mark(svg, x, y, w, h) {
      const wide = svg.viewBox.baseVal.width / 22;
      L.fill(svg, L.svg("circle", { cx: x + w / 2, cy: y + h / 2, r: Math.max(wide, 0.8 * w), class: "learn-ring under" }), L.svg("circle", { cx: x + w / 2, cy: y + h / 2, r: Math.max(wide, 0.8 * w), class: "learn-ring" }),
        L.svg("rect", { x, y, width: w, height: h, class: "learn-window" }));
    }

    function explain({ output: z, input: x }) {
      const patch = patchOf(), value = z.at(row, column), [fh, fw] = extent();
      const photo = x.rows > SMALL || x.columns > SMALL;
      place.textContent = `row ${row + 1} of ${z.rows}, column ${column + 1} of ${z.columns}`;
      const seen = L.grid(fh, fw, (i, j) => ({ value: photo ? null : patch[i][j].value, text: L.num(patch[i][j].value, 3), cls: patch[i][j].outside ? "pad" : "" }), { label: "patch", reach: 10, classes: ".patch" + (fh > 3 ? ".small" : "") });
      if (photo) seen.querySelectorAll("td").forEach((td, k) => { const one = patch[Math.floor(k / fw)][k % fw]; if (!one.outside) td.setAttribute("style", L.greyed(one.value)); });
      const total = L.el("output.learn-total", {}, L.num(value));
      if (pool) {
        const { mode } = pool(), flat = patch.flat().map((one) => one.value);
        L.fill(steps, block("what lies beneath", seen), sign(mode === "max" ? "largest →" : "mean →"), block(mode === "max" ? "max" : "average", total));
        if (mode === "max") seen.querySelectorAll("td")[flat.indexOf(Math.max(...flat))].classList.add("in");
        return;
      }
      const w = kernel(), products = patch.map((line, i) => line.map((one, j) => one.value * w[i][j]));
      const reach = Math.max(...products.flat().map(Math.abs), 1e-9), own = Math.max(...w.flat().map(Math.abs), 1e-9);
      const small = fh > 3 ? ".small" : "", digits = fh > 5 ? 2 : 3;
      L.fill(steps, block("what lies beneath", seen), sign("×"),
        block("the kernel", L.grid(fh, fw, (i, j) => ({ value: w[i][j], text: L.num(w[i][j], digits) }), { label: "kernel", reach: own, classes: small })), sign("="),
        block("products", L.grid(fh, fw, (i, j) => ({ value: products[i][j], text: L.num(products[i][j], digits) }), { label: "products", reach, classes: ".products" + small })), L.el("div.learn-row.still", {}, sign("sum →"), block("z", total)),
        fh <= 3 && L.el("p.learn-sum", {}, patch.flatMap((line, i) => line.map((one, j) => `${i + j ? " + " : ""}${L.num(one.value)}·${w[i][j] < 0 ? `(${L.num(w[i][j], 3)})` : L.num(w[i][j], 3)}`)).join(""), ` = ${L.num(value)}`));
    }
    const block = (title, node) => L.el("div.learn-block", {}, L.el("h3", {}, title), node);
    const sign = (text) => L.el("span.learn-op", { "aria-hidden": "true" }, text);

    return { controls, draw, stop, at: (r, c) => { row = r; column = c; },
      // once there is an output: the place so far down and right in it
      atShare: async (down, right) => {
        while (!found()) await new Promise((go_on) => setTimeout(go_on, 30));
        move(Math.floor(down * found().output.rows), Math.floor(right * found().output.columns));
      } };
  };

  // n + 2p − f over s, with the numbers in it; one line where both sides are alike.
  L.sizes = (sides) => {
    const names = ["height", "width"];
    const same = sides[0].n === sides[1].n && sides[0].f === sides[1].f;
    return (same ? [sides[0]] : sides).map((one, i) => L.el("span", {}, same ? "" : L.el("small", {}, names[i] + " "),
      `⌊(${one.n}${one.pool ? "" : ` + 2·${one.p}`} − ${one.f}) / ${one.s}⌋ + 1 = `, L.el("b", { class: "learn-size" }, String(one.out))));
  };
})();
