/* Check the record of a VDRAW-1 draw in the browser.

   verifyRecord(record) replays rule, candidates and revealed values and compares everything the
   record claims: {ok: true}, or {ok: false, difference: "…"} with the first difference.
   verifyText(text) does the same for JSON text. Nothing is sent anywhere. Of a short record, public
   while names are sealed, seal, seed, tickets and chain of events are checked; misfitOf(short, record)
   tells whether it is of the same draw as the whole record.

   Whoever wants to see the draw go by gives `watch`: {order(tickets), event(event, seats)}; it is told
   the candidates as ordered, [{commit, ticket}], and after each event who sits where, by group id. */

import { checkAssignment } from "./assignment.js";
import {
  canonical,
  canonicalBytes,
  checkCanonical,
  checkHex,
  checkKey,
  checkKeys,
  checkList,
  checkText,
  checkValue,
  compareBytes,
  define,
  Difference,
  fromHex,
  isAscii,
  isCount,
  isObject,
  isSame,
  need,
  own,
  toHex,
} from "./forms.js";
import { sha256 } from "./hash.js";
import {
  Chain,
  checkContributors,
  checkEach,
  checkLinked,
  checkOpenings,
  checkReveals,
  checkSecond,
  checkVoid,
  checkVoidByTwo,
  countBytes,
  EXIT_REASONS,
  hashesOf,
  merkleRoot,
  readTime,
  SKIP_REASONS,
} from "./parts.js";
const isStandby = (group) => own(group, "standby_for");

const EVENTS = ["drawn", "exit", "skip", "supplement", "end"];
/* Notes by which the names of those who sit became known; by the last of themselves, as their time had come. */
const RELEASED = "released";
const OPENING_NOTES = ["early_release", "all_present", RELEASED];
const CHAINED_EVENTS = [...EVENTS, "note", "reschedule", "void"];
const SHORT_KEYS = [
  "protocol",
  "form",
  "hash",
  "rule",
  "leaves",
  "root",
  "seal",
  "nonce_commit",
  "reveals",
  "seed",
  "tickets",
  "events",
];

export function verifyText(text) {
  let record;
  try {
    record = JSON.parse(text);
    checkTokens(text);
  } catch (error) {
    if (error instanceof Difference) return { ok: false, difference: error.message };
    const deep = error instanceof RangeError;
    const message = deep ? "记录的嵌套层数过多" : "不是有效的 JSON";
    return { ok: false, difference: message };
  }
  return verifyRecord(record);
}

/* What JSON.parse does not tell: of a key that stands twice a reader may see the first, a program
   takes the last; and 1.0 becomes 1. */
function checkTokens(text) {
  const keys = []; // of the objects around, null for a list
  let last = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g)) {
    if (token === "{" || token === "[") keys.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") keys.pop();
    else if (token === ":") {
      const key = JSON.parse(last);
      need(!keys.at(-1).has(key), "不是有效的 JSON：同一个对象里有重复的键");
      keys.at(-1).add(key);
    } else need(!/^-?\d.*[.eE]/.test(token), `记录里只能有整数，不能有 ${token}`);
    last = token;
  }
}

export function verifyRecord(record, watch = {}) {
  try {
    if (isAssignment(record)) checkAssignment(record);
    else if (isShort(record)) checkShort(record);
    else checkRecord(record, watch);
  } catch (error) {
    if (error instanceof Difference) return { ok: false, difference: error.message };
    if (error instanceof RangeError) return { ok: false, difference: "记录的嵌套层数过多" };
    throw error;
  }
  return { ok: true };
}

/* Whether this means to be the short record of a draw whose names are sealed. */
export const isShort = (record) => isObject(record) && own(record, "form") && !isAssignment(record);

/* Whether this means to be the record of an assignment of items to experts. */
export const isAssignment = (record) =>
  isObject(record) && own(record, "form") && record.form === "assignment";

/* In what a short record is not of the draw of the whole one, or null. Both hold for themselves. */
export function misfitOf(short, record) {
  try {
    checkSameDraw(short, record);
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  }
  return null;
}

/* SHA-256 of a record without its openings, in hex: by it two records are told apart. */
export function digestOf(record) {
  const content = {};
  for (const key of Object.keys(record)) if (key !== "openings") define(content, key, record[key]);
  return toHex(sha256(canonicalBytes(content)));
}

