// An expert's sheets of a review: a table for the keyboard at a desk, one item at a time on a phone. What is typed is
// sent every two seconds; while the line is down it is kept on this device until it was sent.
import { enhance } from "../enhance.js";
import { h, icon, isPhone, nextId } from "../dom.js";
import { accountHeaders, csrfToken, tellSignedOut } from "../session.js";
import { sumOfProducts } from "../sums.js";

const PAUSE = 2000; // between what is typed and its sending
const AGAIN = 5000; // until it is tried again
const PASS = ["通过", "不通过"];

/** What was typed and not sent yet, kept on this device by the sheet whose it is. */
class Kept {
  constructor(key) {
    this.key = `scores:${key}`;
  }
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "{}");
    } catch {
      return {};
    }
  }
  write(items) {
    try {
      if (Object.keys(items).length) localStorage.setItem(this.key, JSON.stringify(items));
      else localStorage.removeItem(this.key);
    } catch {
      // A browser that keeps nothing: the page still holds it.
    }
  }
}

class Sheet {
  constructor(item) {
    Object.assign(this, item);
    this.dirty = new Set();
    this.unsaid = new Set(item.unsaid); // codes whose reason is still to come
    this.theirs = null;
  }
  value(code) {
    return this.scores[code]?.[0] ?? "";
  }
  reason(code) {
    return this.scores[code]?.[1] ?? "";
  }
  set(code, value, reason) {
    this.scores[code] = [value, reason];
    this.dirty.add(code);
    delete this.problems[code];
  }
  /** What was changed here and is not stored yet. */
  changes() {
    return Object.fromEntries([...this.dirty].map((code) => [code, this.scores[code]]));
  }
}

class Scoring {
  constructor(root, data) {
    this.root = root;
    this.asked = data.asked;
    this.stages = data.stages;
    this.sumLabel = data.priced ? "合计（不含报价）" : "合计";
    this.sheets = data.items.map((one) => new Sheet(one));
    this.kept = new Kept(data.key);
    this.at = 0;
    this.timer = null;
    this.underWay = null;
    this.status = root.querySelector("[data-status]");
    this.board = root.querySelector("[data-board]");
    this.viewer = root.querySelector("[data-viewer]");
    this.takeKept();
    this.draw();
    window.matchMedia("(max-width: 639.98px)").addEventListener("change", () => this.draw());
    window.addEventListener("online", () => this.later(0));
    window.addEventListener("pagehide", () => this.keep());
    for (const link of root.querySelectorAll("[data-leave]"))
      link.addEventListener("click", (event) => this.leave(event, link));
    if (this.waits()) this.later(0);
  }

  takeKept() {
    const kept = this.kept.read();
    for (const sheet of this.sheets) {
      for (const [code, [value, reason]] of Object.entries(kept[sheet.id]?.scores ?? {}))
        sheet.set(code, value, reason);
      // What it was typed upon: if another device saved since, that is told.
      if (kept[sheet.id]) sheet.revision = kept[sheet.id].revision;
    }
  }
  keep() {
    const items = {};
    for (const sheet of this.sheets)
      if (sheet.dirty.size) items[sheet.id] = { revision: sheet.revision, scores: sheet.changes() };
    this.kept.write(items);
  }

