// The public check page: replays a record in this browser and tells what is in it. The record is
// chosen by the visitor, or fetched from data-record-url. A chosen one that holds is compared with the one
// kept here (kept.js), and there is one verdict: what differs from that is 不一致. A short record may be chosen
// together with the whole one, to learn whether they are of the same draw.
import { h } from "../js/dom.js";
import { CHOSEN, keptAs, verdictOf } from "./kept.js";
import { standing } from "./standing.js";
import { isAssignment, isShort, misfitOf, verifyText } from "./vdraw.js";
import {
  ABOUT_SHORT,
  ASSIGNED_STATES,
  NOTES,
  REASONS,
  REASON_CODES,
  ROLES,
  STATES,
  WAYS,
  eights,
  firstSeating,
  label,
  moment,
  own,
  roleIn,
  times,
} from "./words.js";

const result = document.querySelector("#verify-result");
const input = document.querySelector("#verify-file");

const WHOLE = "封存值、种子、次序和每一步入席都已重新推算，与记录完全一致";
const ASSIGNED = "封存值、种子和每一件评审对象分给谁都已重新推算，与记录完全一致";

/** The first thing in which the text does not hold by itself, to be shown; null where it holds. */
function faultOf(text, name) {
  const { ok, difference } = verifyText(text);
  return ok ? null : notice("red", "不一致", `${name}：${difference}。`);
}

/** What is said of a record that holds, and what it tells. `brief`: the page around says already what was
    sealed. */
function told(record, brief = false) {
  const said = (words) => `${words}。${standing(record)}`;
  if (isShort(record)) return [said(ABOUT_SHORT), shortSummary(record, brief)];
  return isAssignment(record) ? [said(ASSIGNED), assigned(record)] : [said(WHOLE), summary(record, brief)];
}

function notice(tone, title, text) {
  return h(
    `div.notice.verdict.tone-${tone}`,
    { role: tone === "red" ? "alert" : "status" },
    h("div", {}, h("strong", {}, title), text),
  );
}

/* --- What a record that holds tells ------------------------------------------------------------ */

function shortSummary({ leaves, seal, seed, reveals, events }, brief) {
  const sealed = [
    ["候选人", `${leaves.length} 人`],
    ["封存值", digest(seal)],
    ["种子", digest(seed)],
  ];
  const values = [
    ["公开的随机值", `${reveals.length} 个`],
    ["事件", `${events.length} 个`],
    ["事件链头", digest(events.at(-1).hash)],
  ];
  return [part(brief ? "公开的值" : "概要", facts([...(brief ? [] : sealed), ...values]))];
}

function summary(record, brief) {
  const { rule, candidates, reveals, events } = record;
  const names = new Map(record.openings.map((opening) => [opening.commit, opening.ref]));
  const who = (commit) => names.get(commit) ?? `承诺 ${commit.slice(0, 8)}…`;
  const groups = new Map(rule.groups.map((group) => [group.id, group.name]));
  const { type, state } = events.findLast((event) => event.type === "end" || event.type === "void");
  const sealed = [
    ["抽取编号", rule.draw_id],
    ["结果", label(STATES, state ?? type)],
    ["候选人", `${candidates.length} 人`],
    ["封存值", digest(record.seal)],
    ["种子", digest(record.seed)],
  ];
  const conditions = rule.groups.map((group) => [
    group.name,
    group.seats,
    candidates.filter((candidate) => own(candidate.groups, group.standby_for ?? group.id)).length,
    group.standby_for
      ? `与「${groups.get(group.standby_for)}」相同`
      : (Array.isArray(group.levels) ? group.levels : []).map((level) => level.text).join("；") || "—",
  ]);
  return [
    part(
      brief ? "公开的值" : "概要",
      facts([
        ...(brief ? [] : sealed),
        ...reveals.map(({ role, value }) => [`${label(ROLES, role)}随机值`, digest(value)]),
        ["事件", `${events.length} 个`],
        ...(events.at(-1).hash ? [["事件链头", digest(events.at(-1).hash)]] : []),
        ["专家编号", names.size ? `${names.size} 人，与身份承诺相符` : "不在记录里，以身份承诺代替"],
      ]),
    ),
    brief ? null : part("条件组", table(["条件组", "人数", "候选人", "条件"], conditions)),
    part(
      "经过",
      h(
        "ol.timeline",
        {},
        events.map((event) => step(event, who, groups, rule)),
      ),
    ),
  ].filter(Boolean);
}

