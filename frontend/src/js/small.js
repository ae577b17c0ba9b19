// Behaviours of one attribute each.
import { h, nextId } from "./dom.js";
import { toast } from "./toast.js";

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.body.appendChild(h("textarea", { readonly: true }));
  area.value = text;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done ? undefined : Promise.reject(new Error("copy refused"));
}

function setupCopy(button) {
  button.addEventListener("click", () =>
    copyText(button.dataset.copy).then(
      () => toast({ message: "已复制" }),
      () => toast({ level: "warning", message: `浏览器不允许复制，请手动复制：${button.dataset.copy}` }),
    ),
  );
}

function setupReveal(button) {
  const target = () => document.querySelector(button.dataset.reveal);
  button.setAttribute("aria-expanded", String(!target()?.hidden));
  button.addEventListener("click", () => {
    const element = target();
    element.hidden = !element.hidden;
    button.setAttribute("aria-expanded", String(!element.hidden));
  });
}

/** The name of a field and its values: "field=a|b", or ["field", ["a", "b"]] where they are anybody's words. */
function readShowWhen(text) {
  if (text.startsWith("[")) return JSON.parse(text);
  const [name, wanted] = text.split("=");
  return [name, wanted.split("|")];
}

/** data-show-when: shown, and sent, only while the field has one of the values. */
function setupShowWhen(element) {
  const form = element.closest("form");
  const [name, values] = readShowWhen(element.dataset.showWhen);
  const update = () => {
    const now = new FormData(form).getAll(name);
    const visible = values.includes("") && !now.length ? true : now.some((value) => values.includes(value));
    const changes = element.hidden === visible;
    element.hidden = !visible;
    for (const control of element.querySelectorAll("input, select, textarea")) control.disabled = !visible;
    // Another may wait for this one, and stand before it.
    if (changes) form.dispatchEvent(new Event("shown"));
  };
  form.addEventListener("change", update);
  form.addEventListener("shown", update);
  update();
}

function setupCount(area) {
  const limit = Number(area.dataset.count);
  const note = h("p.field-help.field-count", { id: nextId("count"), "aria-live": "polite" });
  area.after(note);
  const update = () => (note.textContent = `还可输入 ${Math.max(0, limit - area.value.length)} 字`);
  area.addEventListener("input", update);
  update();
}

function size(bytes) {
  return bytes < 1048576
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1048576).toFixed(1)} MB`;
}

function setupFile(input) {
  const list = h("ul");
  const zone = h(`div.dropzone${input.classList.contains("is-invalid") ? ".is-invalid" : ""}`);
  input.replaceWith(zone);
  zone.append(
    h(
      "span",
      {},
      input.multiple ? "点击选择文件，或把文件拖到这里（可多选）" : "点击选择文件，或把文件拖到这里",
    ),
    list,
    input,
  );
  for (const name of ["dragenter", "dragover"])
    zone.addEventListener(name, () => zone.classList.add("is-over"));
  for (const name of ["dragleave", "drop"])
    zone.addEventListener(name, () => zone.classList.remove("is-over"));
  input.addEventListener("change", () =>
    list.replaceChildren(
      ...[...input.files].map((file) => h("li", {}, `${file.name}（${size(file.size)}）`)),
    ),
  );
}

/** A recording of a browser does not say how long it is: its player learns it at the end. */
function setupPlayer(player) {
  player.addEventListener(
    "loadedmetadata",
    () => {
      if (player.duration !== Infinity) return;
      player.addEventListener("durationchange", () => (player.currentTime = 0), { once: true });
      player.currentTime = Number.MAX_SAFE_INTEGER;
    },
    { once: true },
  );
  if (player.readyState) player.dispatchEvent(new Event("loadedmetadata"));
}

/** Tabs that stay while htmx replaces what is below them. */
function markTab(event) {
  const tab = event.detail.requestConfig?.elt?.closest?.(".tab");
  if (!tab) return;
  for (const other of tab.parentElement.querySelectorAll(".tab")) other.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "page");
}

/** Of more tabs than fit, the open one in the middle: a link may lead to the last. */
function showOpenTab(tab) {
  const tabs = tab.parentElement;
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

export function startSmall(enhance) {
  document.addEventListener("htmx:afterSwap", markTab);
  enhance("[data-copy]", setupCopy);
  enhance("[data-reveal]", setupReveal);
  enhance("[data-show-when]", setupShowWhen);
  enhance("textarea[data-count]", setupCount);
  enhance('input[type="file"][data-enhance="file"]', setupFile);
  enhance("video, audio", setupPlayer);
  enhance("[data-autosubmit]", (control) =>
    control.addEventListener("change", () => control.form.requestSubmit()),
  );
  enhance('.tab[aria-current="page"]', showOpenTab);
  enhance("[data-print]", (button) => button.addEventListener("click", () => window.print()));
}
