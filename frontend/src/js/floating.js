// A panel that hangs on a control: below it, or above when there is no room.
import { openLayer } from "./layers.js";

const margin = 8;

function place(anchor, panel, align) {
  const box = anchor.getBoundingClientRect();
  panel.style.maxHeight = "";
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = window.innerHeight - box.bottom - margin;
  const above = box.top - margin;
  const down = height <= below || below >= above;
  panel.style.maxHeight = `${Math.max(120, (down ? below : above) - 4)}px`;
  const wanted = align === "end" ? box.right - width : box.left;
  panel.style.left = `${Math.max(margin, Math.min(wanted, window.innerWidth - width - margin))}px`;
  panel.style.top = `${down ? box.bottom + 4 : Math.max(margin, box.top - 4 - Math.min(height, above))}px`;
}

/** Shows the panel; returns a function that hides it. onClose runs however it is closed. */
export function openFloating(anchor, panel, { align = "start", onClose } = {}) {
  panel.hidden = false;
  const update = () => place(anchor, panel, align);
  update();
  const inside = (event) => panel.contains(event.target) || update();
  window.addEventListener("scroll", inside, true);
  window.addEventListener("resize", update);
  const close = (giveBack) => {
    window.removeEventListener("scroll", inside, true);
    window.removeEventListener("resize", update);
    panel.hidden = true;
    release({ giveBack });
    onClose?.();
  };
  const release = openLayer({ element: panel, anchor, onDismiss: (reason) => close(reason === "escape") });
  return Object.assign(() => close(true), { update });
}