/* --- The whole record ------------------------------------------------------------------------ */

function checkRecord(record, watch) {
  checkKeys(record, "记录", [
    "protocol",
    "rule",
    "candidates",
    "seal",
    "reveals",
    "seed",
    "events",
    "openings",
  ]);
  need(record.protocol === "VDRAW-1", "记录的 protocol 应为 VDRAW-1");
  const { rule, candidates, reveals } = record;
  checkRule(rule);
  const { hash, tagged } = hashesOf(rule.hash);
  checkCandidates(candidates, rule);
  const leaves = checkLeaves(candidates, tagged);
  const seal = sealOf(hash(canonicalBytes(rule)), merkleRoot(leaves, hash), leaves.length, tagged);
  checkValue(record.seal, toHex(seal), "记录的 seal（封存值）");
  checkReveals(reveals, rule, tagged);
  const seed = tagged(3, seal, ...reveals.map((reveal) => hash(fromHex(reveal.value))));
  checkValue(record.seed, toHex(seed), "记录的 seed（种子）");
  const tickets = leaves.map((leaf) => tagged(4, seed, leaf));
  const order = tickets.map((_, i) => i).sort((i, j) => compareBytes(tickets[i], tickets[j]));
  const draw = new Draw(rule, candidates, order);
  watch.order?.(order.map((i) => ({ commit: candidates[i].commit, ticket: toHex(tickets[i]) })));
  const chain = own(rule, "events") ? new Chain(seed, hash, tagged, rule) : null;
  const end = checkEvents(record.events, draw, chain, watch);
  checkOpenings(record.openings, rule.draw_id, draw, tagged);
  // Where the rule says when names open, an event says that they did; none follows a void.
  const mayBeOpened = end.opened !== null || end.ended === "void" || !draw.saysOpening;
  need(record.openings.length === 0 || mayBeOpened, "记录里没有公开名单的事件，不应有开封");
}

function sealOf(rule, root, length, tagged) {
  return tagged(2, rule, root, countBytes(length));
}

/* --- The short record ------------------------------------------------------------------------ */

function checkShort(record) {
  checkShortForm(record);
  const { hash, tagged } = hashesOf(record.hash);
  const leaves = record.leaves.map(fromHex);
  const root = merkleRoot(leaves, hash);
  checkValue(record.root, toHex(root), "记录的 root（候选人树根）");
  const seal = sealOf(fromHex(record.rule), root, leaves.length, tagged);
  checkValue(record.seal, toHex(seal), "记录的 seal（封存值）");
  const values = record.reveals.map(fromHex);
  checkValue(record.nonce_commit, toHex(tagged(6, values[0])), "记录的 nonce_commit");
  const seed = tagged(3, seal, ...values.map(hash));
  checkValue(record.seed, toHex(seed), "记录的 seed（种子）");
  need(record.tickets.length === leaves.length, `记录的 tickets 应有 ${leaves.length} 个`);
  leaves.forEach((leaf, i) => {
    checkValue(record.tickets[i], toHex(tagged(4, seed, leaf)), `第 ${i + 1} 个 tickets（票号）`);
  });
  let head = seed;
  record.events.forEach((event, i) => {
    head = tagged(7, head, fromHex(event.content));
    checkValue(event.hash, toHex(head), `第 ${i + 1} 个事件的 hash（事件链）`);
  });
}

