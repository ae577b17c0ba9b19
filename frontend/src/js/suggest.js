// An input that proposes rows of a register while one types, and before that what the page proposes; any other
// text may stand there as well.
import { changed, h, nextId } from "./dom.js";
import { openFloating } from "./floating.js";

const wait = 250; // ms

class Suggestions {
  constructor(input) {
    this.input = input;
    this.proposed = JSON.parse(input.dataset.proposed ?? "[]").map((text) => ({ text }));
    this.list = h("div.suggestions", { role: "listbox", id: nextId("suggestions"), hidden: true });
    input.after(this.list);
    this.offer();
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    }))
      input.setAttribute(name, value);
    input.addEventListener("input", () => this.ask());
    input.addEventListener("focus", () => this.input.value || this.show(this.proposed));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.hide());
    // Before the input loses its focus, which would hide what is chosen.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  // What the page says that it may be can be pressed: "可能是：A0401 建筑工程、…".
  offer() {
    const help = document.getElementById(`${this.input.id}_helptext`);
    const [said, ...named] = help?.textContent.split("：") ?? [];
    const picks = this.proposed.filter((row) => named.join("：").split("、").includes(row.text));
    if (!picks.length) return;
    const buttons = picks.map((row) =>
      h("button.btn.btn-link.btn-sm", { type: "button", onclick: () => this.take(row) }, row.text),
    );
    help.replaceChildren(`${said}：`, ...buttons.flatMap((one, at) => (at ? ["、", one] : [one])));
  }

  // Those that the page proposes go before what the register finds.
  best(query, rows) {
    const first = this.proposed.filter((row) => row.text.includes(query));
    const known = new Set(first.map((row) => row.text));
    return [...first, ...rows.filter((row) => !known.has(row.text))];
  }

  ask() {
    clearTimeout(this.timer);
    const query = this.input.value.trim();
    if (!query) return this.show(this.proposed);
    if (!this.input.dataset.url) return this.hide();
    this.timer = setTimeout(async () => {
      const url = new URL(this.input.dataset.url, location.href);
      url.searchParams.set("q", query);
      const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer?.ok && query === this.input.value.trim()) this.show(this.best(query, await answer.json()));
    }, wait);
  }

  show(rows) {
    const options = rows.map((row) =>
      h(
        "div.suggestion",
        { role: "option", id: nextId("suggestion"), onclick: () => this.take(row) },
        row.text,
        row.note ? h("span.note", {}, row.note) : null,
      ),
    );
    this.rows = rows;
    this.list.replaceChildren(...options);
    this.active = -1;
    if (!rows.length || document.activeElement !== this.input) return this.hide();
    this.list.style.minWidth = `${this.input.offsetWidth}px`;
    this.input.setAttribute("aria-expanded", "true");
    if (this.close) this.close.update();
    else this.close = openFloating(this.input, this.list, { onClose: () => this.closed() });
  }

  hide() {
    clearTimeout(this.timer);
    this.close?.(false);
  }

  closed() {
    this.close = null;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  take(row) {
    this.input.value = row.text;
    const code = this.input.form?.elements[this.input.dataset.code];
    if (code) {
      code.value = row.code;
      changed(code);
    }
    changed(this.input);
    this.hide();
  }

  key(event) {
    if (!this.close) return;
    if (event.key === "ArrowDown") this.mark(this.active + 1);
    else if (event.key === "ArrowUp") this.mark(this.active - 1);
    else if (event.key === "Enter" && this.active >= 0) this.take(this.rows[this.active]);
    else return;
    event.preventDefault();
  }

  mark(next) {
    const options = [...this.list.children];
    options[this.active]?.classList.remove("is-active");
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = (next + options.length) % options.length;
    const option = options[this.active];
    option.classList.add("is-active");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }
}

export function startSuggestions(enhance) {
  enhance('input[data-enhance="suggest"]', (input) => new Suggestions(input));
}
