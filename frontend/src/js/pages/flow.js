// Where a return leads, as curves at the side of the picture of a flow; each box says it in words, too.
const SVG = "http://www.w3.org/2000/svg";

/** The middle of the right side of a box, within the picture. */
function side(box, flow) {
  const inner = box.getBoundingClientRect();
  const outer = flow.getBoundingClientRect();
  return { x: inner.right - outer.right, y: (inner.top + inner.bottom) / 2 - outer.top };
}

function part(svg, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  svg.append(made);
}

function draw(flow) {
  // A picture that was replaced has no places any more.
  if (!flow.isConnected) {
    seen.unobserve(flow);
    return;
  }
  flow.querySelector(".flow-returns")?.remove();
  const room = Number.parseFloat(getComputedStyle(flow).paddingRight);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "flow-returns");
  svg.setAttribute("aria-hidden", "true");
  const from = [...flow.querySelectorAll("[data-flow-back]")];
  for (const [at, box] of from.entries()) {
    const to = flow.querySelector(`[data-flow-box="${box.dataset.flowBack}"]`);
    if (!to) continue;
    // Returns that overlap stand beside each other.
    const out = room - 6 - (at % 4) * Math.min(8, room / 6);
    const start = side(box, flow);
    const end = side(to, flow);
    const begin = room + start.x;
    const goal = room + end.x + 2;
    const bend = 8;
    part(svg, "path", {
      d: `M${begin} ${start.y} H${out - bend} Q${out} ${start.y} ${out} ${start.y - bend} V${end.y + bend} Q${out} ${end.y} ${out - bend} ${end.y} H${goal + 6}`,
    });
    part(svg, "path", { class: "tip", d: `M${goal} ${end.y} l8 -4 v8 z` });
  }
  flow.append(svg);
}

const seen = new ResizeObserver((entries) => {
  for (const { target } of entries) draw(target);
});

function watch(root) {
  for (const flow of root.querySelectorAll("[data-flow]")) seen.observe(flow);
}

watch(document);
document.addEventListener("htmx:afterSettle", () => watch(document));
