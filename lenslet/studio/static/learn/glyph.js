// A tile with a picture that is chosen, or drawn by hand: for lessons that compare pictures.
(() => {
  const L = window.lensletLearn;
  const SIDE = 105;

  // value: "digit:3", a photo's name, or what was drawn. `change` hears of every new one.
  L.tile = (title, value, change, { colour = "var(--line)", remove = null } = {}) => {
    const canvas = L.el("canvas", { width: SIDE, height: SIDE, tabindex: "0", role: "img", "aria-label": `${title}: draw here` });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    let at = null, drawn = false;
    const tile = L.el("div.learn-tile", { style: `--own:${colour}` }, L.el("h3", {}, title), canvas);
    const clear = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, SIDE, SIDE); };
    const address = () => (value.startsWith("digit:") ? `/api/learn/digit/${value.slice(6)}` : value.startsWith("data:") ? value : L.photo(value, 256));
    function load() {
      const image = new Image();
      image.onload = () => { clear(); const share = Math.min(SIDE / image.width, SIDE / image.height), w = image.width * share, h = image.height * share; pen.drawImage(image, (SIDE - w) / 2, (SIDE - h) / 2, w, h); drawn = false; };
      image.src = address();
    }
    const place = (event) => { const box = canvas.getBoundingClientRect(); return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE]; };
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      if (!drawn) clear();
      drawn = true;
      at = place(event);
      line(at);
    });
    canvas.addEventListener("pointermove", (event) => { if (at) { const now = place(event); line(now); at = now; } });
    const end = () => { if (at) { at = null; value = canvas.toDataURL("image/png"); choose.set("drawn"); change(value); } };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    function line(to) {
      Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
      pen.beginPath();
      pen.moveTo(...at);
      pen.lineTo(to[0] + 0.01, to[1]);
      pen.stroke();
    }
    const digits = Array.from({ length: 40 }, (_, i) => ({ value: `digit:${i}`, label: `digit no. ${i}`, group: "Written digits" }));
    const choose = L.select(`${title}: picture`, [{ value: "drawn", label: "drawn by you", group: "Your own" }, ...digits, ...L.photos.map((one) => ({ ...one, group: "Pictures" }))], value, (now) => {
      if (now === "drawn") { clear(); drawn = true; return; }
      value = now;
      load();
      change(value);
    });
    choose.querySelector("label").classList.add("unseen");
    tile.append(choose, L.el("div.learn-row.tight", {}, L.button("Clear", () => { clear(); drawn = true; }), remove && L.button("Remove", remove)));
    load();
    return { tile, get value() { return value; }, set: (now) => { value = now; choose.set(now.startsWith("data:") ? "drawn" : now); load(); } };
  };
})();
