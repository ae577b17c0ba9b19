// Menus that hang on a button: arrows, Home, End, first letters are the browser's, Esc closes.
// A menu with data-load asks for its lines when it is opened first.
import { openFloating } from "./floating.js";
import { htmx } from "./htmx-setup.js";

function setup(box) {
  const button = box.querySelector(":scope > button");
  const menu = box.querySelector(":scope > .dropdown-menu");
  const items = () =>
    [...menu.querySelectorAll("a, button, input, summary")].filter((item) => !item.disabled);
  let close = null;
  let loading = false;

  async function load() {
    loading = true;
    await htmx.ajax("GET", menu.dataset.load, { source: menu, target: menu, swap: "innerHTML" });
    loading = false;
    if (menu.children.length) delete menu.dataset.load;
    return !menu.dataset.load && box.isConnected;
  }

  async function open(focusAt) {
    if (loading || (menu.dataset.load && !(await load()))) return;
    button.setAttribute("aria-expanded", "true");
    box.closest("td")?.classList.add("is-open");
    close = openFloating(button, menu, {
      align: box.dataset.align ?? "end",
      onClose: () => {
        close = null;
        button.setAttribute("aria-expanded", "false");
        box.closest("td")?.classList.remove("is-open");
      },
    });
    if (focusAt !== undefined) items().at(focusAt)?.focus();
  }

  button.addEventListener("click", (event) => (close ? close() : open(event.detail === 0 ? 0 : undefined)));
  button.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    if (!close) open(event.key === "ArrowDown" ? 0 : -1);
    else
      items()
        .at(event.key === "ArrowDown" ? 0 : -1)
        ?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const list = items();
    const at = list.indexOf(document.activeElement);
    const next = {
      ArrowDown: (at + 1) % list.length,
      ArrowUp: (at - 1 + list.length) % list.length,
      Home: 0,
      End: list.length - 1,
    }[event.key];
    if (event.key === "Tab" && close) close();
    if (next === undefined) return;
    event.preventDefault();
    list[next]?.focus();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a, button") && !event.target.closest("[data-stay]"))
      setTimeout(() => close?.());
  });
}

export function startDropdowns(enhance) {
  enhance("[data-dropdown]", setup);
}
