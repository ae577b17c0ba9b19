// Small makers of elements.
let lastId = 0;

export function nextId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** h("a.card", {href: "#", onclick: f}, "text", child): an element; a false or null child is left out. */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== false && child !== null && child !== undefined),
  );
  return element;
}

const sprite = document.querySelector('meta[name="icons"]')?.content ?? "/static/icons.svg";

export function icon(name, size = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", size ? `icon icon-${size}` : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? "";
}

export const isPhone = () => window.matchMedia("(max-width: 639.98px)").matches;

/** Tells htmx, form watchers and other widgets that a control changed. */
export function changed(control) {
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
