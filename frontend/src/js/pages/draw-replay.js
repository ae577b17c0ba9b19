// The record of a draw as a film: it is checked in this browser first, and only a record that holds is
// shown. The record is fetched from data-record-url, or chosen by the visitor: then it is compared with the one
// kept here as on the public check page, and one that is another plays no film.
import { h } from "../dom.js";
import { framesOf, pause } from "../../replay/frames.js";
import { keptAs, verdictOf } from "../../verify/kept.js";
import { isAssignment, isShort, verifyText } from "../../verify/vdraw.js";
import { eights, moment, own } from "../../verify/words.js";

const FIRST = 12; // candidates of the order that are shown
const root = document.querySelector("[data-replay]");
const part = (name) => root.querySelector(`[data-${name}]`);

class Player {
  constructor(record, film) {
    Object.assign(this, { record, frames: film.frames, order: film.order, at: 0, timer: null });
    this.steps = this.frames.flatMap((frame, i) => (frame.step ? [i] : []));
    part("bar").max = this.frames.length - 1;
    part("steps").replaceChildren(...this.steps.map((i) => this.entry(i)));
    this.show(0);
  }

  get playing() {
    return this.timer !== null;
  }

  entry(i) {
    const { at, tone, step } = this.frames[i];
    const { title, text } = step;
    const head = h("span.timeline-head", {}, h("strong", {}, title), at && h("time.note", {}, moment(at)));
    const button = h(
      "button.replay-step",
      { type: "button", onclick: () => this.go(i) },
      head,
      text && h("span.note", {}, text),
    );
    return h("li", {}, h(`span.timeline-dot.tone-${tone}`), button);
  }

  /** Stop, and show frame `i`. */
  go(i) {
    this.stop();
    this.show(Math.min(Math.max(i, 0), this.frames.length - 1));
  }

  toggle() {
    if (this.playing) return this.stop();
    if (this.at === this.frames.length - 1) this.show(0);
    this.wait();
    this.mark();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.mark();
  }

  wait() {
    const next = this.frames[this.at + 1];
    if (!next) return this.stop();
    const time = pause(this.frames[this.at], next) / Number(part("speed").value);
    this.timer = setTimeout(() => {
      this.show(this.at + 1);
      this.wait();
    }, time);
  }

  mark() {
    part("play").hidden = this.playing;
    part("pause").hidden = !this.playing;
  }

  show(i) {
    const before = this.frames[this.at].lines;
    this.at = i;
    const frame = this.frames[i];
    part("clock").textContent = frame.at ? moment(frame.at) : "";
    part("caption").className = `replay-caption tone-${frame.tone}`;
    part("caption").replaceChildren(h("strong", {}, frame.title), h("span", {}, frame.text));
    part("place").textContent = `${i + 1} / ${this.frames.length}`;
    part("bar").value = i;
    part("bar").setAttribute("aria-valuetext", frame.title);
    const step = this.steps.filter((first) => first <= i).length - 1;
    for (const [at, item] of [...part("steps").children].entries()) {
      item.firstElementChild.nextElementSibling.toggleAttribute("aria-current", at === step);
    }
    this.reveal(part("steps").children[step]);
    part("figures").replaceChildren(...figures(this.record.rule, frame, this.frames.slice(0, i + 1)));
    part("board").replaceChildren(
      ...(frame.type === "order" ? [tickets(this.order)] : board(this.record.rule, frame.lines, before)),
    );
  }

  /** Scroll the list, never the page. */
  reveal(item) {
    const list = part("steps");
    if (list.scrollHeight > list.clientHeight)
      list.scrollTop = item.offsetTop - list.offsetTop - list.clientHeight / 3;
  }
}

/* --- What a frame shows ------------------------------------------------------------------------ */

function figures(rule, { lines }, frames) {
  const panel = new Map(
    rule.groups.filter((group) => !("standby_for" in group)).map(({ id, seats }) => [id, seats]),
  );
  const seats = [...panel.values()].reduce((sum, count) => sum + count, 0);
  const sitting = lines.filter(({ state }) => state !== "exit");
  const seated = sitting.filter(({ group }) => panel.has(group)).length;
  const skipped = frames.filter(({ type }) => type === "skip").length;
  const values = [
    ["席位", seats, ""],
    ["在席", seated, "tone-green"],
    ["空缺", seats - seated, "tone-amber"],
    ["退出", lines.length - sitting.length, "tone-red"],
    ["跳过", skipped, ""],
  ];
  if (panel.size < rule.groups.length) values.splice(3, 0, ["候补", sitting.length - seated, ""]);
  return values.map(([label, value, tone]) =>
    h(tone ? `div.room-figure.${tone}` : "div.room-figure", {}, label, h("b", {}, String(value))),
  );
}

function board(rule, lines, before) {
  const known = new Set(before.map(({ commit }) => commit));
  return rule.groups.map(({ id, name, seats }) => {
    const own = lines.filter(({ group }) => group === id);
    const open = Math.max(0, seats - own.filter(({ state }) => state !== "exit").length);
    return h(
      "section.room-group",
      {},
      h("h2", {}, name, h("span.note", {}, `${seats} 席`)),
      h(
        "ul.room-seats",
        {},
        own.map((line) => seat(line, !known.has(line.commit))),
        Array.from({ length: open }, () =>
          h("li.room-seat.is-open", {}, h("strong", {}, "空席"), h("span.note", {}, "待入席")),
        ),
      ),
    );
  });
}

