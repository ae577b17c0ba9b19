/* What the records of draws and of assignments have in common. */

import {
  canonicalBytes,
  checkCanonical,
  checkHex,
  checkKey,
  checkKeys,
  checkList,
  checkText,
  checkValue,
  define,
  fromHex,
  join,
  need,
  own,
  TAG,
  toHex,
} from "./forms.js";
import { sha256, sm3 } from "./hash.js";
export const SKIP_REASONS = [
  "on_leave",
  "busy",
  "blacklisted",
  "avoided",
  "frozen",
  "expired",
  "removed",
  "ineligible",
];
export const EXIT_REASONS = [
  "declined",
  "no_answer",
  "unreached",
  "leave",
  "conflict",
  "replaced",
  ...SKIP_REASONS,
];
/* Somebody gives up what chance gave him. */
const EXITS = ["exit", "recuse"];
/* Notes of what one person asks and another agrees to. */
const NOTES_OF_TWO = ["emergency", "early_release"];
const TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?[+-]([01]\d|2[0-3]):[0-5]\d$/;

export function hashesOf(name) {
  const hash = name === "sm3" ? sm3 : sha256;
  return { hash, tagged: (prefix, ...parts) => hash(join(Uint8Array.of(prefix), TAG, ...parts)) };
}

/* A number as 8 bytes, big-endian. */
export function countBytes(length) {
  const count = new Uint8Array(8);
  new DataView(count.buffer).setUint32(4, length);
  return count;
}

export function checkContributors(rule) {
  checkHex(rule.nonce_commit, "规则的 nonce_commit", 32);
  checkList(rule.contributors, "规则的 contributors");
  rule.contributors.forEach((role, i) => {
    const where = `规则的第 ${i + 1} 个 contributors`;
    checkText(role, where);
    need(role !== "system", `${where}不能是 system`);
    need(rule.contributors.indexOf(role) === i, `${where}与前面的重复`);
  });
}

export function checkLinked(rule) {
  checkKeys(rule, "规则", ["salt"], true);
  checkHex(rule.salt, "规则的 salt", 16);
  if (!own(rule, "grounds")) return;
  checkList(rule.grounds, "规则的 grounds");
  need(rule.grounds.length > 0, "规则的 grounds 不能为空");
  rule.grounds.forEach((ground, i) => {
    const where = `规则的第 ${i + 1} 个 grounds`;
    checkText(ground, where);
    need(rule.grounds.indexOf(ground) === i, `${where}与前面的重复`);
  });
}

/* RFC 6962: split at the largest power of two below the number of leaves. */
export function merkleRoot(leaves, hash) {
  if (leaves.length === 0) return hash(new Uint8Array(0));
  const root = (from, to) => {
    if (to - from === 1) return leaves[from];
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    return hash(join(Uint8Array.of(1), root(from, from + half), root(from + half, to)));
  };
  return root(0, leaves.length);
}

export function checkReveals(reveals, rule, tagged) {
  checkList(reveals, "记录的 reveals");
  const roles = ["system", ...rule.contributors];
  reveals.slice(0, roles.length).forEach((reveal, i) => {
    const where = `第 ${i + 1} 个公开值`;
    checkKeys(reveal, where, ["role", "value"]);
    checkValue(reveal.role, roles[i], `${where}的 role`);
    checkHex(reveal.value, `${where}的 value`);
  });
  need(reveals.length === roles.length, `公开值应有 ${roles.length} 个，记录里有 ${reveals.length} 个`);
  const nonce = reveals[0].value;
  checkHex(nonce, "系统公开的随机数", 32);
  const commit = toHex(tagged(6, fromHex(nonce)));
  need(commit === rule.nonce_commit, "系统公开的随机数与规则里的 nonce_commit 不符");
}

/* --- Events ---------------------------------------------------------------------------------- */

/* The hashes of the events, each over itself and the one before, the first over the seed. */
export class Chain {
  constructor(seed, hash, tagged, rule) {
    this.head = seed;
    this.hash = hash;
    this.tagged = tagged;
    // A linked event is hashed by its digest, so that the chain is known before the events are.
    this.isLinked = rule.events === "linked";
    this.grounds = this.isLinked && own(rule, "grounds") ? rule.grounds : null;
    this.last = -Infinity; // when the event before was
  }

  check(event, where) {
    checkHand(event, where);
    if (this.isLinked) {
      checkGround(event, this.grounds, where);
      this.checkTime(event, where);
      const byHand = EXITS.includes(event.type) && event.via === "operator";
      const isNote = event.type === "note" && NOTES_OF_TWO.includes(event.code);
      if (byHand || isNote) checkSecond(event, where);
    }
    checkCanonical(event, where);
    const content = {};
    for (const key of Object.keys(event)) if (key !== "hash") define(content, key, event[key]);
    const bytes = canonicalBytes(content);
    this.head = this.tagged(7, this.head, this.isLinked ? this.hash(bytes) : bytes);
    checkValue(event.hash, toHex(this.head), `${where}的 hash（事件链）`);
  }

  /* Times do not run backwards. */
  checkTime(event, where) {
    const at = readTime(event.at);
    need(at >= this.last, `${where}的 at 早于前一事件`);
    this.last = at;
  }
}

