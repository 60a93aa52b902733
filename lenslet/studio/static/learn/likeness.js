// Verification, recognition and one-shot learning: one picture of each, a probe, and a threshold.
(() => {
  const L = window.lensletLearn;

  L.lessons.likeness = async (stage) => {
    const state = { tau: 0.45, claim: 0 };
    let known = [], found = null;
    const gallery = L.el("div.learn-tiles"), probePlace = L.el("div.learn-tiles"), bars = L.el("div.learn-bars"), who = L.el("p.learn-verdict", { role: "status" }), claimed = L.el("div"), table = L.el("div.learn-scroll");
    const tau = L.slider("Threshold τ", state.tau, { min: 0, max: 1.5, step: 0.01, show: (v) => v.toFixed(2) }, (value) => { state.tau = value; draw(); });
    const join = (value) => {
      const one = L.tile(`No. ${known.length + 1}`, value, () => ask(true), { remove: () => { if (known.length > 1) { known = known.filter((other) => other !== one); build(); ask(true); } } });
      known.push(one);
    };
    const probe = L.tile("Who is this?", "digit:13", () => ask(true), { colour: "var(--learn-1)" });
    ["digit:1", "digit:2", "digit:3", "digit:4"].forEach(join);
    probePlace.append(probe.tile);
    const add = L.button("Somebody joins", () => { if (known.length < 8) { join(`digit:${known.length + 4}`); build(); ask(true); } });
    const build = () => { L.fill(gallery, known.map((one) => one.tile)); known.forEach((one, i) => (one.tile.querySelector("h3").textContent = `No. ${i + 1}`)); };
    L.fill(stage, L.el("div.learn-aside.even", {}, L.panel("Enrolled: one picture of each", gallery, L.row(add), L.el("p.soft", {}, "Draw your own characters, or choose written digits. Nothing is trained when somebody joins.")),
      L.el("div.learn-column", {}, L.panel("The one at the door", L.el("div.learn-row", {}, probePlace, tau), bars, who), L.panel("Verify a claim", claimed))),
      L.panel("How far all are from each other", table, L.el("p.soft", {}, "d = |f(x_1) − f(x_2)|². Shaded: up to τ, taken for the same.")));

    const ask = L.latest(() => L.post("distances", { pictures: [probe.value, ...known.map((one) => one.value)] }), (answer) => { found = answer.distances; draw(); }, stage, 150);
    function draw() {
      if (!found || found.length !== known.length + 1) return;
      const own = found[0].slice(1), best = own.indexOf(Math.min(...own)), same = own[best] <= state.tau;
      L.fill(bars, own.map((d, i) => [L.el("span", {}, `No. ${i + 1}`), tauBar(d, i === best && same)]));
      who.textContent = same ? `It is No. ${best + 1}: the nearest, and up to τ.` : `Unknown: the nearest is No. ${best + 1}, but ${own[best].toFixed(2)} is above τ.`;
      who.className = `learn-verdict ${same ? "good" : "bad"}`;
      stage.dataset.who = same ? best + 1 : "unknown";
      state.claim = Math.min(state.claim, own.length - 1);
      const yes = own[state.claim] <= state.tau;
      const asked = L.choice("“I am”", own.map((_, i) => ({ value: String(i), label: `No. ${i + 1}` })), String(state.claim), (value) => { state.claim = Number(value); draw(); });
      L.fill(claimed, asked, L.el("p", { class: `learn-verdict ${yes ? "good" : "bad"}` }, yes ? `Accepted: d = ${own[state.claim].toFixed(2)} is up to τ = ${state.tau.toFixed(2)}.` : `Refused: d = ${own[state.claim].toFixed(2)} is above τ = ${state.tau.toFixed(2)}.`));
      const names = ["?", ...own.map((_, i) => `No. ${i + 1}`)];
      L.fill(table, L.el("table.learn-grid.small", { "aria-label": "distances" }, L.el("tbody", {}, L.el("tr", {}, L.el("th", { scope: "col" }, L.el("span.unseen", {}, "of")), names.map((name) => L.el("th", { scope: "col" }, name))), found.map((row, i) => L.el("tr", {}, L.el("th", { scope: "row" }, names[i]), row.map((d) => L.el("td", { style: d <= state.tau ? L.shade(1 - d / (state.tau + 1e-9) + 0.05, 1) : "" }, d.toFixed(2))))))));
      L.say(who.textContent);
    }
    const tauBar = (d, hit) => { const bar = L.bar(Math.min(d / 1.5, 1), d.toFixed(2), hit ? "var(--good)" : "var(--soft)"); bar.append(L.el("u", { style: `left:${(100 * state.tau) / 1.5}%` })); return bar; };
    build();
    ask(true);
  };
})();
