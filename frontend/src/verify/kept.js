// How a chosen record, which holds by itself, stands to the one that the system keeps: one that was made up, or
// whose last events were cut off, holds by itself. Its digest, the number of its events and the last hash of their
// chain are sent, nothing else.
import { digestOf, isShort } from "./vdraw.js";

export const CHOSEN = "请以本系统公开的记录为准";
export const DIFFERS = "与本系统保存的记录不一致";

/** "same", "older" or "other"; null: it keeps none, or was not reached. `base`: where draws are verified. */
export async function keptAs(record, base) {
  try {
    // A short record does not say of which number it is: its seal finds it.
    const [code, form] = isShort(record) ? [record.seal, { form: record.form }] : [record.rule.draw_id, {}];
    const url = `${base}${encodeURIComponent(code)}/compare/`;
    const { events, seal } = record;
    const head = events.at(-1).hash ?? "";
    const asked = { digest: digestOf(record), events: events.length, head, seal, ...form };
    const response = await fetch(`${url}?${new URLSearchParams(asked)}`, { cache: "no-store" });
    return response.ok ? (await response.json()).kept : null;
  } catch {
    return null; // without the network the record has been checked all the same
  }
}

/** What is said of that, [tone, title, text], of a record of `count` events that holds: `about` says in what. */
export function verdictOf(kept, about, count) {
  if (kept === "same") return ["green", "一致", `${about}；与本系统保存的记录逐项相同。`];
  if (kept === "older") {
    const text = `前 ${count} 个事件与本系统保存的一致，此后又有新的事件，请下载最新的记录。`;
    return ["amber", "较旧", text];
  }
  if (kept === "other") return ["red", DIFFERS, `自身推算无误，但不是本系统保存的那一份，${CHOSEN}。`];
  const text = `${about}。本系统没有编号和封存值都与此相同、已经结束的抽取可以比较。`;
  return ["blue", "只核对了文件自身，没有与本系统保存的记录比较", text];
}
