// Calendars (flatpickr) in Chinese. Typing stays possible; what is sent is what is seen.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { changed, h, icon } from "./dom.js";

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

export function setupDate(input) {
  const kind = input.dataset.enhance;
  const withTime = kind === "datetime";
  const wrap = h("div.date-field");
  input.replaceWith(wrap);
  wrap.append(input, icon("calendar"));
  input.autocomplete = "off";
  input.placeholder ||= { date: "年-月-日", datetime: "年-月-日 时:分", daterange: "开始 至 结束" }[kind];
  const picker = flatpickr(input, {
    locale: zh,
    mode: kind === "daterange" ? "range" : "single",
    allowInput: true,
    enableTime: withTime,
    time_24hr: true,
    minuteIncrement: 5,
    dateFormat: withTime ? "Y-m-d H:i" : "Y-m-d",
    minDate: input.dataset.min ?? null,
    maxDate: input.dataset.max ?? null,
    disableMobile: true,
    onReady: (_, __, self) => self.calendarContainer.append(foot(self)),
    onClose: () => changed(input),
    // Words that are no date stay for the server to refuse; they are not thrown away.
    errorHandler: () => {},
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
