// Landmarks: the numbered points of one thing, dragged; the y that they are, their error, and the mirror.
(() => {
  const L = window.lensletLearn;
  const WIDTH = 640, HEIGHT = 427;
  const NAMES = ["top", "left upper", "right upper", "left middle", "right middle", "left lower", "right lower"];
  const TRUTH = [[205, 38], [97, 128], [319, 126], [85, 184], [329, 184], [64, 270], [351, 256]];
  const BEGIN = [[212, 44], [110, 120], [300, 132], [92, 196], [340, 176], [80, 262], [338, 268]];

  L.lessons.landmarks = async (stage) => {
    const state = { mirror: false, swap: true };
    const canvas = L.canvas(L.photo("china"), WIDTH, HEIGHT, "points of a temple, on a photo");
    const picture = canvas.querySelector("img"), crosses = L.svg("g", { "aria-hidden": "true" });
    canvas.under.append(crosses);
    const points = BEGIN.map(([x, y], i) => L.point(canvas, { x, y, name: String(i + 1), colour: "var(--learn-1)" }, () => ask()));
    const y = L.el("div"), error = L.el("div"), told = L.el("p.soft");
    const swap = L.check("left and right change their numbers", true, (value) => { state.swap = value; mirrored(); });
    L.fill(stage, L.row(L.check("mirror the picture", false, (value) => { state.mirror = value; ask(); mirrored(); }), swap, L.button("Put them right", () => { points.forEach((one, i) => { [one.point.x, one.point.y] = at(i); one.draw(); }); ask(true); })),
      L.el("div.learn-aside", {}, L.panel("", canvas, L.el("p.soft", {}, "Crosses are the true places, dots the answer: drag them. With keys: Tab, then arrows; with Shift ten times as far."), told),
        L.el("div.learn-column", {}, L.panel("How far the answer is", error), L.panel("y", y))));

    let found = null;
    const at = (i) => (state.mirror && found ? (state.swap ? found.mirrored[i] : mirroredOnly(i)) : TRUTH[i]);
    const mirroredOnly = (i) => [WIDTH - TRUTH[i][0], TRUTH[i][1]];
    function mirrored() {
      picture.style.transform = state.mirror ? "scaleX(-1)" : "";
      swap.hidden = !state.mirror;
      if (!found) return;
      points.forEach((one, i) => { [one.point.x, one.point.y] = at(i); one.draw(); });
      told.textContent = !state.mirror ? "" : state.swap ? "Point 2 is still the upper corner on the left side, as in every other picture: so 2 and 3, 4 and 5, 6 and 7 have changed places." : "Now point 2 is on the right. A net that learns from both pictures is told that 2 is left, and that 2 is right.";
      ask(true);
    }
    const ask = L.latest(() => L.post("points", { truth: points.map((_, i) => at(i)), answer: points.map(({ point }) => [point.x, point.y]), names: NAMES, size: [HEIGHT, WIDTH] }), (answer) => {
      // what the mirror makes of the true points is asked of the original ones
      if (!state.mirror) found = answer;
      const unit = canvas.unit();
      L.fill(crosses, points.map((_, i) => { const [x, y_] = at(i), r = 7 * unit; return [L.svg("path", { d: `M${x - r} ${y_}H${x + r}M${x} ${y_ - r}V${y_ + r}`, class: "learn-cross under" }), L.svg("path", { d: `M${x - r} ${y_}H${x + r}M${x} ${y_ - r}V${y_ + r}`, class: "learn-cross" })]; }));
      L.fill(error, L.el("output.learn-iou", { "aria-label": "mean error" }, `${(100 * answer.nme).toFixed(1)} %`), L.el("p.soft", {}, "nme: the mean distance, in units of the root of the thing's area. Below 8 % counts as found."),
        L.el("div.learn-bars", {}, answer.apart.map((far, i) => [L.el("span", {}, `${i + 1} ${NAMES[i]}`), L.bar(Math.min(far / 60, 1), `${far.toFixed(1)} px`, "var(--learn-1)")])));
      const names = ["p_c", ...NAMES.flatMap((_, i) => [`l_${i + 1}x`, `l_${i + 1}y`])];
      L.fill(y, L.el("table.learn-vector.wide", { "aria-label": "y" }, L.el("tbody", {}, L.el("tr", {}, L.el("th", { scope: "row" }, "p_c"), L.el("td", { colspan: 3 }, "1")),
        NAMES.map((_, i) => L.el("tr", {}, L.el("th", { scope: "row" }, names[2 * i + 1]), L.el("td", {}, answer.y[2 * i + 1].toFixed(3)), L.el("th", { scope: "row" }, names[2 * i + 2]), L.el("td", {}, answer.y[2 * i + 2].toFixed(3)))))),
        L.el("p.soft", {}, `1 + 2 × ${NAMES.length} = ${answer.y.length} numbers, as shares of width and height. A face has 68 points: 137 numbers.`));
      L.say(`mean error ${(100 * answer.nme).toFixed(1)} percent`);
    }, stage, 30);
    swap.hidden = true;
    ask(true);
    new ResizeObserver(() => points.forEach((one) => one.draw())).observe(canvas);
  };
})();
