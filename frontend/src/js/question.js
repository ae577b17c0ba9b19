// Our own confirm: data-confirm="…" asks first, data-ask="…" wants a text that is sent along.
import { h, icon, nextId } from "./dom.js";
import { focusFirst, openLayer } from "./layers.js";
import { pickedWords } from "./table.js";

// One letter, and marks alone, give no reason: the server refuses them as well.
const saysEnough = (text) => (text.match(/[\p{L}\p{N}]/gu) ?? []).length > 1;

/** Asks; resolves to false, or to true, or to the text when `want` names one, which `said` begins with. */
export function ask({
  title = "请确认",
  text = "",
  about = "",
  ok = "确定",
  danger = false,
  want = "",
  most = 500,
  said = "",
}) {
  return new Promise((resolve) => {
    const titleId = nextId("question");
    const fieldId = nextId("answer");
    const answer =
      want &&
      h("textarea.form-control", {
        id: fieldId,
        required: true,
        maxlength: most,
        rows: 3,
        "data-autofocus": true,
      });
    const problem = h(
      "p.field-error",
      { id: `${fieldId}-error`, hidden: true },
      icon("alert-circle", "sm"),
      h("span"),
    );
    if (want) answer.value = said;
    const confirm = h(
      `button.btn.${danger ? "btn-danger.btn-danger-solid" : "btn-primary"}`,
      { type: "submit" },
      ok,
    );
    const cancel = h("button.btn.btn-default", { type: "button", onclick: () => finish(false) }, "取消");
    const form = h(
      "form",
      { novalidate: true },
      h("h2", { id: titleId }, icon(danger ? "alert-triangle" : "help-circle", "lg"), title),
      text && h("p", {}, text),
      about && h("p.question-about", {}, about),
      want &&
        h(
          "div.field",
          {},
          h(
            "label.field-label",
            { for: fieldId },
            want,
            h("span.field-required", { "aria-hidden": "true" }, "*"),
          ),
          answer,
          problem,
        ),
      h("div.question-foot", {}, cancel, confirm),
    );
    const box = h(
      `div.question${danger ? ".is-danger" : ""}`,
      { role: "alertdialog", "aria-modal": "true", "aria-labelledby": titleId },
      form,
    );
    const overlay = h("div.overlay", {}, box);
    const finish = (result) => {
      overlay.remove();
      release();
      resolve(result);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const value = want ? answer.value.trim() : true;
      if (value === true || saysEnough(value)) return finish(value);
      problem.lastChild.textContent = value ? "请写明，至少两个字。" : `请填写${want}。`;
      problem.hidden = false;
      answer.classList.add("is-invalid");
      answer.setAttribute("aria-describedby", problem.id);
      answer.focus();
    });
    document.body.append(overlay);
    const release = openLayer({ element: box, modal: true, onDismiss: () => finish(false) });
    if (want) focusFirst(form);
    else (danger ? cancel : confirm).focus();
  });
}

// An answered element goes on once without being asked again.
const answered = new WeakMap();
// What was last typed, and about what: it stands there again where the server refused it.
let last = {};

function question(element, submitter) {
  const { confirm = "", confirmTitle, confirmOk, danger, ask: want = "", askMost } = element.dataset;
  const bar = element.closest("[data-bulk]");
  return ask({
    title: confirmTitle ?? (confirm && !confirm.includes("\n") && confirm.length <= 24 ? confirm : "请确认"),
    text: confirmTitle || confirm.length > 24 ? confirm : "",
    about: bar ? pickedWords(bar) : "",
    // A form is named by the button that sends it, not by all the text within.
    ok: confirmOk ?? ((submitter ?? element).textContent.trim().slice(0, 12) || "确定"),
    danger: danger !== undefined,
    want,
    most: Number(askMost) || undefined,
    said: last.element === element ? last.text : "",
  });
}

function putAnswer(form, name, value) {
  let field = form.querySelector(`input[type="hidden"][data-answer][name="${name}"]`);
  if (!field) field = form.appendChild(h("input", { type: "hidden", name, "data-answer": true }));
  field.value = value;
}

async function intercept(event, element, goOn, submitter = null) {
  if (answered.has(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const result = await question(element, submitter);
  if (!result) return;
  answered.set(element, result);
  if (typeof result === "string") last = { element, text: result };
  const form = element.matches("form") ? element : element.form;
  if (form && typeof result === "string") putAnswer(form, element.dataset.askName ?? "reason", result);
  goOn();
  setTimeout(() => answered.delete(element));
}

export function startQuestions() {
  document.addEventListener(
    "click",
    (event) => {
      const element = event.target.closest("[data-confirm], [data-ask]");
      if (element && !element.matches("form")) intercept(event, element, () => element.click());
    },
    true,
  );
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.matches("form[data-confirm], form[data-ask]"))
        intercept(event, form, () => form.requestSubmit(event.submitter ?? undefined), event.submitter);
    },
    true,
  );
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.requestConfig.verb !== "get") last = {};
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const element = event.detail.elt;
    const result = answered.get(element);
    if (typeof result === "string") event.detail.parameters[element.dataset.askName ?? "reason"] = result;
  });
}
