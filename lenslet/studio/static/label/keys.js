// Keys: everything that the hand can do. See SHORTCUTS in lenslet/studio/pages/label.py for the help.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function keys(desk) {
  const { marks, view } = desk;

  function arrows(event) {
    const [dx, dy] = ARROWS[event.key], by = event.shiftKey ? 10 : 1, chosen = marks.chosen;
    if (!chosen) { if (dx) desk.go(dx); return; }
    if (chosen.points && desk.kind() === "points") {
      const names = marks.point && chosen.points[marks.point] ? [marks.point] : Object.keys(chosen.points);
      const moved = { ...chosen.points };
      for (const name of names) {
        const [x, y, seen] = moved[name], [nx, ny] = marks.fit([x + dx * by, y + dy * by, x + dx * by, y + dy * by]);
        moved[name] = [nx, ny, seen];
      }
      marks.change(chosen.id, { points: moved }, "nudge" + chosen.id);
    } else if (chosen.box) {
      const [x1, y1, x2, y2] = chosen.box;
      const box = event.altKey ? marks.fit([x1, y1, x2 + dx * by, y2 + dy * by]) : marks.shift(chosen.box, dx * by, dy * by);
      if (box[2] - box[0] < 1 || box[3] - box[1] < 1) return;
      marks.change(chosen.id, { box }, "nudge" + chosen.id);
    }
    desk.touch(true);
  }

  const PLAIN = {
    Delete: () => desk.remove(), Backspace: () => desk.remove(), Escape: () => desk.leave(),
    ".": () => desk.choose(1), ",": () => desk.choose(-1), b: () => desk.newBox(), c: () => desk.copyPrevious(),
    e: () => desk.nothing(), f: () => view.fit(), "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(0.8),
    g: () => desk.toggleGhosts(), a: () => desk.accept(), Enter: () => desk.accept(), A: () => desk.acceptAll(), d: () => desk.difficult(), h: () => desk.hide(),
    n: () => desk.side.name.focus(), PageDown: () => desk.go(1), PageUp: () => desk.go(-1), u: () => desk.nextOpen(),
  };

  // Whoever types faster than pictures open: what comes meanwhile is for the picture that is opening, in its order.
  const later = [];
  desk.caughtUp = () => { while (desk.ready && later.length) later.shift()(); };
  desk.forgetKeys = () => { later.length = 0; };
  function now(doing) {
    if (desk.ready === false) { if (later.length < 50) later.push(doing); } else doing();
  }

  function down(event) {
    if (document.querySelector("dialog[open]") || window.lensletTyping(event)) return;
    const at = event.target instanceof Element ? event.target : null;
    const pressing = at?.closest("button, a, input, summary, label");
    if (event.key === " ") { if (!pressing) { desk.space = true; event.preventDefault(); } return; }
    if (event.key === "Enter" && pressing) return;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      if (key === "z") { const by = event.shiftKey ? 1 : -1; now(() => desk.undo(by)); }
      else if (key === "y") now(() => desk.undo(1));
      else return;
      event.preventDefault();
      return;
    }
    if (event.key in ARROWS) {
      if (at?.matches("input[type=radio]") || (event.altKey && !marks.chosen)) return;
      const held = { key: event.key, shiftKey: event.shiftKey, altKey: event.altKey };
      if (desk.ready === false || marks.chosen || ARROWS[event.key][0]) { now(() => arrows(held)); event.preventDefault(); }
      return;
    }
    if (event.altKey) return;
    if (/^[1-9]$/.test(event.key)) { const place = Number(event.key) - 1; now(() => desk.number(place)); event.preventDefault(); return; }
    const doing = PLAIN[event.key] ?? (event.shiftKey ? null : PLAIN[event.key.toLowerCase()]);
    if (doing) { now(doing); event.preventDefault(); }
  }

  const up = (event) => { if (event.key === " ") desk.space = false; };
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  return () => { document.removeEventListener("keydown", down); document.removeEventListener("keyup", up); };
}
