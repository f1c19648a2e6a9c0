// Places fields on a document: what is done, by whatever means, goes through the editor.
import { openDocument } from "../documents.mjs";
import { PageStack } from "../stack.mjs";
import { Fields } from "./fields.mjs";
import { Layers } from "./layers.mjs";
import { Panel } from "./panel.mjs";
import { Sheets } from "./sheets.mjs";

class Editor {
  chosen = 0;
  #saved;
  #form;

  constructor(form, frame) {
    const { dataset } = form;
    this.#form = form;
    this.words = JSON.parse(dataset.words);
    this.signers = JSON.parse(dataset.signers);
    this.count = Number(dataset.count);
    this.fields = new Fields(JSON.parse(form.elements.fields.value), JSON.parse(frame.dataset.shapes), JSON.parse(dataset.most));
    this.sheets = new Sheets(frame, this.fields.shapes);
    this.layers = new Layers(this);
    this.panel = new Panel(form, this);
    this.#saved = "changed" in dataset ? "" : this.fields.write();
    this.layers.showFound(JSON.parse(frame.dataset.found));
    this.show();
  }

  get isChanged() {
    return this.fields.write() !== this.#saved;
  }

  // Colours as far apart as can be for each next signer; the number is there as well.
  hue(signer) {
    return Math.round(215 + signer * 137.5) % 360;
  }

  nameSigner(signer) {
    const number = this.words.signerNumber.replace("{number}", signer + 1);
    return this.signers[signer] ? `${signer + 1} · ${this.signers[signer]}` : number;
  }

  name({ kind, signer, page, label }, sentence) {
    const what = label ? `${this.words[kind]} “${label}”` : this.words[kind];
    const filled = { "{kind}": what, "{signer}": this.nameSigner(signer), "{page}": page + 1 };
    return this.words[sentence].replace(/\{\w+\}/g, (gap) => filled[gap] ?? gap);
  }

  // Where the part of the window ends in which the document is seen.
  bottom() {
    const { top, left } = this.#form.getBoundingClientRect();
    const isBelow = getComputedStyle(this.#form).position === "fixed" && left < 1;
    return isBelow ? top : innerHeight;
  }

  show() {
    this.layers.show();
    this.panel.show();
    this.#form.elements.fields.value = this.fields.write();
  }

  tell(words) {
    this.#form.querySelector("#told").textContent = words;
  }

  choose(id) {
    if (this.chosen === id) return;
    this.chosen = id;
    this.show();
  }

  change(work, focused) {
    work();
    this.show();
    if (focused) this.layers.focus(focused);
    this.tell(this.isChanged ? this.words.unsaved : "");
  }

  add(kind, { page, x, y }) {
    if (this.fields.isFull) {
      this.tell(this.words.full);
      return;
    }
    let added;
    this.change(() => {
      added = this.fields.add(kind, this.panel.signer, page, x, y);
      this.chosen = added.id;
    });
    this.layers.focus(added.id);
    this.tell(this.name(added, "field"));
  }

  remove(id) {
    const at = this.fields.all.findIndex((field) => field.id === id);
    this.change(() => this.fields.remove(id));
    const next = this.fields.all[Math.min(at, this.fields.all.length - 1)];
    if (next) this.layers.focus(next.id);
    else this.#form.querySelector("[data-kind]").focus();
    this.tell(this.words.removed);
  }

  turn(id, by) {
    const field = this.fields.find(id);
    const page = field.page + by;
    if (!this.fields.shapes[page]) return;
    this.change(() => this.fields.put(id, page, this.fields.see(field)), id);
    this.tell(this.name(this.fields.find(id), "field"));
  }

  undo() {
    this.change(() => this.fields.undo());
    this.count = Math.max(this.count, ...this.fields.all.map((field) => field.signer + 1));
    this.tell(this.words.undone);
  }

  async useTemplate(name) {
    const address = new URL(this.#form.dataset.template, location.href);
    address.searchParams.set("name", name);
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.#use(await answer.json());
    } catch (trouble) {
      this.tell(this.words.failed);
      console.warn(trouble);
    }
  }

  // A template may be for more signers than there are.
  #use(placed) {
    const last = this.signers.length || this.fields.most.signers;
    const fitting = placed.filter((field) => field.signer < last);
    this.count = Math.max(this.count, ...fitting.map((field) => field.signer + 1));
    this.change(() => this.fields.replace(fitting));
    this.tell(this.words.used.replace("{number}", fitting.length));
  }
}

function guard(form, editor) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    form.elements.fields.value = editor.fields.write();
    form.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // somebody came back: what is here may be old
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && editor.isChanged) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input");
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z" && !isTyping) {
      event.preventDefault();
      editor.undo();
    }
  });
  document.querySelector("[role=alert][tabindex]")?.focus();
}

async function drawPages(frame, stack, sheets) {
  const notice = frame.querySelector("[role=status]");
  notice.textContent = notice.dataset.loading;
  try {
    await stack.show(await openDocument(frame.dataset.pdf));
    sheets.shape();
    notice.textContent = "";
  } catch (trouble) {
    notice.textContent = notice.dataset.failed;
    console.warn(trouble);
  }
}

const frame = document.querySelector("[data-pdf]");
if (frame) {
  const form = document.querySelector("form");
  const stack = new PageStack(frame, () => {});
  const editor = new Editor(form, frame);
  guard(form, editor);
  drawPages(frame, stack, editor.sheets);
}
