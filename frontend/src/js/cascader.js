// Three-column picker over a real <select multiple>: half-checked branches, counts, search, keyboard.
import { changed, h, icon, isPhone, nextId } from "./dom.js";
import { openFloating } from "./floating.js";
import { Tree } from "./tree.js";

const loaded = new Map();

function fetchNodes(src) {
  if (!loaded.has(src))
    // The promise, so that several pickers of a page ask once.
    loaded.set(
      src,
      fetch(src, { headers: { Accept: "application/json" } }).then((answer) =>
        answer.ok ? answer.json() : Promise.reject(answer.status),
      ),
    );
  return loaded.get(src);
}

function nodesOf(select) {
  return [...select.options]
    .filter((option) => option.value)
    .map((option) => ({
      id: option.value,
      parent: option.dataset.parent,
      code: option.dataset.code,
      label: option.textContent.trim(),
      keys: option.dataset.keys,
    }));
}

class Cascader {
  constructor(select) {
    this.select = select;
    this.noun = select.dataset.noun ?? "项";
    this.single = "single" in select.dataset || !select.multiple;
    this.keepLeaves = "leaves" in select.dataset;
    this.short = Boolean(select.closest("[data-filters]"));
    this.tree = new Tree(nodesOf(select));
    this.chooseIds([...select.selectedOptions].map((option) => option.value));
    this.open = [];
    this.query = "";
    this.active = null;
    this.build();
    this.drawChips();
    // A chosen option without a name of its own: the names are in the tree.
    if (
      select.dataset.src &&
      [...select.selectedOptions].some((option) => option.textContent === option.value)
    )
      this.load();
    select.addEventListener("cascader:reload", () => this.reload());
    // The event comes before the fields are set back.
    select.form?.addEventListener("reset", () => setTimeout(() => this.reload()));
  }

  reload() {
    this.tree.chosen.clear();
    this.chooseIds([...this.select.selectedOptions].map((option) => option.value));
    this.drawChips();
  }

  chooseIds(ids) {
    for (const id of ids) {
      const node = this.tree.get(id);
      if (node) this.tree.set(node, true);
    }
  }

  async load() {
    const { src } = this.select.dataset;
    if (!src || this.loaded || this.loading) return;
    const chosen = this.values();
    this.failed = false;
    this.loading = true;
    try {
      const nodes = await fetchNodes(src);
      const known = new Set(nodes.map((node) => String(node.id)));
      const gone = chosen
        .filter((node) => !known.has(node.id))
        .map((node) => ({ ...node, parent: "", label: `${node.label}（已停用）` }));
      this.tree = new Tree([...nodes, ...gone]);
      this.loaded = true;
    } catch {
      // The next opening asks again.
      loaded.delete(src);
      this.failed = true;
    }
    this.loading = false;
    this.chooseIds(chosen.map((node) => node.id));
    this.drawChips();
    this.draw();
  }

  // --- the page -----------------------------------------------------------
  build() {
    const { select } = this;
    const listId = nextId("cascader");
    const label = select.id ? document.querySelector(`label[for="${CSS.escape(select.id)}"]`) : null;
    const naming = label
      ? { "aria-labelledby": (label.id ||= nextId("label")) }
      : { "aria-label": select.getAttribute("aria-label") ?? `选择${this.noun}` };
    const inputAttributes = {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      "aria-expanded": "false",
      "aria-haspopup": "tree",
      "aria-controls": listId,
      ...naming,
      "aria-describedby": select.getAttribute("aria-describedby"),
      "aria-invalid": select.getAttribute("aria-invalid"),
    };
    this.input = h("input.cascader-input", { ...inputAttributes, id: nextId("cascader-input") });
    this.sheetInput = h("input.form-control", { ...inputAttributes, placeholder: "按名称或编码查找" });
    label?.setAttribute("for", this.input.id);
    this.box = h(
      `div.cascader-box.form-control${select.classList.contains("is-invalid") ? ".is-invalid" : ""}`,
      {},
      this.input,
    );
    this.columns = h("div.cascader-columns", {
      role: "tree",
      id: listId,
      "aria-multiselectable": String(!this.single),
    });
    this.summary = h("span", { "aria-live": "polite" });
    this.popup = h(
      "div.cascader-popup",
      { hidden: true },
      h(
        "div.cascader-head",
        {},
        h(
          "button.icon-button",
          { type: "button", "aria-label": "返回上一级", onclick: () => this.back() },
          icon("arrow-left"),
        ),
        this.sheetInput,
      ),
      this.columns,
      h(
        "div.cascader-foot",
        {},
        this.summary,
        h("button.btn.btn-link", { type: "button", onclick: () => this.clear() }, "清空"),
        h("button.btn.btn-primary.btn-sm", { type: "button", onclick: () => this.close?.() }, "完成"),
      ),
    );
    this.root = h(`div.cascader${this.short ? ".is-single-line" : ""}`);
    select.replaceWith(this.root);
    this.root.append(select, this.box, this.popup);
    this.listen();
  }

