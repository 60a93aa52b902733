// The page Label: the list at the left, the picture in the middle, classes at the right.
import { el, dialog } from "./parts.js";
import { List } from "./list.js";
import { Marks, fresh } from "./marks.js";
import { Hand } from "./pointer.js";
import { Side } from "./side.js";
import { Store, ask } from "./store.js";
import { View } from "./view.js";
import { Advice } from "./advice.js";
import { keys } from "./keys.js";
import { changes } from "./changes.js";

const path = (name) => name.split("/").map(encodeURIComponent).join("/");

export function start(root, options) {
  const ui = layout(root);
  const desk = { ui, marks: new Marks(), view: new View(ui.canvas, options.colours), ghosts: [], space: false, name: null, current: "", picked: null };
  desk.project = { kind: options.kind, classes: [], points: [], lines: [] };
  desk.rows = new Map();
  desk.say = (text, bad = false) => { ui.live.textContent = text; ui.live.classList.toggle("bad", bad); };
  desk.need = (text) => desk.say(text, true);
  desk.kind = () => desk.project.kind;
  desk.label = () => desk.current || desk.project.classes[0] || "";
  desk.names = () => desk.project.points;
  desk.store = new Store(options.project, {
    state: (text, bad) => { ui.saved.textContent = text; ui.saved.classList.toggle("bad", bad); },
    saved: (name, value) => saved(desk, name, value),
    clash: (kind, name, mine, said) => clash(desk, kind, name, said),
  });
  desk.list = new List(ui.list, (name) => desk.open(name));
  desk.side = new Side(ui.side, desk);
  desk.advice = new Advice(desk);
  Object.assign(desk, changes(desk), { open: (name) => open(desk, name), relist: (again) => relist(desk, again), touch: (changed) => touch(desk, changed) });
  desk.go = (by) => { const name = desk.list.beside(by); if (name) desk.open(name); else desk.say(by > 0 ? "That was the last picture" : "This is the first picture"); };
  desk.nextOpen = () => {
    const rows = desk.list.rows, from = desk.list.places.get(desk.name) ?? -1;
    const row = [...rows.slice(from + 1), ...rows.slice(0, from + 1)].find((one) => !one.done);
    if (row) desk.open(row.name); else desk.say("Every picture is labelled");
  };
  desk.order = () => order(desk);
  new Hand(desk);
  wire(desk);
  const stop = keys(desk);
  begin(desk, options);
  window.lensletDesk = desk; // for tests and benchmarks
  return stop;
}

function layout(root) {
  const ui = { buttons: {} };
  const button = (name, text, title) => (ui.buttons[name] = el("button", { type: "button", cls: "plain", text, title }));
  ui.search = el("input", { type: "search", placeholder: "Name", "aria-label": "Search pictures by name", autocomplete: "off" });
  ui.sort = el("select", { "aria-label": "Order of the pictures" },
    ...[["name", "By name"], ["open", "Not labelled first"], ["doubt", "Most doubtful first"]].map(([value, text]) => el("option", { value, text })));
  ui.count = el("p", { cls: "label-count" });
  ui.list = el("div", { cls: "label-rows", tabindex: "-1" });
  ui.canvas = el("canvas", { tabindex: "0", role: "application", "aria-label": "The picture. Press ? for its keys." });
  ui.live = el("p", { cls: "label-live", role: "status" });
  ui.saved = el("p", { cls: "label-saved", role: "status" });
  ui.title = el("h2", { cls: "label-name" });
  ui.fault = el("p", { cls: "label-fault", hidden: true });
  ui.side = el("aside", { cls: "label-side", "aria-label": "Classes and suggestions" });
  root.append(
    el("aside", { cls: "label-list", "aria-label": "Pictures" }, el("div", { cls: "label-search" }, ui.search, ui.sort, ui.count), ui.list),
    el("section", { cls: "label-stage", "aria-label": "Picture" },
      el("div", { cls: "label-tools", role: "toolbar", "aria-label": "Tools" },
        button("previous", "\u2190", "Previous picture (Page up)"), button("next", "\u2192", "Next picture (Page down)"),
        button("undo", "Undo", "Ctrl+Z"), button("redo", "Redo", "Ctrl+Shift+Z"),
        button("copy", "Copy previous", "The labels of the picture before (C)"), button("nothing", "Shows nothing", "None of the classes is on it (E)"),
        button("fit", "Fit", "The whole picture (F)"), button("closer", "+", "Closer (+)"), button("farther", "\u2212", "Farther (-)")),
      ui.fault, el("div", { cls: "label-canvas" }, ui.canvas),
      el("div", { cls: "label-foot" }, ui.title, ui.live, ui.saved)),
    ui.side);
  for (const [name, said] of [["previous", "Previous picture"], ["next", "Next picture"], ["closer", "Closer"], ["farther", "Farther"]]) ui.buttons[name].setAttribute("aria-label", said);
  return ui;
}

