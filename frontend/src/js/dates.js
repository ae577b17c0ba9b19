// Calendars (flatpickr) in Chinese. Typing stays possible; what is sent is what is seen. A day that
// does not exist stays as it was typed, and is named: flatpickr alone would take 02-31 for 03-03.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { changed, h, icon, nextId } from "./dom.js";

const WRITTEN = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?)?$/;
const MONTH = /^(\d{4})[-/.年](\d{1,2})月?$/;
const zh = { ...Mandarin, firstDayOfWeek: 1, rangeSeparator: " 至 " };

function foot(picker) {
  const quick = (label, act) => h("button.btn.btn-link.btn-sm", { type: "button", onclick: act }, label);
  return h(
    "div.calendar-foot",
    {},
    quick("清空", () => {
      picker.clear();
      picker.close();
    }),
    quick(picker.config.mode === "range" ? "本月" : "今天", () => {
      const today = new Date();
      const month = [
        new Date(today.getFullYear(), today.getMonth(), 1),
        new Date(today.getFullYear(), today.getMonth() + 1, 0),
      ];
      picker.setDate(picker.config.mode === "range" ? month : today, true);
      if (!picker.config.enableTime) picker.close();
    }),
  );
}

/** Returns the day of a month alone for which it stands ("first", "last"), where a field takes one. */
function dayOfMonth(text, stands) {
  const [, year, month] = (stands && MONTH.exec(text)) || [];
  return year && [year, month, stands === "last" ? new Date(year, month, 0).getDate() : 1];
}

/** Returns the moment that `text` names; undefined when it names none, or one that does not exist. A day alone is
 * meant at `time` (hour and minute). */
function parse(text, stands, time = [0, 0]) {
  const parts = WRITTEN.exec(text.trim())?.slice(1) ?? dayOfMonth(text.trim(), stands);
  if (!parts) return undefined;
  const [year, month, day, hour = time[0], minute = time[1]] = parts.map((part) =>
    part ? Number(part) : undefined,
  );
  const date = new Date(year, month - 1, day, hour, minute);
  const exists =
    date.getMonth() === month - 1 &&
    date.getDate() === day &&
    date.getHours() === hour &&
    date.getMinutes() === minute;
  return exists ? date : undefined;
}

/** Returns why `text` cannot be taken; empty when it can. */
function mistakeIn(text, picker) {
  const parts = picker.config.mode === "range" ? text.split(zh.rangeSeparator) : [text];
  for (const part of parts) {
    const date = parse(part, picker.input.dataset.month);
    if (!date) {
      const isWritten = WRITTEN.test(part.trim());
      return isWritten
        ? `没有“${part.trim()}”这个日期或时间，请核对。`
        : `请按 ${picker.input.placeholder} 填写。`;
    }
    if (!picker.isEnabled(date)) return `不能选 ${part.trim()}，可选的日期见日历。`;
  }
  return "";
}

/** Lets `picker` keep what was typed and cannot be taken, and say why. */
function keepMistakes(picker, wrap) {
  const { input } = picker;
  const problem = h("p.field-error", { id: nextId("date-error"), role: "alert", hidden: true });
  const described = input.getAttribute("aria-describedby") ?? "";
  let mistaken = "";
  let isLeaving = false;
  const mark = (text, reason) => {
    mistaken = text;
    input.classList.toggle("is-invalid", Boolean(reason));
    if (reason) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `${problem.id} ${described}`.trim());
      problem.replaceChildren(icon("alert-circle", "sm"), reason);
      wrap.after(problem);
    } else {
      input.removeAttribute("aria-invalid");
      input.setAttribute("aria-describedby", described);
    }
    problem.hidden = !reason;
  };
  const setDate = picker.setDate;
  picker.setDate = (date, ...more) => {
    const reason = typeof date === "string" && date.trim() ? mistakeIn(date, picker) : "";
    if (reason) {
      picker.selectedDates = [];
      picker.latestSelectedDateObj = undefined;
      mark(date, reason);
      isLeaving = true;
      queueMicrotask(() => {
        isLeaving = false;
      });
      return;
    }
    if (mistaken) mark("", "");
    setDate(date, ...more);
  };
  const settle = () => {
    if (!mistaken) return;
    if (picker.selectedDates.length || picker.input.value === "") mark("", "");
  };
  picker.config.onChange.push(settle);
  picker.config.onValueUpdate.push(() => {
    // Where hours are asked, flatpickr takes now for no date when it is left, and writes that.
    if (isLeaving) {
      picker.selectedDates = [];
      picker.latestSelectedDateObj = undefined;
      input.value = mistaken;
    }
    settle();
  });
}

export function setupDate(input) {
  const kind = input.dataset.enhance;
  const withTime = kind === "datetime";
  const wrap = h("div.date-field");
  input.replaceWith(wrap);
  wrap.append(input, icon("calendar"));
  input.autocomplete = "off";
  input.placeholder ||= { date: "年-月-日", datetime: "年-月-日 时:分", daterange: "开始 至 结束" }[kind];
  // Of what a day alone is meant: the first minute of a leave, or the last.
  const time = input.dataset.time?.split(":").map(Number);
  const picker = flatpickr(input, {
    locale: zh,
    mode: kind === "daterange" ? "range" : "single",
    allowInput: true,
    enableTime: withTime,
    time_24hr: true,
    minuteIncrement: 5,
    defaultHour: time?.[0] ?? 12,
    defaultMinute: time?.[1] ?? 0,
    dateFormat: withTime ? "Y-m-d H:i" : "Y-m-d",
    minDate: input.dataset.min ?? null,
    maxDate: input.dataset.max ?? null,
    parseDate: (text) => parse(text, input.dataset.month, time),
    disableMobile: true,
    onReady: (_, __, self) => self.calendarContainer.append(foot(self)),
    onClose: () => changed(input),
    errorHandler: () => {}, // what is no date is named by keepMistakes
  });
  keepMistakes(picker, wrap);
  // Where typing stays possible flatpickr leaves Escape to others: it would stand over the buttons below.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !picker.isOpen) return;
    event.preventDefault();
    picker.close();
  });
  const gone = new MutationObserver(() => {
    if (input.isConnected) return;
    gone.disconnect();
    picker.destroy();
  });
  gone.observe(document.body, { childList: true, subtree: true });
  return picker;
}

export function startDates(enhance) {
  enhance(
    'input[data-enhance="date"], input[data-enhance="datetime"], input[data-enhance="daterange"]',
    setupDate,
  );
}
