// 1 × 1 convolutions: what a bottleneck saves, and the inception block.
(() => {
  const L = window.lensletLearn;

  L.lessons.bottleneck = async (stage) => {
    const state = { side: 28, channels: 192, filters: 32, kernel: 5, squeeze: 16 };
    const bars = L.el("div"), told = L.el("p.learn-verdict"), flow = L.formula();
    const number = (label, key, bounds) => L.number(label, state[key], bounds, (value) => { state[key] = value; ask(); });
    const kernel = L.choice("Kernel", [{ value: "1", label: "1 × 1" }, { value: "3", label: "3 × 3" }, { value: "5", label: "5 × 5" }, { value: "7", label: "7 × 7" }], "5", (value) => { state.kernel = Number(value); ask(); });
    const squeeze = L.slider("Channels of the bottleneck", 16, { min: 1, max: 192, step: 1 }, (value) => { state.squeeze = value; ask(); });
    const block = await L.get("inception");
    L.fill(stage, L.row(number("Side", "side", { min: 1, max: 512 }), number("Channels in", "channels", { min: 1, max: 2048 }), kernel, number("Filters", "filters", { min: 1, max: 2048 }), squeeze),
      L.panel("Multiplies, with and without", flow, bars, told), L.panel("The inception block", inception(block)));

    const ask = L.latest(() => L.post("bottleneck", state), (found) => {
      const { side, channels, filters, kernel: f, squeeze: s } = state, total = found.first + found.second, most = Math.max(found.direct, total);
      const shape = (c) => `${side} × ${side} × ${c}`;
      L.fill(flow, L.el("span", {}, `${shape(channels)}  →  ${f} × ${f}, ${filters}  →  ${shape(filters)}`), L.el("span", {}, `${shape(channels)}  →  1 × 1, ${s}  →  ${shape(s)}  →  ${f} × ${f}, ${filters}  →  ${shape(filters)}`));
      const row = (name, value, colour, how) => L.el("tr", {}, L.el("th", { scope: "row" }, name), L.el("td", { style: "width:50%" }, L.bar(value / most, L.whole(value), colour)), L.el("td.soft", {}, how));
      L.fill(bars, L.el("table.plain", {}, L.el("tbody", {},
        row("direct", found.direct, "var(--bad)", `${side}·${side}·${filters} · ${f}·${f}·${channels}`),
        row("1 × 1 first", found.first, "var(--accent)", `${side}·${side}·${s} · ${channels}`),
        row(`then ${f} × ${f}`, found.second, "var(--accent)", `${side}·${side}·${filters} · ${f}·${f}·${s}`),
        row("both together", total, "var(--good)", `${L.whole(found.parameters)} parameters instead of ${L.whole(found.direct_parameters)}`))));
      told.textContent = total < found.direct ? `${L.num(found.direct / total, 3)} times fewer multiplies.` : "This bottleneck saves nothing: it is too wide for so small a kernel.";
      told.dataset.total = total;
      told.dataset.direct = found.direct;
    }, stage);

    function inception({ rows, output, total, parameters }) {
      const branches = ["1 × 1", "1 × 1, then 3 × 3", "1 × 1, then 5 × 5", "pool, then 1 × 1"], most = Math.max(...rows.map((row) => row.macs));
      return [L.el("p.soft", {}, `28 × 28 × 192 goes into four branches at once; their maps are put together: ${output[1]} × ${output[2]} × ${output[0]}.`),
        L.el("div.learn-branches", {}, branches.map((name, i) => L.el("div", {}, L.el("h3", {}, name), rows.filter((row) => row.name.startsWith(`branch${i + 1}`)).map((row) => L.el("div.learn-step-of", {}, L.el("b", {}, /pool/i.test(row.kind) ? "3 × 3 pool, s 1, same" : `${row.output[0]} maps`), row.macs ? L.bar(row.macs / most, L.whole(row.macs)) : L.el("span.soft", {}, "nothing to multiply")))))),
        L.el("p", {}, "Together ", L.el("b", {}, L.whole(total)), " multiplies and ", L.el("b", {}, L.whole(parameters)), " parameters. ", L.el("a", { href: "/learn/costs?net=googlenet" }, "GoogLeNet"), " is nine such blocks.")];
    }
    ask(true);
  };
})();
