// The fields as they are seen on the pages: elements that can be pressed, dragged, and moved with the keyboard.
import { watchDrags } from "./drag.mjs";
import { measure, toSeen } from "./geometry.mjs";

const STEP = 5; // points
const KEYS = {
  ArrowLeft: { x: -STEP },
  ArrowRight: { x: STEP },
  ArrowUp: { y: -STEP },
  ArrowDown: { y: STEP },
};
const SIZING = {
  ArrowLeft: { width: -STEP },
  ArrowRight: { width: STEP },
  ArrowUp: { height: -STEP },
  ArrowDown: { height: STEP },
};

export class Layers {
  #elements = new Map();

  constructor(editor) {
    this.editor = editor;
  }

  // What the document has of its own: seen, and not to be moved.
  showFound(found) {
    const { fields, sheets, words } = this.editor;
    for (const field of found.filter((each) => fields.shapes[each.page])) {
      const element = document.createElement("div");
      element.className = "placed found";
      element.role = "img";
      element.append(document.createElement("span"));
      element.firstChild.textContent = words[field.kind];
      element.ariaLabel = this.editor.name(field, "found");
      sheets.layer(field.page).append(element);
      this.#place(element, field, toSeen(fields.shapes[field.page], field.box));
    }
  }

  show() {
    const { fields, sheets, chosen } = this.editor;
    for (const [id, element] of this.#elements) {
      if (fields.find(id)) continue;
      element.remove();
      this.#elements.delete(id);
    }
    for (const field of fields.all) {
      const element = this.#elements.get(field.id) ?? this.#make(field);
      const layer = sheets.layer(field.page);
      if (element.parentElement !== layer) layer.append(element);
      this.#place(element, field, fields.see(field));
      this.#describe(element, field);
      element.classList.toggle("chosen", field.id === chosen);
    }
  }

  focus(id) {
    this.#elements.get(id)?.focus();
  }

  #describe(element, field) {
    element.ariaLabel = this.editor.name(field, "field");
    element.firstChild.dataset.number = field.signer + 1;
    element.children[1].textContent = field.label || this.editor.words[field.kind];
  }

  #place(element, field, seen) {
    const page = measure(this.editor.fields.shapes[field.page]);
    element.style.left = `${(seen.x / page.width) * 100}%`;
    element.style.top = `${(seen.y / page.height) * 100}%`;
    element.style.width = `${(seen.width / page.width) * 100}%`;
    element.style.height = `${(seen.height / page.height) * 100}%`;
    element.style.setProperty("--hue", this.editor.hue(field.signer));
  }

  #make(field) {
    const element = document.createElement("div");
    element.className = "placed";
    element.role = "button";
    element.tabIndex = 0;
    element.setAttribute("aria-describedby", "how");
    for (const name of ["number", "what", "handle"]) {
      const part = document.createElement("span");
      part.className = name;
      element.append(part);
    }
    this.#elements.set(field.id, element);
    element.addEventListener("focus", () => this.editor.choose(field.id));
    element.addEventListener("keydown", (event) => this.#press(event, field.id));
    this.#watch(element, field.id);
    return element;
  }

  #press(event, id) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { fields, editor } = { fields: this.editor.fields, editor: this.editor };
    const shift = (event.shiftKey ? SIZING : KEYS)[event.key];
    if (shift) editor.change(() => fields.shift(id, shift), id);
    else if (event.key === "Delete" || event.key === "Backspace") editor.remove(id);
    else if (event.key === "PageUp") editor.turn(id, -1);
    else if (event.key === "PageDown") editor.turn(id, 1);
    else return;
    event.preventDefault();
  }

  #watch(element, id) {
    const { editor } = this;
    watchDrags(element, {
      begin: (event) => {
        element.focus({ preventScroll: true });
        event.preventDefault();
        return { isSizing: event.target.className === "handle", seen: editor.fields.see(editor.fields.find(id)) };
      },
      move: ({ isSizing, seen }, far) => {
        const scale = editor.sheets.scale(editor.fields.find(id).page);
        element.classList.add("dragged");
        if (!isSizing) element.style.transform = `translate(${far.x}px, ${far.y}px)`;
        else {
          element.style.width = `${Math.max(1, seen.width * scale + far.x)}px`;
          element.style.height = `${Math.max(1, seen.height * scale + far.y)}px`;
        }
      },
      end: ({ isSizing, seen }, far, event) => {
        const { page } = editor.fields.find(id);
        const scale = editor.sheets.scale(page);
        const { left, top } = element.getBoundingClientRect();
        this.#rest(element);
        if (isSizing) {
          editor.change(() => editor.fields.shift(id, { width: far.x / scale, height: far.y / scale }), id);
          return;
        }
        const target = editor.sheets.at(event.clientX, event.clientY);
        const to = target < 0 ? page : target;
        const point = editor.sheets.point(to, left, top);
        editor.change(() => editor.fields.put(id, to, { ...seen, ...point }), id);
      },
      cancel: () => {
        this.#rest(element);
        this.show();
      },
      bottom: () => editor.bottom(),
    });
  }

  #rest(element) {
    element.classList.remove("dragged");
    element.style.transform = "";
  }
}