  listen() {
    this.box.addEventListener("click", (event) => {
      if (event.target.closest("button")) return;
      this.show();
      // No keyboard over the list.
      if (isPhone()) this.input.blur();
      else this.input.focus();
    });
    for (const input of [this.input, this.sheetInput]) {
      input.addEventListener("input", () => {
        this.query = input.value.trim();
        this.active = null;
        this.show();
        this.draw();
      });
      input.addEventListener("keydown", (event) => this.key(event, input));
    }
    this.columns.addEventListener("click", (event) => {
      const item = event.target.closest(".cascader-item");
      if (!item) return;
      const node = this.tree.get(item.dataset.id);
      this.active = node.id;
      this.root.classList.remove("is-keyboard");
      if (event.target.closest(".cascader-tick") || !node.children.length || this.query) this.toggle(node);
      else this.descend(node);
    });
    // The focus stays in the input, which hears the keys.
    this.popup.addEventListener(
      "mousedown",
      (event) => event.target.closest("input") || event.preventDefault(),
    );
  }

  show() {
    if (this.close) return;
    this.load();
    const known = this.values()[0];
    if (known)
      this.open = this.tree
        .path(known)
        .slice(0, -1)
        .map((node) => node.id);
    this.popup.hidden = false;
    this.draw();
    this.input.setAttribute("aria-expanded", "true");
    this.close = openFloating(this.box, this.popup, {
      onClose: () => {
        this.close = null;
        this.input.setAttribute("aria-expanded", "false");
        this.query = this.input.value = this.sheetInput.value = "";
        this.input.removeAttribute("aria-activedescendant");
        if (this.pending) changed(this.select);
        this.pending = false;
      },
    });
  }

