// Lists: choosing rows, the bulk bar, columns shown, export of what is seen.
import { h, nextId } from "./dom.js";

function setupSelection(list) {
  const bar = list.querySelector("[data-bulk]");
  const head = list.querySelector("[data-pick-all]");
  const boxes = [...list.querySelectorAll("[data-pick]")];
  if (!boxes.length) return;
  const tools = bar?.closest(".tools");
  const everything = bar?.querySelector("[data-pick-everything]");
  const said = list.querySelector("[data-pick-said]");

  function show() {
    const picked = boxes.filter((box) => box.checked);
    const all = picked.length === boxes.length;
    for (const box of boxes) box.closest("tr").classList.toggle("is-picked", box.checked);
    if (head) Object.assign(head, { checked: all, indeterminate: picked.length > 0 && !all });
    if (!bar) return;
    const total = Number(bar.dataset.total);
    if (!all) bar.dataset.all = "";
    bar.hidden = picked.length === 0;
    tools?.classList.toggle("is-picking", picked.length > 0);
    bar.querySelector("[data-picked]").textContent = bar.dataset.all ? bar.dataset.totalText : picked.length;
    const count = `已选 ${bar.dataset.all ? bar.dataset.totalText : picked.length} 项`;
    if (said)
      said.textContent = picked.length ? `${count}，按回车键到批量操作` : said.textContent && "没有勾选";
    if (everything) everything.hidden = !all || total <= boxes.length || Boolean(bar.dataset.all);
  }

  let last = null;
  const inBar = () => [...bar.querySelectorAll("button, a[href]")].find((one) => one.getClientRects().length);
  // From any row to the buttons without passing the others, and back.
  function byKeys(event) {
    bar?.classList.add("is-by-keys");
    if (event.key !== "Enter" || !bar || bar.hidden) return;
    event.preventDefault();
    last = event.target;
    inBar()?.focus();
  }
  for (const box of head ? [head, ...boxes] : boxes) {
    box.addEventListener("keydown", byKeys);
    if (bar) box.setAttribute("aria-keyshortcuts", "Enter");
  }
  list.addEventListener("pointerdown", () => bar?.classList.remove("is-by-keys"));
  bar?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || bar.querySelector("[aria-expanded=true]")) return;
    event.preventDefault();
    (last ?? boxes.find((box) => box.checked) ?? boxes[0]).focus();
  });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [Math.max(boxes.indexOf(last), 0), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
      show();
    });
  }
  head?.addEventListener("change", () => {
    for (const box of boxes) box.checked = head.checked;
    show();
  });
  // Of too long a list it is no button, but says so.
  everything?.closest("button")?.addEventListener("click", () => {
    bar.dataset.all = "1";
    show();
  });
  bar?.querySelector("[data-pick-none]")?.addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    show();
    (head ?? boxes[0]).focus();
  });
  show();
}

const ticked = (bar) => [...bar.closest(".list-box").querySelectorAll("[data-pick]:checked")];

/** What a bulk button is about, for the question that comes before it. */
export function pickedWords(bar) {
  if (!bar.dataset.all) return `对象：已勾选的 ${ticked(bar).length} 项。`;
  const { totalText, conditions } = bar.dataset;
  return `对象：列表中的全部 ${totalText} 项，${conditions ? `条件：${conditions}` : "没有筛选条件"}。`;
}

/** A bulk button sends pk (many), or all=1 together with the filters of the address; how many it named,
 * so that nothing is done to rows that came since; and when they were shown. */
function addPicked(event) {
  const { elt: element, parameters } = event.detail;
  const bar = element.closest?.("[data-bulk]");
  if (!bar) return;
  event.detail.path += (event.detail.path.includes("?") ? "&" : "?") + location.search.slice(1);
  if (bar.dataset.all) parameters.all = "1";
  else parameters.pk = ticked(bar).map((box) => box.value);
  parameters.at = bar.dataset.at;
  parameters.count = bar.dataset.all ? bar.dataset.total : ticked(bar).length;
}

const stored = (key) => `columns:${key}`;

/** What was chosen: "name" is hidden, "+name" shown. A column that came later is as it begins. */
const chosenColumns = (table) =>
  new Set((localStorage.getItem(stored(table.dataset.columns)) ?? "").split(",").filter(Boolean));

function isHidden(th, chosen) {
  if (chosen.has(`+${th.dataset.col}`)) return false;
  return chosen.has(th.dataset.col) || "off" in th.dataset;
}

function applyColumns(table) {
  const chosen = chosenColumns(table);
  for (const th of table.querySelectorAll("th[data-col]")) {
    const off = isHidden(th, chosen);
    th.classList.toggle("is-off", off);
    for (const row of table.tBodies[0]?.rows ?? []) {
      const cell = row.cells[th.cellIndex];
      if (!cell) continue;
      cell.classList.toggle("is-off", off);
      // What somebody has chosen to see belongs on the card of a phone as well.
      const chose = "off" in th.dataset && !off;
      cell.classList.toggle("is-chosen", chose);
      if (chose) cell.dataset.label = th.dataset.label;
    }
  }
}

function fillColumnMenu(menu) {
  const table = menu.closest(".list-box")?.querySelector("table[data-columns]");
  if (!table) return menu.closest("[data-dropdown]").remove();
  const chosen = chosenColumns(table);
  for (const th of table.querySelectorAll("th[data-col]")) {
    const id = nextId("column");
    const box = h("input.form-check-input", { type: "checkbox", id, checked: !isHidden(th, chosen) });
    box.addEventListener("change", () => {
      const name = th.dataset.col;
      chosen.delete(box.checked ? name : `+${name}`);
      chosen.add(box.checked ? `+${name}` : name);
      localStorage.setItem(stored(table.dataset.columns), [...chosen].join(","));
      applyColumns(table);
    });
    menu.append(h("label.dropdown-item", { for: id }, box, th.dataset.label));
  }
}

/** Export gets the filters, order and columns that are on the screen. */
function exportSeen(form) {
  form.addEventListener("submit", () => {
    const url = new URL(form.dataset.export, location.href);
    for (const [name, value] of new URLSearchParams(location.search))
      if (name !== "page") url.searchParams.append(name, value);
    const table = form.closest(".list-box")?.querySelector("table[data-columns]");
    if (table) {
      const shown = [...table.querySelectorAll("th[data-col]:not(.is-off)")].map((th) => th.dataset.col);
      if (shown.length) url.searchParams.set("columns", shown.join(","));
    }
    form.action = url;
  });
}

/** "保存当前筛选" opens a drawer that knows the filters. */
function addFilters(event) {
  if (event.detail.elt.matches?.("[data-save-search]"))
    event.detail.path += (event.detail.path.includes("?") ? "&" : "?") + location.search.slice(1);
}

/** Only a table that is wider than its box lets its actions lie over what is scrolled. */
function markScrolling(box) {
  new ResizeObserver(() =>
    box.classList.toggle("is-scrolling", box.scrollWidth > box.clientWidth + 1),
  ).observe(box);
}

export function startTables(enhance) {
  enhance(".table-box", markScrolling);
  enhance("table[data-columns]", applyColumns);
  enhance(".list-box", setupSelection);
  enhance("[data-column-menu]", fillColumnMenu);
  enhance("[data-export]", exportSeen);
  enhance("[data-refresh]", (button) =>
    button.addEventListener("click", () =>
      button.dispatchEvent(new Event("list:refresh", { bubbles: true })),
    ),
  );
  document.addEventListener("htmx:configRequest", addPicked);
  document.addEventListener("htmx:configRequest", addFilters);
}
