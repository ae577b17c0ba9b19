// The drawer: whatever htmx puts into #drawer is shown over the page.
import { ask } from "./question.js";
import { isDirty } from "./dirty.js";
import { focusFirst, openLayer } from "./layers.js";

const overlay = () => document.getElementById("drawer-overlay");
const drawer = () => document.getElementById("drawer");
let release = null;

function open() {
  overlay().hidden = false;
  if (!release) release = openLayer({ element: drawer(), modal: true, onDismiss: dismiss });
  const title = drawer().querySelector("h2");
  if (title) {
    title.id ||= "drawer-title";
    drawer().setAttribute("aria-labelledby", title.id);
  }
  focusFirst(drawer());
}

export function closeDrawer() {
  if (!release) return;
  overlay().hidden = true;
  drawer().replaceChildren();
  release();
  release = null;
}

async function dismiss() {
  const form = drawer().querySelector("form");
  if (form && isDirty(form)) {
    const sure = await ask({
      title: "放弃未保存的内容？",
      text: "关闭后，本次填写的内容不会保留。",
      ok: "放弃",
      danger: true,
    });
    if (!sure) return;
  }
  closeDrawer();
}

// What was opened by its own address stands in the page; it leads back to where it belongs.
const page = () => document.getElementById("drawer-page");
const leave = () => location.assign(page().dataset.back);

/** Whether what closes now is the page itself, which is left and not loaded again. */
export const isLeaving = () => Boolean(page()) && !release;

function startPage() {
  page()?.addEventListener("click", (event) => {
    if (event.target.closest("[data-drawer-close]")) leave();
  });
  // Late enough for the message to be read.
  document.addEventListener("drawer:close", () => isLeaving() && setTimeout(leave, 1200));
}

export function startDrawer() {
  if (!overlay()) return;
  startPage();
  document.addEventListener("htmx:afterSettle", (event) => {
    const { target } = event.detail; // none when the page refreshes itself
    if (target === drawer() || target?.closest?.("#drawer")) {
      if (drawer().childElementCount && (target === drawer() || !release)) open();
    }
  });
  // The form that announced the end must stay in the page until its other events have bubbled.
  document.addEventListener("drawer:close", () => setTimeout(closeDrawer));
  overlay().addEventListener("pointerdown", (event) => {
    if (event.target === overlay()) dismiss();
  });
  drawer().addEventListener("click", (event) => {
    if (event.target.closest("[data-drawer-close]")) dismiss();
  });
}
