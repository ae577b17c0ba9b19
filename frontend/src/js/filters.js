// Filters live in the address: no empty values, and tab, order and page size stay.
function tidy(event) {
  const form = event.target.closest?.("[data-filters]");
  if (!form || event.detail.elt !== form) return;
  const { parameters } = event.detail;
  const now = new URLSearchParams(location.search);
  for (const name of (form.dataset.keep ?? "").split(",").filter(Boolean)) {
    if (now.has(name) && !form.elements[name]) parameters.append(name, now.get(name));
  }
  for (const name of new Set([...event.detail.formData.keys()])) {
    const values = event.detail.formData.getAll(name).filter((value) => value !== "");
    event.detail.formData.delete(name);
    for (const value of values) event.detail.formData.append(name, value);
  }
}

function setup(form) {
  for (const button of form.querySelectorAll("[data-filters-more]")) {
    button.addEventListener("click", () => {
      const open = form.classList.toggle("is-open");
      for (const other of form.querySelectorAll("[data-filters-more]")) {
        other.setAttribute("aria-expanded", String(open));
        other.querySelector("span").textContent = open ? "收起筛选" : "更多筛选";
      }
    });
  }
}

export function startFilters(enhance) {
  enhance("[data-filters]", setup);
  document.addEventListener("htmx:configRequest", tidy);
}
