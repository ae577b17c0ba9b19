// The page on which a certificate is designed. What is seen is a picture of the document that is printed, made
// by the server; over it lie handles, moved by the mouse or the arrow keys.
import { h } from "../dom.js";
import { csrfToken } from "../session.js";

const root = document.querySelector("[data-designer]");
const LONG = 297; // millimetres
const SHORT = 210;
const LINE = 1.45; // height of a line by its size
const POINT = 0.3528; // millimetres
const NEW_TEXT = {
  kind: "text", text: "文字", x: 30, y: 30, width: 120, size: 14,
  font: "Noto Serif SC", align: "left", colour: "#1f2937", wrap: false,
}; // biome-ignore format: one element
const NEW_QR = { kind: "qr", x: 30, y: 30, width: 29 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAUSE = 250; // milliseconds after the last change until the picture is asked for
const TOLD = ["kinds", "types", "prefix", "with_year", "digits"]; // what the picture says beside the layout
const SHOWN = new Set(["layout", "background", "landscape", ...TOLD]);
if (root) start();

function start() {
  const form = root.closest("form");
  const part = (name) => root.querySelector(`[data-${name}]`);
  const [page, picture, list, properties, failure, said] = [
    "page",
    "picture",
    "list",
    "properties",
    "error",
    "said",
  ].map(part);
  const layout = JSON.parse(document.getElementById("designer-layout").textContent);
  const fields = form.elements;
  const elements = sent(layout) ?? layout.elements;
  let current = -1;
  let waiting = 0;
  let asked = 0;

  const landscape = () => fields.landscape.value === "True";
  const paper = () => (landscape() ? [LONG, SHORT] : [SHORT, LONG]);

  /** Shows all anew and asks for the picture. */
  function show() {
    fields.layout.value = JSON.stringify(elements);
    page.classList.toggle("is-upright", !landscape());
    for (const old of page.querySelectorAll(".designer-handle")) old.remove();
    page.append(...elements.map(handle));
    list.replaceChildren(...elements.map(entry));
    fill();
    ask();
  }

  function ask() {
    clearTimeout(waiting);
    waiting = setTimeout(draw, PAUSE);
  }

  /** Puts the picture of what is designed behind the handles; says what is wrong instead of drawing it. */
  async function draw() {
    asked += 1;
    const mine = asked;
    const body = new FormData();
    for (const [name, value] of new FormData(form)) if (SHOWN.has(name)) body.append(name, value);
    let answer;
    try {
      answer = await post(root.dataset.previewUrl, body);
    } catch {
      return tell("没有连上服务器，预览没有更新。");
    }
    if (mine !== asked) return; // a later one is under way
    if (!answer.ok) return tell(await reason(answer));
    const address = await asAddress(await answer.blob());
    if (mine !== asked) return;
    picture.src = address;
    page.dataset.drawn = mine;
    tell("");
  }

  function tell(text) {
    failure.hidden = !text;
    failure.textContent = text;
  }

  const shownHeight = (one) => {
    if (one.kind === "qr") return one.width;
    const line = one.size * POINT * LINE;
    const lines = one.text.split("\n").reduce((sum, text) => {
      const wanted = [...text].length * one.size * POINT;
      return sum + (one.wrap ? Math.max(1, Math.ceil(wanted / one.width)) : 1);
    }, 0);
    return line * lines;
  };

  const label = (one, at) =>
    one.kind === "qr" ? "防伪二维码" : one.text.trim().slice(0, 16) || `文字 ${at + 1}`;

  function place(element, one) {
    const [width, height] = paper();
    element.style.left = `${(one.x / width) * 100}%`;
    element.style.top = `${(one.y / height) * 100}%`;
    element.style.width = `${(one.width / width) * 100}%`;
    element.style.height = `${(shownHeight(one) / height) * 100}%`;
  }

  function handle(one, at) {
    const element = h("button.designer-handle", {
      type: "button",
      "aria-label": `${label(one, at)}，横 ${one.x} 纵 ${one.y} 毫米`,
      "aria-pressed": String(at === current),
      onfocus: () => choose(at),
      onkeydown: (event) => moveByKey(event, at),
      onpointerdown: (event) => drag(event, element, at),
    });
    place(element, one);
    return element;
  }

  function entry(one, at) {
    return h(
      "button.designer-entry",
      {
        type: "button",
        role: "option",
        "aria-selected": String(at === current),
        onclick: () => {
          choose(at);
          page.querySelectorAll(".designer-handle")[at].focus();
        },
      },
      label(one, at),
    );
  }

  function choose(at) {
    if (at === current) return;
    current = at;
    const marks = [
      [page.querySelectorAll(".designer-handle"), "aria-pressed"],
      [list.children, "aria-selected"],
    ];
    for (const [rows, mark] of marks) {
      for (const [place, row] of [...rows].entries()) row.setAttribute(mark, String(place === at));
    }
    fill();
  }

  /** Puts the values of the chosen element into the panel. */
  function fill() {
    const one = elements[current];
    properties.hidden = !one;
    if (!one) return;
    for (const control of properties.querySelectorAll("[data-prop]")) {
      if (control === document.activeElement) continue;
      const value = one[control.dataset.prop];
      if (control.type === "checkbox") control.checked = value === true;
      else control.value = value ?? "";
    }
    for (const row of properties.querySelectorAll("[data-for]")) row.hidden = row.dataset.for !== one.kind;
  }

  /** Moves an element within the paper; lengths are kept to a tenth of a millimetre. */
  function move(at, x, y) {
    const one = elements[at];
    const [width, height] = paper();
    const lowest = height - (one.kind === "qr" ? one.width : 5);
    one.x = tenth(Math.min(Math.max(x, 0), width - one.width));
    one.y = tenth(Math.min(Math.max(y, 0), lowest));
    fields.layout.value = JSON.stringify(elements);
    const element = page.querySelectorAll(".designer-handle")[at];
    place(element, one);
    element.setAttribute("aria-label", `${label(one, at)}，横 ${one.x} 纵 ${one.y} 毫米`);
    fill();
  }

  function moveByKey(event, at) {
    if (event.key === "Delete") {
      event.preventDefault();
      return remove(at);
    }
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const step = event.altKey ? 0.1 : event.shiftKey ? 10 : 1;
    move(at, elements[at].x + arrow[0] * step, elements[at].y + arrow[1] * step);
    said.textContent = `横 ${elements[at].x} 毫米，纵 ${elements[at].y} 毫米`;
    ask();
  }

  function drag(event, element, at) {
    if (event.button) return;
    event.preventDefault();
    element.focus();
    element.setPointerCapture(event.pointerId);
    const { x, y } = elements[at];
    const scale = paper()[0] / page.clientWidth;
    const follow = (moved) =>
      move(at, x + (moved.clientX - event.clientX) * scale, y + (moved.clientY - event.clientY) * scale);
    const drop = () => {
      element.removeEventListener("pointermove", follow);
      ask();
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerup", drop, { once: true });
    element.addEventListener("pointercancel", drop, { once: true });
  }

  function add(one) {
    elements.push({ ...one });
    current = elements.length - 1;
    show();
    page.querySelectorAll(".designer-handle")[current].focus();
  }

  function remove(at) {
    if (at < 0) return;
    elements.splice(at, 1);
    current = Math.min(at, elements.length - 1);
    show();
    page.querySelectorAll(".designer-handle")[current]?.focus();
  }

  /** Keeps all within the paper after it was turned. */
  function turn(isLandscape) {
    fields.landscape.value = isLandscape ? "True" : "False";
    const [width, height] = paper();
    for (const one of elements) {
      one.width = Math.min(one.width, width);
      one.x = tenth(Math.min(one.x, width - one.width));
      one.y = tenth(Math.min(one.y, height - (one.kind === "qr" ? one.width : 5)));
    }
  }

  async function upload(input) {
    const [file] = input.files;
    if (!file) return;
    const body = new FormData();
    body.append("file", file);
    input.value = "";
    tell("正在处理底版…");
    let answer;
    try {
      answer = await post(root.dataset.backgroundUrl, body);
    } catch {
      return tell("没有连上服务器，底版没有上传。");
    }
    if (!answer.ok) return tell(await reason(answer));
    const kept = await answer.json();
    fields.background.value = kept.background;
    turn(kept.landscape);
    show();
  }

  const acts = {
    text: () => add(NEW_TEXT),
    qr: () => add(NEW_QR),
    remove: () => remove(current),
    plain: () => {
      fields.background.value = "";
      show();
    },
    turn: () => {
      if (fields.background.value) return tell("横竖由底版决定；要改变，请换一张底版，或先点「不用底版」。");
      turn(!landscape());
      show();
    },
  };
  root.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) acts[act]();
  });
  part("upload").addEventListener("change", (event) => upload(event.target));
  properties.addEventListener("input", (event) => {
    const control = event.target.closest("[data-prop]");
    if (!control) return;
    const one = elements[current];
    const name = control.dataset.prop;
    if (control.type === "checkbox") one[name] = control.checked;
    else if (control.type === "number") one[name] = Number(control.value);
    else one[name] = control.value;
    fields.layout.value = JSON.stringify(elements);
    place(page.querySelectorAll(".designer-handle")[current], one);
    list.children[current].textContent = label(one, current);
    ask();
  });
  part("insert").addEventListener("change", ({ target }) => {
    const text = properties.querySelector("[data-prop=text]");
    text.setRangeText(target.value, text.selectionStart, text.selectionEnd, "end");
    target.value = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
  form.addEventListener("change", ({ target }) => TOLD.includes(target.name) && ask());
  show();
}

/** What was sent and refused, so that nothing of it is lost. */
function sent(layout) {
  try {
    const found = JSON.parse(layout.sent);
    return Array.isArray(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

const tenth = (value) => Math.round(value * 10) / 10;

const post = (address, body) =>
  fetch(address, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": csrfToken() },
    credentials: "same-origin",
  });

async function reason(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return "没有成功，请刷新页面后再试。";
  }
}

/** A picture as an address within the page: others the page's policy does not load. */
function asAddress(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.readAsDataURL(blob);
  });
}
