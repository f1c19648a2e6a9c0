// What the signing page does by itself. Without it the page still works: documents open by their links, and the form
// is an ordinary form.
import { guardForm } from "./form.mjs";
import { preparePad } from "./pad.mjs";
import { showDocuments } from "./documents.mjs";
import { bringBack, hold, settleHeld } from "./kept.mjs";
import { keepShownPages } from "./shown.mjs";

const main = document.querySelector("main");
const shown = keepShownPages(main);
showDocuments(main.querySelectorAll("[data-pdf]"), shown);
settleHeld(main);
const form = main.querySelector("form");
if (form) {
  bringBack(form);
  const pad = form.querySelector("canvas") && preparePad(form);
  guardForm(form, pad, shown, hold);
}
