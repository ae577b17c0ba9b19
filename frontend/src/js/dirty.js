// Knows whether a form holds values that were not sent. Nothing is written to browser storage:
// what is typed here is mostly personal data.
const before = new WeakMap();

function values(form) {
  return new URLSearchParams(
    [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]),
  ).toString();
}

// Where the server chose nothing, a list shows its first entry by itself.
function isChosenAnew(list) {
  const options = [...list.options];
  const own = list.multiple || options.some((option) => option.defaultSelected);
  if (own) return options.some((option) => option.selected !== option.defaultSelected);
  return list.selectedIndex > options.findIndex((option) => !option.disabled);
}

// A fast hand types before the form is watched: then it differs from what the server sent.
function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field.options) return isChosenAnew(field);
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.defaultValue !== undefined && field.value !== field.defaultValue;
  });
}

export function watchForm(form) {
  if (isTouched(form) || form.querySelector(".is-invalid")) before.set(form, "touched");
  // Widgets set their first values in the same turn.
  else queueMicrotask(() => before.set(form, values(form)));
}

export function isDirty(form) {
  return before.has(form) ? before.get(form) !== values(form) : isTouched(form);
}

export const holdsTyped = () => [...document.querySelectorAll("form[data-dirty]")].some(isDirty);

let leaving = false;
/** Lets the page go without a question: what it holds is sent, or not to be kept. */
export function leaveFreely() {
  leaving = true;
  setTimeout(() => (leaving = false), 2000);
}

export function startDirty(enhance) {
  enhance("form[data-dirty]", watchForm);
  document.addEventListener("submit", leaveFreely);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && holdsTyped()) event.preventDefault();
  });
}
