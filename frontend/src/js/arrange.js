// Rows of a table that are put into order by dragging their handles, or with the arrow keys on them.
import { htmx } from "./htmx-setup.js";

const MOVES = { ArrowUp: -1, ArrowDown: 1 };

function save(body) {
  const keys = [...body.querySelectorAll("[data-key]")].map((row) => row.dataset.key);
  htmx.ajax("POST", body.dataset.url, { swap: "none", values: { pk: keys } });
}

/** Put `row` before `other`, or last; tell whether that moves it. */
function place(body, row, other) {
  if (other === row || row.nextElementSibling === other) return false;
  body.insertBefore(row, other);
  return true;
}

/** The row before which a pointer at `y` lets go; null: behind the last one. */
function rowAt(body, y) {
  const rows = [...body.querySelectorAll("[data-key]")];
  return rows.find((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
}

function setupHandle(body, handle) {
  const row = handle.closest("[data-key]");
  handle.addEventListener("keydown", (event) => {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling?.nextElementSibling;
    if (step < 0 ? !other : !row.nextElementSibling) return;
    body.insertBefore(row, other ?? null);
    handle.focus();
    save(body);
  });
  // Pointers, so that fingers drag as well as mice; heard by the document, for a row that moves lets go of them.
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.focus();
    let moved = false;
    row.classList.add("is-dragged");
    const move = (at) => {
      moved = place(body, row, rowAt(body, at.clientY) ?? null) || moved;
    };
    const end = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      row.classList.remove("is-dragged");
      if (moved) save(body);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  });
}

export function startArranging(enhance) {
  enhance('[data-enhance="arrange"]', (body) => {
    for (const handle of body.querySelectorAll("[data-handle]")) setupHandle(body, handle);
  });
}
