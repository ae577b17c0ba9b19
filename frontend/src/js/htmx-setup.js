// htmx under the strict policy: no eval, no inline style, no copies of pages in browser storage.
import htmx from "htmx.org";
import { holdsTyped } from "./dirty.js";
import { meta } from "./dom.js";
import { isLeaving } from "./drawer.js";
import { enhanceWithin } from "./enhance.js";
import { accountHeaders, csrfToken, mayGoOn, tellSignedOut } from "./session.js";
import { toast } from "./toast.js";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  // What was swapped in listens at once: in htmx's 20 ms nobody would hear who is quicker.
  defaultSettleDelay: 0,
  attributesToSettle: ["class", "width", "height"],
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  selfRequestsOnly: true,
  scrollBehavior: "auto",
  timeout: 60000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

const refusals = {
  403: "没有权限执行此操作，请联系管理员。",
  404: "这条记录不存在，或不在您的查看范围内。",
  409: "数据已被他人更改，请刷新后重试。",
  413: "提交的内容过大，请减少后重试。",
  429: "操作过于频繁，请稍后再试。",
};

document.addEventListener("htmx:configRequest", ({ detail }) => {
  Object.assign(detail.headers, { "X-CSRFToken": csrfToken() }, accountHeaders());
  // Asked by a timer: that is no use, and keeps nobody signed in.
  if (!detail.triggeringEvent) detail.headers["X-Unattended"] = "1";
  if (detail.parameters.csrfmiddlewaretoken) detail.parameters.csrfmiddlewaretoken = csrfToken();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const login = meta("login-url");
  const answered = event.detail.xhr.responseURL;
  if (login && answered && new URL(answered).pathname === login && location.pathname !== login) {
    event.detail.shouldSwap = false;
    // What was typed is on this page alone, which may ask by itself while somebody types.
    if (event.detail.requestConfig.verb !== "get" || holdsTyped()) tellSignedOut();
    else location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  // The system itself says in the place of the answer that it was asked too often; a proxy's page does not.
  if (event.detail.xhr.status === 429 && event.detail.xhr.getResponseHeader("HX-Reswap")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:responseError", async (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
  // Without its cookies a page has no token to send: who is not signed in any more has no fewer rights.
  if (xhr.status === 403 && !(await mayGoOn().catch(() => true))) return;
  const number = xhr.status >= 500 && xhr.getResponseHeader("X-Request-ID");
  const failed = `系统暂时无法处理，请稍后重试。已填写的内容仍在页面上。${number ? `编号 ${number}` : ""}`;
  toast({ level: "danger", message: refusals[xhr.status] ?? failed });
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () =>
    toast({ level: "danger", message: "网络连接中断，请检查网络后重试。已填写的内容仍在页面上。" }),
  );
}

let running = 0;
function busy(step, event) {
  if (event.detail.elt.closest("[data-quiet]")) return;
  running = Math.max(0, running + step);
  document.documentElement.classList.toggle("is-busy", running > 0);
}
document.addEventListener("htmx:beforeRequest", (event) => busy(1, event));
document.addEventListener("htmx:afterRequest", (event) => busy(-1, event));

/** Reloads the list in place, with the filters of the address. */
document.addEventListener("list:refresh", () => {
  if (document.getElementById("list"))
    htmx.ajax("GET", location.href, { target: "#list", swap: "outerHTML" });
});

/** Reloads the content of the page in place, as the browser would, but keeps messages and scroll. */
document.addEventListener("page:refresh", async () => {
  if (isLeaving()) return;
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return location.reload();
  // Beside the page: name and logo of the site, which its settings change.
  const taken = { select: "#page", selectOOB: "#brand" };
  htmx.swap("#page", await answer.text(), { swapStyle: "outerHTML" }, taken);
});

export function startHtmx() {
  htmx.onLoad(enhanceWithin);
}

export { htmx };
