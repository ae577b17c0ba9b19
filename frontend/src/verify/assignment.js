/* Check the record of an assignment: many items, each judged by several of many experts. */

import {
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
  fromHex,
  isCount,
  isSame,
  join,
  need,
  own,
  toHex,
} from "./forms.js";
import {
  Chain,
  checkContributors,
  checkEach,
  checkLinked,
  checkOpenings,
  checkReveals,
  checkSecond,
  checkVoidByTwo,
  countBytes,
  EXIT_REASONS,
  hashesOf,
  merkleRoot,
  SKIP_REASONS,
} from "./parts.js";

const EVENTS = ["drawn", "exit", "recuse", "skip", "supplement", "end", "void"];

export function checkAssignment(record) {
  checkKeys(record, "记录", [
    "protocol",
    "form",
    "rule",
    "items",
    "candidates",
    "seal",
    "reveals",
    "seed",
    "events",
    "openings",
  ]);
  need(record.protocol === "VDRAW-1", "记录的 protocol 应为 VDRAW-1");
  const { rule, items, candidates, reveals } = record;
  checkRule(rule);
  const { hash, tagged } = hashesOf(rule.hash);
  checkItems(items, rule);
  checkReviewers(candidates, rule, items);
  const itemLeaves = items.map((item) => tagged(9, canonicalBytes(item)));
  const leaves = candidates.map(({ commit, classes, barred }) =>
    tagged(10, canonicalBytes([commit, classes, barred])),
  );
  checkSorted(itemLeaves, "个评审对象");
  checkSorted(leaves, "位专家");
  const roots = [itemLeaves, leaves].flatMap((rows) => [merkleRoot(rows, hash), countBytes(rows.length)]);
  const seal = tagged(11, hash(canonicalBytes(rule)), ...roots);
  checkValue(record.seal, toHex(seal), "记录的 seal（封存值）");
  checkReveals(reveals, rule, tagged);
  const seed = tagged(3, seal, ...reveals.map((reveal) => hash(fromHex(reveal.value))));
  checkValue(record.seed, toHex(seed), "记录的 seed（种子）");
  const tickets = itemLeaves.map((leaf) => tagged(4, seed, leaf));
  const board = new Assignment(rule, items, candidates, tickets, leaves, hash);
  const chain = new Chain(seed, hash, tagged, rule);
  const state = { board, skipped: new Map(), wasShort: false, isDue: false, ended: null };
  checkEach(record.events, state, EVENTS, "分配", (event, where) => {
    CHECKS[event.type](event, state, where);
    chain.check(event, where);
  });
  checkOpenings(record.openings, rule.draw_id, board, tagged);
}

function checkSorted(leaves, what) {
  leaves.forEach((leaf, i) => {
    const inPlace = i === 0 || compareBytes(leaves[i - 1], leaf) < 0;
    need(inPlace, `第 ${i + 1} ${what}不在按叶子值排序的位置上（内容被改动或次序被调换）`);
  });
}

/* --- What is sealed -------------------------------------------------------------------------- */

function checkRule(rule) {
  checkKeys(
    rule,
    "规则",
    ["draw_id", "kind", "hash", "classes", "per_expert", "nonce_commit", "contributors", "events"],
    true,
  );
  checkCanonical(rule, "规则");
  checkText(rule.draw_id, "规则的 draw_id");
  need(rule.kind === "assignment", "规则的 kind 必须是 assignment");
  need(rule.events === "linked", "规则的 events 只能是 linked");
  need(!own(rule, "grounds"), "规则不应有 grounds");
  checkLinked(rule);
  need(rule.hash === "sha256" || rule.hash === "sm3", "规则的 hash 必须是 sha256 或 sm3");
  need(isCount(rule.per_expert), "规则的 per_expert 必须是正整数");
  checkList(rule.classes, "规则的 classes");
  need(rule.classes.length > 0, "规则的 classes 不能为空");
  const seen = new Set();
  rule.classes.forEach((row, i) => {
    const where = `第 ${i + 1} 个类别`;
    checkKeys(row, where, ["id", "name"], true);
    checkKey(row.id, `${where}的 id`);
    checkText(row.name, `${where}的 name`);
    need(!seen.has(row.id), `${where}的 id 与前面的重复`);
    seen.add(row.id);
  });
  checkContributors(rule);
}

