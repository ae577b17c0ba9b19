// A signature by hand: the strokes on a canvas go along with the form.
import SignaturePad from "signature_pad";
import { enhance } from "../enhance.js";

enhance("form[data-sign]", (form) => {
  const canvas = form.querySelector("[data-pad]");
  const field = form.elements.signature;
  const pad = new SignaturePad(canvas, { backgroundColor: "#fff", penColor: "#111827" });

  // The canvas has as many dots as the screen; what was written stays when a telephone is turned.
  function fit() {
    const ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), 2);
    const strokes = pad.toData();
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  }

  fit();
  window.addEventListener("resize", fit);
  form.querySelector("[data-clear]").addEventListener("click", () => pad.clear());
  form.addEventListener(
    "submit",
    () => {
      const strokes = pad
        .toData()
        .map(({ points }) => points.map(({ x, y }) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]));
      field.value = JSON.stringify(strokes);
    },
    { capture: true },
  );
});
