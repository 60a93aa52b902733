// The list of pictures: of ten thousand, only those in sight are in the page.
const ROW = 64;

export class List {
  constructor(holder, open) {
    this.holder = holder;
    this.open = open;
    this.rows = []; this.at = null;
    this.inner = document.createElement("ul");
    holder.append(this.inner);
    holder.addEventListener("scroll", () => this.ask(), { passive: true });
    new ResizeObserver(() => this.ask()).observe(holder);
    this.shown = new Map();
    this.top = 0; this.when = 0;
  }

  set(rows) { this.rows = rows; this.places = new Map(rows.map((row, i) => [row.name, i])); this.inner.style.height = rows.length * ROW + "px"; this.forget(); this.ask(); }
  forget() { for (const item of this.shown.values()) item.remove(); this.shown.clear(); }
  refresh(name) { const place = this.places.get(name); this.shown.get(place)?.remove(); this.shown.delete(place); this.ask(); }

  choose(name, bring = true) {
    const before = this.at;
    this.at = name;
    for (const one of [before, name]) { const item = this.shown.get(this.places.get(one)); if (item) this.mark(item, one); }
    const place = this.places.get(name);
    if (bring && place !== undefined) {
      const top = place * ROW, { scrollTop, clientHeight } = this.holder;
      if (top < scrollTop || top + ROW > scrollTop + clientHeight) this.holder.scrollTop = top - clientHeight / 2 + ROW / 2;
    }
    this.ask();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.fill(); });
  }

  fill() {
    const { scrollTop, clientHeight } = this.holder, now = performance.now();
    // What flies past is not fetched: its pictures come when the list stands still, or nearly so.
    this.flying = Math.abs(scrollTop - this.top) > 3 * ROW && now - this.when < 120;
    this.top = scrollTop; this.when = now;
    clearTimeout(this.still);
    this.still = setTimeout(() => { for (const item of this.shown.values()) this.picture(item); }, 120);
    const first = Math.max(0, Math.floor(scrollTop / ROW) - 3);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / ROW) + 3);
    for (const [place, item] of this.shown) if (place < first || place >= last) { item.remove(); this.shown.delete(place); }
    for (let place = first; place < last; place++) if (!this.shown.has(place)) this.shown.set(place, this.make(place));
  }

  make(place) {
    const row = this.rows[place];
    const item = document.createElement("li");
    item.style.top = place * ROW + "px";
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = row.name === this.at ? 0 : -1;
    const picture = document.createElement("img");
    picture.loading = "lazy"; picture.decoding = "async"; picture.alt = "";
    picture.dataset.src = "/api/thumb/" + row.name.split("/").map(encodeURIComponent).join("/");
    const words = document.createElement("span");
    const name = document.createElement("b"); name.textContent = row.name.split("/").pop(); button.title = row.name;
    const state = document.createElement("i");
    state.textContent = (row.done ? row.label || "labelled" : "not labelled") + (row.doubt === undefined ? "" : `, doubt ${Math.round(row.doubt * 100)} %`);
    if (row.done) item.classList.add("done");
    words.append(name, state);
    button.append(picture, words);
    button.addEventListener("click", () => this.open(row.name));
    item.append(button);
    this.mark(item, row.name);
    this.inner.append(item);
    if (!this.flying) this.picture(item);
    return item;
  }

  picture(item) { const picture = item.querySelector("img"); if (!picture.src) picture.src = picture.dataset.src; }

  mark(item, name) {
    const here = name === this.at;
    item.classList.toggle("here", here);
    const button = item.firstChild;
    button.tabIndex = here ? 0 : -1;
    if (here) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
  }

  // The neighbour in the order of the list.
  beside(by) { const place = (this.places.get(this.at) ?? -1) + by; return this.rows[place]?.name; }
}
