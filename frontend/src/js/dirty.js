// Knows whether a form holds values that were not sent. Nothing is written to browser storage:
// what is typed here is mostly personal data.
const before = new WeakMap();

function values(form) {
  return new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value])).toString();
}

export function watchForm(form) {
  // Widgets set their first values in the same turn.
  setTimeout(() => before.set(form, form.querySelector(".is-invalid") ? "refused once" : values(form)));
}

export function isDirty(form) {
  return before.has(form) && before.get(form) !== values(form);
}

export function startDirty(enhance) {
  enhance("form[data-dirty]", watchForm);
  let sending = false;
  document.addEventListener("submit", () => {
    sending = true;
    setTimeout(() => (sending = false), 2000);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && [...document.querySelectorAll("form[data-dirty]")].some(isDirty)) event.preventDefault();
  });
}
