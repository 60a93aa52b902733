// What a model says of the pictures: bars, boxes, points; why; a table of all; files to take away.
(() => {
  const U = window.LensletUse, el = U.el, T = U.tray;
  const SHOWN = 100; // things that are listed
  const answers = new Map(); // by model and picture: an answer, or {error}
  let least = 0.5, why = null, picked = null;

  U.usable = () => U.models.filter((one) => one.task !== "style");
  U.model = "";
  const key = (picture) => U.model + "\n" + picture.ref;
  const answer = () => (T.chosen ? answers.get(key(T.chosen)) : null);
  const kept = (given, from) => given.objects.filter((one) => one.score >= from);

  // An answer in a few words.
  U.words = (given, from) => {
    if (given.error) return "no answer";
    if (given.task === "classify") return `${given.top[0].label} ${U.percent(given.top[0].score)}`;
    if (given.task === "localize") return given.label ? `${given.label} ${U.percent(given.score)}` : "nothing";
    if (given.task === "landmark") return U.count(given.points.filter((one) => one.visible).length, "point");
    if (given.task === "face") return given.faces.length ? U.count(given.faces.length, "face") : "no face";
    const counts = counted(kept(given, from));
    return counts.length ? counts.map(([label, , number]) => `${number} ${label}`).join(", ") : "nothing";
  };
  function counted(objects) {
    const found = new Map();
    for (const one of objects) found.set(one.label, [one.label, one.class, (found.get(one.label)?.[2] || 0) + 1]);
    return [...found.values()].sort((a, b) => a[1] - b[1]);
  }
  // How it is drawn; `strong`: the number of the thing that is chosen.
  U.drawn = (given, from, strong = null) => (pen, one) => {
    if (given.task === "detect") {
      const rows = given.objects.map((thing, number) => ({ thing, number })).filter(({ thing }) => thing.score >= from);
      const many = rows.length > 60;
      U.boxes(pen, one, rows.reverse().map(({ thing, number }) => ({ box: thing.box, kind: thing.class, strong: number === strong,
        text: many && number !== strong ? "" : `${thing.label} ${U.percent(thing.score)}` })));
    } else if (given.task === "localize" && given.box) U.boxes(pen, one, [{ box: given.box, text: `${given.label} ${U.percent(given.score)}` }]);
    else if (given.task === "landmark") U.dots(pen, one, given.points, given.lines);
    else if (given.task === "face") U.boxes(pen, one, given.faces.filter((face) => face.box).map((face, number) => ({ box: face.box, kind: number, strong: number === strong,
      text: given.faces.length > 1 ? `face ${number + 1}` : "face" })));
  };

  // Asking: the chosen picture first, then the others, one at a time.
  let asking = null;
  async function ask() {
    if (asking || !U.model || U.camera.live) return;
    const open = (one) => one && !answers.has(key(one));
    const next = open(T.chosen) ? T.chosen : T.pictures.find(open);
    if (!next) return;
    const here = key(next);
    asking = here;
    show();
    try {
      answers.set(here, await U.get("answer", { model: U.model, picture: next.ref }));
    } catch (error) { answers.set(here, { error: error.message }); }
    asking = null;
    if (T.chosen && here === key(T.chosen)) first();
    show();
    ask();
  }
  function first() {  // the slider begins where the model's own threshold is
    const given = answer();
    if (given?.task === "detect" && slider.dataset.model !== U.model) {
      slider.dataset.model = U.model;
      least = given.threshold;
      slider.value = Math.round(100 * least);
    }
  }

  const model = U.select([], "", (name) => choose(name), { id: "use-model" });
  const about = el("small#use-about");
  const slider = el("input#use-least", { type: "range", min: 5, max: 99, step: 1, value: 50, oninput: () => { least = slider.value / 100; show(); } });
  const least_said = el("output", { htmlFor: "use-least" });
  const least_field = U.field("Score at least", el("span.row-of", {}, slider, least_said));
  const viewer = U.viewer("The picture", { onpick: pick });
  const said = el("div#use-answer", { "aria-live": "polite" });
  const why_of = el("select#use-why-of"), opacity = el("input#use-opacity", { type: "range", min: 0, max: 100, value: 70, oninput: () => veil() });
  const why_said = el("div.use-why-said", { "aria-live": "polite" }), why_face = el("div.use-whyface", { hidden: true });
  const why_panel = el("section.panel", {}, el("h2", {}, "Why this answer?"),
    el("div.row-of", {}, U.field("Of", why_of)),
    el("div.row-of", {}, U.button("Where it looks (cam)", () => explain("cam"), "plain", { title: "Which places of the picture speak for the answer" }),
      U.button("Cover and see (occlusion)", () => explain("occlusion"), "plain", { title: "Which places the answer falls by when they are covered; takes some seconds" })),
    U.field("Opacity", opacity), why_said, why_face);
  const table = el("div#use-table"), take_said = el("h3", {}, "Answers"), take = el("div.row-of");
  const taken = (path, more = {}) => U.save(path + "?" + new URLSearchParams({ model: U.model, ...more }));
  const main = el("div.use-main", {}, viewer.element,
    el("section.panel.use-side", {}, el("h2", {}, "Answer"), least_field, said));
  const nothing = el("p.empty", {}, "Lay a picture on the page: the model's answer appears here. Nothing at hand? Take one of the project, or use the webcam.");

  U.pictures = {
    title: "Answers",
    build: () => [el("div.use-bar", {}, U.field("Model", model), about), nothing, main,
      el("div.columns", {}, why_panel, el("section.panel", {}, el("h2", {}, "Take it along"),
        take_said, take, el("h3", {}, "The model"),
        el("div.row-of", {}, U.button("Folder, zip", () => taken("packed")), U.button("ONNX", () => taken("exported")), U.button("Page for browsers, zip", () => taken("exported", { page: true }))),
        el("p.use-note", {}, "Unpacked, the folder is a model for lenslet predict. The ONNX file is checked against the model before you get it, which takes some seconds."))),
      table],
    show,
  };
  const options = { at_least: () => (slider.dataset.model === U.model ? least : null) };
  const asked = (pictures) => ({ model: U.model, pictures: pictures.map((one) => one.ref), at_least: options.at_least() });
  take.append(
    U.button("Table, CSV", () => U.save("table", { ...asked(T.pictures), form: "csv" })),
    U.button("JSON lines", () => U.save("table", { ...asked(T.pictures), form: "json" })),
    U.button("This picture, drawn", () => U.save("drawn", asked([T.chosen]))),
    U.button("All drawn, zip", () => U.save("drawn", asked(T.pictures))));

  U.pictures.begin = async () => {
    const { models, palette } = await U.get("models");
    Object.assign(U, { models, palette });
    const rows = U.usable(), wanted = new URLSearchParams(location.search).get("model");
    const name = [wanted, U.kept("model"), rows[0]?.name].find((one) => rows.some((row) => row.name === one));
    const group = (label, own) => el("optgroup", { label }, rows.filter((row) => row.own === own).map((row) => el("option", { value: row.name }, `${row.name} (${row.task})`)));
    model.replaceChildren(...[group("Of this project", true), group("Come with Lenslet", false)].filter((one) => one.children.length));
    if (name) { model.value = name; choose(name); }
  };
  function choose(name) {
    U.model = name;
    U.keep("model", name);
    const row = U.models.find((one) => one.name === name);
    about.textContent = !row || row.task === "face" ? "" : row.labels.length ? `${U.count(row.labels.length, row.task === "landmark" ? "point" : "class", row.task === "landmark" ? "points" : "classes")}: ${row.labels.slice(0, 6).join(", ")}${row.labels.length > 6 ? ", ..." : ""}` : "";
    forget();
    first();
    show();
    ask();
  }
  function forget() { why = null; picked = null; }
  U.on("chosen", () => { forget(); first(); show(); ask(); });
  U.on("pictures", () => { show(); ask(); });
  U.on("camera", () => ask());

  function pick(x, y) {
    const given = answer();
    if (given?.task !== "detect") return;
    const inside = given.objects.map((one, number) => ({ ...one, number })).filter(({ box, score }) => score >= least && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
    const area = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
    inside.sort((a, b) => area(a) - area(b));
    picked = inside.length ? inside[0].number : null;
    if (picked !== null) why_of.value = String(picked);
    show();
  }

  function show() {
    const picture = T.chosen, given = answer();
    nothing.hidden = !!picture;
    main.hidden = !picture;
    if (!picture) why_panel.hidden = true;
    take_said.hidden = take.hidden = !picture; // a model may be taken along without any
    least_field.hidden = given?.task !== "detect";
    least_said.textContent = U.percent(least);
    for (const one of T.pictures) {
      const known = answers.get(key(one));
      T.said(one.ref, known ? U.words(known, least) : "");
    }
    tabled();
    if (!picture) return viewer.clear();
    if (given?.error) viewer.draws(null, picture.name + ": no answer");
    else if (given) viewer.draws(U.drawn(given, least, picked), `${picture.name}: ${U.words(given, least)}`);
    else viewer.draws(null, picture.name);
    viewer.show(picture.url, given?.height || picture.height, given?.width || picture.width).catch(U.told);
    said.replaceChildren(...(given ? spoken(given) : [el("p.use-busy", {}, U.model ? `${U.model} is looking` : "Choose a model")]));
    whyed(given);
    veil();
  }
  const bars = (top) => el("ol.use-bars", {}, top.map(({ label, score }) => el("li", {},
    el("span.use-name", { dir: "auto" }, label), el("span.use-bar-of", {}, el("i", { style: `width:${100 * score}%` })), el("span.number", {}, U.percent(score, 1)))));
  function spoken(given) {
    if (given.error) return [el("p.wrong", {}, given.error)];
    if (given.task === "classify") return [bars(given.top), el("p.use-note", {}, (given.classes > given.top.length ? `And ${U.count(given.classes - given.top.length, "other class", "other classes")}. ` : "") +
      "It always names one of its classes, also of a picture that shows none of them.")];
    if (given.task === "localize") return [el("p.use-big", { dir: "auto" }, U.words(given)), bars(given.top)];
    if (given.task === "landmark") return [el("p.use-big", {}, U.words(given))];
    if (given.task === "face") {
      const rows = given.faces.map((face, number) => el("li", {}, `face ${number + 1}: quality ${face.quality.toFixed(2)} of 1`));
      return [el("p.use-big", {}, U.words(given)), el("ol.use-things", {}, rows), el("button.plain", { onclick: () => U.go("faces") }, "Who is it?")];
    }
    const things = kept(given, least), hidden = given.objects.length - things.length;
    const counts = el("p.use-counts", {}, counted(things).map(([label, kind, number]) => el("span", {}, el("i", { style: `background:${U.colour(kind)}` }), `${number} ${label}`)));
    const list = el("ol.use-things", { tabIndex: 0, "aria-label": "Things found" }, things.slice(0, SHOWN).map((one, number) => el("li", {},
      el("button", { "aria-pressed": String(number === picked), onclick: () => { picked = number === picked ? null : number; if (picked !== null) why_of.value = String(number); show(); } },
        el("i", { style: `background:${U.colour(one.class)}` }), `${one.label} ${U.percent(one.score)}`))));
    return [things.length ? counts : el("p.use-big", {}, "nothing"), list,
      el("p.use-note", {}, [things.length > SHOWN ? `${things.length - SHOWN} more are not listed. ` : "", hidden ? `${hidden} with a lower score are left out.` : ""].join(""))];
  }

  // Why
  function whyed(given) {
    why_panel.hidden = !given || !!given.error;
    if (why_panel.hidden) return;
    const wanted = given.task === "detect" ? kept(given, Math.max(least, given.threshold)).slice(0, SHOWN).map((one, number) => [String(number), `${number + 1}: ${one.label} ${U.percent(one.score)}`])
      : given.task === "landmark" ? [["", "all points"], ...given.points.map((one) => [one.name, one.name])]
        : given.task === "face" ? [["", "what the largest face is known by"]]
          : given.top.map((one) => [one.label, `${one.label} ${U.percent(one.score, 1)}`]);
    const made = JSON.stringify([T.chosen.ref, wanted]);
    if (why_of.dataset.made === made) return;
    why_of.dataset.made = made;
    const before = why_of.dataset.model === U.model ? why_of.value : "";
    why_of.dataset.model = U.model;
    U.options(why_of, wanted, picked !== null ? String(picked) : before);
  }
  async function explain(method) {
    const here = key(T.chosen), given = answer();
    const what = given.task === "detect" ? { number: Number(why_of.value || 0) } : given.task === "face" ? {} : { label: why_of.value || null };
    why_said.replaceChildren(el("p.use-busy", {}, method === "cam" ? "Looking back through the net" : "Covering one place after the other"));
    let found;
    try {
      found = await (await U.post("why", { model: U.model, picture: T.chosen.ref, method, ...what })).json();
    } catch (error) { why_said.replaceChildren(); throw error; }
    if (!T.chosen || here !== key(T.chosen)) return;
    why = found;
    veil();
  }
  function veil() {
    viewer.veil(why && !why.picture ? "/api/use/why/" + why.overlay : "", opacity.value / 100);
    why_face.hidden = !why?.picture;
    if (why?.picture) why_face.replaceChildren(el("img", { src: "/api/use/why/" + why.picture, alt: "The face as the net is shown it" }),
      el("img", { src: "/api/use/why/" + why.overlay, alt: "", style: `opacity:${opacity.value / 100}` }));
    if (!why) return why_said.replaceChildren();
    why_said.replaceChildren(el("p", {}, el("b", { dir: "auto" }, why.target), `: ${why.kind} ${why.score.toPrecision(3)}`),
      el("p.use-note", {}, why.layer ? `${why.rule}, layer ${why.layer}` : why.rule),
      el("div.row-of", {}, U.button("Sheet, PNG", async () => sheet()), el("button.plain", { onclick: () => { why = null; veil(); } }, "Take it off")));
  }
  async function sheet() {
    const at = URL.createObjectURL(await (await U.fetch("why/" + why.sheet)).blob());
    el("a", { href: at, download: "why.png" }).click();
    setTimeout(() => URL.revokeObjectURL(at), 10_000);
  }

  // All answers in a table; of things found a column a class.
  function tabled() {
    const rows = T.pictures.map((picture, at) => ({ picture, at, given: answers.get(key(picture)) }));
    if (rows.length < 2) return table.replaceChildren();
    const found = rows.filter(({ given }) => given?.task === "detect");
    const classes = new Map(found.flatMap(({ given }) => kept(given, least).map((one) => [one.label, one.class])));
    const columns = found.length && classes.size <= 8 ? [...classes].sort((a, b) => a[1] - b[1]).map(([label]) => label) : [];
    const totals = columns.map(() => 0);
    const body = rows.map(({ picture, at, given }) => {
      const name = el("td", {}, el("button.use-link", { onclick: () => T.choose(at), dir: "auto" }, picture.name));
      if (!given || given.error) return el("tr", {}, name, el("td", { colSpan: Math.max(columns.length, 1) }, given ? given.error : key(picture) === asking ? "looking" : "waits"));
      if (!columns.length) return el("tr", {}, name, el("td", { dir: "auto" }, U.words(given, least)));
      return el("tr", {}, name, columns.map((label, column) => {
        const count = kept(given, least).filter((one) => one.label === label).length;
        totals[column] += count;
        return el("td.number", {}, String(count));
      }));
    });
    table.replaceChildren(el("section.panel", {}, el("h2", {}, "All pictures"), el("div.use-scroll", { tabIndex: 0, role: "region", "aria-label": "Answers to all pictures" }, el("table.plain", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Picture"), columns.length ? columns.map((label) => el("th.number", { scope: "col", dir: "auto" }, label)) : el("th", { scope: "col" }, "Answer"))),
      el("tbody", {}, body, columns.length && found.length > 1 ? el("tr.use-total", {}, el("td", {}, "together"), totals.map((one) => el("td.number", {}, String(one)))) : null)))));
  }
})();
