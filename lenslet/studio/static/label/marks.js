// What is drawn on one picture: things that are replaced and never changed, so that a step back is a list of them.
const STEPS = 200;
const JOIN = 700; // ms within which nudges of one thing are one step
let numbers = 0;

export const round = (value) => Math.round(value * 100) / 100;
export const fresh = (thing) => ({ difficult: false, more: "", points: null, box: null, ...thing, id: ++numbers });

export class Marks {
  constructor() { this.reset([], [1, 1]); }

  reset(things, size) {
    [this.height, this.width] = size;
    this.things = (things ?? []).map(fresh);
    this.nothing = Array.isArray(things) && things.length === 0;
    this.past = []; this.future = []; this.selected = null; this.point = null; this.joined = null;
  }

  get chosen() { return this.things.find((thing) => thing.id === this.selected) ?? null; }

  // What is to be saved: null where nothing was drawn and nobody said that there is nothing.
  get value() {
    if (!this.things.length) return this.nothing ? [] : null;
    return this.things.map(({ id, ...thing }) => thing);
  }

  step(things, { nothing = false, join = null } = {}) {
    const now = performance.now();
    const same = join && this.joined && this.joined.what === join && now - this.joined.at < JOIN;
    if (!same) {
      this.past.push({ things: this.things, nothing: this.nothing });
      if (this.past.length > STEPS) this.past.shift();
    }
    this.joined = join ? { what: join, at: now } : null;
    this.future = [];
    this.things = things;
    this.nothing = nothing;
  }

  add(thing) {
    const made = fresh(thing);
    this.step([...this.things, made]);
    this.selected = made.id;
    return made;
  }

  addAll(things) { this.step([...this.things, ...things.map(fresh)]); }

  change(id, changed, join = null) {
    this.step(this.things.map((thing) => (thing.id === id ? { ...thing, ...changed } : thing)), { join });
  }

  remove(id) {
    const place = this.things.findIndex((thing) => thing.id === id);
    if (place < 0) return;
    this.step(this.things.filter((thing) => thing.id !== id));
    this.selected = null; this.point = null;
  }

  clear() { this.step([], { nothing: true }); this.selected = null; }

  undo() { return this.go(this.past, this.future); }
  redo() { return this.go(this.future, this.past); }

  go(from, to) {
    const state = from.pop();
    if (!state) return false;
    to.push({ things: this.things, nothing: this.nothing });
    this.things = state.things;
    this.nothing = state.nothing;
    this.joined = null;
    if (!this.chosen) { this.selected = null; this.point = null; }
    return true;
  }

  // A box within the picture, corners in their order.
  fit([x1, y1, x2, y2]) {
    const clip = (value, most) => round(Math.min(Math.max(value, 0), most));
    const [a, c] = [clip(Math.min(x1, x2), this.width), clip(Math.max(x1, x2), this.width)];
    const [b, d] = [clip(Math.min(y1, y2), this.height), clip(Math.max(y1, y2), this.height)];
    return [a, b, c, d];
  }

  // Moved as a whole, without leaving the picture.
  shift([x1, y1, x2, y2], dx, dy) {
    dx = Math.min(Math.max(dx, -x1), this.width - x2);
    dy = Math.min(Math.max(dy, -y1), this.height - y2);
    return [x1 + dx, y1 + dy, x2 + dx, y2 + dy].map(round);
  }

  next(by, others) {
    const all = [...this.things, ...others];
    if (!all.length) return null;
    const place = all.findIndex((thing) => thing.id === this.selected);
    const at = place < 0 ? (by > 0 ? 0 : all.length - 1) : (place + by + all.length) % all.length;
    this.selected = all[at].id;
    this.point = null;
    return all[at];
  }
}
