// A record as a film: one frame for the seal, each value, the order, each seat that is taken, and each
// further event. Only the record is read; it is checked on the way.
import { isShort, verifyRecord } from "../verify/vdraw.js";
import { NOTES, REASONS, ROLES, STATES, eights, firstSeating, label, times } from "../verify/words.js";

const SEATED = { state: "seated", label: "已邀请", tone: "amber" };
const ACCEPTED = { state: "accepted", label: "同意", tone: "green" };
const CANCELLED = { state: "cancelled", label: "已取消", tone: "grey" };

/**
 * {ok: true, frames, order} or {ok: false, difference}. A frame: {type, at, title, text, tone, lines,
 * step}; `lines` are all who were seated so far, in order; the first frame of an event has a `step`, its
 * {title, text} as a whole.
 * `names` holds who stands behind a commitment, where the reader may know it.
 */
export function framesOf(record, names = new Map()) {
  if (isShort(record)) return { ok: false, difference: "公开前的记录没有席位，完整记录公开后可以回放" };
  let order = [];
  const events = [];
  const watch = {
    order: (tickets) => (order = tickets),
    event: (event, seats) => events.push({ event, seats }),
  };
  const verdict = verifyRecord(record, watch);
  if (!verdict.ok) return verdict;
  const film = new Film(record, names);
  film.open(order);
  for (const { event, seats } of events) film.add(event, seats);
  return { ok: true, frames: film.frames, order };
}

class Film {
  constructor({ rule, candidates, seal, reveals, seed, openings }, names) {
    Object.assign(this, { rule, candidates, seal, reveals, seed, names, frames: [], lines: [] });
    this.refs = new Map(openings.map(({ commit, ref }) => [commit, ref]));
    this.groups = new Map(rule.groups.map(({ id, name }) => [id, name]));
    this.homes = new Map(rule.groups.map(({ id, standby_for }) => [id, standby_for ?? id]));
    this.at = time(rule.sealed_at);
  }

  open(order) {
    const sum = (groups) => groups.reduce((total, group) => total + group.seats, 0);
    const seats = sum(this.rule.groups.filter((group) => !("standby_for" in group)));
    const standbys = sum(this.rule.groups.filter((group) => "standby_for" in group));
    const places = `${seats} 个席位${standbys ? `、${standbys} 个候补席位` : ""}`;
    const sealed = `${this.candidates.length} 名候选人、${places}；封存值 ${eights(this.seal)}`;
    this.frame("seal", "封存规则和候选人", sealed);
    const [system, ...persons] = this.reveals; // the record lists the system first, which reveals last
    for (const { role, value } of [...persons, system]) {
      this.frame("value", `揭示${label(ROLES, role)}的随机值`, readable(role, value));
    }
    this.frame("order", `定序 ${order.length} 人`, `种子 ${eights(this.seed)}`);
  }

  add(event, seats) {
    this.at = time(event.at) ?? this.at;
    this[event.type](event, seats);
  }

  drawn({ seats }, sitting) {
    this.seat(seats, sitting, firstSeating(this.rule), "席位无人可坐");
  }

  supplement({ seats }, sitting) {
    this.seat(seats, sitting, "补抽", "补抽：已无人可补");
  }

  seat(seats, sitting, title, nobody) {
    if (!seats.length) return this.frame("seat", nobody, "", "red");
    seats.forEach(({ commit, group, level }, i) => {
      const name = this.names.get(commit) ?? `专家 ${String(this.lines.length + 1).padStart(2, "0")}`;
      const ref = this.refs.get(commit) ?? "";
      this.lines = [
        ...this.lines,
        { commit, name, ref, group, level, isSupplement: title === "补抽", ...SEATED },
      ];
      if (i === seats.length - 1) this.move(sitting);
      const text = `${name} 入席「${this.groups.get(group)}」，第 ${level} 级次`;
      this.frame(
        "seat",
        seats.length > 1 ? `${title}（${i + 1}/${seats.length}）` : title,
        text,
        "blue",
        i === 0 ? { title: `${title} ${seats.length} 人`, text: "" } : null,
      );
    });
  }

