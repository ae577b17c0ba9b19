// An application that is saved as its applicant types, and files that are sent once they are chosen.
import { enhance } from "../enhance.js";

const WAIT = 1200; // milliseconds after the last key

enhance("form[data-draft]", keep);
enhance("[data-send]", (input) => {
  // Without this script the button sends it.
  input.form.querySelector("button[type=submit]").hidden = true;
  input.addEventListener("change", () => {
    if (input.files.length) input.form.requestSubmit();
  });
});

function keep(form) {
  const state = form.querySelector("[data-draft-state]");
  const on = form.dataset.draftOn || "下一步"; // the button that sends it
  let timer,
    under,
    changed = false,
    stopped = false;

  function tell(text, tone = "") {
    state.textContent = text;
    state.className = `draft-state${tone && ` tone-${tone}`}`;
  }

  function later() {
    if (stopped) return;
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }

  async function save() {
    clearTimeout(timer);
    await under;
    if (!changed || stopped) return;
    changed = false;
    under = send();
    await under;
    under = undefined;
  }

  async function send() {
    tell("正在保存…");
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new FormData(form),
        keepalive: document.hidden,
      });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      const said = isJson ? await answer.json() : {};
      if (answer.ok && isJson) {
        form.elements.version.value = said.version;
        tell(`已自动保存 ${said.at}`, "green");
      } else if (answer.status === 409) {
        stopped = Boolean(said.elsewhere);
        tell(stopped ? `${said.message}点「${on}」可以选择保留哪一份。` : said.message, "red");
      } else {
        tell(`没有保存，可能已退出登录：请不要关闭本页，在新窗口登录后再点「${on}」。`, "red");
      }
    } catch {
      changed = true;
      tell("网络不通，还没有保存，恢复后继续填写会自动再试。", "red");
    }
  }

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  document.addEventListener("htmx:afterSwap", (event) => form.contains(event.target) && later());
  document.addEventListener("visibilitychange", () => document.hidden && save());
  if ([...form.elements].some(typedBefore)) later();
  // What is being saved counts the version on: the form waits for it, or it would be its own second device.
  form.addEventListener(
    "submit",
    async (event) => {
      clearTimeout(timer);
      changed = false;
      if (!under) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // nobody takes the form for one that is on its way
      const { submitter } = event;
      await under;
      under = undefined;
      form.requestSubmit(submitter);
    },
    { capture: true },
  );
}

// Whether something was typed into a field before this script was there, as on a slow line.
function typedBefore(field) {
  return (
    field.matches("input:not([type=hidden], [type=file]), textarea") && field.value !== field.defaultValue
  );
}
