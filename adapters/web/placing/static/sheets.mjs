// The pages as they lie on the screen, each with a layer for its fields over it.
import { measure } from "./geometry.mjs";

const LEAST = 40; // pixels of a page that are worth speaking of

export class Sheets {
  #figures;

  constructor(frame, shapes) {
    this.shapes = shapes;
    this.#figures = [...frame.querySelectorAll("figure")];
    for (const figure of this.#figures) {
      const layer = document.createElement("div");
      layer.className = "layer";
      figure.firstChild.after(layer);
    }
    this.shape();
  }

  // Each page as large as it is, also those that are not drawn yet.
  shape() {
    for (const [number, figure] of this.#figures.entries()) {
      const { width, height } = measure(this.shapes[number]);
      figure.firstChild.style.aspectRatio = `${width} / ${height}`;
    }
  }

  layer(page) {
    return this.#figures[page].querySelector(".layer");
  }

  // The page under a point of the window, or -1.
  at(x, y) {
    return this.#figures.findIndex((figure) => {
      const { left, right, top, bottom } = figure.querySelector(".layer").getBoundingClientRect();
      return x >= left && x <= right && y >= top && y <= bottom;
    });
  }

  // A point of the window as a point of a page as it is seen.
  point(page, x, y) {
    const place = this.layer(page).getBoundingClientRect();
    const scale = this.scale(page);
    return { x: (x - place.left) / scale, y: (y - place.top) / scale };
  }

  // Pixels of the window for each point.
  scale(page) {
    return this.layer(page).getBoundingClientRect().width / measure(this.shapes[page]).width;
  }

  #middle(page) {
    const { width, height } = measure(this.shapes[page]);
    return { x: width / 2, y: height / 2 };
  }

  // The page in sight, and the middle of what is seen of it above `bottom`.
  inSight(bottom) {
    let best = { page: 0, height: -1, x: 0, y: 0 };
    for (const page of this.#figures.keys()) {
      const place = this.layer(page).getBoundingClientRect();
      const from = Math.max(place.top, 0);
      const to = Math.min(place.bottom, bottom);
      if (to - from > best.height) {
        best = { page, height: to - from, x: (place.left + place.right) / 2, y: (from + to) / 2 };
      }
    }
    if (best.height < LEAST) return { page: best.page, ...this.#middle(best.page) };
    return { page: best.page, ...this.point(best.page, best.x, best.y) };
  }
}
