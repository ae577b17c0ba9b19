// The watermark is made by the server. Whoever removes, hides or changes the layer sees it come back.
const look = {
  display: "block",
  position: "fixed",
  visibility: "visible",
  opacity: "1",
  "pointer-events": "none",
  "z-index": "70",
};

/** What a rule written into the page by hand may have changed. */
function looksWrong(layer) {
  const style = getComputedStyle(layer);
  const box = layer.getBoundingClientRect();
  return (
    Object.entries(look).some(([name, value]) => style.getPropertyValue(name) !== value) ||
    style.filter !== "none" ||
    style.clipPath !== "none" ||
    style.transform !== "none" ||
    box.left > 0 ||
    box.top > 0 ||
    box.width < innerWidth - 40 ||
    box.height < innerHeight - 40
  );
}

/** The element's own important style wins against every rule of a style sheet. */
function harden(layer) {
  const whole = {
    filter: "none",
    "clip-path": "none",
    transform: "none",
    inset: "0",
    width: "100vw",
    height: "100vh",
    "max-width": "none",
    "max-height": "none",
  };
  for (const [name, value] of Object.entries({ ...look, ...whole }))
    layer.style.setProperty(name, value, "important");
}

export function guardWatermark() {
  const first = document.getElementById("watermark");
  if (!first) return;
  let wanted = first.cloneNode(true);

  function restore() {
    const layers = document.querySelectorAll("#watermark");
    const [layer] = layers;
    const intact = layers.length === 1 && layer.isEqualNode(wanted) && layer.parentElement === document.body;
    if (intact && !looksWrong(layer)) return;
    for (const old of layers) old.remove();
    const fresh = wanted.cloneNode(true);
    document.body.append(fresh);
    if (looksWrong(fresh)) {
      harden(fresh);
      wanted = fresh.cloneNode(true);
    }
    observer.takeRecords();
  }

  const observer = new MutationObserver(restore);
  observer.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["style", "class", "id", "src", "hidden", "width", "height"],
  });
  setInterval(restore, 2000);
}