function checkShortForm(record) {
  checkKeys(record, "记录", SHORT_KEYS);
  need(record.protocol === "VDRAW-1", "记录的 protocol 应为 VDRAW-1");
  need(record.form === "short", "记录的 form 只能是 short");
  need(record.hash === "sha256" || record.hash === "sm3", "记录的 hash 必须是 sha256 或 sm3");
  for (const name of ["rule", "root", "seal", "nonce_commit", "seed"]) {
    checkHex(record[name], `记录的 ${name}`, 32);
  }
  for (const name of ["leaves", "tickets"]) {
    checkList(record[name], `记录的 ${name}`);
    record[name].forEach((value, i) => {
      checkHex(value, `第 ${i + 1} 个 ${name}`, 32);
    });
  }
  record.leaves.forEach((leaf, i) => {
    const inOrder = i === 0 || record.leaves[i - 1] < leaf;
    need(inOrder, `第 ${i + 1} 个 leaves 不在按叶子值排序的位置上`);
  });
  checkList(record.reveals, "记录的 reveals");
  need(record.reveals.length > 0, "记录的 reveals 不能为空");
  record.reveals.forEach((value, i) => {
    checkHex(value, `第 ${i + 1} 个公开值`, i === 0 ? 32 : 0);
  });
  checkList(record.events, "记录的 events");
  need(record.events.length > 0, "记录的 events 为空：缺少 drawn 事件");
  record.events.forEach((event, i) => {
    const where = `第 ${i + 1} 个事件`;
    checkKeys(event, where, ["content", "hash"]);
    checkHex(event.content, `${where}的 content`, 32);
    checkHex(event.hash, `${where}的 hash`, 32);
  });
}

/* What the whole record gives is what the short one says; events may have followed since. */
function checkSameDraw(short, record) {
  need(!isAssignment(record), "两份记录不是同一次抽取：完整记录是一次分配");
  const { rule } = record;
  const linked = own(rule, "events") && rule.events === "linked";
  need(linked, "完整记录的事件没有逐条摘要，不会有公开前的记录");
  const { hash, tagged } = hashesOf(rule.hash);
  const isSameList = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
  const leaves = record.candidates.map(({ commit, groups, unit }) =>
    toHex(tagged(0, canonicalBytes([commit, groups, unit]))),
  );
  const same = (holds, what) => need(holds, `两份记录不是同一次抽取：${what}不同`);
  same(short.hash === rule.hash, "hash ");
  same(short.rule === toHex(hash(canonicalBytes(rule))), "规则的摘要");
  same(isSameList(short.leaves, leaves), "候选人");
  same(short.seal === record.seal, "封存值");
  const values = record.reveals.map(({ value }) => value);
  same(isSameList(short.reveals, values), "公开值");
  same(short.seed === record.seed, "种子");
  // What was shown before can have been added to, never changed.
  const [count, known] = [short.events.length, record.events.length];
  short.events.slice(0, known).forEach((event, i) => {
    need(event.hash === record.events[i].hash, `第 ${i + 1} 个事件与公开前的记录不同（事件链）`);
  });
  need(
    count <= known,
    `完整记录较旧：前 ${known} 个事件相符，公开前的记录已有 ${count} 个。` +
      "请下载最新的完整记录再比较；最新的仍比公开前少的，才是不符",
  );
}

/* --- Rule and candidates --------------------------------------------------------------------- */

function checkRule(rule) {
  const names = ["draw_id", "kind", "hash", "groups", "unit_cap", "nonce_commit", "contributors"];
  checkKeys(rule, "规则", names, true);
  checkCanonical(rule, "规则");
  checkText(rule.draw_id, "规则的 draw_id");
  need(rule.kind === "random", "规则的 kind 必须是 random：人工选定的不是随机抽取");
  const events = own(rule, "events") ? rule.events : "chained";
  need(events === "chained" || events === "linked", "规则的 events 只能是 chained 或 linked");
  if (events === "linked") {
    checkLinked(rule);
    const isKnown = !own(rule, "reveal_at") || !Number.isNaN(readTime(rule.reveal_at));
    need(isKnown, "规则的 reveal_at 必须是带时区的时间");
  }
  need(rule.hash === "sha256" || rule.hash === "sm3", "规则的 hash 必须是 sha256 或 sm3");
  checkList(rule.groups, "规则的 groups");
  need(rule.groups.length > 0, "规则的 groups 不能为空");
  const ids = new Set();
  rule.groups.forEach((group, i) => {
    const where = `第 ${i + 1} 个条件组`;
    checkKeys(group, where, ["id", "name", "seats"], true);
    checkText(group.id, `${where}的 id`);
    need(isAscii(group.id), `${where}的 id 必须是 ASCII 文本`);
    checkText(group.name, `${where}的 name`);
    need(isCount(group.seats), `${where}的 seats 必须是正整数`);
    need(!ids.has(group.id), `${where}的 id 与前面的重复`);
    ids.add(group.id);
  });
  checkStandbys(rule.groups);
  const cap = rule.unit_cap;
  need(cap === null || isCount(cap), "规则的 unit_cap 必须是 null 或正整数");
  checkContributors(rule);
}

