// Boxes and points on a picture that mouse, finger and keys move.
(() => {
  const L = window.lensletLearn;

  // A picture with an SVG over it, whose units are pixels of that picture (or of the plane that was asked for).
  L.canvas = (address, width, height, label) => {
    const layer = L.svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "learn-over", role: "group", "aria-label": label });
    const holder = L.el("div.learn-canvas", { style: `aspect-ratio:${width}/${height}` }, address && L.el("img", { src: address, alt: "", draggable: "false" }), layer);
    holder.layer = layer;
    holder.under = L.svg("g");
    holder.things = L.svg("g");
    layer.append(holder.under, holder.things);
    // Where a pointer is, in the plane's units.
    holder.at = (event) => {
      const box = layer.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
    };
    holder.unit = () => width / (layer.getBoundingClientRect().width || width); // plane units in a pixel of the screen
    holder.size = [width, height];
    holder.picture = (now) => { holder.querySelector("img").src = now; };
    return holder;
  };

  // A box that can be moved and resized. box: {x1, y1, x2, y2, name, colour}; `change` is called after each move.
  L.box = (canvas, box, change, { step = 2, least = 4, chosen = null } = {}) => {
    const [width, height] = canvas.size;
    const casing = L.svg("rect", { class: "learn-casing" }), frame = L.svg("rect", { class: "learn-frame" }), touch = L.svg("rect", { class: "learn-touch" });
    const handles = ["nw", "ne", "se", "sw"].map((corner) => L.svg("circle", { class: `learn-handle ${corner}` }));
    const grips = ["nw", "ne", "se", "sw"].map((corner) => L.svg("circle", { class: `learn-grip ${corner}`, "data-corner": corner }));
    const text = L.svg("text", { class: "learn-name" });
    const group = L.svg("g", { class: "learn-box", tabindex: "0", role: "button", "aria-roledescription": "box" }, casing, frame, touch, text, handles, grips);
    canvas.things.append(group);

    const bounded = () => {
      [box.x1, box.x2] = [Math.min(box.x1, box.x2), Math.max(box.x1, box.x2)];
      [box.y1, box.y2] = [Math.min(box.y1, box.y2), Math.max(box.y1, box.y2)];
    };
    function draw() {
      const unit = canvas.unit(), { x1, y1, x2, y2 } = box, w = x2 - x1, h = y2 - y1;
      for (const one of [casing, frame, touch]) for (const [key, value] of Object.entries({ x: x1, y: y1, width: w, height: h })) one.setAttribute(key, value);
      group.style.setProperty("--own", box.colour || "var(--learn-1)");
      group.classList.toggle("faint", !!box.faint);
      frame.setAttribute("stroke-dasharray", box.dash ? `${6 * unit} ${4 * unit}` : "none");
      const corners = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
      corners.forEach(([x, y], i) => { for (const [one, r] of [[handles[i], 5], [grips[i], 14]]) { one.setAttribute("cx", x); one.setAttribute("cy", y); one.setAttribute("r", Math.min(r * unit, r === 14 ? Math.max(Math.min(w, h) / 2.5, 7 * unit) : r * unit)); } });
      text.textContent = box.name || "";
      text.setAttribute("x", x1 + 4 * unit);
      text.setAttribute("y", y1 > 20 * unit ? y1 - 5 * unit : y1 + 16 * unit);
      text.setAttribute("font-size", 14 * unit);
      group.setAttribute("aria-label", `${box.name || "box"}: left ${L.num(x1, 3)}, top ${L.num(y1, 3)}, right ${L.num(x2, 3)}, bottom ${L.num(y2, 3)}. Arrow keys move it, Shift and arrow keys resize it.`);
    }
    function moved(dx, dy) {
      dx = Math.max(-box.x1, Math.min(width - box.x2, dx));
      dy = Math.max(-box.y1, Math.min(height - box.y2, dy));
      box.x1 += dx; box.x2 += dx; box.y1 += dy; box.y2 += dy;
    }
    const said = () => { draw(); change(box); };

    group.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      group.focus({ preventScroll: true });
      const corner = event.target.dataset?.corner, start = canvas.at(event), from = { ...box };
      group.setPointerCapture(event.pointerId);
      chosen?.(box);
      const move = (now) => {
        const [x, y] = canvas.at(now), dx = Math.round(x - start[0]), dy = Math.round(y - start[1]);
        Object.assign(box, { x1: from.x1, y1: from.y1, x2: from.x2, y2: from.y2 });
        if (!corner) moved(dx, dy);
        else {
          const keep = (value, low, high) => Math.max(low, Math.min(high, value));
          if (corner.includes("w")) box.x1 = keep(from.x1 + dx, 0, box.x2 - least); else box.x2 = keep(from.x2 + dx, box.x1 + least, width);
          if (corner.includes("n")) box.y1 = keep(from.y1 + dy, 0, box.y2 - least); else box.y2 = keep(from.y2 + dy, box.y1 + least, height);
        }
        bounded();
        said();
      };
      const end = () => { group.removeEventListener("pointermove", move); group.removeEventListener("pointerup", end); group.removeEventListener("pointercancel", end); };
      group.addEventListener("pointermove", move);
      group.addEventListener("pointerup", end);
      group.addEventListener("pointercancel", end);
    });
    group.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (!way) return;
      event.preventDefault();
      if (event.shiftKey) {
        box.x2 = Math.max(box.x1 + least, Math.min(width, box.x2 + way[0]));
        box.y2 = Math.max(box.y1 + least, Math.min(height, box.y2 + way[1]));
      } else moved(...way);
      said();
    });
    group.addEventListener("focus", () => chosen?.(box));
    draw();
    return { box, draw, group, remove: () => group.remove() };
  };

  // A point that can be moved: {x, y, name, colour}.
  L.point = (canvas, point, change, { step = 2 } = {}) => {
    const [width, height] = canvas.size;
    const dot = L.svg("circle", { class: "learn-dot" }), grip = L.svg("circle", { class: "learn-grip any" }), text = L.svg("text", { class: "learn-name" });
    const group = L.svg("g", { class: "learn-box", tabindex: "0", role: "button", "aria-roledescription": "point" }, dot, text, grip);
    canvas.things.append(group);
    function draw() {
      const unit = canvas.unit();
      group.style.setProperty("--own", point.colour || "var(--learn-1)");
      for (const one of [dot, grip]) { one.setAttribute("cx", point.x); one.setAttribute("cy", point.y); }
      dot.setAttribute("r", 6 * unit);
      grip.setAttribute("r", 16 * unit);
      text.textContent = point.name;
      text.setAttribute("x", point.x + 9 * unit);
      text.setAttribute("y", point.y - 7 * unit);
      text.setAttribute("font-size", 14 * unit);
      group.setAttribute("aria-label", `point ${point.name}: x ${L.num(point.x, 3)}, y ${L.num(point.y, 3)}. Arrow keys move it.`);
    }
    const to = (x, y) => { point.x = Math.max(0, Math.min(width, x)); point.y = Math.max(0, Math.min(height, y)); draw(); change(point); };
    group.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      group.focus({ preventScroll: true });
      group.setPointerCapture(event.pointerId);
      const move = (now) => to(...canvas.at(now).map(Math.round));
      const end = () => { group.removeEventListener("pointermove", move); group.removeEventListener("pointerup", end); group.removeEventListener("pointercancel", end); };
      for (const [name, what] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) group.addEventListener(name, what);
    });
    group.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (!way) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      to(point.x + way[0] * far, point.y + way[1] * far);
    });
    draw();
    return { point, draw, group };
  };

  // The same sums as lenslet.boxes.iou, so that the number follows the hand; a test holds the two together.
  L.overlap = (a, b) => {
    const wide = Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)), high = Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));
    const area = (one) => Math.max(0, one.x2 - one.x1) * Math.max(0, one.y2 - one.y1);
    const common = wide * high, either = area(a) + area(b) - common;
    return { common, either, iou: either > 0 ? common / either : 0 };
  };
})();
