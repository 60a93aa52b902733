// What a model suggests: ghosts on a picture, a word for a whole one, and which pictures are doubtful.
import { ask } from "./store.js";
import { fresh } from "./marks.js";

const KEY = "lenslet-model:";
const SAME = 0.5; // overlap from which a suggestion of the same class is there already

export class Advice {
  constructor(desk) { this.desk = desk; this.model = ""; this.word = ""; this.known = []; }

  async models() {
    this.known = await ask("/api/label/models");
    let kept = "";
    try { kept = localStorage.getItem(KEY + this.desk.kind()) ?? ""; } catch { /* kept nowhere */ }
    this.desk.side.setModels(this.known, kept);
    this.model = this.desk.side.model.value;
    if (this.desk.ready) this.ask(this.desk.name);
  }

  choose(name) {
    this.model = name;
    try { localStorage.setItem(KEY + this.desk.kind(), name); } catch { /* kept nowhere */ }
    this.desk.side.setAdvice();
    this.desk.ghosts = []; this.word = "";
    this.desk.touch(false);
    if (this.desk.ready) this.ask(this.desk.name);
    else this.desk.side.said.textContent = "";
  }

  async ask(name) {
    const { desk } = this, { side } = desk;
    this.word = "";
    if (!this.model) { side.said.textContent = ""; return; }
    side.said.textContent = `${this.model} looks at it ...`;
    let said;
    try {
      said = await ask(`/api/label/suggest/${name.split("/").map(encodeURIComponent).join("/")}?model=${encodeURIComponent(this.model)}`);
    } catch (error) { if (desk.name === name) side.said.textContent = error.message || "The studio does not answer."; return; }
    if (desk.name !== name) return;
    if (desk.kind() === "classes") {
      this.word = said.label;
      side.said.textContent = `It says ${said.label}, sure ${Math.round(said.score * 100)} %. A or Enter takes it.`;
      return;
    }
    desk.ghosts = said.things.map((one) => fresh({ ...one, label: one.label || desk.label() })).sort((a, b) => b.score - a.score);
    if (this.left().length) this.count();
    else side.said.textContent = `${said.things.length} found, none that is not there already.`;
    desk.touch(false);
  }

  // How many suggestions are still to be taken.
  count() {
    const left = this.left().length;
    this.desk.side.said.textContent = left ? `${left} suggested. A or Enter takes one, Shift+A all.` : "No suggestion is left.";
  }

  // Suggestions that are not drawn already.
  left() {
    const { desk } = this;
    return desk.ghosts.filter((ghost) => !desk.marks.things.some((thing) => (ghost.box && thing.box
      ? thing.label === ghost.label && overlap(thing.box, ghost.box) >= SAME : !!ghost.points && !!thing.points)));
  }

  async look() {
    const { desk } = this;
    if (!this.model) { desk.need("Choose a model first: doubts are those of a model."); desk.ui.sort.value = "name"; desk.order(); return; }
    desk.ui.sort.value = "doubt";
    try {
      let said = await ask("/api/label/doubts", { method: "POST", body: { model: this.model } });
      const model = this.model;
      for (;;) {
        for (const [name, doubt] of Object.entries(said.doubts)) if (desk.rows.has(name)) desk.rows.get(name).doubt = doubt;
        desk.say(`${model} has looked at ${said.done} of ${said.of} pictures. ${said.error}`);
        if (said.done >= said.of || said.model !== model || this.model !== model) break;
        await new Promise((go) => setTimeout(go, 700));
        said = await ask("/api/label/doubts");
      }
      desk.order();
    } catch (error) { desk.need(error.message || "The studio does not answer."); }
  }
}

function overlap(a, b) {
  const wide = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), high = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (wide <= 0 || high <= 0) return 0;
  const both = wide * high;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}
