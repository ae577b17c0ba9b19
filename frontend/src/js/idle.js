// Nobody has done anything for long: the server signs him out, by its own clock. The page says so two minutes before,
// and covers itself when it has happened; what was typed stays on it until he has signed in again.
import { h, icon, meta, nextId } from "./dom.js";
import { openLayer } from "./layers.js";
import { accountHeaders, mayGoOn } from "./session.js";
import { toast } from "./toast.js";

const WARN = 120_000; // ms before the end
const LOOK = 5_000; // between two looks at the time
const SAY = 60_000; // no more often is the server told that somebody types

let page = null;
let until = 0;
let told = 0;
let shown = null; // the box that stands before the page: { kind, close }

function box(kind, title, text, action) {
  if (shown?.kind === kind) return;
  shown?.close();
  const titleId = nextId("idle");
  const element = h(
    "div.question",
    { role: "alertdialog", "aria-modal": "true", "aria-labelledby": titleId },
    h("h2", { id: titleId }, icon("clock", "lg"), title),
    h("p", {}, text),
    h("div.question-foot", {}, action),
  );
  const overlay = h(`div.overlay${kind === "ended" ? ".is-covering" : ""}`, {}, element);
  document.body.append(overlay);
  const release = openLayer({ element, modal: true, onDismiss: () => kind === "soon" && goOn() });
  shown = {
    kind,
    close() {
      overlay.remove();
      release();
      shown = null;
    },
  };
  action.focus();
}

function warn() {
  const button = h("button.btn.btn-primary", { type: "button", onclick: goOn }, "继续使用");
  box(
    "soon",
    "即将自动退出登录",
    "您有一段时间没有操作，两分钟内将自动退出登录。要继续，请点「继续使用」。",
    button,
  );
}

function end() {
  const link = h(
    "a.btn.btn-primary",
    { href: `${meta("login-url")}?next=${page.dataset.signedIn}`, target: "_blank", rel: "opener" },
    "在新窗口登录",
  );
  // It may have ended by something else: a new password, or who ended it on another device.
  const why = Date.now() >= until - LOOK ? "长时间没有操作，已退出登录" : "登录已失效";
  box("ended", why, "您填写的内容都在这个页面上，没有丢失。请在新窗口登录，再回到这里继续。", link);
}

async function goOn() {
  told = Date.now();
  try {
    // Asking there is a use, whoever has been signed out hears it by the look.
    await fetch(page.dataset.signedIn, { headers: accountHeaders() });
    await look();
  } catch {
    // Without a network nothing is said: the next look is.
  }
}

/** Asks the server how long it is, which counts for nothing, and shows what follows. */
async function look() {
  const answer = await fetch(page.dataset.idle, { headers: { ...accountHeaders(), "X-Unattended": "1" } });
  if (answer.redirected) return end();
  if (answer.status !== 200) return mayGoOn();
  const { left } = await answer.json();
  until = left === null ? Number.POSITIVE_INFINITY : Date.now() + left * 1000;
  if (shown?.kind === "ended") toast({ message: "已重新登录，请继续。" });
  if (until - Date.now() <= WARN) warn();
  else shown?.close();
}

const lookQuietly = () => look().catch(() => {});

function used(event) {
  if (!event.isTrusted || shown || Date.now() - told < SAY) return;
  goOn();
}

export function startIdle() {
  page = document.querySelector("[data-idle]");
  if (!page) return;
  told = Date.now();
  until = told + Number(page.dataset.idleLeft) * 1000;
  for (const name of ["keydown", "pointerdown", "input", "wheel"]) {
    document.addEventListener(name, used, { capture: true, passive: true });
  }
  setInterval(() => {
    // Ended he comes back by himself; another window may have gone on meanwhile.
    if (shown?.kind !== "ended" && Date.now() >= until - WARN) lookQuietly();
  }, LOOK);
  const back = () => !document.hidden && (shown || Date.now() >= until - WARN) && lookQuietly();
  document.addEventListener("visibilitychange", back);
  window.addEventListener("focus", back);
  if (until - Date.now() <= WARN) lookQuietly();
}