/** What the record of an assignment tells. */
function assigned({ rule, items, candidates, seal, seed, reveals, events, openings }) {
  const names = new Map(openings.map((opening) => [opening.commit, opening.ref]));
  const who = (commit) => names.get(commit) ?? `承诺 ${commit.slice(0, 8)}…`;
  const { type, state } = events.findLast((event) => event.type === "end" || event.type === "void");
  const places = items.reduce((sum, item) => sum + item.experts, 0);
  const overview = [
    ["分配编号", rule.draw_id],
    ["结果", label(ASSIGNED_STATES, state ?? type)],
    ["评审对象", `${items.length} 件，共 ${places} 人次`],
    ["专家", `${candidates.length} 人，每人最多 ${rule.per_expert} 件`],
    ["封存值", digest(seal)],
    ["种子", digest(seed)],
    ...reveals.map(({ role, value }) => [`${label(ROLES, role)}随机值`, digest(value)]),
    ["事件", `${events.length} 个`],
    ["事件链头", digest(events.at(-1).hash)],
    ["专家编号", names.size ? `${names.size} 人，与身份承诺相符` : "不在记录里，以身份承诺代替"],
  ];
  const classes = rule.classes.map(({ id, name }) => [
    name,
    items.filter((item) => item.class === id).length,
    candidates.filter((one) => one.classes.includes(id)).length,
  ]);
  return [
    part("概要", facts(overview)),
    part("类别", table(["类别", "评审对象", "可评的专家"], classes)),
    part(
      "经过",
      h(
        "ol.timeline",
        {},
        events.map((event) => entry({ ...event, reason_code: "" }, assignedWords(event, who))),
      ),
    ),
  ];
}

function assignedWords(event, who) {
  const count = ({ shares }) => shares.reduce((sum, { commits }) => sum + commits.length, 0);
  const back = ({ commit, items }) => `${who(commit)}，退回 ${items.length} 件`;
  switch (event.type) {
    case "drawn":
      return [`首次分配 ${count(event)} 人次`, "", "blue"];
    case "supplement":
      return [count(event) ? `补充分配 ${count(event)} 人次` : "补充分配，已无人可补", "", "blue"];
    case "exit":
      return [`退出：${label(REASONS, event.reason)}`, back(event), "amber"];
    case "recuse":
      return [`单件退回：${label(REASONS, event.reason)}`, back(event), "amber"];
    case "skip":
      return [`跳过：${label(REASONS, event.reason)}`, who(event.commit), "grey"];
    case "void":
      return [`结束：${STATES.void}`, event.reason, "red"];
    default:
      return [
        `结束：${ASSIGNED_STATES[event.state]}`,
        event.lacking ? `缺专家的评审对象 ${Object.keys(event.lacking).length} 件` : "",
        event.lacking ? "red" : "green",
      ];
  }
}

const step = (event, ...context) => entry(event, words(event, ...context));

function entry(event, [title, text, tone]) {
  return h(
    "li",
    {},
    h(`span.timeline-dot.tone-${tone}`),
    h(
      "div.timeline-head",
      {},
      h("strong", {}, title),
      typeof event.at === "string" && h("time.note", {}, moment(event.at)),
    ),
    text && h("p", {}, text),
    event.hash && h("p.note", {}, hand(event)),
  );
}