function checkItems(items, rule) {
  checkList(items, "记录的 items");
  need(items.length > 0, "记录的 items 不能为空");
  const classes = new Set(rule.classes.map(({ id }) => id));
  const seen = new Set();
  items.forEach((item, i) => {
    const where = `第 ${i + 1} 个评审对象`;
    checkKeys(item, where, ["id", "class", "experts"], true);
    checkCanonical(item, where);
    checkKey(item.id, `${where}的 id`);
    need(!seen.has(item.id), `${where}与前面的重复`);
    seen.add(item.id);
    need(classes.has(item.class), `${where}的 class 不在规则里`);
    need(isCount(item.experts), `${where}的 experts 必须是正整数`);
  });
}

function checkReviewers(candidates, rule, items) {
  checkList(candidates, "记录的 candidates");
  const known = {
    classes: new Set(rule.classes.map(({ id }) => id)),
    barred: new Set(items.map(({ id }) => id)),
  };
  const seen = new Set();
  candidates.forEach((one, i) => {
    const where = `第 ${i + 1} 位专家`;
    checkKeys(one, where, ["commit", "classes", "barred"]);
    checkHex(one.commit, `${where}的 commit`, 32);
    need(!seen.has(one.commit), `${where}与前面的重复`);
    seen.add(one.commit);
    for (const name of ["classes", "barred"]) {
      const row = one[name];
      checkList(row, `${where}的 ${name}`);
      const isKnown = row.every((value) => known[name].has(value));
      need(isKnown, `${where}的 ${name} 里有不存在的编号`);
      const isSorted = row.every((value, at) => at === 0 || row[at - 1] < value);
      need(isSorted, `${where}的 ${name} 必须升序且不重复`);
    }
    need(one.classes.length > 0, `${where}没有可评的类别`);
  });
}

/* --- Who judges what ------------------------------------------------------------------------- */

/* The assignment, replayed. Items and experts are their positions in the record. */
class Assignment {
  constructor(rule, items, candidates, tickets, leaves, hash) {
    Object.assign(this, { items, candidates, tickets, leaves, hash });
    this.cap = rule.per_expert;
    this.turns = items.map((_, i) => i).sort((i, j) => compareBytes(tickets[i], tickets[j]));
    this.item = new Map(items.map(({ id }, i) => [id, i]));
    this.place = new Map(candidates.map(({ commit }, i) => [commit, i]));
    this.held = candidates.map(() => new Set());
    this.holders = items.map(() => 0);
    this.never = candidates.map(({ barred }) => new Set(barred.map((id) => this.item.get(id))));
    this.known = items.map(() => new Map()); // tickets of experts
    this.out = new Set();
    this.used = new Set(); // everybody who ever got an item
    this.of = new Map(rule.classes.map(({ id }) => [id, []]));
    candidates.forEach(({ classes }, i) => {
      for (const id of classes) this.of.get(id).push(i);
    });
  }

  /* How many experts each item lacks, by its id. */
  lacking() {
    const lacking = {};
    this.items.forEach(({ id, experts }, i) => {
      if (this.holders[i] < experts) define(lacking, id, experts - this.holders[i]);
    });
    return lacking;
  }

  isShort() {
    return this.items.some(({ experts }, i) => this.holders[i] < experts);
  }