/* A standby group stands behind the ordinary group it names, which has no other. */
function checkStandbys(groups) {
  const free = new Set();
  groups.forEach((group, i) => {
    if (!isStandby(group)) {
      free.add(group.id);
      return;
    }
    const message = "的 standby_for 必须是前面的一个条件组，且每组只能有一个候补组";
    need(free.has(group.standby_for), `第 ${i + 1} 个条件组${message}`);
    free.delete(group.standby_for);
  });
}

function checkCandidates(candidates, rule) {
  checkList(candidates, "记录的 candidates");
  const groupIds = new Set(rule.groups.map((group) => group.id));
  const standbys = new Set(rule.groups.filter(isStandby).map((group) => group.id));
  const seen = new Set();
  candidates.forEach((candidate, i) => {
    const where = `第 ${i + 1} 位候选人`;
    checkKeys(candidate, where, ["commit", "groups", "unit"]);
    const { commit, groups, unit } = candidate;
    checkHex(commit, `${where}的 commit`, 32);
    need(!seen.has(commit), `${where}与前面的重复`);
    seen.add(commit);
    need(isObject(groups), `${where}的 groups 必须是对象`);
    need(Object.keys(groups).length > 0, `${where}不属于任何条件组`);
    for (const [groupId, level] of Object.entries(groups)) {
      need(groupIds.has(groupId), `${where}的条件组 ${groupId} 不在规则里`);
      need(!standbys.has(groupId), `${where}不应列出候补组 ${groupId}`);
      need(isCount(level), `${where}在条件组 ${groupId} 的级别必须是正整数`);
    }
    need(unit === null || typeof unit === "string", `${where}的 unit 必须是 null 或文本`);
    checkCanonical(unit, where);
  });
}

function checkLeaves(candidates, tagged) {
  const leaves = candidates.map(({ commit, groups, unit }) =>
    tagged(0, canonicalBytes([commit, groups, unit])),
  );
  for (let i = 1; i < leaves.length; i++) {
    need(
      compareBytes(leaves[i - 1], leaves[i]) < 0,
      `第 ${i + 1} 位候选人不在按叶子值排序的位置上（内容被改动或次序被调换）`,
    );
  }
  return leaves;
}

/* --- Seats ----------------------------------------------------------------------------------- */

/* The seats, replayed. A person is his position among the candidates, a group its place in the rule. */
class Draw {
  constructor(rule, candidates, order) {
    this.candidates = candidates;
    this.order = order;
    this.cap = rule.unit_cap;
    this.meetings = own(rule, "meetings") ? rule.meetings : [rule];
    this.opening = lastOpening(this.meetings);
    this.projects = own(rule, "projects") ? rule.projects : null;
    // From when names open by themselves: as was sealed, then as the last move says.
    this.saysOpening = rule.events === "linked" && own(rule, "reveal_at");
    this.reveal = this.saysOpening ? readTime(rule.reveal_at) : NaN;
    this.groups = rule.groups;
    const places = rule.groups.map((_, group) => group);
    this.ordinary = places.filter((group) => !isStandby(rule.groups[group]));
    this.standby = places.filter((group) => isStandby(rule.groups[group]));
    // The id of the group whose conditions count: its own, or the one for which its people stand by.
    this.homes = rule.groups.map((group) => (isStandby(group) ? group.standby_for : group.id));
    this.sitting = rule.groups.map(() => []);
    this.used = new Set(); // everybody ever seated
    this.place = new Map(candidates.map((candidate, i) => [candidate.commit, i]));
    this.fits = candidates.map(({ groups }) =>
      this.homes
        .map((home, group) => ({ group, level: own(groups, home) ? groups[home] : 0 }))
        .filter(({ level }) => level > 0),
    );
    const levels = new Set();
    for (const fits of this.fits) for (const { level } of fits) levels.add(level);
    this.levels = [...levels].sort((a, b) => a - b);
  }

  /* Step 4 on empty seats: the panel, then those who stand by. */
  seatFirst() {
    const nobody = new Map();
    return [this.ordinary, this.standby].flatMap((groups) => this.seatByLevels(groups, nobody));
  }

