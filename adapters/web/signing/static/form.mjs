// The form: sent once, with the drawing, and taken to the first field that was wrong.

export function guardForm(form, pad, shown, hold) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    pad?.write();
    form.elements.shown.value = shown.write();
    hold(form);
    form.setAttribute("aria-busy", "true");
  });
  // A page that comes back from the browser's memory can be sent again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      isSent = false;
      form.removeAttribute("aria-busy");
    }
  });
  const wrong = form.querySelector("[aria-invalid=true]") ?? form.parentElement.querySelector("[role=alert]");
  wrong?.focus();
  wrong?.scrollIntoView({ block: "center", behavior: "instant" });
}
