// Deadlines that count down by the server's clock, all on one timer.
import { meta } from "./dom.js";

const offset = meta("server-now") ? new Date(meta("server-now")).getTime() - Date.now() : 0;
const clocks = new Set();
let timer = null;

function words(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const rest = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(":");
  return days ? `${days} 天 ${rest}` : rest;
}

function tick() {
  const now = Date.now() + offset;
  for (const clock of clocks) {
    if (!clock.element.isConnected) {
      clocks.delete(clock);
      continue;
    }
    const left = Math.max(0, Math.ceil((clock.end - now) / 1000));
    clock.element.classList.toggle("is-over", left === 0);
    clock.element.classList.toggle("is-near", left > 0 && left < clock.near);
    const text = left ? words(left) : (clock.element.dataset.ended ?? "已截止");
    if (clock.element.textContent !== text) clock.element.textContent = text;
    if (!left) {
      clocks.delete(clock);
      clock.element.dispatchEvent(new CustomEvent("deadline", { bubbles: true }));
    }
  }
  if (!clocks.size) timer = clearInterval(timer);
}

export function startClocks(enhance) {
  enhance("[data-deadline]", (element) => {
    const end = new Date(element.dataset.deadline).getTime();
    if (Number.isNaN(end)) return;
    const total = (end - Date.now() - offset) / 1000;
    clocks.add({ element, end, near: Math.max(60, Math.min(3600, total / 10)) });
    timer ??= setInterval(tick, 1000);
    tick();
  });
  // "现在时刻" of the draw room
  enhance("[data-now]", (element) => {
    const show = () =>
      (element.textContent = new Date(Date.now() + offset).toLocaleTimeString("zh-CN", {
        hour12: false,
        timeZone: "Asia/Shanghai",
      }));
    show();
    setInterval(show, 1000);
  });
}
