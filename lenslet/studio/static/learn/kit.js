// What the lessons are made of: elements, controls, tables of numbers, curves; and asking the studio for numbers.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const L = (window.lensletLearn = { lessons: {} });

  // An element: el("p.soft", {title: "..."}, "text", child). Text is never taken for HTML.
  function made(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (key === "value") node.value = value;
      else if (key === "class") node.setAttribute("class", [node.getAttribute("class"), value].filter(Boolean).join(" "));
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  L.el = (name, attributes, ...children) => {
    const [tag, ...classes] = name.split(".");
    const node = document.createElement(tag || "div");
    if (classes.length) node.setAttribute("class", classes.join(" "));
    return made(node, attributes, children);
  };
  L.svg = (name, attributes, ...children) => made(document.createElementNS(SVG, name), attributes, children);
  L.fill = (node, ...children) => (node.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false)), node);

  // Numbers as people write them.
  L.num = (value, digits = 4) => {
    if (!Number.isFinite(value)) return String(value);
    const text = Number.isInteger(value) ? value.toLocaleString("en") : Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 });
    return text.replace("-", "−");
  };
  L.whole = (value) => Math.round(value).toLocaleString("en").replace("-", "−");
  L.read = (text) => Number(String(text).replace("−", "-").replace(",", "."));

  // float32 in Base64, as `encode.numbers` writes them.
  L.table = (sent) => {
    const bytes = Uint8Array.from(atob(sent.float32), (letter) => letter.charCodeAt(0));
    return { rows: sent.rows, columns: sent.columns, values: new Float32Array(bytes.buffer), at(row, column) { return this.values[row * this.columns + column]; } };
  };

  // ---- asking the studio -----------------------------------------------------------------------------------------
  async function asked(path, options) {
    let answer;
    try {
      answer = await fetch("/api/learn/" + path, options);
    } catch {
      throw new Error("The studio does not answer. Is it still running? Start it again, and go on here.");
    }
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const detail = Array.isArray(said.detail) ? said.detail.map((one) => `${one.loc.slice(1).join(" ")}: ${one.msg}`).join("; ") : null;
      throw new Error((typeof said.error === "string" && said.error) || detail || said.detail || `The studio could not do that (${answer.status}).`);
    }
    return said;
  }
  L.get = (path, query = {}) => asked(path + "?" + new URLSearchParams(query));
  L.post = (path, body = {}) => asked(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  // Calls `ask` once things have been still for a moment; of several answers only that to the last question is shown.
  L.latest = (ask, show, stage, wait = 60) => {
    let timer = 0, number = 0;
    const go = async () => {
      const own = ++number;
      try {
        const found = await ask();
        if (own !== number) return;
        L.wrong(stage, "");
        if (found !== null && found !== undefined) show(found);
      } catch (error) {
        if (own === number) L.wrong(stage, error.message);
      }
    };
    return (now) => { clearTimeout(timer); timer = setTimeout(go, now === true ? 0 : wait); };
  };

  L.wrong = (stage, sentence) => {
    let place = stage.querySelector(".learn-wrong");
    if (!place) stage.prepend(place = L.el("p.learn-wrong.wrong", { role: "alert", hidden: true }));
    place.hidden = !sentence;
    place.textContent = sentence;
  };
  // Told to those who listen instead of look; the last word counts.
  let teller, told = 0;
  L.say = (sentence) => {
    if (!teller) document.body.append(teller = L.el("div.unseen", { "aria-live": "polite" }));
    clearTimeout(told);
    told = setTimeout(() => (teller.textContent = sentence), 250);
  };

  // ---- controls --------------------------------------------------------------------------------------------------
  let ids = 0;
  const labelled = (label, control, after) => {
    control.id = control.id || `learn-${++ids}`;
    return L.el("div.learn-field", {}, L.el("label", { for: control.id }, label), L.el("span.learn-control", {}, control, after));
  };
  L.select = (label, options, value, change) => {
    const control = L.el("select", { onchange: () => change(control.value) });
    const groups = new Map();
    for (const option of options) {
      const one = typeof option === "string" ? { value: option, label: option } : option;
      let into = control;
      if (one.group) {
        if (!groups.has(one.group)) { groups.set(one.group, L.el("optgroup", { label: one.group })); control.append(groups.get(one.group)); }
        into = groups.get(one.group);
      }
      into.append(L.el("option", { value: one.value }, one.label));
    }
    control.value = value;
    const field = labelled(label, control);
    field.control = control;
    field.set = (now) => (control.value = now);
    return field;
  };
  L.number = (label, value, { min = 0, max = 12, step = 1 } = {}, change) => {
    const control = L.el("input", { type: "number", min, max, step, value, inputmode: "numeric" });
    const bounded = () => Math.min(max, Math.max(min, Math.round(control.value / step) * step || min));
    control.addEventListener("input", () => { if (control.value !== "" && Number(control.value) >= min && Number(control.value) <= max) change(bounded()); });
    control.addEventListener("change", () => { control.value = bounded(); change(bounded()); });
    const less = L.el("button.learn-step", { type: "button", "aria-label": `${label}: less`, onclick: () => { control.value = Math.max(min, Number(control.value) - step); change(bounded()); } }, "−");
    const more = L.el("button.learn-step", { type: "button", "aria-label": `${label}: more`, onclick: () => { control.value = Math.min(max, Number(control.value) + step); change(bounded()); } }, "+");
    const field = labelled(label, control);
    field.querySelector(".learn-control").prepend(less);
    field.querySelector(".learn-control").append(more);
    field.control = control;
    field.set = (now) => (control.value = now);
    return field;
  };
  L.slider = (label, value, { min, max, step, show = (v) => L.num(v) }, change) => {
    const out = L.el("output", {}, show(value));
    const control = L.el("input", { type: "range", min, max, step });
    control.value = value;
    const tell = () => { out.textContent = show(Number(control.value)); control.setAttribute("aria-valuetext", out.textContent); };
    control.addEventListener("input", () => { tell(); change(Number(control.value)); });
    tell();
    const field = labelled(label, control, out);
    field.classList.add("learn-slider");
    field.control = control;
    field.set = (now) => { control.value = now; tell(); };
    return field;
  };
  // One of a few, as buttons side by side.
  L.choice = (label, options, value, change) => {
    const name = `learn-choice-${++ids}`;
    const field = L.el("fieldset.learn-choice", {}, L.el("legend", {}, label), L.el("div", {}, options.map((option) => {
      const one = typeof option === "string" ? { value: option, label: option } : option;
      const id = `learn-${++ids}`;
      return [L.el("input", { type: "radio", name, id, value: one.value, checked: one.value === value, onchange: () => change(one.value) }), L.el("label", { for: id }, one.label)];
    })));
    field.set = (now) => field.querySelectorAll("input").forEach((input) => (input.checked = input.value === String(now)));
    return field;
  };
  L.check = (label, value, change) => {
    const control = L.el("input", { type: "checkbox", checked: value, onchange: () => change(control.checked) });
    return L.el("label.learn-check", {}, control, label);
  };
  L.button = (text, click, kind = "plain") => L.el(`button.${kind}`, { type: "button", onclick: click }, text);
  L.row = (...children) => L.el("div.learn-row", {}, children);
  L.panel = (title, ...children) => L.el("section.panel", {}, title && L.el("h2", {}, title), children);
  L.formula = (...children) => L.el("p.learn-formula", {}, children);

  // ---- tables of numbers -----------------------------------------------------------------------------------------
  // A table of cells that are coloured by sign and size. `cell(row, column)` gives {text, value, class}.
  L.grid = (rows, columns, cell, { label, reach = 1, classes = "", pick = null, edit = null } = {}) => {
    const body = L.el("tbody");
    for (let row = 0; row < rows; row++) {
      const line = L.el("tr");
      for (let column = 0; column < columns; column++) {
        const { value, text, cls = "", title } = cell(row, column);
        const shade = value === null || value === undefined ? "" : L.shade(value, reach);
        const place = L.el("td", { class: cls, style: shade, title });
        if (edit) {
          place.append(L.el("input", { type: "text", inputmode: "decimal", value: text ?? L.num(value), "aria-label": `${label}, row ${row + 1}, column ${column + 1}`,
            onchange: (event) => { const now = L.read(event.target.value); if (Number.isFinite(now)) edit(row, column, now); else event.target.value = L.num(value); } }));
        } else {
          place.append(text ?? L.num(value));
          if (pick) place.addEventListener("click", () => pick(row, column));
        }
        line.append(place);
      }
      body.append(line);
    }
    return L.el(`table.learn-grid${classes}`, { "aria-label": label }, body);
  };
  L.shade = (value, reach) => {
    const share = Math.min(Math.abs(value) / (reach || 1), 1);
    if (share < 0.005) return "";
    return `--learn-share:${(100 * (0.12 + 0.5 * share)).toFixed(0)}%;--learn-sign:var(--learn-${value > 0 ? "plus" : "minus"})`;
  };
  // Brightness as a cell's ground, with ink that can be read on it.
  L.greyed = (value) => `background:rgb(${value} ${value} ${value});color:${value > 128 ? "#111" : "#fff"}`;

  // ---- curves ----------------------------------------------------------------------------------------------------
  const power = (value) => `10${[...String(Math.round(Math.log10(value)))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("")}`;
  // With `log`, ys are powers of ten.
  // lines: [{name, colour, dash, points: [{x, y}]}]
  L.curves = (lines, { label, xs, ys, x = "", y = "", log = false, width = 520, height = 220 }) => {
    const left = 52, right = 12, top = 12, bottom = 34;
    const [x0, x1] = xs, [y0, y1] = ys;
    const up = (value) => (log ? Math.log10(Math.max(value, 1e-12)) : value);
    const px = (value) => left + ((value - x0) / (x1 - x0 || 1)) * (width - left - right);
    const py = (value) => height - bottom - ((up(value) - up(y0)) / (up(y1) - up(y0) || 1)) * (height - top - bottom);
    const drawn = L.svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "learn-curves", role: "img", "aria-label": label });
    const powers = up(y1) - up(y0), every = Math.ceil(powers / 5), ticks = log ? Math.floor(powers / every) : 4;
    for (let i = 0; i <= ticks; i++) {
      const value = log ? 10 ** (up(y0) + i * every) : y0 + (i / 4) * (y1 - y0);
      drawn.append(L.svg("line", { x1: left, x2: width - right, y1: py(value), y2: py(value), class: "learn-rule" }),
        L.svg("text", { x: left - 6, y: py(value) + 4, "text-anchor": "end" }, log ? power(value) : L.num(value, 2)));
    }
    drawn.append(L.svg("text", { x: left, y: height - 6 }, y), L.svg("text", { x: width - right, y: height - 6, "text-anchor": "end" }, x));
    for (const line of lines) {
      if (!line.points.length) continue;
      const path = line.points.map((one, i) => `${i ? "L" : "M"}${px(one.x).toFixed(1)} ${py(Math.min(one.y, y1)).toFixed(1)}`).join("");
      drawn.append(L.svg("path", { d: path, fill: "none", stroke: line.colour, "stroke-width": 2.5, "stroke-dasharray": line.dash || null, "stroke-linejoin": "round" }));
      if (line.dots) for (const one of line.points) drawn.append(L.svg("circle", { cx: px(one.x), cy: py(Math.min(one.y, y1)), r: 3.5, fill: line.colour }));
    }
    return drawn;
  };
  // A bar of the share that a number has, with its number.
  L.bar = (share, text, colour = "var(--accent)") => L.el("span.learn-bar", {}, L.el("i", { style: `width:${Math.max(100 * share, share > 0 ? 0.6 : 0).toFixed(2)}%;background:${colour}` }), L.el("b", {}, text));

  L.photo = (name, longest = 640) => `/api/learn/photo?${new URLSearchParams({ name, longest })}`;

  // ---- the beginning ---------------------------------------------------------------------------------------------
  window.addEventListener("DOMContentLoaded", () => {
    const waiting = setInterval(async () => {
      const stage = document.getElementById("learn-stage");
      if (!stage) return;
      clearInterval(waiting);
      const place = L.el("div.learn-place");
      stage.append(place);
      try {
        L.photos = await L.get("photos");
        await L.lessons[stage.dataset.lesson](place);
        stage.dataset.ready = "yes";
      } catch (error) {
        L.wrong(place, error.message);
        throw error;
      }
    }, 15);
  });
})();
