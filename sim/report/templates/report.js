// Values at the cursor week, on every figure with a time axis. The numbers stand in the page as JSON beside the figure.
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
      const place = nearest(panel.weeks, week);
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
      const left = event.clientX - outer.left + 14;
      box.style.left = `${left + box.offsetWidth > outer.width ? left - box.offsetWidth - 28 : left}px`;
      box.style.top = `${event.clientY - outer.top + 12}px`;
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
  };

  document.querySelectorAll("figure[data-read]").forEach(attach);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details:not(.long)").forEach((d) => { d.open = true; }));
})();
