// Condition builder over a <textarea>: groups of (field, operator, value) joined by 且, 或, 非.
// Stored: {"all": […]}, {"any": […]}, {"not": {…}}, leaves {"field", "op", "value"}; {"shut": …} stands for one that
// its reader may not see.
import { changed, h, icon, nextId } from "./dom.js";
import { enhanceWithin } from "./enhance.js";

const valueless = new Set(["empty", "not_empty"]);
const joins = [
  ["all", "且：以下条件全部满足"],
  ["any", "或：满足其中任意一条"],
  ["not all", "非：不能同时满足以下条件"],
  ["not any", "非：以下条件一条都不满足"],
];

function isGroup(node) {
  return Boolean(node) && ("all" in node || "any" in node || "not" in node);
}

/** Whether something in it may not be seen */
function holdsShut(node) {
  if (!isGroup(node)) return Boolean(node?.shut);
  return (node.all ?? node.any ?? [node.not]).some(holdsShut);
}

/** The stored form as [join, children] */
function readGroup(node) {
  if (!node) return ["all", []];
  if ("not" in node) {
    if (!isGroup(node.not)) return ["not all", [node.not]];
    const [join, children] = readGroup(node.not);
    return join.startsWith("not") ? ["not all", [node.not]] : [`not ${join}`, children];
  }
  if (isGroup(node)) return "all" in node ? ["all", node.all] : ["any", node.any];
  return ["all", [node]];
}

class Builder {
  constructor(area) {
    this.area = area;
    const schema = JSON.parse(document.getElementById(area.dataset.schema).textContent);
    this.fields = schema.fields;
    this.keeps = schema.keeps;
    const root = h(`div.conditions${area.classList.contains("is-invalid") ? ".is-invalid" : ""}`);
    const label = area.id ? document.querySelector(`label[for="${CSS.escape(area.id)}"]`) : null;
    root.setAttribute("role", "group");
    if (label) root.setAttribute("aria-labelledby", (label.id ||= nextId("label")));
    area.replaceWith(root);
    let stored = null;
    try {
      stored = area.value.trim() ? JSON.parse(area.value) : null;
    } catch {
      stored = null;
    }
    this.top = this.group(stored, true);
    root.append(area, this.top);
    root.addEventListener("input", () => this.store());
    // The area reports a change of its own when it is written.
    root.addEventListener("change", (event) => event.target !== area && this.store());
  }

  store() {
    const value = this.top.read();
    const text = JSON.stringify(value ?? { all: [] });
    if (text === this.area.value) return;
    this.area.value = text;
    changed(this.area);
  }

  // --- groups ---------------------------------------------------------------
  group(node, top = false) {
    const [join, children] = readGroup(node);
    const choice = h(
      "select.form-select",
      { "aria-label": "条件之间的关系" },
      joins.map(([value, text]) => h("option", { value, selected: value === join }, text)),
    );
    // A group goes with all that is in it, hence only where that may go.
    const removable = !top && !(this.keeps && holdsShut(node));
    const list = h("div.rule-list");
    const add = (element) => {
      list.append(element);
      enhanceWithin(element);
      this.store();
      element.querySelector("select")?.focus();
    };
    const box = h(
      "div.rule-group",
      { role: "group", "aria-label": "条件组" },
      h("div.rule-head", {}, choice, removable && this.removeButton("删除这一组", () => box)),
      list,
      h(
        "div.rule-foot",
        {},
        h(
          "button.btn.btn-default.btn-sm",
          { type: "button", onclick: () => add(this.rule(null)) },
          icon("plus", "sm"),
          "添加条件",
        ),
        h(
          "button.btn.btn-ghost.btn-sm",
          { type: "button", onclick: () => add(this.group({ any: [] })) },
          icon("folder", "sm"),
          "添加嵌套条件",
        ),
      ),
    );
    const paint = () => {
      box.classList.toggle("is-any", choice.value === "any");
      box.classList.toggle("is-not", choice.value.startsWith("not"));
    };
    choice.addEventListener("change", paint);
    paint();
    for (const child of children) list.append(isGroup(child) ? this.group(child) : this.rule(child));
    box.read = () => {
      const parts = [...list.children].map((child) => child.read()).filter(Boolean);
      if (!parts.length) return null;
      const [not, key] = choice.value.startsWith("not")
        ? [true, choice.value.slice(4)]
        : [false, choice.value];
      return not ? { not: { [key]: parts } } : { [key]: parts };
    };
    return box;
  }

  removeButton(label, target) {
    return h(
      "button.btn.btn-ghost.btn-sm",
      {
        type: "button",
        "aria-label": label,
        title: label,
        onclick: () => {
          const element = target();
          const near = element.parentElement
            .closest(".rule-group")
            ?.querySelector(":scope > .rule-foot > button");
          element.remove();
          near?.focus();
          this.store();
        },
      },
      icon("trash", "sm"),
    );
  }

