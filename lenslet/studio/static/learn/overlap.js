// Intersection over union of two boxes that can be dragged.
(() => {
  const L = window.lensletLearn;
  const WIDTH = 640, HEIGHT = 427;
  const SETS = {
    dahlia: [[168, 84, 447, 357], [230, 110, 500, 330]],
    course: [[200, 100, 400, 300], [100, 200, 300, 400]],
    apart: [[90, 120, 230, 280], [330, 140, 520, 300]],
    inside: [[120, 60, 480, 380], [230, 150, 370, 290]],
  };

  L.lessons.overlap = async (stage) => {
    const state = { threshold: 0.5 };
    const canvas = L.canvas(L.photo("flower"), WIDTH, HEIGHT, "two boxes over a photo of a dahlia");
    const union = L.svg("path", { class: "learn-union" }), common = L.svg("rect", { class: "learn-common" });
    canvas.under.append(union, common);
    const boxes = [{ name: "truth", colour: "var(--learn-2)" }, { name: "answer", colour: "var(--learn-1)" }].map((box, i) => {
      const [x1, y1, x2, y2] = SETS.dahlia[i];
      return Object.assign(box, { x1, y1, x2, y2 });
    });
    const [a, b] = boxes.map((box) => L.box(canvas, box, () => draw()));
    const big = L.el("output.learn-iou", { "aria-label": "IoU" }), sum = L.formula(), verdict = L.el("p.learn-verdict"), meter = L.el("div.learn-meter", {}, L.el("i"), L.el("b"));
    const rest = L.el("dl.learn-facts"), corners = L.el("table.plain");
    const examples = L.choice("Begin with", [{ value: "dahlia", label: "a fair answer" }, { value: "course", label: "the course's boxes × 100" }, { value: "inside", label: "one in the other" }, { value: "apart", label: "apart" }], "dahlia", (value) => {
      boxes.forEach((box, i) => { [box.x1, box.y1, box.x2, box.y2] = SETS[value][i]; });
      draw();
    });
    const slider = L.slider("Counts as right from", 0.5, { min: 0, max: 1, step: 0.05, show: (v) => v.toFixed(2) }, (value) => { state.threshold = value; draw(); });
    L.fill(stage, L.row(examples, slider), L.el("div.learn-aside", {},
      L.panel("", canvas, L.el("p.soft", {}, "Drag a box, or a corner. With keys: Tab to a box, arrows move it, Shift and arrows resize it.")),
      L.el("div.learn-column", {}, L.panel("Intersection over union", big, meter, verdict, sum), L.panel("And its relatives", rest, L.el("p.soft", {}, "IoU is 0 for all boxes apart, and says not which way to go. These three do; nets learn by CIoU.")), L.panel("Corners", corners))));

    const ask = L.latest(() => L.post("overlap", { first: list(boxes[0]), second: list(boxes[1]) }), (found) => {
      L.fill(rest, ["giou", "diou", "ciou"].flatMap((name) => [L.el("dt", {}, { giou: "GIoU", diou: "DIoU", ciou: "CIoU" }[name]), L.el("dd", { "data-name": name }, found[name].toFixed(3).replace("-", "−"))]));
    }, stage, 30);
    const list = (box) => [box.x1, box.y1, box.x2, box.y2];

    function draw() {
      a.draw(); b.draw();
      const [one, two] = boxes, found = L.overlap(one, two);
      const path = (box) => `M${box.x1} ${box.y1}H${box.x2}V${box.y2}H${box.x1}Z`;
      union.setAttribute("d", path(one) + path(two));
      const x = Math.max(one.x1, two.x1), y = Math.max(one.y1, two.y1);
      for (const [key, value] of Object.entries({ x, y, width: Math.max(0, Math.min(one.x2, two.x2) - x), height: Math.max(0, Math.min(one.y2, two.y2) - y) })) common.setAttribute(key, value);
      if (!found.common) common.setAttribute("width", 0);
      big.textContent = found.iou.toFixed(3);
      big.dataset.value = found.iou;
      meter.firstChild.style.width = `${100 * found.iou}%`;
      meter.lastChild.style.left = `${100 * state.threshold}%`;
      const right = found.iou >= state.threshold;
      verdict.textContent = right ? "right: the IoU reaches the threshold" : "wrong: the IoU is below the threshold";
      verdict.className = `learn-verdict ${right ? "good" : "bad"}`;
      L.fill(sum, L.el("span", {}, "in common  ", L.el("b", { class: "learn-ink-common" }, L.whole(found.common))), L.el("span", {}, "together   ", L.el("b", {}, L.whole(found.either))),
        L.el("span", {}, `${L.whole(found.common)} / ${L.whole(found.either)} = ${found.iou.toFixed(3)}`));
      L.fill(corners, L.el("tbody", {}, boxes.map((box) => L.el("tr", {}, L.el("th", { scope: "row" }, box.name), ["x1", "y1", "x2", "y2"].map((key) => L.el("td.number", {}, String(box[key])))))));
      L.say(`IoU ${found.iou.toFixed(2)}`);
      ask();
    }
    draw();
    new ResizeObserver(() => { a.draw(); b.draw(); }).observe(canvas);
  };
})();
