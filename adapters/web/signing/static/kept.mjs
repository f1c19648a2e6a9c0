// What was filled in when a link expired waits in this browser, for a day at most, for the next link of the same person
// to the same request. Nothing is kept of an answer that was taken.

const HELD = "paraaf-held"; // in the tab's own memory, from sending the form until the page that answers it
const KEPT = "paraaf-kept ";
const LONGEST = 24 * 60 * 60 * 1000; // milliseconds
const tab = () => sessionStorage;
const browser = () => localStorage;
const FIELDS = /^(place|reason|typed_name|adopted_on|strokes|text_\d+)$/;

export function hold(form) {
  const fields = [...form.elements].filter(({ name, value }) => FIELDS.test(name) && value);
  const filled = fields.map(({ name, value }) => [name, value]);
  write(tab, HELD, { of: form.dataset.of, at: Date.now(), filled });
}

// Keep what was held if this page says that the link expired; forget it if there is nothing to fill in any more.
export function settleHeld(main) {
  forgetOld();
  const held = read(tab, HELD);
  if (!held) return;
  remove(tab, HELD);
  const expired = main.querySelector("[data-keeps]");
  if (expired) expired.hidden = !write(browser, KEPT + held.of, held);
  else if (!main.querySelector("form")) remove(browser, KEPT + held.of);
}

// A form that comes back with something wrong has been filled in since.
export function bringBack(form) {
  const kept = read(browser, KEPT + form.dataset.of);
  if (!kept || form.parentElement.querySelector("[role=alert]")) return;
  for (const [name, value] of kept.filled) {
    const field = form.elements[name];
    if (!field) continue;
    field.value = value;
    field.closest("details")?.setAttribute("open", "");
  }
  form.querySelector("[data-brought-back]").hidden = false;
}

function forgetOld() {
  for (const key of list(browser)) {
    const at = key.startsWith(KEPT) ? (read(browser, key)?.at ?? 0) : Infinity;
    if (at < Date.now() - LONGEST) remove(browser, key);
  }
}

// A browser may refuse to store anything, or even to be asked; then nothing is kept.
function attempt(work, otherwise) {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
const list = (storage) => attempt(() => Object.keys(storage()), []);
const read = (storage, key) => attempt(() => JSON.parse(storage().getItem(key)), null);
const remove = (storage, key) => attempt(() => storage().removeItem(key));
const write = (storage, key, value) => attempt(() => (storage().setItem(key, JSON.stringify(value)), true), false);
