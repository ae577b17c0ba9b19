// Short messages at the top. Good news leaves by itself; bad news waits to be closed.
import { h, icon } from "./dom.js";

const looks = {
  success: ["green", "circle-check", 5000],
  info: ["blue", "info-circle", 5000],
  warning: ["amber", "alert-triangle", 9000],
  danger: ["red", "circle-x", 0],
};

function region() {
  return (
    document.getElementById("toasts") ??
    document.body.appendChild(h("div.toasts", { id: "toasts", "aria-live": "polite" }))
  );
}

export function toast({ message, level = "success", undo = null, link = null }) {
  const [tone, sign, life] = looks[level] ?? looks.info;
  const line = h(
    `div.toast-line.tone-${tone}`,
    { role: level === "danger" ? "alert" : "status" },
    icon(sign),
    h("span", {}, message),
  );
  const close = () => line.remove();
  if (link) {
    // With its opener, so that the page there may close itself again.
    line.append(h("a.btn.btn-link", { href: link.url, target: "_blank", rel: "opener" }, link.label));
  }
  if (undo) {
    line.append(
      h(
        "button.btn.btn-link",
        {
          type: "button",
          "hx-post": undo.url,
          "hx-vals": JSON.stringify({ pk: undo.pk }),
          "hx-swap": "none",
          // Not before the answer: what a removed element hears reaches nobody.
          "onhtmx:afterRequest": close,
        },
        "撤销",
      ),
    );
  }
  line.append(
    h("button.icon-button", { type: "button", "aria-label": "关闭消息", onclick: close }, icon("x", "sm")),
  );
  region().append(line);
  document.dispatchEvent(new CustomEvent("content:added", { detail: line }));
  if (!life) return line;
  let timer = setTimeout(close, undo ? 10000 : life);
  line.addEventListener("pointerenter", () => clearTimeout(timer));
  line.addEventListener("pointerleave", () => (timer = setTimeout(close, 2000)));
  return line;
}

document.addEventListener("toast", (event) => toast(event.detail));

export function showServerMessages() {
  for (const item of document.querySelectorAll("#server-messages > li")) {
    toast({ message: item.textContent.trim(), level: item.dataset.level });
    item.remove();
  }
}
