// The fields that were placed, and what can be undone of it. Each has a number of its own, which never comes again.
import { fit, measure, toBox, toSeen } from "./geometry.mjs";

const SIZES = { signature: [180, 60], name: [160, 24], date: [96, 24], text: [160, 24] }; // points
const APART = 6; // points between them, and further down for every try

export class Fields {
  #before = [];
  #next = 1;

  constructor(placed, shapes, most) {
    this.shapes = shapes;
    this.most = most;
    this.all = this.#number(placed);
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  get isFull() {
    return this.all.length >= this.most.fields;
  }

  find(id) {
    return this.all.find((field) => field.id === id);
  }

  // Its middle comes to a point of a page as it is seen, or below the fields that are there already.
  add(kind, signer, page, x, y) {
    const [width, height] = SIZES[kind];
    const seen = { x: x - width / 2, y: y - height / 2, width, height };
    let box = this.#box(page, seen);
    for (let tries = 0; tries < this.most.fields && this.#isTaken(page, box); tries++) {
      seen.y += APART;
      box = this.#box(page, seen);
    }
    const field = { id: this.#next++, kind, signer, page, box, label: "" };
    this.#change([...this.all, field]);
    return field;
  }

  see(field) {
    return toSeen(this.shapes[field.page], field.box);
  }

  put(id, page, seen) {
    this.update(id, { page, box: this.#box(page, seen) });
  }

  // By so many points as it is seen, on the page where it is.
  shift(id, { x = 0, y = 0, width = 0, height = 0 }) {
    const field = this.find(id);
    const seen = this.see(field);
    const page = measure(this.shapes[field.page]);
    this.put(id, field.page, {
      x: seen.x + x,
      y: seen.y + y,
      width: Math.min(seen.width + width, page.width - seen.x),
      height: Math.min(seen.height + height, page.height - seen.y),
    });
  }

  update(id, changes) {
    this.#change(this.all.map((field) => (field.id === id ? { ...field, ...changes } : field)));
  }

  remove(id) {
    this.#change(this.all.filter((field) => field.id !== id));
  }

  replace(placed) {
    this.#change(this.#number(placed));
  }

  undo() {
    if (this.canUndo) this.all = this.#before.pop();
  }

  write() {
    return JSON.stringify(this.all.map(({ kind, signer, page, box, label }) => ({ kind, signer, page, box, label })));
  }

  #number(placed) {
    const known = placed.filter((field) => this.shapes[field.page]);
    return known.map((field) => ({ ...field, id: this.#next++ }));
  }

  #change(all) {
    if (JSON.stringify(all) === JSON.stringify(this.all)) return;
    this.#before.push(this.all);
    this.all = all;
  }

  #isTaken(page, box) {
    const [left, bottom, width, height] = box;
    return this.all.some((field) => {
      const [otherLeft, otherBottom, otherWidth, otherHeight] = field.box;
      const isBeside = left >= otherLeft + otherWidth + APART || otherLeft >= left + width + APART;
      const isAboveOrBelow = bottom >= otherBottom + otherHeight + APART || otherBottom >= bottom + height + APART;
      return field.page === page && !isBeside && !isAboveOrBelow;
    });
  }

  #box(page, seen) {
    const shape = this.shapes[page];
    return toBox(shape, fit(shape, seen, this.most.smallest));
  }
}