  /* Each item in turn gets as many experts as it lacks, while there are any. */
  give(skipped) {
    const given = this.candidates.map(() => []);
    const present = this.candidates.map((_, i) => !this.out.has(i) && !skipped.has(i));
    for (const item of this.turns) {
      while (this.holders[item] < this.items[item].experts && this.placed(item, given, present));
    }
    const got = this.items.map(() => []);
    given.forEach((row, one) => {
      for (const item of row) got[item].push(this.candidates[one].commit);
      if (row.length > 0) this.used.add(one);
    });
    return this.turns
      .filter((item) => got[item].length > 0)
      .map((item) => ({ item: this.items[item].id, commits: got[item].sort() }));
  }

  /* The search in breadth: of all in reach whoever has least, of several the first reached. */
  placed(item, given, present) {
    const by = new Map(); // through which item an expert was reached
    const giver = new Map([[item, null]]); // through whom an item came into reach
    const queue = [item];
    const left = new Map(this.of);
    const fewest = this.fewest(item, given, present);
    let best = null;
    for (let head = 0; head < queue.length; head++) {
      const at = queue[head];
      const waiting = left.get(this.items[at].class);
      const may = waiting.filter(
        (one) => !by.has(one) && present[one] && !this.held[one].has(at) && !this.never[one].has(at),
      );
      if (may.length === 0) continue;
      // Nobody has less than those: where there are such, nobody else's ticket is needed.
      const least = may.filter((one) => this.held[one].size === fewest);
      for (const one of this.ranked(at, least.length > 0 ? least : may)) {
        by.set(one, at);
        const load = this.held[one].size;
        if (load < this.cap && (best === null || load < this.held[best].size)) best = one;
        for (const other of given[one]) {
          if (giver.has(other)) continue;
          giver.set(other, one);
          queue.push(other);
        }
      }
      left.set(
        this.items[at].class,
        waiting.filter((one) => !by.has(one)),
      );
      if (best !== null && this.held[best].size === fewest) break; // nobody else in reach has less
    }
    if (best === null) return false;
    this.holders[item] += 1;
    for (let taker = best; taker !== null; ) {
      const at = by.get(taker);
      this.held[taker].add(at);
      given[taker].push(at);
      taker = giver.get(at);
      if (taker !== null) {
        this.held[taker].delete(at);
        given[taker].splice(given[taker].indexOf(at), 1);
      }
    }
    return true;
  }

  /* Nobody who may be in reach has less than this: told by classes, without bars. */
  fewest(item, given, present) {
    const classes = new Set([this.items[item].class]); // grows while it is gone through
    const seen = new Set();
    let least = this.cap;
    for (const id of classes) {
      for (const one of this.of.get(id)) {
        if (seen.has(one) || !present[one]) continue;
        seen.add(one);
        least = Math.min(least, this.held[one].size);
        if (this.candidates[one].classes.every((own) => classes.has(own))) continue;
        for (const at of given[one]) classes.add(this.items[at].class);
      }
    }
    return least;
  }

  /* Experts in the order of their tickets for an item. */
  ranked(item, experts) {
    const known = this.known[item];
    for (const one of experts) {
      if (known.has(one)) continue;
      known.set(one, this.hash(join(Uint8Array.of(12), this.tickets[item], this.leaves[one])));
    }
    return experts.sort((i, j) => compareBytes(known.get(i), known.get(j)));
  }
}

/* --- Events ---------------------------------------------------------------------------------- */

