// Side menu: narrow or wide on a desktop (a cookie, so that the server draws it right at once), off-canvas on a phone;
// its groups folded as they were left.
import { h } from "./dom.js";
import { focusFirst, openLayer } from "./layers.js";

const isWide = () => window.matchMedia("(min-width: 992px)").matches;

function openSide(side, button) {
  const shade = document.body.appendChild(h("div.overlay", { onclick: () => close() }));
  side.before(shade);
  side.classList.add("is-open");
  button.setAttribute("aria-expanded", "true");
  const close = () => {
    side.classList.remove("is-open");
    button.setAttribute("aria-expanded", "false");
    shade.remove();
    release();
  };
  const release = openLayer({ element: side, modal: true, onDismiss: close });
  focusFirst(side.querySelector("[aria-current]")?.parentElement ?? side);
}

const FOLDED = "menu-folded";

function folded() {
  try {
    return new Set(JSON.parse(localStorage.getItem(FOLDED) ?? "[]"));
  } catch {
    return new Set(); // storage is off, or holds something else
  }
}

function show(button, open) {
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
}

function startFolding(side) {
  const left = folded();
  for (const button of side.querySelectorAll("[data-fold]")) {
    const list = document.getElementById(button.getAttribute("aria-controls"));
    // Where one is, is always in sight.
    if (left.has(button.dataset.fold) && !list.querySelector("[aria-current]")) show(button, false);
    button.addEventListener("click", () => {
      const open = list.hidden;
      show(button, open);
      const now = folded();
      if (open) now.delete(button.dataset.fold);
      else now.add(button.dataset.fold);
      try {
        localStorage.setItem(FOLDED, JSON.stringify([...now]));
      } catch {
        // As above: folded until the next page.
      }
    });
  }
}

export function startShell() {
  const side = document.getElementById("side");
  const button = document.getElementById("side-toggle");
  if (!side || !button) return;
  startFolding(side);
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  button.addEventListener("click", () => {
    if (!isWide()) return openSide(side, button);
    document.documentElement.classList.add("menu-moves");
    const small = document.documentElement.classList.toggle("menu-small");
    button.setAttribute("aria-expanded", String(!small));
    document.cookie = `menu=${small ? "small" : "wide"}; path=/; max-age=31536000; samesite=lax`;
  });
}