  waits() {
    return this.sheets.some((one) => one.dirty.size && !one.theirs);
  }
  typed(sheet, code, value, reason) {
    sheet.set(code, value, reason);
    this.keep();
    this.say("正在保存…");
    this.later(PAUSE);
    this.sum(sheet);
  }
  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  /** Sends what waits; whether all of it was stored. One at a time: of one that is under way its outcome. */
  send() {
    this.underWay ??= this.sendWaiting().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  async sendWaiting() {
    const waiting = this.sheets.filter((one) => one.dirty.size && !one.theirs).slice(0, 100);
    if (!waiting.length) return true;
    const sent = new Map(waiting.map((one) => [one, one.changes()]));
    const items = Object.fromEntries(
      waiting.map((one) => [one.id, { revision: one.revision, scores: sent.get(one) }]),
    );
    try {
      const answer = await fetch(this.root.dataset.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), ...accountHeaders() },
        body: JSON.stringify({ items }),
      });
      return await this.answered(answer, sent);
    } catch {
      this.say("网络中断：评分已暂存在这台设备上，恢复后自动上传，请不要换设备。", "amber");
      this.later(AGAIN);
      return false;
    }
  }

  async answered(answer, sent) {
    if (answer.headers.has("HX-Refresh")) return location.reload();
    if (answer.redirected || answer.status === 403) {
      this.say("登录已过期：评分已暂存在这台设备上，请重新登录。", "red");
      tellSignedOut();
      this.later(AGAIN * 4);
      return false;
    }
    if (!answer.ok) {
      const said = await answer.json().catch(() => null);
      this.say(said?.refused ?? "没有保存成功，正在重试…", "red");
      if (!said) this.later(AGAIN);
      return false;
    }
    const { items } = await answer.json();
    for (const [sheet, changes] of sent) this.stored(sheet, changes, items[sheet.id]);
    this.keep();
    if (this.waits()) {
      this.later(PAUSE);
      return false;
    }
    const open = this.sheets.some((one) => one.theirs);
    const now = new Date().toLocaleTimeString("zh-CN", {
      timeZone: "Asia/Shanghai",
      hour: "2-digit",
      minute: "2-digit",
    });
    const wrong = [...sent.keys()].filter((one) => Object.keys(one.problems).length).map((one) => one.name);
    if (open) this.say("有评分在另一台设备上改过，请选择用哪一份。", "red");
    else if (wrong.length) this.say(`已保存 ${now}，红字处请改正：${wrong.join("、")}`, "amber");
    else this.say(`已保存 ${now}`, "green");
    return !open;
  }

  stored(sheet, changes, done) {
    if (!done) return;
    if (done.theirs) {
      sheet.theirs = { scores: done.theirs, revision: done.revision };
      this.draw();
      return;
    }
    sheet.revision = done.revision;
    for (const [code, [value, reason]] of Object.entries(changes)) {
      // Typed on since: it waits for the next turn.
      if (sheet.value(code) === value && sheet.reason(code) === reason) {
        sheet.dirty.delete(code);
        if (code in done.kept) this.take(sheet, code, done.kept[code]);
      }
      if (done.problems[code]) sheet.problems[code] = done.problems[code];
      else delete sheet.problems[code];
      if (done.unsaid.includes(code)) sheet.unsaid.add(code);
      else sheet.unsaid.delete(code);
      this.mark(sheet, code);
    }
    this.sum(sheet);
  }

  /** As it is kept and counted: phones type full-width digits beside Chinese, which no sum here would count. */
  take(sheet, code, value) {
    sheet.scores[code] = [value, sheet.reason(code)];
    const cell = this.cells.get(`${sheet.id} ${code}`);
    if (cell) cell.control.value = value;
  }

  choose(sheet, mine) {
    const { scores, revision } = sheet.theirs;
    const changes = sheet.changes();
    sheet.scores = structuredCopy(scores);
    sheet.revision = revision;
    sheet.theirs = null;
    sheet.dirty.clear();
    if (mine) for (const [code, [value, reason]] of Object.entries(changes)) sheet.set(code, value, reason);
    this.keep();
    this.draw();
    this.later(0);
    if (!mine) this.say("已换成另一台设备上的评分。", "green");
  }

  async leave(event, link) {
    if (!this.waits()) return;
    event.preventDefault();
    clearTimeout(this.timer);
    // What is under way was asked before the last letter, maybe: what was typed since is sent after it.
    const before = this.underWay ? await this.underWay : true;
    if (this.waits() ? await this.send() : before) location.assign(link.href);
  }

  say(text, tone = "") {
    this.status.textContent = text;
    this.status.dataset.tone = tone;
  }

  // --- what is seen -------------------------------------------------------------------------------

  draw() {
    this.cells = new Map();
    this.sums = new Map();
    this.choices = new Map();
    this.board.replaceChildren(...this.warnings(), isPhone() ? this.phone() : this.table());
    for (const sheet of this.sheets) this.sum(sheet);
  }

  warnings() {
    return this.sheets
      .filter((one) => one.theirs)
      .map((sheet) =>
        h(
          "div.score-conflict",
          { role: "alert" },
          h("b", {}, `「${sheet.name}」在另一台设备上改过。`),
          h("span", {}, " 用哪一份？"),
          h("button.btn.btn-sm", { type: "button", onclick: () => this.choose(sheet, false) }, "用那边的"),
          h("button.btn.btn-sm", { type: "button", onclick: () => this.choose(sheet, true) }, "保留这里填的"),
        ),
      );
  }

  /** Indicators are the rows and items the columns; many items the other way round. */
  table() {
    const turned = this.sheets.length > 8;
    const table = h("table.score-table", { "aria-label": "评分表" });
    table.append(turned ? this.itemRows() : this.indicatorRows());
    table.addEventListener("keydown", (event) => this.move(event));
    table.addEventListener("paste", (event) => this.paste(event));
    return h("div.table-box", {}, table);
  }

  indicatorRows() {
    const body = h("tbody");
    let heading = "";
    this.asked.forEach((asked, row) => {
      const group = [this.stages[asked.stage - 1], ...asked.path].join(" / ");
      if (group !== heading) {
        heading = group;
        const cell = h("th", { colspan: this.sheets.length + 1, scope: "rowgroup" }, group);
        body.append(h("tr.table-part", {}, cell));
      }
      const cells = this.sheets.map((sheet, column) => h("td", {}, this.cell(sheet, asked, row, column)));
      body.append(h("tr", {}, h("th", { scope: "row" }, this.asks(asked)), ...cells));
    });
    const sums = this.sheets.map((sheet) => h("td", {}, this.sumOf(sheet)));
    const foot = h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, this.sumLabel), ...sums));
    const heads = this.sheets.map((sheet) => h("th", { scope: "col" }, this.titleOf(sheet)));
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "评审指标"), ...heads));
    return fragment(head, body, foot);
  }

  itemRows() {
    const heads = this.asked.map((asked) => h("th", { scope: "col" }, this.asks(asked)));
    const body = h("tbody");
    this.sheets.forEach((sheet, row) => {
      const cells = this.asked.map((asked, column) => h("td", {}, this.cell(sheet, asked, row, column)));
      const sum = h("td", {}, this.sumOf(sheet));
      body.append(h("tr", {}, h("th", { scope: "row" }, this.titleOf(sheet)), ...cells, sum));
    });
    const first = h("th", { scope: "col" }, "评审对象");
    const head = h("thead", {}, h("tr", {}, first, ...heads, h("th", { scope: "col" }, this.sumLabel)));
    return fragment(head, body);
  }

  phone() {
    const sheet = this.sheets[this.at];
    const turn = (by) => () => {
      this.at += by;
      this.draw();
      this.root.scrollIntoView({ block: "start" });
    };
    const choice = h(
      "select.form-select",
      {
        "aria-label": "评审对象",
        onchange: (event) => {
          this.at = Number(event.target.value);
          this.draw();
        },
      },
      this.sheets.map((one, at) => {
        const option = h("option", { value: at, selected: at === this.at }, this.choiceOf(one));
        this.choices.set(one.id, option);
        return option;
      }),
    );
    const parts = [];
    let heading = "";
    this.asked.forEach((asked, row) => {
      const group = [this.stages[asked.stage - 1], ...asked.path].join(" / ");
      if (group !== heading) parts.push(h("h3.score-group", {}, (heading = group)));
      parts.push(h("div.score-ask", {}, this.asks(asked), this.cell(sheet, asked, row, 0)));
    });
    const last = this.at === this.sheets.length - 1;
    return h(
      "div.score-phone",
      {},
      choice,
      h("div.score-title", {}, this.titleOf(sheet)),
      ...parts,
      h(
        "div.score-turn",
        {},
        h("button.btn", { type: "button", disabled: this.at === 0, onclick: turn(-1) }, "上一个"),
        h("span", {}, `${this.sumLabel} `, this.sumOf(sheet)),
        h("button.btn.btn-primary", { type: "button", disabled: last, onclick: turn(1) }, "下一个"),
      ),
    );
  }

  choiceOf(sheet) {
    return `${this.sheets.indexOf(sheet) + 1}. ${sheet.name}${this.left(sheet) ? "" : " ✓"}`;
  }

  /** A picture or a PDF stands beside the table at a desk; all else, and on a phone, is a page of its own. */
  look(event, sheet, file) {
    if (!file.beside || isPhone() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const shown =
      file.kind === "pdf"
        ? h("iframe", { src: file.beside, title: file.name })
        : h("img", { src: file.beside, alt: file.name });
    const close = () => this.viewer.replaceChildren();
    this.viewer.replaceChildren(
      h(
        "div.score-viewer-head",
        {},
        h("b", {}, sheet.name),
        h("span.note", {}, file.name),
        h("button.btn.btn-sm", { type: "button", onclick: close }, "收起"),
      ),
      shown,
    );
  }

  titleOf(sheet) {
    const files = (sheet.files ?? []).map((file) =>
      h(
        "a",
        {
          href: file.url,
          target: "_blank",
          rel: "noopener",
          onclick: (event) => this.look(event, sheet, file),
        },
        icon("paperclip", "sm"),
        file.name,
      ),
    );
    return fragment(
      h("b", {}, sheet.name),
      sheet.note && h("span.note", {}, sheet.note),
      sheet.price && h("span.note", {}, `报价 ${sheet.price} 元`),
      files.length > 0 && h("span.score-files", {}, files),
    );
  }

  asks(asked) {
    const marks = [asked.range, asked.mandatory ? "" : "选填", asked.note].filter(Boolean).join("；");
    return fragment(h("span", {}, asked.name), marks && h("span.note", {}, marks));
  }

  cell(sheet, asked, row, column) {
    const id = nextId("score");
    const control = this.control(sheet, asked, id);
    control.dataset.row = row;
    control.dataset.column = column;
    control.disabled = Boolean(sheet.fallen);
    const reason = h("textarea.form-control.score-reason", {
      rows: 1,
      placeholder: "理由",
      "aria-label": `${sheet.name} ${asked.name} 的理由`,
      maxlength: 500,
      hidden: !sheet.reason(asked.code),
    });
    reason.value = sheet.reason(asked.code);
    reason.disabled = Boolean(sheet.fallen);
    const open = h(
      "button.btn.btn-ghost.btn-sm.score-why",
      {
        type: "button",
        title: "写理由",
        "aria-label": `写 ${sheet.name} ${asked.name} 的理由`,
        tabindex: -1,
        onclick: () => {
          reason.hidden = !reason.hidden;
          if (!reason.hidden) reason.focus();
        },
      },
      icon("message-2", "sm"),
    );
    const error = h("p.field-error", { id: `${id}-error`, role: "alert", hidden: true });
    const typed = () => this.typed(sheet, asked.code, control.value.trim(), reason.value.trim());
    control.addEventListener("input", typed);
    reason.addEventListener("input", typed);
    const box = h(
      "div.score-cell",
      {},
      h("div.score-line", {}, control, asked.kind !== "text" && !sheet.fallen && open),
      reason,
      error,
    );
    this.cells.set(`${sheet.id} ${asked.code}`, { control, reason, error, box });
    this.mark(sheet, asked.code);
    return box;
  }

  control(sheet, asked, id) {
    const about = { id, "aria-label": `${sheet.name} ${asked.name}`, "aria-describedby": `${id}-error` };
    const value = sheet.value(asked.code);
    const options = asked.kind === "grade" ? Object.keys(asked.points) : asked.kind === "check" ? PASS : null;
    if (options) {
      const choices = ["", ...options].map((one) =>
        h("option", { value: one, selected: one === value }, one || "请选择"),
      );
      return h("select.form-select", about, choices);
    }
    const control =
      asked.kind === "text"
        ? h("textarea.form-control", { ...about, rows: 2, maxlength: 2000 })
        : h("input.form-control.score-number", {
            ...about,
            inputmode: "decimal",
            autocomplete: "off",
            maxlength: 20,
          });
    control.value = value;
    return control;
  }

  mark(sheet, code) {
    const cell = this.cells.get(`${sheet.id} ${code}`);
    if (!cell) return;
    const problem = sheet.problems[code] ?? "";
    cell.control.classList.toggle("is-invalid", Boolean(problem));
    cell.control.setAttribute("aria-invalid", problem ? "true" : "false");
    cell.error.hidden = !problem;
    cell.error.textContent = problem;
    if (sheet.unsaid.has(code)) cell.reason.hidden = false;
  }

  /** How many that must be filled in are not: after the stage at which his no lets it fall, nothing is. */
  left(sheet) {
    const last = sheet.fallen?.stage ?? this.falls(sheet)?.stage ?? Infinity;
    return this.asked.filter(
      (one) => one.mandatory && one.stage <= last && (!sheet.value(one.code) || sheet.problems[one.code]),
    ).length;
  }
  falls(sheet) {
    return this.asked.find((one) => one.falls && sheet.value(one.code) === PASS[1]);
  }

  total(sheet) {
    const parts = this.asked.map((one) => {
      const value = sheet.value(one.code);
      return [one.kind === "score" ? value : (one.points[value] ?? ""), one.weight];
    });
    return sumOfProducts(parts);
  }

  sumOf(sheet) {
    const element = h("output.score-sum");
    this.sums.set(sheet.id, element);
    return element;
  }
  sum(sheet) {
    const choice = this.choices.get(sheet.id);
    if (choice) choice.textContent = this.choiceOf(sheet);
    const left = this.left(sheet);
    const element = this.sums.get(sheet.id);
    if (!element) return;
    element.replaceChildren(
      h("b", {}, this.total(sheet)),
      h(
        "span.note",
        { "data-tone": left ? "amber" : "green" },
        left
          ? `还有 ${left} 项`
          : (sheet.fallen?.text ?? (this.falls(sheet) ? "不通过，后面不用评" : "已评完")),
      ),
    );
  }

  // --- the keyboard -------------------------------------------------------------------------------

  at_(row, column) {
    return this.board.querySelector(`[data-row="${row}"][data-column="${column}"]`);
  }

  /** The next cell that way which can be filled in. */
  next_(row, column, down, right) {
    let cell = null;
    do {
      row += down;
      column += right;
      cell = this.at_(row, column);
    } while (cell?.disabled);
    return cell;
  }

  move(event) {
    const field = event.target;
    if (
      field.dataset.row === undefined ||
      event.isComposing ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey
    )
      return;
    const row = Number(field.dataset.row);
    const column = Number(field.dataset.column);
    const isText = field.tagName === "TEXTAREA";
    const picks = field.tagName === "SELECT";
    const atStart = picks || (field.selectionStart === 0 && field.selectionEnd === 0);
    const atEnd = picks || field.selectionStart === field.value.length;
    const from = (down, right) => this.next_(row, column, down, right);
    let next = null;
    if (event.key === "Enter" && !isText && !event.shiftKey)
      next = from(1, 0) ?? this.next_(-1, column + 1, 1, 0);
    else if (event.key === "Enter" && event.shiftKey && !isText) next = from(-1, 0);
    else if (event.key === "ArrowDown" && !isText && !picks) next = from(1, 0);
    else if (event.key === "ArrowUp" && !isText && !picks) next = from(-1, 0);
    else if (event.key === "ArrowRight" && atEnd) next = from(0, 1);
    else if (event.key === "ArrowLeft" && atStart) next = from(0, -1);
    else return;
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select?.();
  }

  /** A block of cells, as Excel puts it on the clipboard, goes into the table from here on. */
  paste(event) {
    const field = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (field.dataset.row === undefined || !/[\t\n]/.test(text) || field.tagName === "TEXTAREA") return;
    event.preventDefault();
    const top = Number(field.dataset.row);
    const left = Number(field.dataset.column);
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const cell = this.at_(top + down, left + right);
        if (!cell || cell.disabled) return;
        cell.value = value.trim();
        cell.dispatchEvent(new Event("input", { bubbles: true }));
      });
    });
  }
}

const fragment = (...children) => {
  const made = document.createDocumentFragment();
  made.append(...children.filter((one) => one || one === 0));
  return made;
};
const structuredCopy = (said) => JSON.parse(JSON.stringify(said));

enhance("[data-scoring]", (root) => {
  new Scoring(root, JSON.parse(document.getElementById("scoring-data").textContent));
});
