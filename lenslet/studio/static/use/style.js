// A photo painted in the style of another picture, while one watches.
(() => {
  const U = window.LensletUse, el = U.el, T = U.tray;
  const SVG = "http://www.w3.org/2000/svg";
  let timer = null, version = -1;

  const wells = { content: well("content", "Photo"), style: well("style", "Style") };
  const how = U.select([["", "step by step, like a picture"]], "", () => chosen(), { id: "use-how" });
  const size = U.select([256, 384, 512, 768].map((one) => [String(one), `${one} pixels`]), "384", null, { id: "use-size" });
  const steps = U.select([["20", "20, a sketch"], ["60", "60"], ["120", "120, careful"]], "60", null, { id: "use-steps" });
  const start = U.select([["content", "the photo"], ["noise", "noise"]], "content", null, { id: "use-start" });
  const strength = el("input#use-strength", { type: "range", min: 0, max: 100, value: 50, oninput: () => { strong.textContent = U.percent(strength.value / 100); } });
  const strong = el("output", { htmlFor: "use-strength" }, "50 %");
  const colours = el("input#use-colours", { type: "checkbox" });
  const go = U.button("Paint", begin, "main"), stop = U.button("Stop, keep the picture", halt, "plain", { hidden: true });
  const picture = el("img#use-painting", { alt: "The painting so far", hidden: true });
  const bar = el("progress#use-progress", { max: 1, value: 0, "aria-label": "How much is painted", hidden: true });
  const said = el("p#use-painted", { role: "status" }), curve = el("div#use-curve", { hidden: true });
  const take = el("div.row-of", { hidden: true }, U.button("Painting, PNG", () => U.save("painting/painting.png")),
    U.button("Recipe, JSON", () => U.save("painting/recipe.json")), U.button("Sheet, PNG", () => U.save("painting/sheet.png")));
  const blank = el("p.empty", {}, "Choose a photo and a style, then paint. It takes from ten seconds to some minutes; you see it become.");

  const how_field = U.field("How", how);
  how_field.hidden = true; // until a model that holds a style is found
  const by_steps = el("div.use-steps", {}, wells.style.element, U.field("Strength of the style", el("span.row-of", {}, strength, strong)), U.field("Steps at that size", steps), U.field("Begin with", start));
  const chosen = () => { by_steps.hidden = how.value !== ""; }; // a model holds its style, and how strong it is
  U.style = {
    title: "Style",
    build: () => [el("div.use-main", {}, el("div.use-stage", {}, blank, picture, bar, said, curve, take),
      el("section.panel.use-side", {}, el("h2", {}, "Paint"), wells.content.element, how_field, U.field("Size, long side", size), by_steps,
        el("label.use-tick", {}, colours, "Keep the photo's colours"), el("div.row-of", {}, go, stop)))],
    begin: () => {
      how.append(...U.models.filter((one) => one.task === "style").map((one) => el("option", { value: one.name }, "at once, by " + one.name)));
      how_field.hidden = how.options.length < 2;
      return watch();
    },
    shown: () => { for (const one of Object.values(wells)) one.fill(); },
  };
  U.on("pictures", () => U.style.shown());

  function well(what, label) {
    const image = el("img", { alt: "", hidden: true });
    let own = false; // whether somebody has chosen; else it is the first picture, and the second for the style
    const chosen = U.select([], "", () => { own = true; show(); }, { id: "use-" + what });
    const element = el("div.use-well", { ondragover: (event) => { event.preventDefault(); },
      ondrop: async (event) => {
        if (!event.dataTransfer.files.length) return;
        event.preventDefault();
        event.stopPropagation();
        document.getElementById("use").classList.remove("use-over");
        await T.add([event.dataTransfer.files[0]]);
        chosen.value = T.chosen?.ref || "";
        own = true;
        show();
      } }, image, U.field(label, chosen));
    function show() {
      const one = T.pictures.find((found) => found.ref === chosen.value);
      image.hidden = !one;
      if (one) image.src = one.thumb;
    }
    function fill() {
      const before = chosen.value;
      const rows = T.pictures.map((one) => [one.ref, one.name]);
      U.options(chosen, rows.length ? rows : [["", "lay a picture on the page"]], before);
      if (!rows.some(([ref]) => ref === before)) own = false;
      if (!own && rows.length) chosen.value = rows[Math.min(what === "style" ? 1 : 0, rows.length - 1)][0];
      show();
    }
    return { element, fill, get value() { return chosen.value; } };
  }

  async function begin() {
    if (!wells.content.value || !(wells.style.value || how.value)) throw new Error("Lay a photo and a picture with a style on the page first.");
    version = -1;
    picture.hidden = true;
    take.hidden = true;
    await U.post("painting", { content: wells.content.value, style: how.value ? "" : wells.style.value, model: how.value, size: Number(size.value), steps: Number(steps.value), start: start.value, strength: strength.value / 100, keep_colours: colours.checked });
    await watch();
  }
  async function halt() {
    await U.post("painting/stop");
    said.textContent = "Stopping after this step";
  }
  // Looks how far it is: a painting goes on when the page is closed, and is there again when it is opened.
  async function watch() {
    clearTimeout(timer);
    let now;
    try { now = await U.get("painting"); } catch (error) {
      timer = setTimeout(watch, 3000);
      throw error;
    }
    show(now);
    if (now.state === "starting" || now.state === "painting") timer = setTimeout(() => watch().catch(U.told), 400);
  }
  function show(now) {
    const works = now.state === "starting" || now.state === "painting";
    go.hidden = works;
    stop.hidden = !works;
    bar.hidden = !works;
    blank.hidden = now.state !== "none";
    curve.hidden = !now.costs?.length;
    take.hidden = !["done", "stopped"].includes(now.state);
    if (now.state === "none") return;
    bar.value = now.share;
    const left = now.left === null ? "" : now.left < 90 ? `, about ${Math.ceil(now.left)} s left` : `, about ${Math.round(now.left / 60)} min left`;
    said.textContent = { starting: "Opening the net", painting: `Step ${now.step} of ${now.of}${left}`, done: (now.step ? `Done: ${U.count(now.step, "step")}, ` : "Done: ") + (now.seconds < 10 ? now.seconds.toFixed(1) : now.seconds.toFixed(0)) + " s",
      stopped: `Stopped after ${U.count(now.step, "step")}: this is the picture so far`, failed: "" }[now.state];
    if (now.state === "failed") U.say(now.error);
    if (now.version > 0 && now.version !== version) {
      version = now.version;
      const next = new Image();
      next.onload = () => { picture.src = next.src; picture.hidden = false; };
      next.src = "/api/use/painting/seen?" + version;
    }
    if (now.costs.length) plot(now);
  }
  // The cost, on a scale of powers of ten: what falls fast at first would hide the rest.
  function plot({ costs, of, parts }) {
    const wide = 460, high = 110, edge = 4;
    const logs = costs.map((one) => Math.log10(Math.max(one, 1e-12))), low = Math.min(...logs), most = Math.max(...logs, low + 1e-6);
    const at = logs.map((one, step) => `${(edge + (wide - 2 * edge) * step / Math.max(of, costs.length - 1, 1)).toFixed(1)},${(edge + (high - 2 * edge) * (most - one) / (most - low)).toFixed(1)}`);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Cost, from ${costs[0].toPrecision(3)} to ${costs.at(-1).toPrecision(3)}`);
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", at.join(" "));
    svg.append(line);
    const said = Object.entries(parts).map(([name, value]) => `${name} ${value.toPrecision(3)}`).join(", ");
    curve.replaceChildren(el("h3", {}, "Cost"), svg, el("p.use-note", {}, `from ${costs[0].toPrecision(3)} to ${costs.at(-1).toPrecision(3)} (${said}); the scale is of powers of ten`));
  }
})();
