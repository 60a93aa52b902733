// Saving: at once, in order, and never lost. What was drawn is kept in the browser until the server says that it is on the disk.
const WAIT = 1200; // ms between two tries while the server does not answer

export async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: options.body ? { "Content-Type": "application/json" } : {},
    body: options.body ? JSON.stringify(options.body) : undefined,
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error(said.error || said.detail?.[0]?.msg || `The studio answered ${answer.status}.`);
    error.status = answer.status;
    throw error;
  }
  return said;
}

const address = (kind, name) =>
  `/api/label/${kind === "classes" ? "class" : "things"}/${name.split("/").map(encodeURIComponent).join("/")}`;

// What two sides must agree on to have said the same; the rest comes from the file.
const plain = (value) =>
  JSON.stringify(Array.isArray(value)
    ? value.map((t) => [t.label, t.box, t.points && Object.entries(t.points).sort(), !!t.difficult]).sort()
    : value ?? null);

export class Store {
  // told: { state(text, bad), saved(name, value), clash(name, mine, theirs) }
  constructor(project, told) {
    this.told = told;
    this.prefix = `lenslet-draft:${project}:`;
    this.tab = sessionStorage.lensletTab ||= Math.random().toString(36).slice(2);
    this.versions = new Map();
    this.waiting = new Map(); // name -> { kind, value }: the newest, not yet sent
    this.busy = new Set();
    this.clashed = new Set();
    navigator.locks?.request("lenslet-tab-" + this.tab, () => new Promise(() => {}));
    addEventListener("online", () => this.again());
  }

  key(kind, name) { return `${this.prefix}${this.tab}:${kind}:${name}`; }

  async load(kind, name) {
    const waiting = this.waiting.get(name);
    const said = await ask(address(kind, name));
    const value = kind === "classes" ? said.label : said.things;
    if (waiting && waiting.kind === kind) return { ...said, value: waiting.value };
    if (!this.busy.has(name)) this.versions.set(name, said.version);
    return { ...said, value };
  }

  // Keep it here, then there.
  put(kind, name, value) {
    this.waiting.set(name, { kind, value });
    try {
      const version = this.versions.get(name) ?? null;
      localStorage.setItem(this.key(kind, name), JSON.stringify({ value, version, kind, name }));
    } catch { /* full or forbidden: then it is sent at once and nothing more can be done */ }
    if (!this.clashed.has(name)) this.send(name);
  }

  async send(name) {
    if (this.busy.has(name) || !this.waiting.has(name)) return;
    this.busy.add(name);
    const { kind, value } = this.waiting.get(name);
    const body = { version: this.versions.get(name) ?? null, [kind === "classes" ? "label" : "things"]: value };
    try {
      const said = await ask(address(kind, name), { method: "PUT", body });
      this.versions.set(name, said.version);
      this.done(kind, name, value);
    } catch (error) {
      this.busy.delete(name);
      if (error.status === 409) await this.clash(kind, name, value);
      else if (error.status) this.told.state("Not saved: " + error.message, true);
      else {
        this.told.state("Not saved yet: the studio does not answer. What you draw is kept in this browser.", true);
        setTimeout(() => this.send(name), WAIT);
      }
      return;
    }
    this.busy.delete(name);
    if (this.waiting.has(name)) this.send(name);
  }

  done(kind, name, value) {
    if (this.waiting.get(name)?.value === value) {
      this.waiting.delete(name);
      localStorage.removeItem(this.key(kind, name));
      if (!this.waiting.size) this.told.state("Saved", false);
    } else { // something newer waits: from now on it replaces what was just written
      const newer = this.waiting.get(name);
      localStorage.setItem(this.key(kind, name), JSON.stringify({ ...newer, version: this.versions.get(name), name }));
    }
    this.told.saved(name, value);
  }

  // Somebody else wrote since. The same thing: good. Another: a person decides.
  async clash(kind, name, value) {
    try {
      const said = await ask(address(kind, name));
      const theirs = kind === "classes" ? said.label : said.things;
      if (plain(theirs) === plain(value)) {
        this.versions.set(name, said.version);
        this.done(kind, name, value);
        return;
      }
      this.clashed.add(name);
      this.told.state(`${name} was changed elsewhere. Not saved until you choose.`, true);
      this.told.clash(kind, name, this.waiting.get(name)?.value ?? value, { ...said, value: theirs });
    } catch { setTimeout(() => this.send(name), WAIT); }
  }

  // mine: write over what is there, whatever it is; else forget what was drawn here.
  settle(kind, name, mine, said) {
    this.clashed.delete(name);
    this.versions.set(name, said.version);
    if (mine) { this.send(name); return; }
    this.waiting.delete(name);
    localStorage.removeItem(this.key(kind, name));
    this.told.state("Taken as it was saved elsewhere", false);
  }

  again() { for (const name of this.waiting.keys()) if (!this.clashed.has(name)) this.send(name); }

  // What this tab, or one that is gone, has not got rid of: after a reload, a crash of the browser or of the server.
  // Of a picture that has gone, it waits until that comes back.
  async resume(known) {
    const held = (await navigator.locks?.query?.())?.held?.map((lock) => lock.name) ?? [];
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(this.prefix)) continue;
      const tab = key.slice(this.prefix.length).split(":")[0];
      if (tab !== this.tab && held.includes("lenslet-tab-" + tab)) continue; // its own tab lives
      let draft;
      try { draft = JSON.parse(localStorage[key]); } catch { localStorage.removeItem(key); continue; }
      if (!known.has(draft.name)) continue;
      localStorage.removeItem(key);
      this.versions.set(draft.name, draft.version);
      this.put(draft.kind, draft.name, draft.value);
    }
  }
}