function wire(desk) {
  const { ui, view } = desk;
  const does = {
    previous: () => desk.go(-1), next: () => desk.go(1), undo: () => desk.undo(-1), redo: () => desk.undo(1), copy: () => desk.copyPrevious(),
    nothing: () => desk.nothing(), fit: () => view.fit(), closer: () => view.zoom(1.25), farther: () => view.zoom(0.8),
  };
  for (const [name, doing] of Object.entries(does)) ui.buttons[name].addEventListener("click", doing);
  ui.search.addEventListener("input", () => order(desk));
  ui.sort.addEventListener("change", () => { if (ui.sort.value === "doubt") desk.lookForDoubts(); else order(desk); });
  window.addEventListener("lenslet-theme", () => view.changed());
}

async function begin(desk, options) {
  try {
    await relist(desk, false);
    await desk.store.resume(desk.rows);
    await desk.advice.models();
  } catch (error) { desk.need(error.message); }
  const asked = new URLSearchParams(location.search).get("picture");
  const first = desk.rows.has(asked) ? asked : desk.list.rows.find((row) => !row.done)?.name ?? desk.list.rows[0]?.name;
  if (asked && !desk.rows.has(asked)) desk.need(`${asked}: this project has no such picture`);
  if (first) await open(desk, first);
  else desk.need(`No pictures in ${options.folder} yet: put some there and reload this page.`);
  desk.ui.canvas.closest(".label-app").dataset.ready = "yes";
}

async function relist(desk, again) {
  const said = await ask("/api/label/list" + (again ? "?again=true" : ""));
  desk.project = { kind: said.kind, classes: said.classes, points: said.points, lines: said.lines };
  desk.rows = new Map(said.pictures.map(([name, done, label]) => [name, { name, done: !!done, label }]));
  for (const [name, one] of desk.store.waiting) if (desk.rows.has(name)) desk.rows.get(name).done = one.value !== null;
  desk.side.show(desk.project, desk.label());
  order(desk);
  if (again && desk.name) await open(desk, desk.name);
}

function order(desk) {
  const word = desk.ui.search.value.trim().toLowerCase(), by = desk.ui.sort.value;
  let rows = [...desk.rows.values()].filter((row) => row.name.toLowerCase().includes(word));
  const last = (row) => (row.done ? 1 : 0);
  if (by === "open") rows.sort((a, b) => last(a) - last(b));
  if (by === "doubt") rows.sort((a, b) => last(a) - last(b) || (b.doubt ?? -1) - (a.doubt ?? -1));
  desk.list.set(rows);
  if (desk.name) desk.list.choose(desk.name, true);
  count(desk);
}

function count(desk) {
  let done = 0;
  for (const row of desk.rows.values()) done += row.done ? 1 : 0;
  desk.ui.count.textContent = `${done.toLocaleString("en")} of ${desk.rows.size.toLocaleString("en")} labelled`;
}