/** Who did it, by which way and why; only where the hash of the event covers that. */
function hand({ by, via, reason_code: why, ground, witness, supervisor }) {
  const person = ({ role, account }) => [roleIn(role, "其他角色"), account].filter(Boolean).join(" ");
  return [
    [by].flat().map(person).join("、"),
    via && via !== "system" && label(WAYS, via),
    why && label(REASON_CODES, why),
    ground,
    witness && `${roleIn(supervisor, "第二人")}确认 ${witness.slice(0, 8)}…`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function words(event, who, groups, rule) {
  const named = ({ commit, group }) => `${who(commit)}（${groups.get(group)}）`;
  const seated = () => event.seats.map(named).join("、");
  switch (event.type) {
    case "drawn":
      return [`${firstSeating(rule)} ${event.seats.length} 人`, seated(), "blue"];
    case "supplement":
      return [event.seats.length ? `补抽 ${event.seats.length} 人` : "补抽，已无人可补", seated(), "blue"];
    case "exit":
      return [
        `退出：${label(REASONS, event.reason)}`,
        event.moved_up ? `${who(event.commit)}；候补递补：${named(event.moved_up)}` : who(event.commit),
        "amber",
      ];
    case "skip":
      return [`跳过：${label(REASONS, event.reason)}`, who(event.commit), "grey"];
    case "note":
      return [label(NOTES, event.code), "", "amber"];
    case "reschedule":
      return ["改期，请原有专家重新确认", `评审时间改为 ${times(event.meetings)}`, "amber"];
    case "void":
      return [`结束：${STATES.void}`, event.reason, "red"];
    default:
      return [`结束：${label(STATES, event.state)}`, "", event.state.startsWith("success") ? "green" : "red"];
  }
}

const part = (title, body) => h("section.section", {}, h("div.section-head", {}, h("h2", {}, title)), body);
const facts = (pairs) =>
  h(
    "dl.kv.columns-1",
    {},
    pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
const digest = (hex) => h("span.mono", {}, eights(hex));

function table(head, rows) {
  return h(
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
          head.map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell) => h("td", {}, String(cell))),
          ),
        ),
      ),
    ),
  );
}

/* --- Where the record comes from --------------------------------------------------------------- */

async function load(url) {
  result.replaceChildren(h("p.muted", { role: "status" }, "正在读取并核验记录……"));
  try {
    const response = await fetch(url, { cache: "no-store" });
    if (response.ok) return result.replaceChildren(...published(await response.text()));
    const { error } = await response.json();
    result.replaceChildren(notice("red", "无法核验", error));
  } catch {
    result.replaceChildren(notice("red", "无法核验", "记录没有读到，请检查网络后刷新本页。"));
  }
}

function published(text) {
  const fault = faultOf(text, "公开记录");
  if (fault) return [fault];
  const record = JSON.parse(text);
  const [about, parts] = told(record, true);
  const from = isShort(record) ? "" : "公开记录："; // the short one says itself what it is
  return [notice("green", "一致", `${from}${about}。`), ...parts];
}

async function judge({ text, name }) {
  const fault = faultOf(text, name);
  if (fault) return [fault];
  const record = JSON.parse(text);
  const kept = await keptAs(record, input.dataset.compareUrl);
  const [about, parts] = told(record);
  const [tone, title, verdict] = verdictOf(kept, about, record.events.length);
  return [notice(tone, title, `${name}：${verdict}`), ...(kept === "other" ? [] : parts)];
}

/** Says whether two files, of which each holds, are of the same draw. */
async function fit(files) {
  for (const { text, name } of files) {
    const fault = faultOf(text, name);
    if (fault) return [fault];
  }
  const sorted = files.map((file) => ({ ...file, record: JSON.parse(file.text) }));
  const [short, whole] = [true, false].map((which) => sorted.find(({ record }) => isShort(record) === which));
  if (!short || !whole) {
    const text = "一次核对两份时，请选一份公开前的记录和一份完整记录。";
    return [notice("red", "不能比对", text)];
  }
  const misfit = misfitOf(short.record, whole.record);
  if (misfit) return [notice("red", "与公开前的记录不符", `${misfit}。${CHOSEN}。`)];
  const [about, ...rest] = await judge(whole);
  const text = `${short.name}：封存、候选人、定序和事件链都相符。`;
  return [
    about,
    notice(about.role === "alert" ? "blue" : "green", "与公开前的记录是同一次抽取", text),
    ...rest,
  ];
}

input?.addEventListener("change", async () => {
  const chosen = [...input.files];
  if (!chosen.length) return;
  const files = await Promise.all(chosen.map(async (file) => ({ text: await file.text(), name: file.name })));
  input.chosen = files;
  result.replaceChildren(h("p.muted", { role: "status" }, "正在核验……"));
  const shown = await (files.length === 1 ? judge(files[0]) : fit(files.slice(0, 2)));
  if (input.chosen === files) result.replaceChildren(...shown); // no other was chosen meanwhile
});
if (result?.dataset.recordUrl) load(result.dataset.recordUrl);