function seat({ commit, name, ref, label, tone, isSupplement, isMovedUp, level }, isNew) {
  const how = isMovedUp ? "（候补递补）" : isSupplement ? "（补抽）" : "";
  return h(
    `li.room-seat.tone-${tone}${isNew ? ".is-new" : ""}`,
    { title: `承诺 ${commit}` },
    h("strong", {}, name),
    h("span.note", {}, `${label}${how}，第 ${level} 级次`),
    h("span.note.mono", {}, ref || `${commit.slice(0, 8)}…`),
  );
}

function tickets(order) {
  const rows = order
    .slice(0, FIRST)
    .map(({ commit, ticket }, i) =>
      h(
        "tr",
        {},
        h("td.c-num", {}, String(i + 1)),
        h("td.mono", {}, `${commit.slice(0, 16)}…`),
        h("td.mono", {}, `${ticket.slice(0, 16)}…`),
      ),
    );
  const more =
    order.length > FIRST && h("p.note", {}, `其余 ${order.length - FIRST} 人从略；入席从第 1 位起依次进行。`);
  return h(
    "section.room-group.replay-order",
    {},
    h("h2", {}, "按排序值从小到大"),
    h(
      "div.table-box",
      {},
      h(
        "table.data-table.is-plain",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["次序", "候选人承诺", "排序值"].map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        h("tbody", {}, rows),
      ),
    ),
    more,
  );
}

/* --- Where the record comes from, and what moves the film -------------------------------------- */

const FOLLOWED = "封存值、次序和每一步入席已在本浏览器重新推算";
let player = null;

/** Play `record`; `verdict` is what is said of it: [tone, title, text]. */
function open(record, verdict = ["green", "记录一致", `${FOLLOWED}。`]) {
  const names = new Map(
    Object.entries(JSON.parse(document.getElementById("replay-names")?.textContent ?? "{}")),
  );
  const film = framesOf(record, names);
  if (isShort(record)) return tell("amber", "还不能回放", film.difference);
  if (!film.ok) return tell("red", "记录不一致，不能回放", film.difference);
  player = new Player(record, film);
  part("seal").textContent = eights(record.seal);
  part("seed").textContent = eights(record.seed);
  part("title").textContent = record.rule.draw_id;
  tell(...verdict);
  part("stage").hidden = false;
}

/** Say something instead of what was shown before. */
function tell(tone, title, text) {
  part("verdict").className = `replay-verdict tone-${tone}`;
  part("verdict").replaceChildren(h("strong", {}, title), ` ${text}`);
  part("stage").hidden = true;
}

/** Play what the visitor chose, unless it is not the record that is kept here. */
async function openFile(input) {
  const [file] = input.files;
  if (!file) return;
  player?.stop();
  player = null;
  part("title").textContent = "";
  tell("grey", "", "正在核验……");
  const text = await file.text();
  const { ok, difference } = verifyText(text);
  const record = ok && JSON.parse(text);
  const kept = ok && !isShort(record) && (await keptAs(record, input.dataset.compareUrl));
  if (input.files[0] !== file) return; // another was chosen meanwhile
  if (!ok) return tell("red", "记录不一致，不能回放", difference);
  if (isAssignment(record)) return tell("amber", "不能回放", "这是评审对象分配的记录，请在核验页面核验。");
  const verdict = verdictOf(kept, FOLLOWED, record.events.length);
  if (kept === "other") return tell(...verdict);
  open(record, verdict);
}

async function load(url) {
  try {
    const response = await fetch(url, { cache: "no-store" });
    const content = await response.json();
    if (response.ok) return open(content);
    tell("amber", "不能回放", content.error);
  } catch {
    tell("amber", "不能回放", "记录没有读到，请检查网络后刷新本页。");
  }
}

const KEYS = {
  " ": () => player.toggle(),
  ArrowLeft: () => player.go(player.at - 1),
  ArrowRight: () => player.go(player.at + 1),
  Home: () => player.go(0),
  End: () => player.go(Infinity),
};

function press(event) {
  const busy =
    event.target.closest("input, select, textarea") ||
    (event.key === " " && event.target.closest("button, a"));
  if (!player || busy || event.ctrlKey || event.altKey || event.metaKey || !own(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
}

/** Paper shows how it ended, and all steps. */
function print() {
  const { at } = player ?? {};
  player?.go(Infinity);
  window.addEventListener("afterprint", () => player?.go(at), { once: true });
}

if (root) {
  const moves = { first: "Home", back: "ArrowLeft", next: "ArrowRight", last: "End", play: " ", pause: " " };
  for (const [name, key] of Object.entries(moves)) part(name).addEventListener("click", KEYS[key]);
  part("bar").addEventListener("input", (event) => player.go(Number(event.target.value)));
  part("file")?.addEventListener("change", ({ target }) => openFile(target));
  document.addEventListener("keydown", press);
  window.addEventListener("beforeprint", print);
  if (root.dataset.recordUrl) load(root.dataset.recordUrl);
}
