// What can be done to a picture's labels, by hand or by key: each leaves the page and the file as they should be.
import { ask } from "./store.js";
import { dialog, el } from "./parts.js";

export function changes(desk) {
  const { marks, view } = desk;

  let sent = 0, line = Promise.resolve();

  // One after the other; what came in between is not taken back by an older answer.
  async function setNames(names) {
    const number = ++sent;
    const going = line.then(() => ask("/api/label/names", { method: "PUT", body: names }));
    line = going.catch(() => {});
    try {
      const said = await going;
      if (number === sent) Object.assign(desk.project, said);
    } catch (error) { desk.need(error.message || "The studio does not answer."); return false; }
    desk.side.show(desk.project, desk.label());
    desk.touch(false);
    return true;
  }

  function setLabel(name) {
    desk.current = name;
    if (desk.kind() === "classes") {
      desk.picked = name;
      desk.touch(true);
      desk.side.show(desk.project, name);
      desk.go(1);
      return;
    }
    if (marks.chosen && marks.chosen.label !== name) { marks.change(marks.chosen.id, { label: name }); desk.touch(true); }
    desk.side.show(desk.project, name);
  }

  return {
    setNames,
    setLabel,

    async setKind(kind) {
      if (!(await setNames({ kind }))) return;
      desk.current = "";
      await desk.relist(true);
      await desk.advice.models();
    },

    addClass(name) {
      name = name.trim();
      if (!name) return;
      desk.ui.canvas.focus({ preventScroll: true });
      if (!desk.project.classes.includes(name)) {
        desk.project.classes.push(name); // at once: one may draw before the server has answered
        setNames({ classes: [...desk.project.classes] });
      }
      if (desk.kind() === "classes") desk.side.show(desk.project, desk.picked);
      else setLabel(name);
    },

    number(place) {
      const name = desk.project.classes[place];
      if (name === undefined) desk.need(`There is no class ${place + 1} yet`);
      else setLabel(name);
    },

    undo(by) {
      if (!(by < 0 ? marks.undo() : marks.redo())) { desk.say(by < 0 ? "Nothing to take back" : "Nothing to do again"); return; }
      desk.touch(true);
    },

    remove() {
      const ghost = desk.ghosts.findIndex((one) => one.id === marks.selected);
      if (desk.kind() === "classes") { if (desk.picked) { desk.picked = null; desk.touch(true); desk.side.show(desk.project, null); } return; }
      if (ghost >= 0) { desk.ghosts.splice(ghost, 1); marks.selected = null; desk.touch(false); return; }
      const chosen = marks.chosen;
      if (!chosen) return;
      if (marks.point && chosen.points?.[marks.point] && Object.keys(chosen.points).length > 1) {
        const { [marks.point]: gone, ...left } = chosen.points;
        marks.change(chosen.id, { points: left });
        marks.point = null;
      } else marks.remove(chosen.id);
      desk.touch(true);
    },

    leave() { view.hold(null); marks.selected = null; marks.point = null; desk.touch(false); desk.say("Nothing chosen"); },

    choose(by) {
      const thing = marks.next(by, desk.advice.left());
      if (thing?.points) marks.point = Object.keys(thing.points)[0];
      desk.touch(false);
    },

    newBox() {
      if (desk.kind() !== "boxes" || !desk.ready) return;
      if (!desk.label()) { desk.need("Name a class first: at the right, or with the key N."); return; }
      const [x, y] = view.into(view.wide / 2, view.high / 2), half = Math.min(marks.width, marks.height, view.high / view.scale) / 8;
      marks.add({ label: desk.label(), box: marks.fit([x - half, y - half, x + half, y + half]) });
      desk.touch(true);
    },

    async copyPrevious() {
      const before = desk.list.beside(-1);
      if (desk.kind() === "classes" || !desk.ready) return;
      if (!before) { desk.say("There is no picture before this one"); return; }
      const name = desk.name;
      try {
        const said = await desk.store.load(desk.kind(), before);
        if (desk.name !== name) return;
        const inside = (said.value ?? []).map((one) => (one.box ? { ...one, box: marks.fit(one.box) } : one))
          .filter((one) => !one.box || (one.box[2] - one.box[0] >= 1 && one.box[3] - one.box[1] >= 1));
        if (!inside.length) { desk.say(`${before} has no labels to copy`); return; }
        marks.addAll(inside);
        desk.touch(true);
      } catch (error) { desk.need(error.message || "The studio does not answer."); }
    },

    async nothing() {
      if (desk.kind() === "classes" || !desk.ready) return;
      if (marks.things.length) {
        const answer = await dialog("Shows nothing?", [el("p", { text: "This takes away what is drawn on the picture. It can be undone." })], [["yes", "Shows nothing", "main"], ["", "Cancel"]]);
        if (answer !== "yes") return;
      }
      marks.clear();
      desk.touch(true);
    },

    toggleGhosts() { desk.showGhosts = desk.showGhosts === false; desk.touch(false); desk.say(desk.showGhosts ? "Suggestions shown" : "Suggestions hidden"); },

    accept() {
      if (desk.kind() === "classes") { if (desk.advice.word) setLabel(desk.advice.word); return; }
      const left = desk.advice.left();
      const ghost = left.find((one) => one.id === marks.selected) ?? left[0];
      if (!ghost) { if (!marks.chosen) desk.say("No suggestion is left"); return; }
      take([ghost]);
      const next = desk.advice.left()[0];
      marks.selected = next?.id ?? null;
      desk.touch(true);
      desk.advice.count();
    },

    acceptAll() {
      if (desk.kind() === "classes") { if (desk.advice.word) setLabel(desk.advice.word); return; }
      const left = desk.advice.left();
      if (!left.length) { desk.say("No suggestion is left"); return; }
      take(left);
      marks.selected = null;
      desk.touch(true);
      desk.advice.count();
    },

    difficult() {
      if (!marks.chosen) return;
      marks.change(marks.chosen.id, { difficult: !marks.chosen.difficult });
      desk.touch(true);
    },

    hide() {
      const chosen = marks.chosen, at = chosen?.points?.[marks.point];
      if (!at) return;
      marks.change(chosen.id, { points: { ...chosen.points, [marks.point]: [at[0], at[1], at[2] === 1 ? 2 : 1] } });
      desk.touch(true);
    },

    setModel(name) { desk.advice.choose(name); },
    lookForDoubts() { desk.advice.look(); },
  };

  function take(ghosts) {
    const made = ghosts.map(({ id, score, ...one }) => ({ ...one, label: one.label || desk.label() || "thing" }));
    const unknown = [...new Set(made.map((one) => one.label))].filter((one) => !desk.project.classes.includes(one));
    marks.addAll(made);
    desk.ghosts = desk.ghosts.filter((one) => !ghosts.includes(one));
    if (unknown.length) setNames({ classes: [...desk.project.classes, ...unknown] });
  }
}
