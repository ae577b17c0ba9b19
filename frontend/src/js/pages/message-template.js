// Templates of messages: a click on a placeholder puts it where the cursor was last, at first the end.
const fields = [...document.querySelectorAll("#id_subject, #id_body")];
let last = document.querySelector("#id_body");
last.setSelectionRange(last.value.length, last.value.length);
for (const field of fields) field.addEventListener("focus", () => (last = field));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-placeholder]");
  if (!button) return;
  last.focus();
  last.setRangeText(`{{${button.dataset.placeholder}}}`, last.selectionStart, last.selectionEnd, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
});
