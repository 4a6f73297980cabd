// The page of the classroom: draws what the server sends and tells it what was asked for. The server sends each week once.
window.gamed = (() => {
  const LETTERS = ["A", "B"], COLUMNS = 100, GONE = 11;
  const COLOR = { reported: "#b8430f", true: "#1f5f99", gamed: "#b8430f", honest: "#8a949e", serving: "#1f5f99", ink: "#1c2126", muted: "#545c65", rule: "#d5dade" };
  const $ = (id) => document.getElementById(id);
  const send = (kind, more = {}) => emitEvent("gamed", { kind, ...more });
  const say = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
  const fresh = () => ({ scores: [[[], []], [[], []]], complaints: [[], []], profit: [], gap: {}, acts: {} });
  const S = { charts: {}, weeks: [], sides: [fresh(), fresh()], marks: [], painted: 0, dirty: new Set(), seen: new Set(), words: null };
  const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const number = (x, digits = 0) => x === null || x === undefined ? "–" : x.toFixed(digits).replace("-", "−");
  const touch = (...names) => { names.forEach((name) => S.dirty.add(name)); request(); };

  // ---- drawing: at most once an animation frame, and only what can be seen
  let asked = false;
  const request = () => { if (!asked) { asked = true; requestAnimationFrame(paint); } };
  const paint = () => {
    asked = false;
    let drew = false;
    if (!S.words) return;
    for (const name of [...S.dirty]) {
      if (!S.seen.has(name)) continue;
      S.dirty.delete(name);
      DRAW[name]();
      drew = true;
    }
    if (drew) S.painted += 1;
  };
  const watcher = new IntersectionObserver((entries) => {
    entries.forEach((e) => {
      const name = e.target.dataset.draw;
      if (e.isIntersecting) { S.seen.add(name); touch(name); } else S.seen.delete(name);
    });
  }, { rootMargin: "80px" });

  const chart = (name) => getElement(S.charts[name])?.chart;
  const put = (name, option) => chart(name)?.setOption(option);
  const points = (values) => values.map((v, i) => [S.weeks[i], v]);
  const span = () => ({ min: S.weeks[0] ?? -26, max: Math.max(52, Math.ceil(((S.weeks.at(-1) ?? 0) + 1) / 52) * 52) });
  const range = (lists, least) => {
    let low = Infinity, high = -Infinity;
    lists.forEach((list) => list.forEach((v) => { if (v !== null) { low = Math.min(low, v); high = Math.max(high, v); } }));
    if (low > high) return { min: 0, max: 1 };
    const room = Math.max((high - low) * 0.08, least / 2);
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => (high - low + 2 * room) / s <= 5) ?? 1000;
    return { min: Math.floor((low - room) / step) * step, max: Math.ceil((high + room) / step) * step, interval: step };
  };
  const label = () => ({ fontSize: 12 * scale(), color: COLOR.muted, hideOverlap: true });
  const moments = (side) => {
    const list = S.marks.filter((m) => side === null || m.side === side).map((m) => ({ xAxis: m.week, label: { formatter: String(m.number) } }));
    return { silent: true, symbol: "none", animation: false, lineStyle: { color: COLOR.muted, type: "dotted", width: 1 },
      label: { fontSize: 11 * scale(), color: "#fff", backgroundColor: COLOR.ink, lineHeight: 16 * scale(), height: 16 * scale(), padding: [0, 6], borderRadius: 8 * scale() },
      data: [...(S.weeks.length ? [{ xAxis: 0, label: { formatter: "pay begins", color: COLOR.muted, backgroundColor: "transparent", position: "end", align: "left", distance: [-12 * scale(), 5], padding: 0, height: null } }] : []), ...list] };
  };
  const line = (name, values, color, more = {}) => ({ name, type: "line", showSymbol: false, animation: false, data: points(values), color,
    lineStyle: { width: 2.5 * scale(), ...(more.dash ? { type: more.dash } : {}) }, markLine: more.marks,
    endLabel: { show: true, formatter: more.end ?? name, color, fontSize: 12 * scale(), fontWeight: 600, distance: 5, offset: [0, more.shift ?? 0] } });
  // How far two labels at the ends of curves are moved apart, so that neither covers the other.
  const apart = (name, y, one, other) => {
    if (one === null || other === null || one === undefined || other === undefined) return [0, 0];
    const there = Math.abs(one - other) / (y.max - y.min) * ((chart(name)?.getHeight() ?? 200) - 50 * scale());
    const step = Math.max(0, 15 * scale() - there) / 2;
    return one >= other ? [-step, step] : [step, -step];
  };
  const axes = (y, name = "") => ({ textStyle: { fontSize: 12 * scale() }, xAxis: { ...span(), axisLabel: label() }, yAxis: { ...y, axisLabel: label() },
    grid: { left: 8, right: 78 * scale(), top: 24 * scale(), bottom: 6, containLabel: true } });

  const drawPair = (name, side, get, names, least) => {
    const y = range(S.sides.flatMap(get), least);
    const [first, second] = get(S.sides[side]);
    const last = (list) => list.findLast((v) => v !== null);
    const shift = apart(`${name}-${side}`, y, last(first), last(second));
    put(`${name}-${side}`, { ...axes(y), series: [
      line(names[0], first, COLOR.reported, { marks: moments(side), shift: shift[0], end: `${names[0]} ${number(last(first))}` }),
      line(names[1], second, COLOR.true, { dash: "solid", shift: shift[1], end: `${names[1]} ${number(last(second))}` }),
    ] });
    describe(`${name}-${side}`, `Week ${S.weeks.at(-1) ?? 0}: ${names[0]} ${number(last(first), 1)}, ${names[1]} ${number(last(second), 1)}.`);
  };
  const describe = (name, text) => $(`chart-${name}`).setAttribute("aria-label", `${S.words[name.replace(/-\d$/, "")] ?? ""} ${text}`.trim());

  const drawGap = (side) => {
    const names = Object.keys(S.words.parts);
    const whole = S.sides.map((s) => s.gap);
    const own = whole[side];
    const ends = ["true", "reported"];
    const shown = names.filter((n) => ends.includes(n) || whole.some((g) => Math.abs(g[n] ?? 0) >= 0.05));
    let level = 0;
    const hidden = [], bars = [];
    shown.forEach((n) => {
      const v = own[n] ?? null;
      if (v === null) { hidden.push("-"); bars.push("-"); return; }
      const from = ends.includes(n) ? 0 : level, to = ends.includes(n) ? v : level + v;
      if (n !== "reported") level = to;
      const kind = n === "true" ? "true" : n === "reported" ? "reported" : S.words.gamed.includes(n) ? "gamed" : "honest";
      const decal = kind === "gamed" ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -0.8, color: "rgba(255,255,255,0.55)" } : undefined;
      bars.push({ value: [from, to, shown.indexOf(n)], itemStyle: { color: COLOR[kind], decal }, text: (ends.includes(n) || v < 0 ? "" : "+") + number(v, 1) });
      hidden.push(0);
    });
    const all = whole.flatMap((g) => { let at = g.true ?? 0; const seen = [0, at, g.reported ?? 0]; names.forEach((n) => { if (!ends.includes(n)) { at += g[n] ?? 0; seen.push(at); } }); return seen; });
    const y = range([all], 4);
    put(`gap-${side}`, { textStyle: { fontSize: 12 * scale() }, grid: { left: 8, right: 56 * scale(), top: 4, bottom: 4, containLabel: true },
      xAxis: { ...y, axisLabel: label() }, yAxis: { data: shown.map((n) => S.words.parts[n]), axisLabel: { ...label(), color: COLOR.ink } },
      series: [{ type: "custom", animation: false, data: bars.filter((b) => b !== "-"), encode: { x: [0, 1], y: 2 },
        renderItem: (params, api) => {
          const a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), api.value(2)]);
          const high = api.size([0, 1])[1] * 0.62, left = Math.min(a[0], b[0]), wide = Math.max(Math.abs(b[0] - a[0]), 1.5);
          const bar = bars.filter((x) => x !== "-")[params.dataIndex];
          return { type: "group", children: [
            { type: "rect", shape: { x: left, y: a[1] - high / 2, width: wide, height: high }, style: { ...api.style(), fill: bar.itemStyle.color, decal: api.visual("decal") } },
            { type: "text", style: { text: bar.text, x: left + wide + 5, y: a[1], verticalAlign: "middle", fill: COLOR.ink, fontSize: 12 * scale(), fontWeight: 600 } },
          ] };
        } }] });
    describe(`gap-${side}`, shown.filter((n) => own[n] !== undefined).map((n) => `${S.words.parts[n]} ${number(own[n], 1)}`).join(", "));
  };

  const drawActs = (side) => {
    const names = Object.keys(S.words.acts).filter((n) => S.sides.some((s) => n in s.acts));
    const own = names.map((n) => S.sides[side].acts[n] ?? [0, 0]);
    const all = S.sides.flatMap((s) => Object.values(s.acts).map((v) => v[0]));
    const y = range([[0, ...all]], 20), small = (v) => Math.abs(v) < 9.95 ? 1 : 0;
    put(`acts-${side}`, { textStyle: { fontSize: 12 * scale() }, grid: { left: 8, right: 96 * scale(), top: 4, bottom: 4, containLabel: true },
      xAxis: { ...y, min: Math.min(0, ...all) < -0.1 * Math.max(...all) ? y.min : 0, axisLabel: label() },
      yAxis: { data: names.map((n) => S.words.acts[n]), axisLabel: { ...label(), color: COLOR.ink } },
      series: [{ type: "bar", animation: false, barWidth: "62%", data: names.map((n, i) => ({ value: own[i][0], itemStyle: { color: S.words.serving.includes(n) ? COLOR.serving : COLOR.gamed } })),
        label: { show: true, position: "right", fontSize: 12 * scale(), fontWeight: 600, color: COLOR.ink,
          formatter: (p) => `${number(own[p.dataIndex][0], small(own[p.dataIndex][0]))} min {share|${number(100 * own[p.dataIndex][1])} %}`,
          rich: { share: { fontSize: 12 * scale(), fontWeight: 400, color: COLOR.muted } } } }] });
    describe(`acts-${side}`, names.map((n, i) => `${S.words.acts[n]} ${number(own[i][0], small(own[i][0]))} minutes, in ${number(100 * own[i][1])} % of contacts`).join("; "));
  };

  const drawProfit = () => {
    const y = range(S.sides.map((s) => s.profit), 20);
    const end = (i) => `${LETTERS[i]} ${number(S.sides[i].profit.at(-1))}`;
    const shift = apart("profit", y, ...S.sides.map((s) => s.profit.at(-1)));
    put("profit", { ...axes(y), series: [line("Firm A", S.sides[0].profit, COLOR.ink, { marks: moments(null), shift: shift[0], end: end(0) }), line("Firm B", S.sides[1].profit, "#7a4f9e", { dash: "dashed", shift: shift[1], end: end(1) })] });
    describe("profit", `Week ${S.weeks.at(-1) ?? 0}: firm A ${number(S.sides[0].profit.at(-1))}, firm B ${number(S.sides[1].profit.at(-1))} thousand ${S.words.currency} a year.`);
  };

  const drawCrowd = (side) => {
    const canvas = $(`crowd-${side}`), faces = S.sides[side].faces;
    if (!faces) return;
    const rows = Math.ceil(faces.length / COLUMNS);
    const cell = Math.max(2, Math.floor(canvas.clientWidth * devicePixelRatio / COLUMNS));
    if (canvas.width !== cell * COLUMNS) { canvas.width = cell * COLUMNS; canvas.height = cell * rows; canvas.style.aspectRatio = `${COLUMNS} / ${rows}`; }
    const pen = canvas.getContext("2d"), size = cell > 3 ? cell - 1 : cell, found = [0, 0, 0, 0];
    pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
    const kinds = ["#d0612b", "#c3ced8", "#1f5f99"];
    const kind = (answer) => answer === GONE ? 3 : answer >= 9 ? 2 : answer <= 6 ? 0 : 1;
    for (const wanted of [0, 1, 2]) {
      pen.fillStyle = kinds[wanted];
      for (let i = 0; i < faces.length; i++) if (kind(faces[i]) === wanted) pen.fillRect((i % COLUMNS) * cell, Math.floor(i / COLUMNS) * cell, size, size);
    }
    for (let i = 0; i < faces.length; i++) found[kind(faces[i])] += 1;
    const text = `${found[2]} would recommend, ${found[1]} indifferent, ${found[0]} would warn others, ${found[3]} have left`;
    say(`crowd-aside-${side}`, text);
    canvas.setAttribute("aria-label", `Customers of firm ${LETTERS[side]}: ${text}.`);
  };

  const DRAW = { profit: drawProfit };
  [0, 1].forEach((side) => {
    DRAW[`score-${side}`] = () => drawPair("score", side, (s) => s.scores[0], ["reported", "true"], 4);
    DRAW[`outcomes-${side}`] = () => drawPair("outcomes", side, (s) => s.scores[1], ["reported", "true"], 2);
    DRAW[`complaints-${side}`] = () => drawPair("complaints", side, (s) => [s.complaints[1], s.complaints[0]], ["recorded", "intended"], 2);
    DRAW[`gap-${side}`] = () => drawGap(side);
    DRAW[`acts-${side}`] = () => drawActs(side);
    DRAW[`crowd-${side}`] = () => drawCrowd(side);
  });
  const LIVE = Object.keys(DRAW).filter((n) => /^(score|outcomes|complaints|profit)/.test(n));

  // ---- what the server sends
  const take = (frame) => {
    frame.rows.forEach((pair, i) => {
      S.weeks.push(frame.weeks[i]);
      pair.forEach((row, side) => {
        const s = S.sides[side];
        row.scores.forEach((both, place) => both.forEach((v, j) => s.scores[place][j].push(v)));
        row.complaints.forEach((v, j) => s.complaints[j].push(v));
        s.profit.push(row.profit);
      });
    });
    if (frame.rows.length) touch(...LIVE);
    (frame.slow ?? []).forEach((slow, side) => {
      const s = S.sides[side];
      s.gap = slow.gap; s.acts = slow.acts;
      say(`acts-aside-${side}`, slow.time);
      say(`gap-aside-${side}`, slow.gamed);
      Object.entries(slow.tiles).forEach(([name, text]) => say(`tile-${name}-${side}`, text));
      s.faces = Uint8Array.from(atob(slow.faces), (c) => c.charCodeAt(0));
      slow.busy.forEach((much, post) => {
        const button = $(`staff-${side}`).children[post];
        button.style.setProperty("--much", `${Math.round(100 * much)}%`);
        button.setAttribute("aria-label", `Employee ${post}, games in up to ${Math.round(100 * much)} % of contacts`);
      });
      touch(`gap-${side}`, `acts-${side}`, `crowd-${side}`);
    });
    if (frame.slow) $("table").innerHTML = frame.table;
    say("clock", frame.clock);
    if (frame.verdict !== undefined) say("verdict", frame.verdict);
    controls(frame);
    if (frame.n !== undefined) send("shown", { n: frame.n });
  };
  const controls = (frame) => {
    S.playing = frame.playing;
    say("play", frame.playing ? "Pause" : "Play");
    $("play").disabled = frame.over; $("step").disabled = frame.over || frame.playing; $("reset").disabled = false;
  };

  const begin = (state) => {
    Object.assign(S, { charts: state.charts, words: state.words, weeks: [], sides: [fresh(), fresh()], marks: state.marks });
    $("measure").innerHTML = state.measures;
    document.querySelectorAll("[data-measure]").forEach((node) => { node.textContent = state.measure.short; });
    document.querySelectorAll("[data-measure-long]").forEach((node) => { node.textContent = state.measure.long; });
    document.querySelectorAll("[data-currency]").forEach((node) => { node.textContent = state.words.currency; });
    state.sides.forEach((side, i) => {
      $(`scheme-${i}`).innerHTML = side.schemes;
      say(`about-${i}`, side.about);
      ["score", "outcomes"].forEach((name, place) => say(`${name}-aside-${i}`, side.windows[place]));
      setLevers(i, side.levers);
      const staff = $(`staff-${i}`);
      if (staff.children.length !== side.staff) {
        staff.replaceChildren(...Array.from({ length: side.staff }, (_, post) => {
          const button = document.createElement("button");
          Object.assign(button, { type: "button", tabIndex: post ? -1 : 0 });
          button.dataset.post = post;
          return button;
        }));
      }
    });
    $("customer").max = state.customers - 1;
    remark(state.marks);
    take(state.frame);
    touch(...Object.keys(DRAW));
  };
  const setLever = (name, side, lever) => {
    const input = $(`${name}-${side}`);
    if (lever.max !== undefined) input.max = lever.max;
    input.value = lever.value;
    input.disabled = lever.off;
    input.closest(".lever").classList.toggle("off", lever.off);
    if ($(`${name}-out-${side}`)) { say(`${name}-out-${side}`, lever.text); input.setAttribute("aria-valuetext", lever.text); }
  };
  const setLevers = (side, levers) => Object.entries(levers).forEach(([name, lever]) => setLever(name, side, lever));
  const remark = (marks) => {
    S.marks = marks;
    $("marks").replaceChildren(...marks.map((m) => Object.assign(document.createElement("li"), { value: m.number, textContent: m.text })));
    touch(...LIVE);
  };
  const closer = (title, stories, post) => {
    say("closer-title", title);
    stories.forEach((html, side) => { $(`story-${side}`).innerHTML = html; });
    document.querySelectorAll(".staff button").forEach((b) => b.setAttribute("aria-current", String(Number(b.dataset.post) === post)));
    if ($("closer").hidden || !S.quiet) { $("closer").hidden = false; $("closer").focus({ preventScroll: true }); $("closer").scrollIntoView({ block: "start" }); }
    S.quiet = false;
  };
  const renew = (title, stories, post) => { S.quiet = true; closer(title, stories, post); };
  const busy = (text) => { say("clock", text); ["play", "step", "reset"].forEach((id) => { $(id).disabled = true; }); };

  // ---- what the visitor does
  const wire = () => {
    Object.keys(DRAW).forEach((name) => {
      const node = $(name.startsWith("crowd") ? name : `chart-${name}`);
      node.dataset.draw = name;
      watcher.observe(node);
    });
    $("play").onclick = () => send(S.playing ? "pause" : "play");
    $("step").onclick = () => send("step");
    $("reset").onclick = () => send("reset");
    $("speed").onchange = (e) => send("speed", { value: Number(e.target.value) });
    $("measure").onchange = (e) => send("measure", { value: e.target.value });
    document.querySelectorAll(".scheme").forEach((node, side) => { node.onchange = (e) => send("scheme", { side, value: e.target.value }); });
    document.querySelectorAll(".lever input, .lever select").forEach((node) => {
      const [, name, side] = node.id.match(/^(.*)-(\d)$/);
      const value = () => node.type === "range" ? Number(node.value) : node.value;
      node.oninput = () => { if (node.type === "range") send("reading", { name, side: Number(side), value: value() }); };
      node.onchange = () => send("lever", { name, side: Number(side), value: value() });
    });
    document.querySelectorAll(".staff").forEach((bar) => {
      bar.onclick = (e) => { if (e.target.dataset.post) send("employee", { number: Number(e.target.dataset.post) }); };
      bar.onkeydown = (e) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 25, ArrowUp: -25, Home: -1e6, End: 1e6 }[e.key];
        if (!step || !e.target.dataset.post) return;
        e.preventDefault();
        const all = [...bar.children], to = all[Math.min(all.length - 1, Math.max(0, Number(e.target.dataset.post) + step))];
        all.forEach((b) => { b.tabIndex = b === to ? 0 : -1; });
        to.focus();
      };
    });
    [0, 1].forEach((side) => {
      $(`crowd-${side}`).onclick = (e) => {
        const box = e.target.getBoundingClientRect();
        const rows = e.target.height / e.target.width * COLUMNS;
        const at = Math.floor((e.clientY - box.top) / box.height * rows) * COLUMNS + Math.floor((e.clientX - box.left) / box.width * COLUMNS);
        $("customer").value = at;
        send("customer", { number: at });
      };
    });
    $("find").onsubmit = (e) => { e.preventDefault(); send("customer", { number: Number($("customer").value) }); };
    $("differs").onclick = () => send("differs");
    $("complained").onclick = () => send("complained");
    $("large").onclick = () => {
      const on = document.documentElement.classList.toggle("large");
      $("large").setAttribute("aria-pressed", String(on));
      touch(...Object.keys(DRAW));
    };
    new ResizeObserver(() => touch("crowd-0", "crowd-1")).observe($("crowd-0"));
    send("ready");
  };
  return { begin, take, setLever, setLevers, remark, closer, renew, busy, wire, state: S };
})();