  draw() {
    if (this.popup.hidden) return;
    this.columns.replaceChildren(...(this.query ? [this.searchColumn()] : this.pathColumns()));
    const leaves = this.tree.chosen.size;
    this.summary.textContent = leaves ? `已选 ${leaves} 个${this.noun}` : `未选${this.noun}`;
    const current = this.active && this.columns.querySelector(`[data-id="${CSS.escape(this.active)}"]`);
    for (const input of [this.input, this.sheetInput]) {
      if (current) input.setAttribute("aria-activedescendant", current.id);
      else input.removeAttribute("aria-activedescendant");
    }
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  pathColumns() {
    const levels = [this.tree.roots];
    for (const id of this.open) {
      const node = this.tree.get(id);
      if (node?.children.length) levels.push(node.children);
    }
    if (this.failed) return [h("div.cascader-empty", {}, "加载失败，请关闭后重试。")];
    if (!levels[0].length)
      return [
        h("div.cascader-empty", {}, this.select.dataset.src && !this.loaded ? "正在加载…" : "没有可选项"),
      ];
    return levels.map((nodes, level) =>
      h(
        "div.cascader-column",
        { role: "group" },
        nodes.map((node) => this.item(node, level + 1)),
      ),
    );
  }

  searchColumn() {
    const found = this.tree.find(this.query);
    if (!found.length)
      return h("div.cascader-column", {}, h("div.cascader-empty", {}, "没有找到，请换一个名称或编码。"));
    return h(
      "div.cascader-column",
      { role: "group" },
      found.map((node) => this.item(node, 1)),
    );
  }

  item(node, level) {
    const state = this.tree.state(node);
    const branch = node.children.length > 0;
    const tick = h("input.form-check-input", {
      type: this.single ? "radio" : "checkbox",
      tabindex: -1,
      "aria-hidden": "true",
    });
    tick.checked = state === "all";
    tick.indeterminate = state === "some";
    const isOpen = branch && this.open.includes(node.id) && !this.query;
    const count = branch && state !== "none" ? this.tree.count(node) : 0;
    const path =
      this.query &&
      this.tree
        .path(node)
        .slice(0, -1)
        .map((up) => up.label)
        .join(" / ");
    return h(
      `div.cascader-item${isOpen ? ".is-open" : ""}${this.active === node.id ? ".is-active" : ""}`,
      {
        role: "treeitem",
        id: `${this.columns.id}-${node.id}`,
        "data-id": node.id,
        title: node.label,
        "aria-level": level,
        "aria-checked": { all: "true", some: "mixed", none: "false" }[state],
        "aria-expanded": branch && !this.query ? String(isOpen) : null,
      },
      !(this.single && branch) && h("span.cascader-tick", {}, tick),
      node.code && h("span.cascader-code", {}, node.code),
      h("span.cascader-name", {}, node.label),
      path && h("span.cascader-path", {}, path),
      count > 0 && h("span.badge-count.tone-blue", {}, String(count)),
      branch && !this.query && icon("chevron-right", "sm"),
    );
  }

  // --- choosing -----------------------------------------------------------
  toggle(node) {
    if (this.single) {
      if (node.children.length) return this.descend(node);
      this.tree.chosen.clear();
      this.tree.set(node, true);
    } else {
      this.tree.set(node, this.tree.state(node) !== "all");
    }
    this.store();
    this.draw();
    if (this.single) this.close?.();
  }

  descend(node) {
    const level = this.tree.path(node).length - 1;
    this.open = [...this.open.slice(0, level), node.id];
    this.draw();
  }

  back() {
    if (this.query) this.query = this.sheetInput.value = "";
    else if (this.open.length) this.open = this.open.slice(0, -1);
    else return this.close?.();
    this.draw();
  }

  clear() {
    this.tree.chosen.clear();
    this.store();
    this.draw();
    this.input.focus();
  }

  values() {
    if (!this.keepLeaves) return this.tree.cover();
    return this.tree.roots
      .flatMap((root) => this.tree.leaves(root))
      .filter((leaf) => this.tree.chosen.has(leaf.id));
  }

  store() {
    const values = this.values();
    const wanted = new Set(values.map((node) => node.id));
    for (const option of this.select.options) option.selected = wanted.delete(option.value);
    for (const id of wanted) this.select.append(new Option(this.tree.get(id).label, id, false, true));
    this.drawChips();
    this.pending = true;
    if (!this.close) {
      changed(this.select);
      this.pending = false;
    }
  }

  drawChips() {
    for (const chip of this.box.querySelectorAll(".cascader-chip")) chip.remove();
    const values = this.values();
    const shown = this.short ? values.slice(0, 1) : values;
    const chips = shown.map((node) =>
      h(
        "span.cascader-chip",
        {
          title: this.tree
            .path(node)
            .map((up) => up.label)
            .join(" / "),
        },
        h("span", {}, node.label),
        h(
          "button",
          { type: "button", "aria-label": `移除${node.label}`, onclick: () => this.remove(node) },
          icon("x", "sm"),
        ),
      ),
    );
    if (values.length > shown.length)
      chips.push(h("span.cascader-chip.is-rest", {}, `+${values.length - shown.length}`));
    this.input.before(...chips);
    this.input.placeholder = values.length
      ? ""
      : (this.select.dataset.placeholder ?? `搜索或选择${this.noun}`);
    this.close?.update();
  }

  remove(node) {
    this.tree.set(node, false);
    this.store();
    this.draw();
    this.input.focus();
  }

  // --- keyboard -----------------------------------------------------------
  key(event, input) {
    const { key } = event;
    if (event.isComposing) return;
    this.root.classList.toggle(
      "is-keyboard",
      key.startsWith("Arrow") || this.root.classList.contains("is-keyboard"),
    );
    if (!this.close) {
      if (["ArrowDown", "ArrowUp"].includes(key) || (key === "Enter" && !this.short)) {
        event.preventDefault();
        this.show();
        this.step(1);
      } else if (key === "Backspace" && !input.value) this.removeLast();
      return;
    }
    const node = this.active && this.tree.get(this.active);
    const free = !input.value;
    if (key === "ArrowDown") this.step(1);
    else if (key === "ArrowUp") this.step(-1);
    else if (key === "ArrowRight" && free && node?.children.length) {
      this.descend(node);
      this.activate(node.children[0]);
    } else if (key === "ArrowLeft" && free && node?.parent) this.leave(node);
    else if ((key === " " && free && node) || (key === "Enter" && node)) this.toggle(node);
    else if (key === "Enter") event.preventDefault();
    else if (key === "Backspace" && free) return this.removeLast();
    else if (key === "Tab") return this.close();
    else return;
    event.preventDefault();
  }

  step(by) {
    const siblings = this.query ? this.tree.find(this.query) : this.siblings();
    if (!siblings.length) return;
    const at = siblings.findIndex((node) => node.id === this.active);
    const next = at < 0 ? (by > 0 ? 0 : siblings.length - 1) : (at + by + siblings.length) % siblings.length;
    this.activate(siblings[next]);
  }

  siblings() {
    const node = this.active && this.tree.get(this.active);
    if (node) return this.tree.get(node.parent)?.children ?? this.tree.roots;
    return this.tree.roots;
  }

  activate(node) {
    this.active = node.id;
    if (!this.query)
      this.open = this.tree
        .path(node)
        .slice(0, -1)
        .map((up) => up.id)
        .concat(node.children.length ? [node.id] : []);
    this.draw();
  }

  leave(node) {
    const parent = this.tree.get(node.parent);
    if (parent) this.activate(parent);
  }

  removeLast() {
    const last = this.values().at(-1);
    if (last) this.remove(last);
  }
}

export function setupCascader(select) {
  return new Cascader(select);
}

export function startCascaders(enhance) {
  enhance('select[data-enhance="cascader"]', setupCascader);
}
