// The picture and what is drawn on it: one canvas. What stands still is drawn once; what moves is drawn over it.
const HANDLE = 5; // half a handle, CSS pixels
const NEAR = 9; // CSS pixels within which a handle or a point is meant
const NAMED = 80; // boxes up to which all have their names on them

export class View {
  constructor(canvas, colours) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.still = document.createElement("canvas");
    this.colours = colours;
    this.picture = null;
    this.size = [1, 1];
    this.scale = 1; this.x = 0; this.y = 0;
    this.scene = { things: [], ghosts: [], classes: [], selected: null, point: null, lines: [], names: [] };
    this.active = null; // a thing that is being drawn or moved
    this.fresh = false;
    new ResizeObserver(() => this.measure()).observe(canvas.parentElement);
    this.measure();
  }

  measure() {
    const { width, height } = this.canvas.parentElement.getBoundingClientRect();
    const dense = Math.min(window.devicePixelRatio || 1, 2);
    const before = this.isFit();
    this.dense = dense;
    for (const one of [this.canvas, this.still]) { one.width = Math.round(width * dense); one.height = Math.round(height * dense); }
    this.canvas.style.width = width + "px"; this.canvas.style.height = height + "px";
    this.wide = width; this.high = height;
    if (before || !this.picture) this.fit();
    this.changed();
  }

  show(picture, size) { this.picture = picture; this.size = size; this.fit(); }

  fitScale() { return Math.min((this.wide - 24) / this.size[1], (this.high - 24) / this.size[0]) || 1; }
  isFit() { return this.picture && Math.abs(this.scale - this.fitScale()) < 1e-6; }

  fit() {
    this.scale = this.fitScale();
    this.x = (this.wide - this.size[1] * this.scale) / 2;
    this.y = (this.high - this.size[0] * this.scale) / 2;
    this.changed();
  }

  zoom(by, at = { x: this.wide / 2, y: this.high / 2 }) {
    const least = Math.min(this.fitScale(), 1) / 2;
    const scale = Math.min(Math.max(this.scale * by, least), 40);
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.changed();
  }

  pan(dx, dy) { this.x += dx; this.y += dy; this.changed(); }

  // Screen to picture and back.
  into(x, y) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }
  out(x, y) { return [x * this.scale + this.x, y * this.scale + this.y]; }

  colour(label) {
    const place = this.scene.classes.indexOf(label);
    return this.colours[(place < 0 ? this.scene.classes.length : place) % this.colours.length];
  }

  set(scene) { Object.assign(this.scene, scene); this.changed(); }
  changed() { this.fresh = false; this.ask(); }
  hold(active) { const was = this.active?.id; this.active = active; if (was !== active?.id) this.fresh = false; this.ask(); }
  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  draw() {
    if (!this.fresh) { this.drawStill(); this.fresh = true; }
    const pen = this.pen;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.still, 0, 0);
    if (this.active) {
      pen.setTransform(this.dense, 0, 0, this.dense, 0, 0);
      this.drawThing(pen, this.active, true, true);
    }
  }

  drawStill() {
    const pen = this.still.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.still.width, this.still.height);
    pen.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    if (this.picture) {
      pen.imageSmoothingEnabled = this.scale < 3;
      pen.drawImage(this.picture, this.x, this.y, this.size[1] * this.scale, this.size[0] * this.scale);
    }
    const { things, ghosts, selected } = this.scene;
    const named = things.length <= NAMED;
    for (const ghost of ghosts) this.drawThing(pen, ghost, ghost.id === selected, true, true);
    for (const thing of things) {
      if (thing.id !== this.active?.id && thing.id !== selected) this.drawThing(pen, thing, false, named);
    }
    const chosen = things.find((thing) => thing.id === selected);
    if (chosen && chosen.id !== this.active?.id) this.drawThing(pen, chosen, true, true);
  }

  drawThing(pen, thing, chosen, named, ghost = false) {
    const colour = this.colour(thing.label);
    if (thing.box) this.drawBox(pen, thing, colour, chosen, ghost);
    if (thing.points) this.drawPoints(pen, thing, colour, chosen, ghost);
    const at = thing.box ?? around(thing.points);
    if (named && at) this.drawName(pen, thing, at, colour, ghost);
  }

  drawBox(pen, thing, colour, chosen, ghost) {
    const [x1, y1] = this.out(thing.box[0], thing.box[1]);
    const [x2, y2] = this.out(thing.box[2], thing.box[3]);
    pen.setLineDash(ghost ? [6, 4] : []);
    pen.lineWidth = chosen ? 4.5 : 3.5; pen.strokeStyle = "rgb(0 0 0 / .45)";
    pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
    pen.lineWidth = chosen ? 2.5 : 1.8; pen.strokeStyle = colour;
    pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
    pen.setLineDash([]);
    if (chosen) {
      pen.globalAlpha = 0.14; pen.fillStyle = colour; pen.fillRect(x1, y1, x2 - x1, y2 - y1); pen.globalAlpha = 1;
      if (!ghost) for (const [x, y] of corners(x1, y1, x2, y2)) {
        pen.fillStyle = "#fff"; pen.fillRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
        pen.strokeStyle = "#222"; pen.lineWidth = 1; pen.strokeRect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
      }
    }
  }

  drawPoints(pen, thing, colour, chosen, ghost) {
    const { names, lines, point } = this.scene;
    const at = (name) => { const p = thing.points[name]; return p && this.out(p[0], p[1]); };
    pen.strokeStyle = colour; pen.lineWidth = 1.5; pen.setLineDash(ghost ? [4, 3] : []);
    for (const [a, b] of lines) {
      const [from, to] = [at(names[a]), at(names[b])];
      if (from && to) { pen.beginPath(); pen.moveTo(...from); pen.lineTo(...to); pen.stroke(); }
    }
    pen.setLineDash([]);
    for (const [name, [, , seen]] of Object.entries(thing.points)) {
      const [x, y] = at(name);
      pen.beginPath(); pen.arc(x, y, chosen ? 5.5 : 4, 0, 7);
      pen.fillStyle = ghost ? "transparent" : seen === 1 ? "#fff" : colour; pen.fill();
      pen.lineWidth = 2; pen.strokeStyle = seen === 1 || ghost ? colour : "#fff"; pen.stroke();
      if (chosen && name === point) { pen.beginPath(); pen.arc(x, y, 10, 0, 7); pen.strokeStyle = "#fff"; pen.lineWidth = 3; pen.stroke(); pen.strokeStyle = "#111"; pen.lineWidth = 1; pen.stroke(); }
      if (chosen && (name === point || Object.keys(thing.points).length <= 12)) this.plate(pen, name, x + 9, y - 9, "#fff", "#111");
    }
  }

  drawName(pen, thing, at, colour, ghost) {
    const [x, y] = this.out(at[0], at[1]);
    const sure = ghost && thing.score ? ` ${Math.round(thing.score * 100)} %` : "";
    this.plate(pen, (thing.label || "thing") + sure + (thing.difficult ? " (difficult)" : ""), x - 1, y - (thing.box ? 16 : 36), colour, ink(colour), ghost);
  }

  plate(pen, text, x, y, ground, colour, faint = false) {
    pen.font = "600 11px " + getComputedStyle(document.body).fontFamily;
    const wide = pen.measureText(text).width + 8;
    x = Math.max(0, Math.min(x, this.wide - wide)); y = Math.max(0, y);
    pen.globalAlpha = faint ? 0.75 : 0.95; pen.fillStyle = ground; pen.fillRect(x, y, wide, 15); pen.globalAlpha = 1;
    pen.fillStyle = colour; pen.textBaseline = "middle"; pen.fillText(text, x + 4, y + 8);
  }

  // Which corner or side of the chosen box is under the pointer: [-1, 0 or 1 across, the same down].
  handle(thing, x, y) {
    if (!thing?.box) return null;
    const [x1, y1] = this.out(thing.box[0], thing.box[1]);
    const [x2, y2] = this.out(thing.box[2], thing.box[3]);
    if (x < x1 - NEAR || x > x2 + NEAR || y < y1 - NEAR || y > y2 + NEAR) return null;
    const across = Math.abs(x - x1) <= NEAR && (x < (x1 + x2) / 2) ? -1 : Math.abs(x - x2) <= NEAR ? 1 : 0;
    const down = Math.abs(y - y1) <= NEAR && (y < (y1 + y2) / 2) ? -1 : Math.abs(y - y2) <= NEAR ? 1 : 0;
    return across || down ? [across, down] : null;
  }

  // The smallest box under the pointer, drawn ones before ghosts.
  under(x, y) {
    const [px, py] = this.into(x, y);
    let best = null, least = Infinity;
    for (const [rank, list] of [[0, this.scene.things], [1e18, this.scene.ghosts]]) for (const thing of list) {
      const box = thing.box ?? around(thing.points);
      if (!box) continue;
      const slack = 4 / this.scale;
      if (px < box[0] - slack || px > box[2] + slack || py < box[1] - slack || py > box[3] + slack) continue;
      const area = rank + (box[2] - box[0]) * (box[3] - box[1]);
      if (area < least) { least = area; best = thing; }
    }
    return best;
  }

  // The point under the pointer: [thing, name].
  pointUnder(x, y) {
    let best = null, least = NEAR + 3;
    for (const thing of this.scene.things) for (const [name, p] of Object.entries(thing.points ?? {})) {
      const [sx, sy] = this.out(p[0], p[1]);
      const far = Math.hypot(sx - x, sy - y) - (thing.id === this.scene.selected ? 1 : 0);
      if (far < least) { least = far; best = [thing, name]; }
    }
    return best;
  }
}

export function around(points) {
  const all = Object.values(points ?? {});
  if (!all.length) return null;
  const xs = all.map((p) => p[0]), ys = all.map((p) => p[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function corners(x1, y1, x2, y2) {
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const eight = [[x1, y1], [x2, y1], [x1, y2], [x2, y2]];
  if (x2 - x1 > 44) eight.push([mx, y1], [mx, y2]);
  if (y2 - y1 > 44) eight.push([x1, my], [x2, my]);
  return eight;
}

// White or dark, whichever can be read on a colour "rgb(r g b)".
export function ink(colour) {
  const [r, g, b] = colour.match(/\d+/g).map((part) => (part / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? "#111" : "#fff";
}
