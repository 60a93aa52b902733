// What all scripts of the page Use share: elements, requests, sentences, and a viewer of pictures.
window.LensletUse = (() => {
  const heard = {};
  const U = {
    on: (name, hear) => (heard[name] ||= []).push(hear),
    fire: (name, what) => (heard[name] || []).forEach((hear) => hear(what)),
    palette: [],
    models: [],
  };

  // An element: U.el("button.main#go", {onclick, "aria-label": "Go"}, "Go"). Text is never taken for HTML.
  U.el = (what, given = {}, ...within) => {
    const [, name, id, classes] = what.match(/^([a-z0-9]+)(?:#([\w-]+))?((?:\.[\w-]+)*)$/);
    const made = document.createElement(name);
    if (id) made.id = id;
    if (classes) made.className = classes.slice(1).replaceAll(".", " ");
    for (const [key, value] of Object.entries(given)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key in made && !key.includes("-") && key !== "list") made[key] = value;
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
    }
    if (name === "button" && !given.type) made.type = "button";
    made.append(...within.flat().filter((one) => one !== null && one !== undefined));
    return made;
  };

  // A control with its label.
  U.field = (label, control, says = "") => {
    const own = control.matches("input, select") ? control : control.querySelector("input, select");
    const id = own.id || (own.id = "use-" + Math.random().toString(36).slice(2, 9));
    return U.el("div.use-field", {}, U.el("label", { htmlFor: id }, label), control, says ? U.el("small", {}, says) : null);
  };
  U.select = (options, chosen, onchange, given = {}) => {
    const made = U.el("select", { onchange: () => onchange?.(made.value), ...given });
    U.options(made, options, chosen);
    return made;
  };
  U.options = (select, options, chosen) => {
    select.replaceChildren(...options.map(([value, text]) => U.el("option", { value }, text)));
    if (options.some(([value]) => value === chosen)) select.value = chosen;
  };
  U.percent = (share, digits = 0) => (100 * share).toFixed(digits) + " %";
  U.count = (number, one, many = one + "s") => `${number} ${number === 1 ? one : many}`;

  // What is wrong is said where everybody sees it, and stays until it is closed.
  U.say = (text) => {
    const place = document.getElementById("use-said");
    if (!place || [...place.children].some((one) => one.dataset.text === text)) return;
    const line = U.el("div.wrong.use-line", { role: "alert" }, U.el("span", {}, text),
      U.el("button.plain", { "aria-label": "Close this message", onclick: () => line.remove() }, "Close"));
    line.dataset.text = text;
    place.append(line);
    while (place.children.length > 4) place.firstChild.remove();
  };
  U.told = (error) => { if (error?.name !== "AbortError") U.say(error?.message || String(error)); };

  // A request; what the studio refuses is an Error with its sentence.
  U.fetch = async (path, given = {}) => {
    let answer;
    try {
      answer = await fetch("/api/use/" + path, given);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("The studio does not answer: see whether it still runs.");
    }
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.error || `The studio cannot do this (${answer.status}).`);
  };
  U.get = async (path, query = {}, given = {}) => {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined));
    return (await U.fetch(path + (asked.size ? "?" + asked : ""), given)).json();
  };
  U.post = async (path, said = {}, given = {}) =>
    (await U.fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said), ...given }));
  // A file that the studio makes, saved by the browser.
  U.save = async (path, said = null) => {
    const answer = said ? await U.post(path, said) : await U.fetch(path);
    const name = /filename\*?=(?:UTF-8''|utf-8'')?"?([^";]+)/.exec(answer.headers.get("content-disposition") || "");
    const at = URL.createObjectURL(await answer.blob());
    U.el("a", { href: at, download: name ? decodeURIComponent(name[1]) : "download" }).click();
    setTimeout(() => URL.revokeObjectURL(at), 10_000);
  };
  // A button whose work takes a while: it cannot be pressed twice, and errors are said.
  U.button = (text, work, kind = "plain", given = {}) => {
    const made = U.el("button." + kind, {
      ...given,
      onclick: async () => {
        made.disabled = true;
        made.setAttribute("aria-busy", "true");
        try { await work(); } catch (error) { U.told(error); } finally {
          made.disabled = false;
          made.removeAttribute("aria-busy");
        }
      },
    }, text);
    return made;
  };

  const loaded = new Map();
  U.image = (url) => {
    if (!loaded.has(url)) {
      loaded.set(url, new Promise((good, bad) => {
        const image = new Image();
        image.onload = () => good(image);
        image.onerror = () => { loaded.delete(url); bad(new Error("This picture cannot be shown.")); };
        image.src = url;
      }));
      if (loaded.size > 40) loaded.delete(loaded.keys().next().value);
    }
    return loaded.get(url);
  };

  // A picture with what was found on it. `draw(pen, scale)` gets a pen in pixels of the original picture.
  U.viewer = (label, { onpick = null, high = 520 } = {}) => {
    const canvas = U.el("canvas", { role: "img", "aria-label": label });
    const veil = U.el("img.use-veil", { alt: "", hidden: true });
    const holder = U.el("div.use-viewer", {}, canvas, veil);
    let image = null, size = null, draw = null;
    const paint = () => {
      if (!image || !holder.clientWidth) return;
      const [height, width] = size;
      const scale = Math.min(holder.clientWidth / width, high / height, Math.max(1, 320 / Math.max(width, height)) * 4);
      const dots = window.devicePixelRatio || 1;
      const across = Math.max(Math.round(width * scale), 1), down = Math.max(Math.round(height * scale), 1);
      canvas.style.width = veil.style.width = across + "px";
      canvas.style.height = veil.style.height = down + "px";
      canvas.width = across * dots;
      canvas.height = down * dots;
      const pen = canvas.getContext("2d");
      pen.imageSmoothingEnabled = scale < 4;
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      pen.scale(scale * dots, scale * dots);
      draw?.(pen, 1 / scale);
    };
    if (onpick) canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      if (size) onpick((event.clientX - box.x) * size[1] / box.width, (event.clientY - box.y) * size[0] / box.height);
    });
    new ResizeObserver(paint).observe(holder);
    let turn = 0;
    return {
      element: holder,
      canvas,
      async show(url, height, width) {
        const mine = ++turn;
        const found = await U.image(url);
        if (mine !== turn) return;
        image = found;
        size = [height || found.naturalHeight, width || found.naturalWidth];
        paint();
      },
      put(frame, height, width) { turn++; image = frame; size = [height, width]; paint(); },
      draws(how, said) {
        draw = how;
        if (said) canvas.setAttribute("aria-label", said);
        paint();
      },
      veil(url, opacity) {
        veil.hidden = !url;
        if (url && !veil.src.endsWith(url)) veil.src = url;
        veil.style.opacity = opacity;
      },
      clear() { turn++; image = null; canvas.width = canvas.height = 0; veil.hidden = true; },
    };
  };

  const colour = (kind) => `rgb(${(U.palette[kind % U.palette.length] || [230, 97, 1]).join(" ")})`;
  U.colour = colour;
  const ink = (kind) => {
    const [r, g, b] = (U.palette[kind % U.palette.length] || [230, 97, 1]).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return 1.05 / (light + 0.05) > (light + 0.05) / 0.066 ? "#fff" : "#202124";
  };
  // Boxes with their names; `one` is a pixel of the screen in pixels of the picture.
  U.boxes = (pen, one, boxes) => {
    pen.lineJoin = "miter";
    pen.font = `600 ${12 * one}px system-ui, sans-serif`;
    for (const { box, text = "", kind = 0, strong = false } of boxes) {
      const [x1, y1, x2, y2] = box;
      pen.lineWidth = (strong ? 5 : 2.5) * one;
      pen.strokeStyle = "rgb(0 0 0 / .55)";
      pen.strokeRect(x1 - one, y1 - one, x2 - x1 + 2 * one, y2 - y1 + 2 * one);
      pen.lineWidth = (strong ? 4 : 2) * one;
      pen.strokeStyle = colour(kind);
      pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
      if (!text) continue;
      const wide = pen.measureText(text).width + 8 * one, top = Math.max(y1 - 17 * one, 0);
      pen.fillStyle = colour(kind);
      pen.fillRect(x1 - one, top, wide, 17 * one);
      pen.fillStyle = ink(kind);
      pen.fillText(text, x1 + 3 * one, top + 13 * one);
    }
  };
  U.dots = (pen, one, points, lines) => {
    const seen = (point) => point.visible && point.x !== null;
    pen.lineWidth = 1.5 * one;
    pen.strokeStyle = "rgb(255 255 255 / .8)";
    for (const [a, b] of lines) {
      if (!seen(points[a]) || !seen(points[b])) continue;
      pen.beginPath();
      pen.moveTo(points[a].x, points[a].y);
      pen.lineTo(points[b].x, points[b].y);
      pen.stroke();
    }
    for (const point of points.filter(seen)) {
      pen.beginPath();
      pen.arc(point.x, point.y, (points.length > 20 ? 3 : 5) * one, 0, 7);
      pen.fillStyle = colour(point.visible === 2 ? 0 : 8);
      pen.fill();
      pen.lineWidth = one;
      pen.strokeStyle = "#fff";
      pen.stroke();
    }
  };
  return U;
})();
