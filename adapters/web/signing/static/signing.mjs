// What the signing page does by itself. Without it the page still works: documents open by their links, and the form
// is an ordinary form.
import { guardForm } from "./form.mjs";
import { preparePad } from "./pad.mjs";
import { showDocuments } from "./documents.mjs";
import { keepShownPages } from "./shown.mjs";

const shown = keepShownPages(document.querySelector("main"));
const form = document.querySelector("form");
if (form) {
  const pad = form.querySelector("canvas") && preparePad(form);
  guardForm(form, pad, shown);
}
showDocuments(document.querySelectorAll("[data-pdf]"), shown);
