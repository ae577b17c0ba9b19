// A form that came back: whoever pressed the button far below it sees what is wrong, and types on there.
const REFUSED = 422;
const signs = 'form [role="alert"], form .field-error';

function show(place) {
  const sign = place.querySelector(signs);
  if (!sign) return;
  const control = sign.closest(".field")?.querySelector("input, select, textarea");
  // Hidden is what a widget stands for; a calendar would open over what is wrong.
  const target = control?.getClientRects().length && !control.matches(".flatpickr-input") ? control : sign;
  if (target === sign) sign.tabIndex = -1;
  target.focus({ preventScroll: true });
  sign.scrollIntoView({ block: "center" });
}

export function startRefused() {
  const [page] = performance.getEntriesByType("navigation");
  // The browser puts a page that answers under the same address where it was scrolled to before.
  if (page?.responseStatus === REFUSED)
    window.addEventListener("load", () => setTimeout(() => show(document)));
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.xhr?.status === REFUSED && detail.target?.isConnected) show(detail.target);
  });
}