async function open(desk, name) {
  const { ui, marks, view } = desk;
  const kind = desk.kind();
  desk.name = name;
  desk.ghosts = [];
  desk.ready = false;
  desk.list.choose(name);
  history.replaceState(history.state, "", "?picture=" + encodeURIComponent(name));
  ui.title.textContent = name;
  const picture = new Image();
  picture.src = "/api/picture/" + path(name);
  let said;
  try {
    [said] = await Promise.all([desk.store.load(kind, name), picture.decode().catch(() => { throw new Error(`${name} cannot be shown: it is damaged, or its file has gone.`); })]);
  } catch (error) {
    if (desk.name === name) { desk.forgetKeys(); view.picture = null; marks.reset([], [1, 1]); desk.ghosts = []; touch(desk, false); desk.need(error.message || "The studio does not answer."); }
    return;
  }
  if (desk.name !== name) return; // another was opened meanwhile
  marks.reset(kind === "classes" ? [] : said.value, said.size);
  desk.picked = kind === "classes" ? said.value : null;
  view.show(picture, said.size);
  ui.fault.hidden = !said.faults?.length;
  ui.fault.textContent = (said.faults ?? []).slice(0, 3).join(" ");
  for (const thing of marks.things) if (!desk.project.classes.includes(thing.label)) desk.project.classes.push(thing.label);
  desk.ready = true;
  touch(desk, false);
  desk.say(describe(desk));
  desk.side.show(desk.project, kind === "classes" ? desk.picked : desk.label());
  if (desk.store.clashed.has(name)) desk.store.clash(kind, name, desk.store.waiting.get(name)?.value);
  desk.advice.ask(name);
  desk.caughtUp();
  const after = desk.list.beside(1);
  if (after) new Image().src = "/api/picture/" + path(after);
}

function describe(desk) {
  if (desk.kind() === "classes") return desk.picked ? `It shows ${desk.picked}` : "Not labelled: press the number of a class";
  const { marks } = desk;
  if (!marks.things.length) return marks.nothing ? "Labelled: it shows nothing" : "Not labelled yet";
  const what = desk.kind() === "points" ? "thing" : "box";
  return `${marks.things.length} ${marks.things.length === 1 ? what : what === "box" ? "boxes" : "things"}`;
}

// After everything that may have changed what is seen; and, where it did, what is saved.
function touch(desk, changed) {
  const { ui, marks, view, project } = desk;
  if (changed && desk.ready) {
    desk.store.put(desk.kind(), desk.name, desk.kind() === "classes" ? desk.picked : marks.value);
    ui.saved.textContent = "Saving ...";
    desk.say(describe(desk) + said(desk));
  } else if (!changed && desk.ready && marks.selected) desk.say(said(desk).slice(2));
  const ghosts = desk.showGhosts === false ? [] : desk.advice.left();
  view.set({ things: marks.things, ghosts, classes: project.classes, selected: marks.selected, point: marks.point, lines: project.lines, names: project.points });
  ui.buttons.undo.disabled = !marks.past.length;
  ui.buttons.redo.disabled = !marks.future.length;
  ui.buttons.nothing.disabled = desk.kind() === "classes";
  ui.buttons.copy.disabled = desk.kind() === "classes";
}

function said(desk) {
  const { marks } = desk, thing = marks.chosen ?? desk.ghosts.find((one) => one.id === marks.selected);
  if (!thing) return "";
  const place = marks.things.indexOf(thing), box = thing.box?.map(Math.round);
  const where = box ? `, ${box[2] - box[0]} by ${box[3] - box[1]} at ${box[0]}, ${box[1]}` : marks.point ? `, ${marks.point}` : "";
  return place < 0 ? `. Suggested: ${thing.label}${where}` : `. Chosen: ${thing.label}, ${place + 1} of ${marks.things.length}${where}`;
}

function saved(desk, name, value) {
  const row = desk.rows.get(name);
  if (!row) return;
  row.done = value !== null;
  if (typeof value === "string") row.label = value;
  desk.list.refresh(name);
  count(desk);
}

async function clash(desk, kind, name, theirs) {
  const answer = await dialog("Changed elsewhere", [
    el("p", { text: `${name} was labelled in another tab, or by another program, after it was opened here. Which labels are to stay?` })],
  [["mine", "Keep mine", "main"], ["theirs", "Take the others", "plain"]]);
  if (!answer) return;
  desk.store.settle(kind, name, answer === "mine", theirs);
  if (answer !== "mine" && desk.name === name) { desk.store.versions.set(name, theirs.version); await open(desk, name); }
}

export { fresh };
