// Searchable selects (tom-select), local or remote.
import TomSelect from "tom-select/dist/esm/tom-select.js";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { changed, h } from "./dom.js";

TomSelect.define("remove_button", removeButton);

function draw(data) {
  return h("div", {}, data.note ? h("span.note", {}, data.note) : null, data.text);
}

function remote(url) {
  return function load(query, done) {
    // Only what answers this question stays, besides the chosen and "none".
    const answered = (rows) => {
      this.clearOptions((_option, value) => value === "" || this.items.includes(value));
      done(rows);
    };
    const asked = new URL(url, location.href);
    asked.searchParams.set("q", query);
    fetch(asked, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then(answered, () => done());
  };
}

export function setupSelect(select) {
  const url = select.dataset.url;
  const multiple = select.multiple;
  const blank = select.querySelector('option[value=""]');
  const widget = new TomSelect(select, {
    plugins: multiple ? { remove_button: { title: "移除" } } : {},
    maxOptions: 200,
    placeholder: select.dataset.placeholder ?? (multiple ? "请选择" : blank?.textContent),
    allowEmptyOption: !multiple && Boolean(blank),
    hidePlaceholder: true,
    closeAfterSelect: !multiple,
    searchField: ["text", "note"],
    ...(url
      ? {
          load: remote(url),
          preload: "focus",
          shouldLoad: () => true,
          loadThrottle: 250,
          // The server has found these; "none" is no answer to what was typed.
          score: (typed) => (option) => (option.value === "" && typed.trim() ? 0 : 1),
        }
      : {}),
    render: {
      option: draw,
      item: (data) => h("div", {}, data.text),
      no_results: () => h("div.no-results", {}, "没有找到"),
      loading: () => h("div.no-results", {}, "正在查找…"),
    },
  });
  const label = document.querySelector(
    `label[for="${CSS.escape(select.id)}"], label[for="${CSS.escape(`${select.id}-ts-control`)}"]`,
  );
  // The label now names the visible control; the hidden select keeps the name for whoever asks.
  select.setAttribute(
    "aria-label",
    label?.firstChild?.textContent ?? select.getAttribute("aria-label") ?? "选择",
  );
  if (!label) widget.control_input.setAttribute("aria-label", select.getAttribute("aria-label") ?? "选择");
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) widget.control_input.setAttribute(name, select.getAttribute(name));
  }
  return widget;
}

export function startSelects(enhance) {
  enhance('select[data-enhance="select"]', setupSelect);
}

export { changed };
