// Global search: Ctrl K, results as one types (htmx), arrows and Enter.
export function startSearch() {
  const box = document.getElementById("search");
  if (!box) return;
  const field = box.querySelector("input");
  const popup = box.querySelector(".search-popup");
  const options = () => [...popup.querySelectorAll("[role=option]")];
  let active = -1;

  function mark(next) {
    const list = options();
    list[active]?.classList.remove("is-active");
    list[active]?.setAttribute("aria-selected", "false");
    active = list.length ? (next + list.length) % list.length : -1;
    list[active]?.classList.add("is-active");
    list[active]?.setAttribute("aria-selected", "true");
    list[active]?.scrollIntoView({ block: "nearest" });
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list[active].id);
  }

  function show(visible) {
    popup.hidden = !visible;
    field.setAttribute("aria-expanded", String(visible));
  }

  function leave() {
    show(false);
    box.classList.remove("is-open");
  }

  function enter() {
    box.classList.add("is-open");
    field.focus();
    field.select();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, textarea, select, [role=dialog]")) {
      const own = document.querySelector("[data-key='/']"); // the search of this page, if it has one
      if (!own) return;
      event.preventDefault();
      own.focus();
      own.select();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      enter();
    }
  });
  for (const button of document.querySelectorAll("[data-search-open]"))
    button.addEventListener("click", enter);
  field.addEventListener("focus", () => popup.childElementCount && show(true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" && active >= 0) options()[active].click();
    else if (event.key === "Escape") {
      leave();
      field.blur();
    } else return;
    event.preventDefault();
  });
  popup.addEventListener("htmx:afterSwap", () => {
    for (const [at, option] of options().entries()) option.id ||= `search-option-${at}`;
    active = -1;
    show(field.value.trim() !== "");
  });
  document.addEventListener(
    "pointerdown",
    (event) => !box.contains(event.target) && !event.target.closest("[data-search-open]") && leave(),
  );
  box.addEventListener(
    "focusout",
    (event) => event.relatedTarget && !box.contains(event.relatedTarget) && leave(),
  );
}
