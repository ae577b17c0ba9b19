import { isAssignment, isShort } from "./vdraw.js";
import { ASSIGNED_STATES, STATES, label } from "./words.js";

/** Of which draw a record is that holds, how it ended, how many events it has, and the head of their chain: void,
    or cut off, it holds by itself. The same words as those of `verify.py`. */
export function standing(record) {
  const { events, rule, seal } = record;
  const last = events.findLast(({ type }) => type === "end" || type === "void");
  const states = isAssignment(record) ? ASSIGNED_STATES : STATES;
  const head = events.at(-1).hash;
  return [
    isShort(record) ? `封存值：${seal}` : `${isAssignment(record) ? "分配" : "抽取"}编号：${rule.draw_id}`,
    last && `状态：${label(states, last.state ?? "void")}`,
    `事件：${events.length} 个`,
    head && `事件链头：${head}`,
  ]
    .filter(Boolean)
    .join("；");
}
