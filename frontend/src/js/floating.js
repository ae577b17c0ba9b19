// A popup that hangs on a control: below it, or above when there is no room.
import { openLayer } from "./layers.js";

const margin = 8;

function place(anchor, popup, align) {
  const box = anchor.getBoundingClientRect();
  popup.style.maxHeight = "";
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = window.innerHeight - box.bottom - margin;
  const above = box.top - margin;
  const down = height <= below || below >= above;
  popup.style.maxHeight = `${Math.max(120, (down ? below : above) - 4)}px`;
  const wanted = align === "end" ? box.right - width : box.left;
  popup.style.left = `${Math.max(margin, Math.min(wanted, window.innerWidth - width - margin))}px`;
  popup.style.top = `${down ? box.bottom + 4 : Math.max(margin, box.top - 4 - Math.min(height, above))}px`;
}

/** Shows the popup; returns a function that hides it. onClose runs however it is closed. */
export function openFloating(anchor, popup, { align = "start", onClose } = {}) {
  popup.hidden = false;
  const update = () => place(anchor, popup, align);
  update();
  const inside = (event) => popup.contains(event.target) || update();
  window.addEventListener("scroll", inside, true);
  window.addEventListener("resize", update);
  const close = (giveBack) => {
    window.removeEventListener("scroll", inside, true);
    window.removeEventListener("resize", update);
    popup.hidden = true;
    release({ giveBack });
    onClose?.();
  };
  const release = openLayer({ element: popup, anchor, onDismiss: (reason) => close(reason === "escape") });
  return Object.assign((giveBack = true) => close(giveBack), { update });
}
