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
  const isRefused = page?.responseStatus === REFUSED;
  // Who goes back to it later finds the page as it is then: the browser would ask to send the form once more, or
  // show that it cannot. Not where a form is sent somewhere else, which may be no page.
  if (isRefused && document.querySelector('form[method="post"]:not([action])'))
    history.replaceState(history.state, "", location.href);
  if (isRefused) window.addEventListener("load", () => setTimeout(() => show(document)));
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.xhr?.status === REFUSED && detail.target?.isConnected) show(detail.target);
  });
}
