// A picture -> the answer of the model, drawn. Everything stays in this page: see its Content-Security-Policy.
"use strict";

const LONGEST = MODEL.task === "style" ? 720 : 2048; // pixels: larger pictures are shrunk first; painting takes long
const MOST = 12; // rows of a list
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#0072b2"]; // Okabe and Ito
const at = (id) => document.getElementById(id);
const percent = (share) => `${(100 * share).toFixed(1)} %`;

let ort, session, last = null;
const waiting = [];

function say(text, wrong = false) {
  at("state").textContent = text;
  at("state").classList.toggle("wrong", wrong);
}

async function bytes(text, packed) {
  const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (!packed) return raw;
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function open() {
  const code = new TextDecoder().decode(await bytes(RUNTIME.code, true));
  ort = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  ort.env.wasm.wasmBinary = (await bytes(RUNTIME.wasm, true)).buffer;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  session = await ort.InferenceSession.create(await bytes(MODEL.file, false), { executionProviders: ["wasm"] });
  RUNTIME.code = RUNTIME.wasm = MODEL.file = null;
  say("Ready.");
  document.body.dataset.ready = "yes";
}

async function pixels(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; // under what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const rgb = new Uint8Array(canvas.width * canvas.height * 3);
  for (let i = 0, j = 0; i < rgba.length; i += 4) {
    rgb[j++] = rgba[i]; rgb[j++] = rgba[i + 1]; rgb[j++] = rgba[i + 2];
  }
  return { canvas, context, name: file.name, tensor: new ort.Tensor("uint8", rgb, [1, canvas.height, canvas.width, 3]) };
}

async function ask(picture, more = {}) {
  const before = performance.now();
  const answers = await session.run({ images: picture.tensor, ...more });
  say(`${picture.name}, ${picture.canvas.width} x ${picture.canvas.height} pixels: answered in ${Math.round(performance.now() - before)} ms.`);
  return answers;
}

function rows(list) {
  at("rows").replaceChildren(...list.slice(0, MOST).map(([name, share, said]) => {
    const item = document.createElement("li");
    const fill = document.createElement("div");
    fill.className = "fill";
    fill.style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
    const parts = [name, said ?? percent(share)].map((text) => {
      const span = document.createElement("span");
      span.textContent = text;
      return span;
    });
    item.append(fill, ...parts);
    return item;
  }));
}

function show(pictures, headline, list) {
  const seen = at("seen");
  seen.className = pictures.length > 1 ? "pair" : "";
  seen.replaceChildren(...pictures.map((picture) => {
    picture.canvas.setAttribute("role", "img");
    picture.canvas.setAttribute("aria-label", `${picture.name}: ${headline}`);
    return picture.canvas;
  }));
  at("headline").textContent = headline;
  rows(list);
  at("answer").hidden = false;
  document.body.dataset.answer = headline;
}

const ranked = (scores, labels) => [...scores].map((score, i) => [labels[i], score]).sort((a, b) => b[1] - a[1]);

function box(picture, corners, text, colour) {
  const { context, canvas } = picture;
  const unit = Math.max(canvas.width, canvas.height) / 500;
  const [x1, y1, x2, y2] = corners;
  context.lineWidth = Math.max(2, 2.2 * unit);
  context.strokeStyle = colour;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.font = `600 ${Math.max(11, 12 * unit)}px system-ui, sans-serif`;
  const high = Math.max(14, 16 * unit), wide = context.measureText(text).width + 8 * unit;
  const left = Math.max(0, Math.min(x1, canvas.width - wide)), top = Math.max(0, y1 - high);
  context.fillStyle = colour;
  context.fillRect(left, top, wide, high);
  context.fillStyle = "#000";
  context.textBaseline = "middle";
  context.fillText(text, left + 4 * unit, top + high / 2);
}

function clean(picture) {
  picture.blank ??= picture.context.getImageData(0, 0, picture.canvas.width, picture.canvas.height);
  picture.context.putImageData(picture.blank, 0, 0);
}

const TASKS = {
  async classify([picture]) {
    const { scores } = await ask(picture);
    const list = ranked(scores.data, MODEL.labels);
    show([picture], list[0][0], list);
  },
  async localize([picture]) {
    const { presence, box: corners, scores } = await ask(picture);
    const list = ranked(scores.data, MODEL.labels);
    const there = presence.data[0] >= 0.5;
    clean(picture);
    if (there) box(picture, corners.data, list[0][0], COLOURS[0]);
    show([picture], there ? list[0][0] : "nothing", [["something is there", presence.data[0]], ...list]);
  },
  async landmark([picture]) {
    const { points, scores } = await ask(picture);
    clean(picture);
    const unit = Math.max(picture.canvas.width, picture.canvas.height) / 500;
    for (let i = 0; i < points.data.length; i += 2) {
      picture.context.beginPath();
      picture.context.arc(points.data[i], points.data[i + 1], Math.max(2, 2.5 * unit), 0, 7);
      picture.context.fillStyle = COLOURS[0];
      picture.context.strokeStyle = "#000";
      picture.context.lineWidth = Math.max(0.5, 0.6 * unit);
      picture.context.fill();
      picture.context.stroke();
    }
    const sure = [...scores.data].reduce((sum, score) => sum + score, 0) / scores.data.length;
    show([picture], `${scores.data.length} points`, [["sure, on average", sure]]);
  },
  async detect([picture]) {
    const least = new ort.Tensor("float32", [Number(at("least").value)], []);
    const { boxes, scores, classes } = await ask(picture, { at_least: least });
    clean(picture);
    const found = [...scores.data].map((score, i) => ({ score, kind: Number(classes.data[i]), corners: boxes.data.slice(4 * i, 4 * i + 4) }));
    for (const thing of [...found].reverse()) {
      box(picture, thing.corners, `${MODEL.labels[thing.kind]} ${Math.round(100 * thing.score)}`, COLOURS[thing.kind % COLOURS.length]);
    }
    const counts = new Map();
    for (const thing of found) counts.set(thing.kind, (counts.get(thing.kind) ?? 0) + 1);
    const said = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${MODEL.labels[kind]}`);
    show([picture], said.join(", ") || "nothing", found.map((thing) => [MODEL.labels[thing.kind], thing.score]));
  },
  async style([picture]) {
    const { painting } = await ask(picture);
    const [, height, width] = painting.dims;
    const canvas = document.createElement("canvas");
    canvas.width = width; canvas.height = height;
    const context = canvas.getContext("2d"), made = context.createImageData(width, height);
    for (let i = 0, j = 0; i < made.data.length; i += 4) {
      made.data[i] = painting.data[j++]; made.data[i + 1] = painting.data[j++]; made.data[i + 2] = painting.data[j++]; made.data[i + 3] = 255;
    }
    context.putImageData(made, 0, 0);
    const link = document.createElement("a");
    link.download = `${picture.name.replace(/\.[^.]*$/, "")}-painted.png`;
    link.textContent = "Download the painting, PNG";
    link.href = URL.createObjectURL(await new Promise((good) => canvas.toBlob(good)));
    show([{ canvas, name: picture.name }], "painted", []);
    const item = document.createElement("li");
    item.append(link);
    at("rows").replaceChildren(item);
  },
  async face(pictures) {
    const [a, b] = pictures.slice(-2);
    if (!b) {
      say("One more picture, to compare with this one.");
      show([a], "One more picture", []);
      return;
    }
    const [first, second] = [(await ask(a)).embedding.data, (await ask(b)).embedding.data];
    const away = first.reduce((sum, value, i) => sum + (value - second[i]) ** 2, 0);
    const same = away <= MODEL.threshold;
    show([a, b], same ? "the same" : "different", [
      ["distance", away / 4, away.toFixed(3)],
      ["threshold", MODEL.threshold / 4, MODEL.threshold.toFixed(3)],
    ]);
  },
};

async function look(files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (!pictures.length) return say("This is no picture.", true);
  if (!session) return say("The model is still being opened.");
  try {
    const opened = await Promise.all(pictures.map(pixels));
    if (MODEL.task === "face") {
      waiting.push(...opened);
      last = waiting.slice(-2);
      if (waiting.length > 1) waiting.length = 0;
    } else last = opened.slice(-1);
    await TASKS[MODEL.task](last);
  } catch (error) {
    say(`This picture cannot be looked at: ${error.message}`, true);
  }
}

const drop = at("drop");
at("file").addEventListener("change", (event) => look(event.target.files));
for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
document.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); look(event.dataTransfer.files); });
document.addEventListener("paste", (event) => look(event.clipboardData.files));
if (at("least")) {
  const told = () => { at("least-said").textContent = Number(at("least").value).toFixed(2); };
  at("least").value = MODEL.threshold;
  told();
  at("least").addEventListener("input", () => { told(); if (last) TASKS.detect(last); });
}
open().catch((error) => say(`The model cannot be opened in this browser: ${error.message}`, true));
