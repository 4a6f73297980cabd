// Values at the cursor week, on every figure with a time axis, by pointer or by arrow keys; ticks that hide layers of a
// figure. The numbers stand in the page as JSON beside the figure.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const shape = (name, attributes) => {
    const node = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    return node;
  };

  const nearest = (weeks, week) => {
    let best = 0;
    weeks.forEach((w, i) => { if (Math.abs(w - week) < Math.abs(weeks[best] - week)) best = i; });
    return best;
  };

  const attach = (figure) => {
    const panels = JSON.parse(figure.querySelector("script").textContent);
    const svg = figure.querySelector("svg");
    const box = figure.querySelector(".reading");
    const rules = panels.map((panel) => svg.appendChild(shape("line", {
      y1: panel.top, y2: panel.bottom, stroke: "#1c2126", "stroke-width": 0.8, visibility: "hidden",
    })));

    const hide = () => {
      rules.forEach((rule) => rule.setAttribute("visibility", "hidden"));
      box.hidden = true;
    };

    const show = (event) => {
      const frame = svg.getBoundingClientRect();
      const unit = svg.viewBox.baseVal.width / frame.width;
      const x = (event.clientX - frame.left) * unit;
      const y = (event.clientY - frame.top) * unit;
      const panel = panels.find((p) => x >= p.left && x <= p.right && y >= p.top - 30 && y <= p.bottom + 20);
      if (!panel) { hide(); return; }
      const week = panel.first + (x - panel.left) / (panel.right - panel.left) * (panel.last - panel.first);
      read(panel, nearest(panel.weeks, week), event.clientX, event.clientY);
    };

    const read = (panel, place, clientX, clientY) => {
      // One week is read in all panels at once, so that arms can be compared.
      panels.forEach((p, i) => {
        const at = p.left + (panel.weeks[place] - p.first) / (p.last - p.first) * (p.right - p.left);
        rules[i].setAttribute("x1", at);
        rules[i].setAttribute("x2", at);
        rules[i].setAttribute("visibility", "visible");
      });
      box.replaceChildren(...lines(panel, place));
      box.hidden = false;
      const outer = figure.getBoundingClientRect();
      const left = clientX - outer.left + 14;
      box.style.left = `${Math.max(0, left + box.offsetWidth > outer.width ? left - box.offsetWidth - 28 : left)}px`;
      box.style.top = `${clientY - outer.top + 12}px`;
    };

    let panelAt = 0, placeAt = 0;
    const step = (event) => {
      const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -13, PageDown: 13, Home: -1e6, End: 1e6 };
      const across = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === "Escape") { hide(); return; }
      if (moves[event.key] === undefined && across === undefined) return;
      event.preventDefault();
      panelAt = Math.min(panels.length - 1, Math.max(0, panelAt + (across ?? 0)));
      const panel = panels[panelAt];
      placeAt = Math.min(panel.weeks.length - 1, Math.max(0, placeAt + (moves[event.key] ?? 0)));
      const frame = svg.getBoundingClientRect(), unit = frame.width / svg.viewBox.baseVal.width;
      const at = panel.left + (panel.weeks[placeAt] - panel.first) / (panel.last - panel.first) * (panel.right - panel.left);
      read(panel, placeAt, frame.left + at * unit, frame.top + panel.top * unit);
    };

    const lines = (panel, place) => [["Week", "", panel.weeks[place]], ...panel.tracks.map((t) => [t.name, t.color, t.values[place]])]
      .map(([name, color, value]) => {
        const row = document.createElement("div");
        row.textContent = `${name} ${value}`;
        row.style.color = color;
        return row;
      });

    svg.addEventListener("pointermove", show);
    svg.addEventListener("pointerdown", show);
    svg.addEventListener("pointerleave", hide);
    const picture = figure.querySelector(".picture");
    picture.addEventListener("keydown", step);
    picture.addEventListener("blur", hide);
    box.setAttribute("role", "status");
  };

  document.querySelectorAll("figure[data-read]").forEach(attach);
  document.querySelectorAll(".layers, .hint").forEach((node) => { node.hidden = false; });
  document.querySelectorAll("[data-layer]").forEach((tick) => {
    const marks = [...tick.closest("figure").querySelectorAll("svg [id]")].filter((node) => node.id.startsWith(`${tick.dataset.layer}-`));
    tick.addEventListener("change", () => marks.forEach((node) => node.classList.toggle("away", !tick.checked)));
  });
  // A table that is wider than its place says so.
  document.querySelectorAll(".scroll").forEach((place) => {
    const told = Object.assign(document.createElement("p"), { className: "more", textContent: "Wider than the window: scroll the table sideways →", hidden: true });
    place.before(told);
    new ResizeObserver(() => { told.hidden = place.scrollWidth <= place.clientWidth + 1; }).observe(place);
  });
  window.addEventListener("beforeprint", () => document.querySelectorAll("details:not(.long)").forEach((d) => { d.open = true; }));
})();