  /* Step 6: directly, for each group and its levels; then by step 4's search. The panel, then those
     who stand by. */
  supplement(skipped) {
    return [this.ordinary, this.standby].flatMap((groups) => [
      ...groups.flatMap((group) => this.seatDirectly(group, skipped)),
      ...this.seatByLevels(groups, skipped),
    ]);
  }

  seatDirectly(group, skipped) {
    const seated = [];
    for (const level of this.levels) {
      for (const person of this.order) {
        if (this.free(group) === 0) break;
        const fit = this.fits[person].some((one) => one.group === group && one.level === level);
        if (!fit || !this.maySit(person, skipped)) continue;
        this.sitting[group].push(person);
        this.used.add(person);
        seated.push(person);
      }
    }
    return seated;
  }

  /* Step 4's search, which sees no other groups than these. */
  seatByLevels(groups, skipped) {
    const seated = [];
    const hidden = this.groups.map((_, group) => group).filter((group) => !groups.includes(group));
    for (const level of this.levels) {
      // Groups where a search found no way: at this level none can open any more.
      let closed = new Set(hidden);
      let free = this.anyFree(groups);
      for (const person of this.order) {
        if (!free) break;
        const hopeless = ({ group, level: at }) => at > level || closed.has(group);
        if (this.fits[person].every(hopeless) || !this.maySit(person, skipped)) continue;
        const visited = new Set(closed);
        if (this.search(person, level, visited)) {
          this.used.add(person);
          seated.push(person);
          free = this.anyFree(groups);
        } else {
          closed = visited;
        }
      }
    }
    return seated;
  }

  /* Kuhn's augmenting path, each group visited once. */
  search(person, level, visited) {
    for (const { group, level: at } of this.fits[person]) {
      if (at > level || visited.has(group)) continue;
      visited.add(group);
      const row = this.sitting[group];
      if (this.free(group) > 0) {
        row.push(person);
        return true;
      }
      for (const sitter of [...row]) {
        if (this.search(sitter, level, visited)) {
          row.splice(row.indexOf(sitter), 1);
          row.push(person);
          return true;
        }
      }
    }
    return false;
  }

  maySit(person, skipped) {
    if (this.used.has(person) || skipped.has(person)) return false;
    const unit = this.candidates[person].unit;
    if (this.cap === null || unit === null) return true;
    const same = this.sitting.flat().filter((other) => this.candidates[other].unit === unit);
    return same.length < this.cap;
  }

  /* Step 5: the seat becomes free; whoever stood by longest for it takes it and is returned. */
  leave(person) {
    const left = this.groupOf(person);
    const row = this.sitting[left];
    row.splice(row.indexOf(person), 1);
    const standby = this.standby.find((group) => this.homes[group] === this.groups[left].id);
    if (standby === undefined || this.sitting[standby].length === 0) return undefined;
    const successor = this.sitting[standby].shift();
    row.push(successor);
    return successor;
  }

  free(group) {
    return this.groups[group].seats - this.sitting[group].length;
  }

  anyFree(groups = [...this.ordinary, ...this.standby]) {
    return groups.some((group) => this.free(group) > 0);
  }

  /* What the panel lacks; a standby is never lacking. */
  lacking() {
    const lacking = {};
    for (const group of this.ordinary) {
      if (this.free(group) > 0) define(lacking, this.groups[group].id, this.free(group));
    }
    return lacking;
  }

  seats() {
    return new Map(
      this.groups.map(({ id }, group) => [
        id,
        this.sitting[group].map((person) => this.candidates[person].commit),
      ]),
    );
  }

  groupOf(person) {
    return this.sitting.findIndex((row) => row.includes(person));
  }

  seatOf(person) {
    const { commit, groups } = this.candidates[person];
    const group = this.groupOf(person);
    return { commit, group: this.groups[group].id, level: groups[this.homes[group]] };
  }
}

/* --- Events ---------------------------------------------------------------------------------- */

function checkEvents(events, draw, chain, watch) {
  const isChained = chain !== null;
  const state = { draw, isChained, skipped: new Map(), wasShort: false, isDue: false, ended: null };
  state.isLinked = isChained && chain.isLinked;
  state.opened = null; // by which note names are open
  checkEach(events, state, isChained ? CHAINED_EVENTS : EVENTS, "抽取", (event, where) => {
    CHECKS[event.type](event, state, where);
    chain?.check(event, where);
    watch.event?.(event, draw.seats());
  });
  return state;
}

