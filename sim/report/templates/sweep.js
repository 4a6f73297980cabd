// The explorer of a sweep's page: a control a factor; what is shown is always a point of the design, as it was simulated.
// The points stand in the page as JSON (sim/report/explorer.py): whole numbers, value = number / 10 ** digits.
(() => {
  const root = document.getElementById("explore");
  if (!root) return;
  const data = JSON.parse(document.getElementById("points").textContent);
  const { factors, outcomes, measures, numbers } = data;
  const REPORTED = "#b8430f", TRUE = "#1f5f99", INK = "#1c2126", DOTS = "#9aa3ab", RULE = "#d9dde1";
  const find = (query) => root.querySelector(query);

  const node = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => { made[key] = value; });
    made.append(...children);
    return made;
  };
  const shape = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // ---- Numbers in words
  const minus = (text) => text.replace("-", "\u2212");
  const value = (o, i, key = "m") => (o[key][i] === null ? null : o[key][i] / 10 ** o.digits);
  const write = (o, x, signed = false) => {
    if (x === null) return "–";
    const places = Math.max(0, o.digits);
    const text = x.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
    return (signed && x > 0 ? "+" : "") + minus(/[1-9]/.test(text) ? text : text.replace("-", ""));
  };
  const ends = (o, i, mid = "m", half = "h") => {
    const [m, h] = [value(o, i, mid), value(o, i, half)];
    return m === null || h === null ? "" : `${write(o, m - h)} to ${write(o, m + h)}`;
  };
  const short = (x) => minus(x.toLocaleString("en-US", { maximumSignificantDigits: 3 }));
  const brief = (x) => minus(x.toLocaleString("en-US", { notation: Math.abs(x) >= 10000 ? "compact" : "standard", maximumSignificantDigits: 4 }));

  const unitOf = (o) => (o.unit === "points" ? "" : o.unit);

  // ---- Where a point lies: every factor's range is 1; another name is farther than any number
  const along = (f, x) => (f.high > f.low ? (f.log ? Math.log(x / f.low) / Math.log(f.high / f.low) : (x - f.low) / (f.high - f.low)) : 0);
  factors.forEach((f) => {
    if (f.levels && f.number) [f.low, f.high] = [Math.min(...f.of), Math.max(...f.of)];
    f.place = f.levels ? (f.number ? f.at.map((at) => along(f, f.of[at])) : f.at) : f.values.map((x) => along(f, x));
    f.told = (i) => (f.levels ? f.levels[f.at[i]] : short(f.values[i]));
    f.asked = f.levels ? 0 : f.places / 2;
    f.wanted = () => (f.levels ? (f.number ? along(f, f.of[f.asked]) : f.asked) : f.asked / f.places);
    f.says = () => (f.levels ? f.levels[f.asked] : short(f.log ? f.low * (f.high / f.low) ** (f.asked / f.places) : f.low + (f.high - f.low) * f.asked / f.places));
  });
  const sits = (f, i) => (f.levels ? f.at[i] === f.asked : Math.round(f.place[i] * f.places) === f.asked);
  const far = factors.length + 1;
  const nearest = () => {
    const wanted = factors.map((f) => f.wanted());
    let best = 0, least = Infinity;
    for (let i = 0; i < numbers.length; i += 1) {
      let distance = 0;
      for (let k = 0; k < factors.length; k += 1) {
        const step = factors[k].place[i] - wanted[k];
        distance += factors[k].number ? step * step : (step ? far : 0);
      }
      if (distance < least) { best = i; least = distance; }
    }
    return { at: best, exact: factors.every((f) => sits(f, best)) };
  };
  // In a grid a curve goes through the points that differ from the shown one in one factor alone.
  const key = (levels) => levels.join(",");
  const grid = data.factorial && factors.every((f) => f.levels);
  const cells = new Map(grid ? numbers.map((_, i) => [key(factors.map((f) => f.at[i])), i]) : []);
  // Where there is no grid, begin at the point nearest to the middle of all factors: at their ends there may be none.
  if (!grid) {
    factors.filter((f) => f.levels && f.number).forEach((f) => { f.asked = Math.floor(f.levels.length / 2); });
    const { at } = nearest();
    factors.forEach((f) => { f.asked = f.levels ? f.at[at] : Math.round(f.place[at] * f.places); });
  }
  const slice = (k, at) => factors[k].levels.map((_, level) => cells.get(key(factors.map((f, j) => (j === k ? level : f.at[at])))));

  // ---- Controls
  const control = (f, k) => {
    const id = `factor-${k}`;
    const choice = f.number
      ? node("input", { type: "range", id, min: 0, max: f.levels ? f.levels.length - 1 : f.places, step: 1, value: f.asked })
      : node("select", { id }, ...f.levels.map((level, place) => node("option", { value: place, textContent: level })));
    const output = node("output", { htmlFor: id });
    f.show = () => {
      choice.value = f.asked;
      if (f.number) { choice.setAttribute("aria-valuetext", f.says()); output.textContent = f.says(); }
    };
    choice.addEventListener("input", () => { f.asked = Number(choice.value); update(); });
    const box = node("div", { className: "control" }, node("label", { htmlFor: id, textContent: f.name }), output, choice);
    if (f.number) {
      const [low, high] = f.levels ? [f.levels[0], f.levels[f.levels.length - 1]] : [short(f.low), short(f.high)];
      box.append(node("span", { className: "ends" }, node("span", { textContent: low }), node("span", { textContent: high })));
    }
    if (f.path && f.path !== f.name) box.append(node("code", { textContent: f.path }));
    return box;
  };

  // ---- Where we are, in words
  const where = find(".where"), told = find(".told");
  let waiting = 0;
  const place = ({ at, exact }) => {
    const names = factors.map((f) => `${f.name} ${f.told(at)}${exact || f.told(at) === f.says() ? "" : ` (asked ${f.says()})`}`).join(", ");
    const runs = `${data.replicates[at]} replicate${data.replicates[at] === 1 ? "" : "s"}`;
    where.textContent = exact
      ? `Design point ${numbers[at]}: ${names}; ${runs}.`
      : `No point of the design lies exactly there. Shown is the nearest of ${numbers.length.toLocaleString("en-US")}, point ${numbers[at]}: ${names}; ${runs}.`;
    where.classList.toggle("near", !exact);
    const both = measures.map((m) => `${m.title} reported ${write(outcomes[m.reported], value(outcomes[m.reported], at))}, true ${write(outcomes[m.true], value(outcomes[m.true], at))}`);
    const rest = outcomes.filter((_, j) => !measures.some((m) => m.reported === j || m.true === j)).map((o) => `${o.title} ${write(o, value(o, at))} ${unitOf(o)}`.trim());
    clearTimeout(waiting);
    waiting = setTimeout(() => { told.textContent = `${where.textContent} ${[...both, ...rest].join("; ")}.`; }, 400);
  };

  // ---- Reported against true, on the range of all points
  const span = (which) => {
    let low = Infinity, high = -Infinity;
    which.forEach((o) => o.m.forEach((_, i) => {
      const m = value(o, i), h = value(o, i, "h") ?? 0;
      if (m !== null) { low = Math.min(low, m - h); high = Math.max(high, m + h); }
    }));
    if (low > high) return [0, 1];
    return low === high ? [low - 1, high + 1] : [low, high];
  };
  const reading = (m) => {
    const two = [outcomes[m.reported], outcomes[m.true]];
    const [low, high] = span(two);
    const x = (v) => `${2 + 96 * (v - low) / (high - low)}%`;
    const svg = shape("svg", { "aria-hidden": "true" });
    const words = node("p");
    const unit = unitOf(two[1]) && `${unitOf(two[1])} · `;
    const range = `${unit}all points ${write(two[1], low)} to ${write(two[1], high)}${m.less ? " · less is better" : ""}`;
    const heading = node("h3", {}, m.title, node("small", { textContent: range }));
    const show = (at) => {
      svg.replaceChildren(shape("line", { x1: "2%", x2: "98%", y1: 19, y2: 19, stroke: RULE, "stroke-width": 1 }));
      two.forEach((o, kind) => {
        const mid = value(o, at), half = value(o, at, "h"), y = kind ? 27 : 11, color = kind ? TRUE : REPORTED;
        if (mid === null) return;
        if (half) svg.append(shape("line", { x1: x(mid - half), x2: x(mid + half), y1: y, y2: y, stroke: color, "stroke-width": 2 }));
        const mark = shape("svg", { x: x(mid), y, overflow: "visible" });
        mark.append(kind ? shape("circle", { r: 6, fill: color }) : shape("path", { d: "M0-7.5 7.5 0 0 7.5-7.5 0Z", fill: color }));
        svg.append(mark);
      });
      const say = (o) => { const e = ends(o, at); return `${write(o, value(o, at))}${e && ` (${e})`}`; };
      const [r, t] = two.map((o) => value(o, at));
      const gap = r === null || t === null ? "" : ` · gap ${write(two[1], r - t, true)}`;
      words.replaceChildren(node("b", { className: "reported", textContent: "◆ reported" }), ` ${say(two[0])} · `, node("b", { className: "true", textContent: "● true" }), ` ${say(two[1])}${gap}`);
    };
    return { box: node("div", { className: "measure" }, heading, svg, words), show };
  };

  // ---- Table of outcomes
  const changed = outcomes.some((o) => o.d);
  const rows = () => {
    const heads = ["Outcome", "Mean", "95 % interval", ...(changed ? ["Change", "95 % interval"] : [])];
    find(".outcomes thead").replaceChildren(node("tr", {}, ...heads.map((text, i) => node("th", { textContent: text, scope: "col", className: i ? "n" : "" }))));
    const from = changed ? ` Change: from ${factors.map((f, k) => `${f.name} ${data.reference[k]}`).join(", ")}, replicate by replicate; bold: beyond noise.` : "";
    find(".outcomes caption").textContent = `Outcomes of the chosen design point.${from}`;
  };
  const fill = (at) => {
    const cell = (text, bold) => node("td", { className: "n" }, bold ? node("b", { textContent: text }) : text);
    find(".outcomes tbody").replaceChildren(...outcomes.map((o) => {
      const unit = unitOf(o) && `, ${unitOf(o)}`;
      const row = node("tr", {}, node("th", { scope: "row", textContent: o.title + unit }), cell(write(o, value(o, at))), cell(ends(o, at) || "–"));
      if (o.d) {
        const sure = o.dh[at] !== null && Math.abs(o.d[at]) > o.dh[at];
        const itself = factors.every((f, k) => f.told(at) === data.reference[k]);
        row.append(cell(itself ? "–" : write(o, value(o, at, "d"), true), sure), cell(itself ? "–" : ends(o, at, "d", "dh") || "–"));
      }
      return row;
    }));
  };

  // ---- Curves
  const W = 320, H = 196, LEFT = 48, RIGHT = 310, TOP = 10, BOTTOM = 152;
  const choices = [
    ...measures.map((m) => ({ title: `${m.title}, reported and true`, lines: [[outcomes[m.reported], REPORTED, "reported", "5 3"], [outcomes[m.true], TRUE, "true", ""]] })),
    ...outcomes.filter((_, j) => !measures.some((m) => m.reported === j || m.true === j)).map((o) => ({ title: o.title, lines: [[o, INK, o.title, ""]] })),
  ];
  const ticks = (low, high) => {
    const raw = (high - low) / 4, size = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].map((n) => n * size).find((n) => n >= raw);
    const found = [];
    for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push(n * step || 0);
    return found;
  };
  const labels = (svg, f) => {
    const shown = f.levels ?? [short(f.low), short(f.high)];
    const every = f.number ? Math.ceil(shown.length / 8) : 1;
    shown.forEach((text, i) => {
      if (i % every) return;
      const x = f.levels ? f.x(i) : (i ? RIGHT : LEFT), made = shape("text", { x, y: BOTTOM + 16, "text-anchor": f.levels ? "middle" : (i ? "end" : "start") });
      (f.number ? [text] : text.split(" ")).forEach((word, line) => made.append(shape("tspan", { x, dy: line ? 12 : 0 }, word)));
      svg.append(made);
    });
  };
  const chart = (f, k, choice, [low, high]) => {
    const y = (v) => BOTTOM - (v - low) / (high - low) * (BOTTOM - TOP);
    const last = f.levels ? f.levels.length - 1 : 1;
    const inset = f.levels && !f.number ? 26 : 8;
    f.x = f.levels ? (level) => LEFT + inset + (RIGHT - LEFT - 2 * inset) * (last ? level / last : 0.5) : (p) => LEFT + (RIGHT - LEFT) * p;
    const where = (i) => (f.levels ? f.x(f.at[i]) : f.x(f.place[i]));
    const svg = shape("svg", { viewBox: `0 0 ${W} ${H}`, role: "img" });
    ticks(low, high).forEach((v) => {
      svg.append(shape("line", { x1: LEFT, x2: RIGHT, y1: y(v), y2: y(v), stroke: RULE, "stroke-width": 1 }));
      svg.append(shape("text", { x: LEFT - 6, y: y(v) + 4, "text-anchor": "end" }, brief(v)));
    });
    labels(svg, f);
    const body = svg.appendChild(shape("g", {})), mark = svg.appendChild(shape("g", {}));
    if (!grid) {
      choice.lines.forEach(([o, color]) => {
        // Filled outlines: browsers leave out some of many strokes without length.
        const dot = numbers.length > 1000 ? "h1.6v1.6h-1.6z" : "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0z";
        const d = o.m.map((m, i) => (m === null ? "" : `M${where(i).toFixed(1)} ${y(value(o, i)).toFixed(1)}${dot}`)).join("");
        body.append(shape("path", { d, fill: choice.lines.length > 1 ? color : DOTS, "fill-opacity": 0.5 }));
      });
    } else {
      svg.style.cursor = "pointer";
      svg.addEventListener("click", (event) => {
        const x = (event.clientX - svg.getBoundingClientRect().left) * W / svg.getBoundingClientRect().width;
        f.levels.forEach((_, level) => { if (Math.abs(f.x(level) - x) < Math.abs(f.x(f.asked) - x)) f.asked = level; });
        update();
      });
    }
    const line = (o, color, dash, at) => {
      const there = slice(k, at).map((i, level) => [i, level]).filter(([i]) => i !== undefined && value(o, i) !== null);
      const edge = (side) => there.map(([i, level]) => `${f.x(level)} ${y(value(o, i) + side * (value(o, i, "h") ?? 0))}`);
      if (f.number) {
        body.append(shape("path", { d: `M${[...edge(1), ...edge(-1).reverse()].join("L")}Z`, fill: color, "fill-opacity": 0.14 }));
        body.append(shape("path", { d: `M${edge(0).join("L")}`, fill: "none", stroke: color, "stroke-width": 2, "stroke-dasharray": dash }));
      } else {
        edge(1).forEach((high, n) => body.append(shape("path", { d: `M${high}L${edge(-1)[n]}`, stroke: color, "stroke-width": 2, "stroke-opacity": 0.6 })));
      }
      edge(0).forEach((point) => { const [cx, cy] = point.split(" "); body.append(shape("circle", { cx, cy, r: 2.6, fill: color })); });
      return there.map(([i, level]) => `${f.levels[level]}: ${write(o, value(o, i))}`).join(", ");
    };
    const show = (at) => {
      if (grid) body.replaceChildren();
      const spoken = choice.lines.map(([o, color, name, dash]) => `${name} ${grid ? line(o, color, dash, at) : `at ${numbers.length} points`}; here ${write(o, value(o, at))}`);
      mark.replaceChildren(shape("line", { x1: where(at), x2: where(at), y1: TOP, y2: BOTTOM, stroke: INK, "stroke-width": 1, "stroke-dasharray": "2 3" }));
      choice.lines.forEach(([o, color]) => {
        const mid = value(o, at), half = value(o, at, "h");
        if (mid === null) return;
        if (half) mark.append(shape("line", { x1: where(at), x2: where(at), y1: y(mid - half), y2: y(mid + half), stroke: color, "stroke-width": 2.5 }));
        mark.append(shape("circle", { cx: where(at), cy: y(mid), r: 5.5, fill: "#fff", stroke: color, "stroke-width": 2.5 }));
      });
      svg.setAttribute("aria-label", `${choice.title} along ${f.name}: ${spoken.join("; ")}`);
    };
    return { box: node("div", {}, node("h3", { textContent: f.name }), svg), show };
  };

  let charts = [];
  const pick = find("#curve-of");
  const drawCurves = () => {
    const choice = choices[Number(pick.value)];
    const range = span(choice.lines.map(([o]) => o));
    const o = choice.lines[0][0], two = choice.lines.length > 1 ? ` Orange${grid ? ", dashed" : ""}: reported; blue: true.` : "";
    find(".curves-told").textContent = (grid
      ? "Each curve goes through the design points at which the other factors are as chosen above, evenly spaced; the band is the 95 % interval. Click a curve to go there."
      : `Every dot is one of ${numbers.length.toLocaleString("en-US")} design points; the ring is the one shown above, with its 95 % interval.`) + two + (unitOf(o) ? ` In ${unitOf(o)}.` : "");
    charts = factors.map((f, k) => chart(f, k, choice, range));
    find(".curves").replaceChildren(...charts.map((c) => c.box));
  };

  const readings = measures.map(reading);
  const update = () => {
    factors.forEach((f) => f.show());
    const found = nearest();
    place(found);
    readings.forEach((r) => r.show(found.at));
    fill(found.at);
    charts.forEach((c) => c.show(found.at));
  };

  find(".controls").append(...factors.map(control));
  find(".readings").append(...readings.map((r) => r.box));
  rows();
  pick.append(...choices.map((choice, i) => node("option", { value: i, textContent: choice.title })));
  pick.addEventListener("change", () => { drawCurves(); update(); });
  if (data.every > 1) find(".hint").append(` The page holds every ${data.every}th of ${data.planned.toLocaleString("en-US")} points; the tables beside it hold all.`);
  drawCurves();
  root.hidden = false;
  root.parentElement.querySelector(".scriptless").remove();
  update();
})();
