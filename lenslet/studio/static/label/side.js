// The right side: what is labelled, classes and points, suggestions, other forms.
import { ask } from "./store.js";
import { dialog, el, field } from "./parts.js";

const KINDS = [["boxes", "Boxes"], ["points", "Points"], ["classes", "Classes"]];
const FORMS = { coco: "COCO", yolo: "YOLO", voc: "Pascal VOC", labelstudio: "Label Studio", csv: "Table (CSV)" };

export class Side {
  // desk: what the page can do; see main.js
  constructor(holder, desk) {
    this.desk = desk;
    this.kinds = el("fieldset", { cls: "label-kinds" }, el("legend", { text: "What is labelled" }));
    for (const [value, text] of KINDS) {
      const radio = el("input", { type: "radio", name: "kind", value, on: { change: () => desk.setKind(value) } });
      this.kinds.append(el("label", {}, radio, text));
    }
    this.classes = el("ul", { cls: "label-classes" });
    this.name = el("input", { type: "text", id: "new-class", maxlength: "200", autocomplete: "off", placeholder: "new class", "aria-label": "New class" });
    const add = el("form", { cls: "label-add", on: { submit: (event) => { event.preventDefault(); desk.addClass(this.name.value); this.name.value = ""; } } },
      this.name, el("button", { cls: "plain", text: "Add" }));
    this.points = el("button", { type: "button", cls: "plain", text: "Points ...", on: { click: () => this.askPoints() } });
    this.pointList = el("p", { cls: "label-points" });
    this.model = el("select", { id: "model", on: { change: () => desk.setModel(this.model.value) } });
    this.accept = el("button", { type: "button", cls: "plain", text: "Accept all", title: "Shift+A", on: { click: () => desk.acceptAll() } });
    this.doubts = el("button", { type: "button", cls: "plain", text: "Most doubtful first", on: { click: () => desk.lookForDoubts() } });
    this.said = el("p", { cls: "label-said", role: "status" });
    holder.append(
      this.kinds,
      el("section", {}, el("h2", { text: "Classes" }), this.classes, add),
      (this.pointPart = el("section", {}, el("h2", { text: "Points of a thing" }), this.pointList, this.points)),
      el("section", {}, el("h2", { text: "Suggestions" }), field("Model", this.model), el("div", { cls: "row-of" }, this.accept, this.doubts), this.said),
      el("section", {}, el("h2", { text: "Other forms" }), el("div", { cls: "row-of" },
        el("button", { type: "button", cls: "plain", text: "Import ...", on: { click: () => this.bring() } }),
        (this.export = el("button", { type: "button", cls: "plain", text: "Export ...", on: { click: () => this.give() } })))),
    );
  }

  show({ kind, classes, points }, current) {
    for (const radio of this.kinds.querySelectorAll("input")) radio.checked = radio.value === kind;
    this.pointPart.hidden = kind !== "points";
    this.export.disabled = kind === "classes";
    this.pointList.textContent = points.length ? points.join(", ") : "None yet: name them in the order in which you click them.";
    this.classes.replaceChildren(...classes.map((name, place) => {
      const key = place < 9 ? String(place + 1) : "";
      const swatch = el("span", { cls: "swatch" });
      swatch.style.background = this.desk.view.colours[place % this.desk.view.colours.length];
      return el("li", {}, el("button", { type: "button", "aria-pressed": String(name === current), on: { click: () => this.desk.setLabel(name) } },
        swatch, el("b", { text: name }), key && el("kbd", { text: key })));
    }));
  }

  setModels(models, chosen) {
    this.model.replaceChildren(el("option", { value: "", text: models.length ? "none" : "none for this" }),
      ...models.map((one) => el("option", { value: one.name, text: `${one.name} (${one.labels})` })));
    this.model.value = models.some((one) => one.name === chosen) ? chosen : "";
    this.setAdvice();
  }

  setAdvice() { for (const one of [this.accept, this.doubts]) one.disabled = !this.model.value; }

  async askPoints() {
    const input = el("textarea", { rows: "8" });
    input.value = this.desk.project.points.join("\n");
    const said = await dialog("Points of a thing", [field("One name a line, in the order of clicking", input)], [["ok", "Keep", "main"], ["", "Cancel"]]);
    if (said === "ok") this.desk.setNames({ points: input.value.split("\n") });
  }

  async bring() {
    const place = el("input", { type: "text", size: "44", placeholder: "/home/me/cells" });
    const said = await dialog("Import labels", [
      el("p", { text: "COCO, YOLO, Pascal VOC, Label Studio or a table: its folder or its file on this computer. Pictures that are not in the project are copied into it. Labels that you have already stay." }),
      field("Folder or file", place)], [["ok", "Import", "main"], ["", "Cancel"]]);
    if (said !== "ok") return;
    this.desk.say("Importing ...");
    try {
      const made = await ask("/api/label/bring", { method: "POST", body: { place: place.value } });
      await this.desk.relist(true);
      const left = made.left ? `, ${made.left} were labelled already` : "";
      this.desk.say(`${made.pictures} pictures labelled from ${FORMS[made.form]}${left}. ${made.faults.join(" ")}`);
    } catch (error) { this.desk.need(error.message); }
  }

  async give() {
    const places = await ask("/api/label/forms");
    const place = el("input", { type: "text", size: "44", value: places.coco });
    const form = el("select", { on: { change: () => { place.value = places[form.value]; } } },
      ...Object.entries(FORMS).map(([value, text]) => el("option", { value, text })));
    const link = el("input", { type: "checkbox" });
    const said = await dialog("Export labels", [
      field("Form", form), field("New folder", place),
      el("label", { cls: "label-check" }, link, "hard links to the pictures instead of copies")], [["ok", "Export", "main"], ["", "Cancel"]]);
    if (said !== "ok") return;
    this.desk.say("Exporting ...");
    try {
      const made = await ask("/api/label/give", { method: "POST", body: { form: form.value, place: place.value, link: link.checked } });
      const lost = Object.keys(made.lost).join(", ");
      this.desk.say(`Written: ${made.out}. ${lost ? `${FORMS[form.value]} cannot carry ${lost}.` : ""}`);
    } catch (error) { this.desk.need(error.message); }
  }
}
