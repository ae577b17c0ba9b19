// Whatever lies over the page: menus, pickers, drawer, question. The last opened closes first on Esc
// and on a click outside; a modal layer keeps the focus inside and gives it back.
import { isPhone } from "./dom.js";

const stack = [];
const focusable =
  'a[href], button:not([disabled]), input:not([disabled]):not([type="hidden"]), select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

/** Puts a layer on top; returns the function that takes it away (without asking). */
export function openLayer({ element, anchor = null, modal = false, onDismiss }) {
  // A menu that stayed open would lie over it; whatever it hangs on has the focus back afterwards.
  if (modal) for (const loose of stack.filter((other) => !other.modal)) loose.onDismiss("escape");
  const layer = { element, anchor, modal, onDismiss, back: document.activeElement };
  stack.push(layer);
  if (modal) {
    const root = document.documentElement;
    // The page must not jump when its scroll bar goes.
    if (!root.classList.contains("has-overlay"))
      root.classList.toggle("has-scrollbar", window.innerWidth > root.clientWidth);
    root.classList.add("has-overlay");
  }
  return ({ giveBack = true } = {}) => {
    const at = stack.indexOf(layer);
    if (at < 0) return;
    stack.splice(at, 1);
    if (!stack.some((other) => other.modal)) document.documentElement.classList.remove("has-overlay");
    if (giveBack) giveFocus(layer.back);
  };
}

const ROWS = "tbody tr, li, [data-row]";

// What had the focus and where it stood: a list that is loaded anew may replace it, or have its row no more.
let given = null;
let place = null;

function remember(element) {
  given = element;
  if (element) place = placeOf(element);
}

function giveFocus(element) {
  remember(element?.isConnected ? element : twinOf(element));
  given?.focus({ preventScroll: true });
}

/** What stands on the page for an element that was replaced: the same id, or the same address and value. */
function twinOf(element) {
  if (element?.id) return document.getElementById(element.id);
  const name = ["hx-get", "hx-post", "href"].find((one) => element?.hasAttribute(one));
  if (!name) return null;
  const same = [...document.querySelectorAll(`[${name}="${CSS.escape(element.getAttribute(name))}"]`)].filter(
    (one) => one.value === element.value && one.getClientRects().length > 0,
  );
  return same.find((one) => one.textContent === element.textContent) ?? same[0] ?? null;
}

/** The how many-th row of which list an element stands in, and what else can be done in it. */
function placeOf(element) {
  const row = element.closest(ROWS);
  const list = row?.closest("[id]");
  if (!list) return null;
  return { list: list.id, at: [...row.parentElement.children].indexOf(row), others: visibleWithin(row) };
}

/** Whoever moved a row to the end goes on with that row; whoever deleted it, with the one that stands there now. */
function focusPlace() {
  const list = place && document.getElementById(place.list);
  if (!list) return;
  const rows = [...list.querySelectorAll(ROWS)];
  const row = rows[Math.min(place.at, rows.length - 1)];
  const next = place.others.map(twinOf).find(Boolean) ?? visibleWithin(row ?? list)[0];
  next?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", () => {
  if (document.activeElement !== document.body && !stack.some((layer) => layer.modal))
    remember(document.activeElement);
});

document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body || !given || given.isConnected) return;
  giveFocus(given);
  if (!given) focusPlace();
});

function visibleWithin(element) {
  return [...element.querySelectorAll(focusable)].filter((item) => item.getClientRects().length > 0);
}

export function focusFirst(element) {
  const wanted = element.querySelector(".is-invalid:not(div), [data-autofocus], [autofocus]");
  const items = visibleWithin(element);
  // On a phone the keyboard would cover what was just opened.
  if (!wanted && isPhone()) return element.focus();
  const field = items.find((item) => item.matches("input, select, textarea"));
  // A calendar opens when its field is entered, and would cover what stands below.
  if (!wanted && field?.matches(".flatpickr-input")) return element.focus();
  (wanted?.getClientRects().length ? wanted : (field ?? items[0] ?? element)).focus();
}

document.addEventListener("keydown", (event) => {
  const top = stack[stack.length - 1];
  if (!top) return;
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    top.onDismiss("escape");
  }
  const modal = [...stack].reverse().find((layer) => layer.modal);
  if (event.key !== "Tab" || !modal) return;
  const items = visibleWithin(modal.element);
  if (!items.length) return event.preventDefault();
  const edge = event.shiftKey ? items[0] : items[items.length - 1];
  const outside =
    !modal.element.contains(document.activeElement) && !document.activeElement.closest(".flatpickr-calendar");
  if (document.activeElement === edge || outside) {
    event.preventDefault();
    (event.shiftKey ? items[items.length - 1] : items[0]).focus();
  }
});

document.addEventListener(
  "pointerdown",
  (event) => {
    given = place = null;
    const top = stack[stack.length - 1];
    if (!top || top.modal) return;
    if (top.element.contains(event.target) || top.anchor?.contains(event.target)) return;
    top.onDismiss("outside");
  },
  true,
);
