// What stands beside the document: the signers, the fields to place, and what can be done with the one that is chosen.
import { watchDrags } from "./drag.mjs";

const STEP = 5; // points
const STEPS = {
  left: { x: -STEP },
  right: { x: STEP },
  up: { y: -STEP },
  down: { y: STEP },
  narrower: { width: -STEP },
  wider: { width: STEP },
  lower: { height: -STEP },
  taller: { height: STEP },
};

export class Panel {
  #form;
  #chosen;
  #wasDragged = false;

  constructor(form, editor) {
    this.#form = form;
    this.#chosen = form.querySelector("#chosen");
    this.editor = editor;
    for (const button of form.querySelectorAll("[data-kind]")) this.#offer(button);
    form.addEventListener("click", ({ target }) => target.dataset?.do && this.#do(target.dataset.do));
    const label = form.querySelector("#label");
    label.addEventListener("change", () => this.#update({ label: label.value.trim() }));
    const whose = form.querySelector("#whose");
    whose.addEventListener("change", () => this.#update({ signer: Number(whose.value) }));
    form.querySelector("#signer").addEventListener("change", () => this.show());
    // Enter in a line of text is no wish to save.
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
      if (event.key === "Enter" && event.target === label) label.dispatchEvent(new Event("change"));
    });
  }

  get signer() {
    return Number(this.#form.querySelector("#signer").value || 0);
  }

  show() {
    const { editor } = this;
    for (const list of this.#form.querySelectorAll("#signer, #whose")) this.#list(list);
    this.#form.querySelector(".palette").style.setProperty("--hue", editor.hue(this.signer));
    for (const button of this.#form.querySelectorAll("[data-kind]")) button.disabled = editor.fields.isFull;
    this.#form.querySelector("[data-do=undo]").disabled = !editor.fields.canUndo;
    const more = this.#form.querySelector("[data-do=add-signer]");
    if (more) more.disabled = editor.count >= editor.fields.most.signers;
    this.#showChosen(editor.fields.find(editor.chosen));
  }

  #showChosen(field) {
    this.#chosen.hidden = !field;
    if (!field) return;
    this.#chosen.querySelector("legend").textContent = this.editor.name(field, "field");
    this.#chosen.querySelector("#whose").value = field.signer;
    this.#chosen.querySelector("[data-label-of]").hidden = field.kind !== "text";
    const label = this.#chosen.querySelector("#label");
    if (label !== document.activeElement) label.value = field.label;
    this.#chosen.querySelector("[data-do=previous]").disabled = field.page === 0;
    this.#chosen.querySelector("[data-do=next]").disabled = field.page === this.editor.fields.shapes.length - 1;
  }

  #list(list) {
    const { editor } = this;
    const before = list.value;
    while (list.options.length < editor.count) {
      const signer = list.options.length;
      list.add(new Option(editor.nameSigner(signer), signer));
    }
    list.value = before || 0;
  }

  #do(what) {
    const { editor } = this;
    const id = editor.chosen;
    if (what === "undo") editor.undo();
    else if (what === "add-signer") this.#addSigner();
    else if (what === "use") editor.useTemplate(this.#form.elements.template.value);
    else if (!editor.fields.find(id)) return;
    else if (what in STEPS) editor.change(() => editor.fields.shift(id, STEPS[what]));
    else if (what === "remove") editor.remove(id);
    else if (what === "previous") editor.turn(id, -1);
    else if (what === "next") editor.turn(id, 1);
  }

  #addSigner() {
    const list = this.#form.querySelector("#signer");
    this.editor.count += 1;
    this.show();
    list.value = this.editor.count - 1;
    this.show();
    list.focus();
  }

  #update(changes) {
    const id = this.editor.chosen;
    if (this.editor.fields.find(id)) this.editor.change(() => this.editor.fields.update(id, changes));
  }

  // Pressed, it comes to the page in sight; dragged, to where it is dropped.
  #offer(button) {
    const { editor } = this;
    const { kind } = button.dataset;
    button.addEventListener("click", () => {
      if (this.#wasDragged) this.#wasDragged = false;
      else editor.add(kind, editor.sheets.inSight(editor.bottom()));
    });
    watchDrags(button, {
      begin: () => {
        this.#wasDragged = false;
        return editor.fields.isFull ? null : { ghost: button.cloneNode(true) };
      },
      move: ({ ghost }, _far, event) => {
        ghost.className = "ghost";
        ghost.ariaHidden = "true";
        ghost.inert = true;
        if (!ghost.isConnected) document.body.append(ghost);
        ghost.style.left = `${event.clientX}px`;
        ghost.style.top = `${event.clientY}px`;
        ghost.style.setProperty("--hue", editor.hue(this.signer));
      },
      end: ({ ghost }, _far, event) => {
        ghost.remove();
        this.#wasDragged = true;
        setTimeout(() => (this.#wasDragged = false)); // where no click follows
        const page = this.#covers(event) ? -1 : editor.sheets.at(event.clientX, event.clientY);
        if (page >= 0) editor.add(kind, { page, ...editor.sheets.point(page, event.clientX, event.clientY) });
      },
      cancel: ({ ghost }) => ghost.remove(),
      bottom: () => editor.bottom(),
    });
  }

  #covers({ clientX, clientY }) {
    return this.#form.contains(document.elementFromPoint(clientX, clientY));
  }
}