const CHECKS = {
  drawn(event, state, where) {
    checkShares(event, state, where);
  },

  supplement(event, state, where) {
    need(state.board.isShort(), `${where}：没有空缺，不应补充分配`);
    const wasDue = state.isDue;
    checkShares(event, state, where);
    const isVain = event.shares.length === 0 && !wasDue;
    need(!isVain, `${where}：没有人退回，也没有人可补，不应补充分配`);
  },

  exit(event, state, where) {
    const person = giveUp(event, state, where);
    need(!state.board.out.has(person), `${where}：${event.commit} 已经退出`);
    state.board.out.add(person);
  },

  recuse(event, state, where) {
    giveUp(event, state, where);
    need(event.items.length > 0, `${where}的 items 不能为空`);
  },

  skip(event, state, where) {
    const person = personOf(event, state, where, SKIP_REASONS);
    need(state.board.isShort(), `${where}：没有空缺，不应跳过`);
    need(!state.board.out.has(person), `${where}：${event.commit} 已经退出，不能再跳过`);
    need(!state.skipped.has(person), `${where}：${event.commit} 已跳过，不能重复`);
    state.skipped.set(person, event.reason);
    state.ended = null;
  },

  end(event, state, where) {
    checkKeys(event, where, ["state"], true);
    need(state.ended === null, `${where}：分配已经结束，不能再次结束`);
    const short = state.board.isShort();
    const isDue = short && state.isDue;
    if (own(event, "closed")) {
      need(event.closed === true, `${where}的 closed 只能是 true`);
      need(isDue, `${where}：没有尚未补充的空缺，不应写明 closed`);
      checkSecond(event, where);
    }
    need(own(event, "closed") || !isDue, `${where}：有人退回后尚未补充分配，不能结束`);
    const full = state.wasShort ? "success_supplement" : "success";
    checkValue(event.state, short ? "unsatisfied" : full, `${where}的 state`);
    need(own(event, "lacking") === short, `${where}有缺额才写、也必须写 lacking`);
    if (short) {
      const lacking = state.board.lacking();
      const sum = Object.values(lacking).reduce((all, count) => all + count, 0);
      need(isSame(event.lacking, lacking), `${where}的 lacking 与重算的不同，共缺 ${sum} 人次`);
    }
    state.ended = event.state;
  },

  void(event, state, where) {
    checkVoidByTwo(event, where);
    state.ended = "void";
  },
};

function personOf(event, { board }, where, reasons) {
  checkKeys(event, where, ["commit", "reason"], true);
  checkHex(event.commit, `${where}的 commit`, 32);
  need(reasons.includes(event.reason), `${where}的 reason 必须是 ${reasons.join("、")} 之一`);
  need(board.place.has(event.commit), `${where}：专家里没有 ${event.commit}`);
  return board.place.get(event.commit);
}

function giveUp(event, state, where) {
  const person = personOf(event, state, where, EXIT_REASONS);
  const { board } = state;
  checkKeys(event, where, ["items"], true);
  checkList(event.items, `${where}的 items`);
  const held = board.held[person];
  need(held.size > 0, `${where}：${event.commit} 没有评审对象，不能退出`);
  event.items.forEach((id, i) => {
    const at = board.item.get(id);
    need(held.delete(at), `${where}的第 ${i + 1} 个 items 不在 ${event.commit} 名下`);
    board.never[person].add(at);
    board.holders[at] -= 1;
  });
  state.isDue = state.isDue || event.items.length > 0;
  state.ended = null;
  return person;
}

function checkShares(event, state, where) {
  checkKeys(event, where, ["shares"], true);
  checkList(event.shares, `${where}的 shares`);
  const expected = state.board.give(state.skipped);
  expected.slice(0, event.shares.length).forEach((right, i) => {
    const place = `${where}的第 ${i + 1} 份`;
    const given = event.shares[i];
    checkKeys(given, place, ["item", "commits"]);
    checkValue(given.item, right.item, `${place}的 item`);
    checkList(given.commits, `${place}的 commits`);
    const [wanted, count] = [right.commits.length, given.commits.length];
    right.commits.slice(0, count).forEach((commit, m) => {
      checkValue(given.commits[m], commit, `${place}的第 ${m + 1} 位专家`);
    });
    need(count === wanted, `${place}应有 ${wanted} 位专家，记录里有 ${count} 位`);
  });
  const count = event.shares.length;
  need(count === expected.length, `${where}应有 ${expected.length} 份，记录里有 ${count} 份`);
  state.wasShort = state.wasShort || state.board.isShort();
  state.isDue = false;
  state.ended = null;
  state.skipped = new Map();
}
