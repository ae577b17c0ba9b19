// One rule for all widgets: enhance(selector, setup) runs setup once for each matching element,
// now and whenever htmx brings new ones.
const rules = [];
const ready = new WeakMap();

export function enhance(selector, setup) {
  rules.push([selector, setup]);
}

export function enhanceWithin(root) {
  for (const [selector, setup] of rules) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      const done = ready.get(element) ?? new Set();
      if (done.has(setup)) continue;
      done.add(setup);
      ready.set(element, done);
      setup(element);
    }
  }
}
