// Side menu: narrow or wide on a desktop (a cookie, so that the server draws it right at once), off-canvas on a phone.
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

export function startShell() {
  const side = document.getElementById("side");
  const button = document.getElementById("side-toggle");
  if (!side || !button) return;
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  button.addEventListener("click", () => {
    if (!isWide()) return openSide(side, button);
    const small = document.documentElement.classList.toggle("menu-small");
    button.setAttribute("aria-expanded", String(!small));
    document.cookie = `menu=${small ? "small" : "wide"}; path=/; max-age=31536000; samesite=lax`;
  });
}
