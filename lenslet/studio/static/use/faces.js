// People: who is on the picture, who is enrolled, and who is to be forgotten. Nobody is known who was not enrolled.
(() => {
  const U = window.LensletUse, el = U.el, T = U.tray;
  let known = { people: [], threshold: null }, faces = null, face = 0, answered = [], asked = "", turn = 0;

  const viewer = U.viewer("The picture with its faces", { onpick: pick, high: 420 });
  const model = U.select([], "", () => { faces = null; look(); }, { id: "use-embedder" });
  const model_field = U.field("Face model", model);
  const which = el("div#use-faces.row-of", { role: "group", "aria-label": "Faces on this picture" });
  const result = el("div#use-face-answer", { "aria-live": "polite" });
  const claimed = el("select#use-claimed");
  const name = el("input#use-name", { type: "text", required: true, autocomplete: "off", dir: "auto" });
  const note = el("input#use-note", { type: "text", autocomplete: "off", placeholder: "asked on 3 May, for the door" });
  const until = el("input#use-until", { type: "date" });
  const keep = el("input#use-keep", { type: "checkbox" }), force = el("input#use-force", { type: "checkbox" });
  const people = el("div#use-people"), receipt = el("div#use-receipt", { "aria-live": "polite" }), threshold = el("div#use-threshold", { "aria-live": "polite" });
  const far = U.select([["0.1", "1 stranger in 10"], ["0.01", "1 stranger in 100"], ["0.001", "1 stranger in 1,000"]], "0.01", null, { id: "use-far" });
  const none = el("p.empty", {}, "Choose a picture of a person.");
  const asking = el("section.panel", {}, el("h2", {}, "Who is it?"), which, result,
    el("div.row-of", {}, U.button("Identify", () => identify(false), "main"), U.button("Identify all faces", () => identify(true))),
    el("div.row-of.use-claim", {}, U.field("Is it", claimed), U.button("Verify", verify)));
  const tick = (box, text) => el("label.use-tick", {}, box, text);
  const form = el("form.panel", { onsubmit: (event) => event.preventDefault() }, el("h2", {}, "Enrol this face"),
    el("div.use-pair", {}, U.field("Name", name), U.field("Last day of use", until, "after it the person is found no more, and is to be deleted")),
    U.field("Consent", note, "when, how and for what the person agreed"),
    tick(keep, "Keep the picture, sealed, for another face model one day"), tick(force, "Enrol although the face is small, blurred or turned away"));
  const enrolling = U.button("Enrol", enrol, "main", { type: "submit" });
  form.append(el("div.row-of", {}, enrolling));

  U.faces = {
    title: "Faces",
    build: () => [
      el("p.warned", {}, "There is no liveness check: a printed photo, a screen or a mask passes for the person. Never make this the only key to anything that matters, and enrol nobody who has not agreed."),
      el("div.use-main", {}, el("div.use-column", {}, none, viewer.element, form), el("div.use-column", {}, model_field, asking)),
      el("section.panel", {}, el("h2", {}, "Enrolled people"), people, receipt,
        el("h3", {}, "Threshold"), threshold, el("div.row-of", {}, U.field("May be taken for a given person", far), U.button("Calibrate", calibrate), U.button("Check the gallery", audit)),
        el("p.use-note", {}, "The gallery is people.db in this project: encodings and names, sealed with a key that lies in your own configuration folder. No picture is stored unless you ask for it above.")),
      confirming,
    ],
    begin: async () => {
      const rows = U.models.filter((one) => one.people);
      U.options(model, rows.map((one) => [one.name, one.name]), "faces");
      model_field.hidden = rows.length < 2;
      const day = new Date();
      day.setFullYear(day.getFullYear() + 1);
      until.value = day.toISOString().slice(0, 10);
      await list();
      shown();
    },
    shown,
  };
  const confirming = el("dialog#use-confirm", { "aria-labelledby": "use-confirm-title" });

  function shown() { if (U.tab === "faces" && model.value) look(); }
  U.on("chosen", () => { faces = null; shown(); });

  // The faces of the chosen picture, the largest first.
  async function look() {
    const picture = T.chosen, mine = ++turn;
    none.hidden = !!picture;
    viewer.element.hidden = !picture;
    asking.hidden = form.hidden = !picture;
    if (!picture) return;
    const here = model.value + "\n" + picture.ref;
    if (faces && asked === here) return draw();
    face = 0;
    faces = null;
    answered = [];
    asked = here;
    viewer.draws(null, picture.name);
    viewer.show(picture.url, picture.height, picture.width).catch(U.told);
    which.replaceChildren(el("p.use-busy", {}, "Looking for faces"));
    result.replaceChildren();
    try {
      const found = await U.get("answer", { model: model.value, picture: picture.ref });
      if (mine !== turn) return;
      faces = found.faces;
      viewer.show(picture.url, found.height, found.width).catch(U.told);
    } catch (error) {
      if (mine !== turn) return;
      which.replaceChildren(el("p.wrong", {}, error.message));
      return;
    }
    draw();
  }
  function draw() {
    if (!faces) return;
    const names = answered.map((one) => one && (one.known ? one.name : "unknown"));
    const said = (number) => names[number] || (faces.length > 1 ? `face ${number + 1}` : "");
    viewer.draws((pen, one) => U.boxes(pen, one, faces.map((found, number) => ({ box: found.box, kind: answered[number] ? (answered[number].known ? 1 : 0) : 3, strong: number === face, text: said(number) })).filter((found) => found.box)),
      faces.length ? `${T.chosen.name}: ${U.count(faces.length, "face")}` : `${T.chosen.name}: no face`);
    which.replaceChildren(...(faces.length ? faces.map((found, number) => el("button.plain", { "aria-pressed": String(number === face), onclick: () => choose(number) },
      `${names[number] || "face " + (number + 1)} (quality ${found.quality.toFixed(2)})`)) : [el("p.use-big", {}, "No face was found on this picture.")]));
    for (const button of [...asking.querySelectorAll(":scope > .row-of button"), enrolling]) button.hidden = !faces.length && button.closest("#use-faces") === null;
    if (faces.length > 1 && !answered.length) which.append(el("small", {}, "Several faces: choose the one that is meant."));
  }
  function choose(number) {
    face = number;
    draw();
    result.replaceChildren(...(answered[face] ? [spoken(answered[face])] : []));
  }
  function pick(x, y) {
    const at = (faces || []).findIndex(({ box }) => box && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
    if (at >= 0) choose(at);
  }

  const meant = () => ({ model: model.value, picture: T.chosen.ref });
  async function identify(all) {
    const { answers } = await (await U.post("people/identify", { ...meant(), face: all ? null : face })).json();
    if (all) answered = answers; else { answered = faces.map((_, number) => answered[number]); answered[face] = answers[0]; }
    draw();
    result.replaceChildren(...(all ? answers : [answered[face]]).map(spoken));
  }
  async function verify() {
    if (!claimed.value) throw new Error("Nobody is enrolled yet: enrol somebody first.");
    result.replaceChildren(spoken(await (await U.post("people/verify", { ...meant(), face, name: claimed.value })).json()));
  }
  const share = (value) => (value === null || value === undefined ? "not known" : value >= 0.01 ? U.percent(value, 1) : U.percent(value, 3));
  // An answer: who, how far, the threshold, and how many strangers would pass there.
  function spoken(one) {
    const yes = one.task === "verify" ? one.same : one.known;
    const title = one.task === "verify" ? (one.same ? `Yes, ${one.name}` : `Not ${one.name}`) : one.known ? one.name : "unknown";
    const facts = one.distance === null ? [] : [
      ["Distance", one.distance.toFixed(3)], ["Threshold", one.threshold.toFixed(3)],
      ["Strangers taken for one given person there (FAR)", share(one.far)],
      ...(one.task === "identify" ? [[`Strangers taken for any of ${one.people} here`, share(one.false_alarm)]] : []),
      ...(one.task === "identify" && !one.known && one.nearest ? [["Nearest, and too far", one.nearest]] : []),
      ["Quality of the face", one.quality.toFixed(2)]];
    const place = (value) => `left:${Math.min(100, 100 * value / 4)}%`;
    const scale = one.distance === null ? null : el("div.use-scale", { role: "img", "aria-label": `distance ${one.distance.toFixed(3)} of 4, threshold ${one.threshold.toFixed(3)}` },
      el("i.use-within", { style: `width:${25 * one.threshold}%` }), el("i.use-tau", { style: place(one.threshold) }), el("i.use-at", { style: place(one.distance) }));
    return el("div.use-verdict" + (yes ? ".use-yes" : ".use-no"), {}, el("p.use-big", { dir: "auto" }, title), scale,
      el("dl", {}, facts.flatMap(([what, value]) => [el("dt", {}, what), el("dd", { dir: "auto" }, value)])), one.notes.map((text) => el("p.use-note", {}, text)));
  }
  async function enrol() {
    if (!form.reportValidity()) return;
    const made = await (await U.post("people/enrol", { ...meant(), face, name: name.value, note: note.value, until: until.value, keep: keep.checked, force: force.checked })).json();
    result.replaceChildren(el("div.use-verdict.use-yes", {}, el("p.use-big", { dir: "auto" }, made.name), el("p", {}, made.added ? `is enrolled, with ${U.count(made.pictures, "picture")}.` : "was enrolled with this picture before."),
      made.notes.map((text) => el("p.use-note", {}, text))));
    answered = [];
    name.value = "";
    force.checked = keep.checked = false;
    await list();
    draw();
  }

  async function list() {
    known = await U.get("people");
    U.options(claimed, known.people.length ? known.people.map((one) => [one.name, one.name]) : [["", "nobody is enrolled"]], claimed.value);
    const rows = known.people.map((one) => el("tr", {}, el("td", { dir: "auto" }, one.name), el("td.number", {}, String(one.pictures)),
      el("td", { dir: "auto" }, one.note || el("span.use-warn", {}, "no consent noted")),
      el("td", {}, one.expired ? el("span.use-warn", {}, `${one.until}: over, delete`) : one.until || "no last day"),
      el("td.row-of", {}, U.button("Own data", () => U.save("people/export?" + new URLSearchParams({ name: one.name })), "plain", { "aria-label": `Own data of ${one.name}, a file for them` }),
        el("button.danger", { "aria-label": `Delete ${one.name}`, onclick: () => confirm(one) }, "Delete"))));
    people.replaceChildren(known.people.length ? el("div.use-scroll", { tabIndex: 0, role: "region", "aria-label": "Enrolled people" }, el("table.plain", {},
      el("thead", {}, el("tr", {}, ["Name", "Pictures", "Consent", "Last day", ""].map((text) => el("th" + (text === "Pictures" ? ".number" : ""), { scope: "col" }, text || el("span.unseen", {}, "What to do"))))), el("tbody", {}, rows)))
      : el("p.empty", {}, "Nobody yet. Everybody is unknown."));
    threshold.replaceChildren(el("p", {}, known.threshold === null ? "The face model's own, which was not chosen on your people." :
      `${known.threshold.toFixed(3)}, calibrated on your people: ${share(known.far)} of strangers are expected to be taken for a given person.`));
  }
  async function calibrate() {
    const found = await (await U.post("people/calibrate", { far: Number(far.value) })).json();
    await list();
    const range = found.threshold_interval ? `, 95 % ${found.threshold_interval.map((one) => one.toFixed(3)).join(" to ")}` : "";
    threshold.append(el("p", {}, `Threshold ${found.threshold.toFixed(3)}${range}; of ${U.count(found.people, "person", "people")}, ${found.impostor} pairs with others.` +
      (found.frr === null ? "" : ` ${U.percent(found.frr, 1)} of pictures would be refused to their own person.`)), found.notes.map((text) => el("p.use-note", {}, text)));
  }
  async function audit() {
    const found = await U.get("people/audit");
    receipt.replaceChildren(found.whole ? el("p", {}, `The gallery is whole: ${U.count(found.people, "person", "people")}, ${U.count(found.encodings, "encoding")}, ${U.count(found.lines, "line")} in its log.`)
      : el("ul.wrong", {}, found.faults.map((text) => el("li", {}, text))));
  }
  function confirm(one) {
    const close = () => confirming.close();
    confirming.replaceChildren(el("form", { method: "dialog" }, el("h2#use-confirm-title", { dir: "auto" }, `Delete ${one.name}?`),
      el("p", {}, `${U.count(one.pictures, "encoding")}, the name, the note and kept pictures leave the gallery. This cannot be undone.`),
      el("div.row-of", {}, U.button("Delete", async () => {
        try {
          const made = await (await U.post("people/delete", { names: [one.name] })).json();
          told(made);
          answered = [];
          result.replaceChildren();
          await list();
          draw();
        } finally { close(); }
      }, "danger"), el("button.plain", { onclick: close }, "Keep"))));
    confirming.showModal();
  }
  function told(made) {
    const gone = made.gone === null ? "" : made.gone ? "The file was read afterwards and holds none of it." : "Bytes are left in the file: another program still reads it.";
    const text = JSON.stringify(made, null, 1);
    receipt.replaceChildren(el("div.use-verdict", {}, el("h3", {}, "Receipt"), el("p", { dir: "auto" }, `${made.names.join(", ")}: ${U.count(made.encodings, "encoding")} and ${U.count(made.pictures, "kept picture")} removed at ${made.at}. ${gone}`),
      made.notes.map((one) => el("p.use-note", {}, one)),
      el("div.row-of", {}, el("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "receipt.json" }, "Receipt, JSON"))));
  }
})();
