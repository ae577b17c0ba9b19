// A session ends while somebody types. What he typed stays on the page, and nowhere else, until he has
// signed in beside it; to another account the page is loaded anew.
import { leaveFreely } from "./dirty.js";
import { h, meta } from "./dom.js";
import { toast } from "./toast.js";

const shell = () => document.querySelector('[data-account]:not([data-account=""])');
let notice = null;

// Whoever has signed in again in another window has a new token, of which this page does not know.
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? meta("csrf-token");
}

/** Headers that say whose page asks: the server lets no other account go on with it. */
export function accountHeaders() {
  return shell() ? { "X-Account": shell().dataset.account } : {};
}

export function tellSignedOut() {
  if (notice?.isConnected) return;
  notice = toast({
    level: "danger",
    message: "登录已过期，还没有保存。您填写的内容都在页面上：请在新窗口登录，再回到这里提交。",
    link: { url: `${meta("login-url")}?next=${shell().dataset.signedIn}`, label: "在新窗口登录" },
  });
}

/** Whether the account of this page may go on; if not, its reader is told, or the page is left to another. */
export async function mayGoOn() {
  if (!shell()) return true;
  const answer = await fetch(shell().dataset.signedIn, { headers: accountHeaders() });
  if (answer.headers.has("HX-Refresh")) {
    leaveFreely();
    location.reload();
    return false;
  }
  if (answer.redirected) tellSignedOut();
  return !answer.redirected;
}

async function send(form, submitter) {
  try {
    if (!(await mayGoOn())) return;
  } catch {
    return toast({ level: "danger", message: "网络连接中断，请检查网络后重试。已填写的内容仍在页面上。" });
  }
  if (form.elements.csrfmiddlewaretoken) form.elements.csrfmiddlewaretoken.value = csrfToken();
  // A form sent by a script forgets which button was pressed, and where that one sends it.
  const pressed = submitter?.name
    ? h("input", { type: "hidden", name: submitter.name, value: submitter.value })
    : null;
  const action = form.getAttribute("action");
  if (pressed) form.append(pressed);
  if (submitter?.hasAttribute("formaction")) form.action = submitter.formAction;
  leaveFreely();
  form.submit();
  // Whoever comes back to this page finds the form as it was.
  pressed?.remove();
  if (action === null) form.removeAttribute("action");
  else form.setAttribute("action", action);
}

export function startSession(enhance) {
  enhance("[data-close-window]", () => window.opener && window.close());
  if (!shell()) return;
  const asking = new WeakSet();
  // Forms that htmx sends ask by themselves: their listener has been here before.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    event.preventDefault();
    if (asking.has(form)) return;
    asking.add(form);
    send(form, event.submitter).finally(() => asking.delete(form));
  });
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || !notice?.isConnected || !(await mayGoOn())) return;
    notice.remove();
    toast({ message: "已重新登录，请再次提交。" });
  });
}