  // --- one condition --------------------------------------------------------
  rule(leaf) {
    const found = this.fields.find((one) => one.code === leaf?.field);
    if (leaf && !found) return this.held(leaf);
    const field = found ?? this.fields[0];
    const fieldChoice = h(
      "select.form-select",
      { "aria-label": "字段" },
      this.fields.map((one) => h("option", { value: one.code, selected: one === field }, one.label)),
    );
    const opChoice = h("select.form-select", { "aria-label": "关系" });
    const holder = h("div.rule-value");
    const row = h(
      "div.rule",
      {},
      fieldChoice,
      opChoice,
      holder,
      this.removeButton("删除这个条件", () => row),
    );
    let editor = null;
    const current = () => this.fields.find((one) => one.code === fieldChoice.value);

    const drawValue = (value) => {
      editor = this.editor(current(), opChoice.value, value);
      holder.replaceChildren(...editor.parts);
      if (row.isConnected) enhanceWithin(holder);
    };
    const drawOps = (op) => {
      opChoice.replaceChildren(
        ...current().operators.map((one) =>
          h("option", { value: one.code, selected: one.code === op }, one.label),
        ),
      );
    };
    fieldChoice.addEventListener("change", () => {
      drawOps();
      drawValue();
    });
    // What was typed stays when only the relation changes.
    opChoice.addEventListener("change", () => drawValue(editor.read()));
    drawOps(leaf?.op);
    drawValue(leaf?.value);
    row.read = () => {
      const op = opChoice.value;
      return valueless.has(op)
        ? { field: current().code, op }
        : { field: current().code, op, value: editor.read() };
    };
    return row;
  }

  /** A condition that cannot be shown here: it stays as it is */
  held(leaf) {
    const text = leaf.shut ? "（您看不到的条件）" : `（已不存在的字段 ${leaf.field}）`;
    const stays = leaf.shut && this.keeps;
    const row = h(
      "div.rule-held",
      {},
      icon("lock", "sm"),
      h("span", {}, stays ? `${text}保存时保留` : text),
      !stays && this.removeButton("删除这个条件", () => row),
    );
    row.read = () => leaf;
    return row;
  }

  /** parts: what is shown; read(): the value as it is stored */
  editor(field, op, value) {
    if (valueless.has(op)) return { parts: [], read: () => undefined };
    if (op === "between") return this.pair(field, value);
    const many = ["multi", "tree", "unit"].includes(field.type) || ["in", "not_in"].includes(op);
    if (field.type === "boolean")
      return this.choice(
        field,
        value ?? true,
        [
          { value: "true", label: "是" },
          { value: "false", label: "否" },
        ],
        (text) => text === "true",
      );
    if (many && (field.choices || field.src)) return this.many(field, value);
    if (field.type === "choice") return this.choice(field, value, field.choices ?? [], (text) => text);
    return this.input(field, value);
  }

  input(field, value, label = field.label) {
    const number = field.type === "number";
    const box = h("input.form-control", {
      type: number ? "number" : "text",
      step: number ? "any" : null,
      "aria-label": label,
      value: Array.isArray(value) ? "" : (value ?? ""),
      "data-enhance": field.type === "date" ? "date" : null,
    });
    return {
      parts: [box, field.suffix && h("span.rule-note", {}, field.suffix)].filter(Boolean),
      read: () => (number && box.value !== "" ? Number(box.value) : box.value.trim()),
    };
  }

  pair(field, value) {
    const [from, to] = [0, 1].map((at) =>
      this.input(field, Array.isArray(value) ? value[at] : "", `${field.label}${at ? "止" : "起"}`),
    );
    return {
      parts: [from.parts[0], h("span.rule-note", {}, "至"), ...to.parts],
      read: () => [from.read(), to.read()],
    };
  }

  choice(field, value, choices, convert) {
    const box = h(
      "select.form-select",
      { "aria-label": field.label },
      choices.map((one) =>
        h("option", { value: one.value, selected: String(one.value) === String(value) }, one.label),
      ),
    );
    return { parts: [box], read: () => convert(box.value) };
  }

  many(field, value) {
    const chosen = new Map(
      (Array.isArray(value) ? value : value ? [value] : []).map((one) => [String(one), one]),
    );
    const known = new Map((field.choices ?? []).map((one) => [String(one.value), one]));
    for (const key of chosen.keys()) if (!known.has(key)) known.set(key, { value: key, label: key });
    const tree = field.type === "tree";
    const box = h(
      "select.form-select",
      {
        multiple: true,
        "aria-label": field.label,
        "data-enhance": tree ? "cascader" : "select",
        "data-src": tree ? field.src : null,
        "data-url": tree ? null : field.src,
        "data-noun": field.label,
      },
      [...known.values()].map((one) =>
        h(
          "option",
          {
            value: one.value,
            selected: chosen.has(String(one.value)),
            "data-parent": one.parent,
            "data-code": one.code,
          },
          one.label,
        ),
      ),
    );
    // Options hold text: what was a number becomes one again.
    const original = (text) =>
      known.get(text)?.value ?? (/^\d+$/.test(text) && field.numeric ? Number(text) : text);
    return { parts: [box], read: () => [...box.selectedOptions].map((option) => original(option.value)) };
  }
}

export function startConditions(enhance) {
  enhance('textarea[data-enhance="conditions"]', (area) => {
    const builder = new Builder(area);
    enhanceWithin(builder.top);
  });
}