const CHECKS = {
  drawn(event, state, where) {
    checkSeats(event, state, () => state.draw.seatFirst(), where);
  },

  supplement(event, state, where) {
    need(state.draw.anyFree(), `${where}：没有空席，不应补抽`);
    const wasDue = state.isDue;
    checkSeats(event, state, () => state.draw.supplement(state.skipped), where);
    state.skipped = new Map();
    const isVain = state.isChained && event.seats.length === 0 && !wasDue;
    need(!isVain, `${where}：没有人退出，也没有人可补，不应补抽`);
  },

  exit(event, state, where) {
    const person = personOf(event, state, where, EXIT_REASONS);
    const sits = state.draw.groupOf(person) >= 0;
    need(sits, `${where}：${event.commit} 此时不在席位上，不能退出`);
    checkMovedUp(event, state.draw, state.draw.leave(person), where);
    state.isDue = true;
    state.ended = null;
  },

  skip(event, state, where) {
    const person = personOf(event, state, where, SKIP_REASONS);
    need(!state.draw.used.has(person), `${where}：${event.commit} 已入过席，不能再跳过`);
    need(!state.skipped.has(person), `${where}：${event.commit} 已跳过，不能重复`);
    state.skipped.set(person, event.reason);
    state.ended = null;
  },

  end(event, state, where) {
    checkKeys(event, where, ["state"], true);
    // Before events were chained a draw was voided by an end, also after its end.
    const isVoid = event.state === "void" && !state.isChained;
    need(state.ended === null || isVoid, `${where}：抽取已经结束，不能再次结束`);
    state.ended = event.state;
    if (isVoid) {
      checkVoid(event, where);
      const { by } = event;
      const isName = (name) => typeof name === "string" && name !== "";
      const two = Array.isArray(by) && by.length === 2 && by.every(isName) && by[0] !== by[1];
      need(two, `${where}的 by 必须是两名不同的人员`);
      return;
    }
    const short = state.draw.anyFree(state.draw.ordinary);
    const isDue = short && state.isDue;
    if (own(event, "closed")) {
      need(event.closed === true, `${where}的 closed 只能是 true`);
      need(isDue, `${where}：没有尚未补抽的空席，不应写明 closed`);
      const opened = readTime(event.at) >= state.draw.opening; // false where either is unknown
      need(opened, `${where}：评审还没有开始，有人退出后应先补抽`);
    }
    need(own(event, "closed") || !isDue, `${where}：有人退出后尚未补抽，不能结束`);
    const full = state.wasShort ? "success_supplement" : "success";
    checkValue(event.state, short ? "unsatisfied" : full, `${where}的 state`);
    if (state.isChained) need(own(event, "lacking") === short, `${where}有缺额才写、也必须写 lacking`);
    if (own(event, "lacking")) {
      const lacking = state.draw.lacking();
      const message = `${where}的 lacking 应为 ${canonical(lacking)}`;
      need(isSame(event.lacking, lacking), message);
    }
  },

  /* It changes no seat. */
  note(event, state, where) {
    checkKeys(event, where, ["code"], true);
    checkKey(event.code, `${where}的 code`);
    if (OPENING_NOTES.includes(event.code)) {
      const isAgain = state.opened !== null && [state.opened, event.code].includes(RELEASED);
      need(!isAgain, `${where}：名单已经公开，不能再次公开`);
      state.opened = event.code;
    }
    if (event.code === RELEASED) checkReleased(event, state.draw, where);
  },

  /* It changes no seat; a list that had ended goes on. */
  reschedule(event, state, where) {
    checkKeys(event, where, ["meetings"], true);
    const opening = lastOpening(event.meetings);
    const isKnown = !Number.isNaN(opening);
    need(isKnown, `${where}的 meetings 必须是列表，每一场都有带时区的 opening_at`);
    const isLate = opening <= readTime(event.at); // false where that is unknown
    need(!isLate, `${where}：改期后的评审时间必须晚于改期的时间`);
    if (state.isLinked) checkMove(event, state.draw, where);
    const isSaid = own(event, "reveal_at");
    const reveal = isSaid ? readTime(event.reveal_at) : NaN;
    need(!isSaid || !Number.isNaN(reveal), `${where}的 reveal_at 必须是带时区的时间`);
    Object.assign(state.draw, { meetings: event.meetings, opening, reveal });
    Object.assign(state, { ended: null, opened: null });
  },

  void(event, state, where) {
    checkVoidByTwo(event, where);
    state.ended = "void";
  },
};