  /** Whoever made room for another sits in another group from now on. */
  move(sitting) {
    const place = new Map([...sitting].flatMap(([group, row]) => row.map((commit) => [commit, group])));
    const level = new Map(this.candidates.map(({ commit, groups }) => [commit, groups]));
    this.lines = this.lines.map((line) => {
      const group = place.get(line.commit);
      return group && group !== line.group
        ? { ...line, group, level: level.get(line.commit)[this.homes.get(group)] }
        : line;
    });
  }

  exit({ commit, reason, moved_up: movedUp }) {
    const find = (one) => this.lines.find((line) => line.commit === one);
    const [line, successor] = [find(commit), find(movedUp?.commit)];
    const title = `退出：${label(REASONS, reason)}`;
    const left = `${line.name} 离开「${this.groups.get(line.group)}」`;
    this.change((one) => one === line, { state: "exit", label: label(REASONS, reason), tone: "red" });
    const text = `${left}，席位空出`;
    this.frame("exit", title, text, "red", {
      title,
      text: successor ? `${left}，${successor.name} 由候补递补` : text,
    });
    if (!successor) return;
    this.change((one) => one === successor, { group: movedUp.group, level: movedUp.level, isMovedUp: true });
    this.frame(
      "seat",
      "候补递补",
      `${successor.name} 由候补递补到「${this.groups.get(movedUp.group)}」`,
      "blue",
      null,
    );
  }

  skip({ commit, reason }) {
    this.frame(
      "skip",
      `跳过：${label(REASONS, reason)}`,
      `轮到的候选人（承诺 ${commit.slice(0, 8)}…）此时不能入席`,
      "grey",
    );
  }

  note({ code }) {
    this.frame("note", label(NOTES, code), "席位不变", "amber");
  }

  /** Who sits is asked again. */
  reschedule({ meetings }) {
    this.change((line) => line.state === "accepted", SEATED);
    this.frame("note", "改期", `评审时间改为 ${times(meetings)}，请原有专家重新确认`, "amber");
  }

  void({ reason }) {
    this.change((line) => line.state !== "exit", CANCELLED);
    this.frame("end", `结束：${STATES.void}`, reason, "red");
  }

  end({ state, reason, closed, lacking = {} }) {
    if (state === "void") return this.void({ reason });
    this.change((line) => line.state === "seated", ACCEPTED);
    const short = Object.entries(lacking).map(([id, count]) => `${this.groups.get(id)}缺 ${count} 人`);
    if (closed) short.push("评审已开始，不再邀请新的专家");
    this.frame(
      "end",
      `结束：${label(STATES, state)}`,
      short.join("，"),
      state.startsWith("success") ? "green" : "red",
    );
  }

  change(which, values) {
    this.lines = this.lines.map((line) => (which(line) ? { ...line, ...values } : line));
  }

  frame(type, title, text, tone = "blue", step = { title, text }) {
    this.frames.push({ type, at: this.at, title, text, tone, lines: this.lines, step });
  }
}

/** How long to stand at `frame` before `next`, in milliseconds: hours become seconds. */
export function pause(frame, next) {
  if (!next.step) return 600;
  const gap = frame.at && next.at ? Math.max(0, next.at - frame.at) / 1000 : 0;
  return Math.round(Math.min(4000, 1200 + 400 * Math.log2(1 + gap / 10)));
}

function time(text) {
  const at = new Date(text ?? "").getTime();
  return Number.isNaN(at) ? null : at;
}

/** A person's value is text or dice; the system's is random. */
function readable(role, value) {
  if (role === "system") return eights(value);
  try {
    const bytes = Uint8Array.from(value.match(/../g), (pair) => parseInt(pair, 16));
    return `「${new TextDecoder("utf-8", { fatal: true }).decode(bytes)}」 ${eights(value)}`;
  } catch {
    return eights(value);
  }
}
