// Non-max suppression over scored boxes, step by step.
(() => {
  const L = window.lensletLearn;
  const CLASSES = [{ name: "dahlia", colour: "var(--learn-1)" }, { name: "bud", colour: "var(--learn-2)" }];
  const BEGIN = [
    [172, 86, 446, 354, 0.92, 0], [160, 70, 430, 345, 0.81, 0], [196, 104, 470, 372, 0.74, 0], [150, 110, 400, 330, 0.55, 0], [235, 140, 395, 290, 0.38, 0],
    [286, 372, 470, 427, 0.77, 0], [296, 360, 452, 427, 0.62, 0], [572, 388, 628, 427, 0.69, 1], [560, 380, 622, 425, 0.58, 1], [300, 366, 460, 427, 0.44, 1], [40, 110, 150, 280, 0.14, 1],
  ];

  L.lessons.suppression = async (stage) => {
    const state = { overlap: 0.5, least: 0.3, step: 0 };
    let found = null, dice = 7;
    const canvas = L.canvas(L.photo("flower"), 640, 427, "scored boxes over a photo of dahlias");
    let things = [];
    const begin = () => {
      things.forEach((one) => one.remove());
      things = BEGIN.map(([x1, y1, x2, y2, score, label]) => add({ x1, y1, x2, y2, score, label }));
    };
    const add = (box) => L.box(canvas, Object.assign(box, { colour: CLASSES[box.label].colour }), () => { state.step = 0; ask(); }, { chosen: (own) => select(own) });
    const score = L.slider("Drop scores below", state.least, { min: 0, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, (value) => { state.least = value; state.step = 0; ask(); });
    const overlap = L.slider("Drop IoU above", state.overlap, { min: 0, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, (value) => { state.overlap = value; state.step = 0; ask(); });
    const next = L.button("Step →", () => go(1), "main"), back = L.button("← Back", () => go(-1)), end = L.button("To the end", () => go(1e3));
    const told = L.el("p.learn-verdict"), log = L.el("ol.learn-log"), own = L.el("div");
    L.fill(stage, L.row(score, overlap), L.el("div.learn-aside", {},
      L.panel("", canvas, L.el("p.soft", {}, "Drag boxes; choose one to change its score. Orange boxes are said to be dahlias, blue ones buds.")),
      L.el("div.learn-column", {}, L.panel("Step by step", L.row(back, next, end), told, log), L.panel("The chosen box", own,
        L.row(L.button("A double beside it", double), L.button("Remove it", remove), L.button("Begin again", () => { begin(); state.step = 0; chosen = null; select(things[0].box); ask(); }))))));

    const ask = L.latest(() => L.post("suppress", {
      boxes: things.map(({ box }) => [box.x1, box.y1, box.x2, box.y2]), scores: things.map(({ box }) => box.score), labels: things.map(({ box }) => box.label),
      overlap: state.overlap, at_least: state.least,
    }), (answer) => { found = answer; stage.dataset.kept = JSON.stringify(answer.kept); draw(); }, stage, 40);

    let chosen = null;
    function select(box) {
      if (chosen === box) return;
      chosen = box;
      L.fill(own, L.row(
        L.slider("Score", box.score, { min: 0.01, max: 0.99, step: 0.01, show: (v) => v.toFixed(2) }, (value) => { box.score = value; state.step = 0; ask(); }),
        L.choice("Said to be", CLASSES.map((one, i) => ({ value: String(i), label: one.name })), String(box.label), (value) => { box.label = Number(value); box.colour = CLASSES[box.label].colour; state.step = 0; ask(); })));
    }
    function double() {
      const from = chosen || things[0].box, shake = () => (dice = (dice * 16807) % 2147483647, Math.round((dice / 2147483647 - 0.5) * 40));
      const box = { ...from, score: Math.max(0.05, Math.round((from.score - 0.05 - Math.abs(shake()) / 200) * 100) / 100) };
      const dx = shake(), dy = shake();
      Object.assign(box, { x1: Math.max(0, from.x1 + dx), x2: Math.min(640, from.x2 + dx), y1: Math.max(0, from.y1 + dy), y2: Math.min(427, from.y2 + dy) });
      if (things.length < 40) things.push(add(box));
      state.step = 0;
      ask(true);
    }
    function remove() {
      const place = things.findIndex((one) => one.box === chosen);
      if (place < 0 || things.length < 2) return;
      things.splice(place, 1)[0].remove();
      chosen = null;
      select(things[0].box);
      state.step = 0;
      ask(true);
    }
    function go(by) { state.step = Math.max(0, Math.min((found?.steps.length || 0) + 1, state.step + by)); draw(); }

    // Step 0: all boxes. Step 1: those with a low score are gone. Step k + 1: the k-th best was kept, and dropped others.
    function draw() {
      if (!found) return;
      state.step = Math.min(state.step, found.steps.length + 1);
      const gone = new Set(state.step > 0 ? found.low : []), kept = new Set(), steps = found.steps.slice(0, Math.max(0, state.step - 1));
      for (const step of steps) { kept.add(step.kept); step.dropped.forEach((one) => gone.add(one.box)); }
      const now = steps.at(-1);
      things.forEach((one, i) => {
        one.box.name = kept.has(i) ? `✓ ${one.box.score.toFixed(2)}` : one.box.score.toFixed(2);
        one.box.faint = gone.has(i);
        one.box.dash = gone.has(i) || (now && now.dropped.some((d) => d.box === i));
        one.group.classList.toggle("kept", kept.has(i));
        one.draw();
      });
      const name = (i) => `${CLASSES[things[i].box.label].name} ${things[i].box.score.toFixed(2)}`;
      told.className = "learn-verdict";
      told.textContent = state.step === 0 ? `${things.length} boxes. Step on.` : state.step > found.steps.length ? `${kept.size} boxes are left.` : state.step === 1 ? `${found.low.length} with a score below ${state.least.toFixed(2)} are dropped.` : `Step ${state.step - 1} of ${found.steps.length}.`;
      L.fill(log, state.step > 0 && L.el("li", {}, found.low.length ? `Dropped for a score below ${state.least.toFixed(2)}: ${found.low.map(name).join(", ")}.` : "No score is too low."),
        steps.map((step) => L.el("li", {}, L.el("b", {}, `Kept: ${name(step.kept)}, the best that was left.`), step.dropped.length ? ` Dropped: ${step.dropped.map((one) => `${name(one.box)} (IoU ${one.iou.toFixed(2)})`).join(", ")}.` : " Nothing overlaps it too much.")));
      back.disabled = state.step === 0;
      next.disabled = end.disabled = state.step > found.steps.length;
      L.say(told.textContent);
    }
    begin();
    select(things[0].box);
    ask(true);
    new ResizeObserver(() => things.forEach((one) => one.draw())).observe(canvas);
  };
})();
