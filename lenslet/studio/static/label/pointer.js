// The hand: drawing, moving, resizing, placing points, zooming and panning, with a mouse, a pen or fingers.
const CLICK = 4; // CSS pixels below which a drag is a click
const LEAST = 3; // CSS pixels a side that a box must have

export class Hand {
  // desk: { view, marks, kind(), label(), names(), ghosts(), touch(changed), accept(ghost), space }
  constructor(desk) {
    this.desk = desk;
    this.fingers = new Map();
    this.doing = null;
    const canvas = desk.view.canvas;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event, end === "pointercancel"));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.shiftKey) desk.view.pan(-event.deltaY, 0);
      else desk.view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), this.at(event));
    }, { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  at(event) { const box = this.desk.view.canvas.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; }

  down(event) {
    const { desk } = this, { view, marks } = desk, at = this.at(event);
    view.canvas.focus({ preventScroll: true });
    if (!view.picture) return;
    this.fingers.set(event.pointerId, at);
    try { view.canvas.setPointerCapture(event.pointerId); } catch { /* a pointer that has gone */ }
    if (this.fingers.size === 2) { this.drop(); this.doing = { what: "pinch" }; return; }
    if (event.button === 1 || event.button === 2 || desk.space) { this.doing = { what: "pan", last: at }; return; }
    if (event.button !== 0 || this.fingers.size > 1) return;
    const kind = desk.kind();
    if (kind === "classes") { this.doing = { what: "pan", last: at }; return; }
    if (kind === "points") { this.downPoint(at); return; }
    const chosen = marks.chosen, handle = view.handle(chosen, at.x, at.y);
    if (handle) this.doing = { what: "size", from: at, thing: chosen, handle };
    else if (chosen?.box && inside(chosen.box, view.into(at.x, at.y))) this.doing = { what: "shift", from: at, thing: chosen };
    else this.doing = { what: "draw", from: at };
  }

  downPoint(at) {
    const { view, marks } = this.desk, hit = view.pointUnder(at.x, at.y);
    if (hit) {
      marks.selected = hit[0].id; marks.point = hit[1];
      this.doing = { what: "point", from: at, thing: hit[0], name: hit[1] };
      this.desk.touch(false);
    } else this.doing = { what: "place", from: at };
  }

  move(event) {
    const { view, marks } = this.desk, at = this.at(event);
    if (this.fingers.has(event.pointerId)) {
      const before = this.fingers.get(event.pointerId);
      this.fingers.set(event.pointerId, at);
      if (this.doing?.what === "pinch") { this.pinch(event.pointerId, before, at); return; }
    }
    const doing = this.doing;
    if (!doing) { this.hover(at); return; }
    if (doing.what === "pan") { view.pan(at.x - doing.last.x, at.y - doing.last.y); doing.last = at; return; }
    if (!doing.moved && Math.hypot(at.x - doing.from.x, at.y - doing.from.y) < CLICK) return;
    doing.moved = true;
    const [x, y] = view.into(at.x, at.y), [fx, fy] = view.into(doing.from.x, doing.from.y);
    if (doing.what === "draw") {
      doing.made = { id: -1, label: this.desk.label(), points: null, box: marks.fit([fx, fy, x, y]) };
    } else if (doing.what === "shift") {
      doing.made = { ...doing.thing, box: marks.shift(doing.thing.box, x - fx, y - fy) };
    } else if (doing.what === "size") {
      const box = [...doing.thing.box], [across, down] = doing.handle;
      if (across) box[across < 0 ? 0 : 2] = x;
      if (down) box[down < 0 ? 1 : 3] = y;
      doing.made = { ...doing.thing, box: marks.fit(box) };
    } else if (doing.what === "point") {
      const seen = doing.thing.points[doing.name][2];
      doing.made = { ...doing.thing, points: { ...doing.thing.points, [doing.name]: [...this.inside(x, y), seen] } };
    }
    if (doing.made) view.hold(doing.made);
  }

  inside(x, y) { const { marks } = this.desk; const [a, b] = marks.fit([x, y, x, y]); return [a, b]; }

  up(event, cancelled) {
    const { desk } = this, { view, marks } = desk, doing = this.doing, at = this.at(event);
    this.fingers.delete(event.pointerId);
    if (doing?.what === "pinch") { if (!this.fingers.size) this.doing = null; return; }
    this.doing = null;
    view.hold(null);
    if (!doing || cancelled || doing.what === "pan") return;
    if (!doing.moved) { this.click(doing, at); return; }
    const made = doing.made;
    if (!made) return;
    if (doing.what === "draw") {
      const [x1, y1, x2, y2] = made.box;
      if ((x2 - x1) * view.scale < LEAST || (y2 - y1) * view.scale < LEAST) return;
      if (!made.label) { desk.need("Name a class first: at the right, or with the key N."); return; }
      marks.add({ label: made.label, box: made.box });
    } else if (made.box ? made.box[2] > made.box[0] && made.box[3] > made.box[1] : made.points) {
      marks.change(made.id, { box: made.box, points: made.points });
    }
    desk.touch(true);
  }

  click(doing, at) {
    const { desk } = this, { view, marks } = desk;
    if (doing.what === "place") { this.place(at); return; }
    if (doing.what === "point") return;
    const thing = view.under(at.x, at.y);
    marks.selected = thing?.id ?? null;
    desk.touch(false);
  }

  // The next point of the chosen thing that has no place; of a new thing where it has all.
  place(at) {
    const { desk } = this, { view, marks } = desk, names = desk.names();
    if (!names.length) { desk.need("Name the points first: at the right."); return; }
    if (!desk.label()) { desk.need("Name a class first: at the right, or with the key N."); return; }
    const [x, y] = view.into(at.x, at.y);
    if (x < 0 || y < 0 || x > marks.width || y > marks.height) { marks.selected = null; desk.touch(false); return; }
    const where = [...this.inside(x, y), 2], chosen = marks.chosen;
    const free = chosen && names.find((name) => !chosen.points?.[name]);
    const name = free || names[0];
    if (free) marks.change(chosen.id, { points: { ...chosen.points, [name]: where } });
    else marks.add({ label: desk.label(), points: { [name]: where } });
    marks.point = name;
    desk.touch(true);
  }

  hover(at) {
    const { desk } = this, { view, marks } = desk;
    let cursor = desk.space || desk.kind() === "classes" ? "grab" : "crosshair";
    if (cursor !== "grab" && desk.kind() === "boxes") {
      const handle = view.handle(marks.chosen, at.x, at.y);
      if (handle) cursor = handle[0] && handle[1] ? (handle[0] === handle[1] ? "nwse-resize" : "nesw-resize") : handle[0] ? "ew-resize" : "ns-resize";
      else if (marks.chosen?.box && inside(marks.chosen.box, view.into(at.x, at.y))) cursor = "move";
    } else if (cursor !== "grab" && view.pointUnder(at.x, at.y)) cursor = "move";
    if (view.canvas.style.cursor !== cursor) view.canvas.style.cursor = cursor;
  }

  pinch(moved, before, after) {
    const { view } = this.desk;
    const other = [...this.fingers].find(([id]) => id !== moved)?.[1];
    if (!other) return;
    const grown = Math.hypot(after.x - other.x, after.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    view.zoom(grown, { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 });
    view.pan((after.x - before.x) / 2, (after.y - before.y) / 2);
  }

  // Give up what is being drawn.
  drop() { this.doing = null; this.desk.view.hold(null); }
}

function inside([x1, y1, x2, y2], [x, y]) { return x >= x1 && x <= x2 && y >= y1 && y <= y2; }