/* Names open by themselves: nobody's hand, and not before their time. */
function checkReleased(event, draw, where) {
  const isItself = isSame(event.by, { role: "system" }) && event.via === "system";
  need(isItself, `${where}：到时公开名单只能由系统记下`);
  const isEarly = readTime(event.at) < draw.reveal; // false where either is unknown
  need(!isEarly, `${where}：还没有到名单公开的时间`);
}

/* Only projects of the rule move, and to an earlier time by two persons. */
function checkMove(event, draw, where) {
  const named = event.meetings.filter((row) => own(row, "project")).map((row) => row.project);
  const isKnown =
    !Array.isArray(draw.projects) ||
    named.every((one) => typeof one === "string" && draw.projects.includes(one));
  need(isKnown, `${where}：改期的项目不在规则的项目里`);
  if (isEarlier(event.meetings, draw.meetings)) checkSecond(event, where);
}

/* When the panel sits, of several meetings the last time; NaN unless each says when. */
function lastOpening(rows) {
  const openings = openingsOf(rows);
  return openings.length > 0 ? Math.max(...openings) : NaN;
}

/* Whether the panel sits earlier than before: the first or the last time, or for a project. */
function isEarlier(rows, before) {
  const [now, old] = [openingsOf(rows), openingsOf(before)];
  if (now.length === 0 || old.length === 0) return false;
  if (Math.min(...now) < Math.min(...old) || Math.max(...now) < Math.max(...old)) return true;
  const isSameProject = (one, other) => typeof one.project === "string" && one.project === other.project;
  return rows.some((row, i) => before.some((was, j) => isSameProject(row, was) && now[i] < old[j]));
}

/* When each meeting begins; nothing unless each says so. */
function openingsOf(rows) {
  if (!Array.isArray(rows) || !rows.every(isObject)) return [];
  const openings = rows.map((row) => readTime(own(row, "opening_at") ? row.opening_at : null));
  return openings.some(Number.isNaN) ? [] : openings;
}

function personOf(event, state, where, reasons) {
  checkKeys(event, where, ["commit", "reason"], true);
  checkHex(event.commit, `${where}的 commit`, 32);
  need(reasons.includes(event.reason), `${where}的 reason 必须是 ${reasons.join("、")} 之一`);
  need(state.draw.place.has(event.commit), `${where}：候选人里没有 ${event.commit}`);
  return state.draw.place.get(event.commit);
}

function checkSeats(event, state, seat, where) {
  checkKeys(event, where, ["seats"], true);
  checkList(event.seats, `${where}的 seats`);
  const expected = seat().map((person) => state.draw.seatOf(person));
  expected.slice(0, event.seats.length).forEach((right, i) => {
    checkSeat(event.seats[i], right, `${where}的第 ${i + 1} 席`);
  });
  const count = event.seats.length;
  need(count === expected.length, `${where}应有 ${expected.length} 席，记录里有 ${count} 席`);
  state.wasShort = state.wasShort || state.draw.anyFree(state.draw.ordinary);
  state.isDue = false;
  state.ended = null;
}

function checkMovedUp(event, draw, person, where) {
  if (person === undefined) {
    need(!own(event, "moved_up"), `${where}：没有候补递补，不应有 moved_up`);
    return;
  }
  checkKeys(event, where, ["moved_up"], true);
  checkSeat(event.moved_up, draw.seatOf(person), `${where}的 moved_up（递补）`);
}

function checkSeat(given, right, place) {
  checkKeys(given, place, ["commit", "group", "level"]);
  need(isSame(given, right), `${place}应为 ${showSeat(right)}，记录里是 ${showSeat(given)}`);
}

function showSeat({ commit, group, level }) {
  const show = (value) => (typeof value === "string" ? value : canonical(value));
  return [commit, group, level].map(show).join(" ");
}