/* One hand was not enough: who agreed, and the hash of what he confirmed. */
export function checkSecond(event, where) {
  for (const name of ["witness", "supervisor"]) {
    need(own(event, name), `${where}须由第二人确认：缺少 ${name}`);
  }
  checkHex(event.witness, `${where}的 witness`, 32);
  checkText(event.supervisor, `${where}的 supervisor`);
}

/* Who did it when, by which way and why. */
function checkHand(event, where) {
  checkKeys(event, where, ["at", "by", "hash"], true);
  need(!Number.isNaN(readTime(event.at)), `${where}的 at 必须是带时区的时间`);
  if (event.type !== "void") checkPerson(event.by, `${where}的 by`);
  const mayBeSilent = event.type === "drawn" || event.type === "skip";
  if (!mayBeSilent) checkKeys(event, where, ["via", "reason_code"], true);
  for (const name of ["via", "reason_code"]) {
    if (own(event, name)) checkKey(event[name], `${where}的 ${name}`);
  }
  if (own(event, "witness")) checkHex(event.witness, `${where}的 witness`, 32);
}

/* Whoever is taken off his seat by hand is so for a ground from the sealed list. */
function checkGround(event, grounds, where) {
  const byHand = EXITS.includes(event.type) && event.via === "operator";
  if (!byHand || grounds === null) {
    need(!own(event, "ground"), `${where}不应有 ground`);
    return;
  }
  checkKeys(event, where, ["ground"], true);
  need(grounds.includes(event.ground), `${where}的 ground 不在规则列明的原因里`);
}

function checkPerson(person, where) {
  checkKeys(person, where, ["role"], true);
  checkKey(person.role, `${where}的 role`);
  if (own(person, "account")) {
    checkKeys(person, where, ["role", "account"]);
    checkText(person.account, `${where}的 account`);
  } else {
    checkKeys(person, where, ["role"]);
  }
}

/* The events one after the other: what holds of each, then what `check` finds. */
export function checkEach(events, state, types, what, check) {
  checkList(events, "记录的 events");
  events.forEach((event, i) => {
    const n = i + 1;
    checkKeys(event, `第 ${n} 个事件`, ["n", "type"], true);
    need(event.n === n, `第 ${n} 个事件的 n 应为 ${n}`);
    need(types.includes(event.type), `第 ${n} 个事件的 type 必须是 ${types.join("、")} 之一`);
    const where = `第 ${n} 个事件（${event.type}）`;
    const isDrawn = event.type === "drawn";
    need(isDrawn === (n === 1), `${where}：第一个事件必须是 drawn，且只有它是`);
    need(state.ended !== "void", `${where}：${what}已作废，之后不能再有事件`);
    need(
      state.skipped.size === 0 || event.type === "skip" || event.type === "supplement",
      `${where}：跳过之后必须紧接 supplement`,
    );
    check(event, where);
  });
  need(events.length > 0, "记录的 events 为空：缺少 drawn 事件");
  need(state.ended !== null, "记录没有以 end 事件结束，不完整");
}

export function checkVoid(event, where) {
  checkKeys(event, where, ["reason", "by"], true);
  checkText(event.reason, `${where}的 reason`);
}

export function checkVoidByTwo(event, where) {
  checkVoid(event, where);
  const { by } = event;
  checkList(by, `${where}的 by`);
  by.forEach((person, i) => {
    checkKeys(person, `${where}的 by 第 ${i + 1} 人`, ["role", "account"]);
    checkPerson(person, `${where}的 by 第 ${i + 1} 人`);
  });
  const two = by.length === 2 && by[0].account !== by[1].account;
  need(two, `${where}的 by 必须是两名不同的人员`);
}

/* Date, time and distance from UTC: 2026-12-01T09:30+08:00, with seconds or without. */
export function readTime(value) {
  const [, year, month, day] = (typeof value === "string" && TIME.exec(value)) || [];
  // Date.parse takes the 30th of February for the 2nd of March.
  const last = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  const isDay = Number(year) > 0 && Number(month) > 0 && Number(day) > 0 && Number(day) <= last;
  return isDay ? Date.parse(value) : NaN;
}

/* --- Openings -------------------------------------------------------------------------------- */

/* All who were ever seated, or nobody while the names are still sealed. */
export function checkOpenings(openings, drawId, draw, tagged) {
  checkList(openings, "记录的 openings");
  const opened = new Set();
  openings.forEach((opening, i) => {
    const where = `第 ${i + 1} 份开封`;
    checkKeys(opening, where, ["commit", "ref", "salt"]);
    checkHex(opening.commit, `${where}的 commit`, 32);
    checkText(opening.ref, `${where}的 ref`);
    checkHex(opening.salt, `${where}的 salt`, 16);
    checkCanonical(opening, where);
    const commit = toHex(tagged(5, canonicalBytes([drawId, opening.ref, opening.salt])));
    need(commit === opening.commit, `${where}：编号和盐值与承诺 ${opening.commit} 不符`);
    const person = draw.place.get(commit);
    need(draw.used.has(person), `${where}：${commit} 从未入席，不应开封`);
    need(!opened.has(person), `${where}与前面的重复`);
    opened.add(person);
  });
  if (openings.length === 0) return;
  for (const person of draw.used) {
    need(opened.has(person), `缺少 ${draw.candidates[person].commit} 的开封`);
  }
}
