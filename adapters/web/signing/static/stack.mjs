// The pages of one PDF below each other. Only those near the screen are drawn; a telephone has no memory for more.

const MOST_PIXELS = 4_000_000; // of one page: an A4 page at almost 200 dots to the inch
const A4 = "210 / 297";
const MOST_DRAWN = 6;
const MOST_WORDS = 50_000; // characters of one page for a screen reader
const LONG_ENOUGH = 400; // milliseconds
const AHEAD = "75% 0px";

export class PageStack {
  #frame;
  #pdf;
  #tell;
  #near = new Set();
  #visible = new Set();
  #drawn = new Map();
  #watched = new Set();
  #isDrawing = false;

  // Makes room for the pages that the document is said to have, so that what stands below stays where it is.
  constructor(frame, tell) {
    this.#frame = frame;
    this.#tell = tell;
    this.#makeRoom(Number(frame.dataset.count), A4);
  }

  async show(pdf) {
    this.#pdf = pdf;
    const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
    this.#makeRoom(pdf.numPages, `${width} / ${height}`);
    const near = new IntersectionObserver((seen) => this.#keepNear(seen), { rootMargin: AHEAD });
    const visible = new IntersectionObserver((seen) => this.#keepVisible(seen), { threshold: [0, 0.25, 0.5, 0.75, 1] });
    for (const page of this.#frame.querySelectorAll("figure")) {
      near.observe(page);
      visible.observe(page);
    }
  }

  // Every page is as large as the first one until it is known better.
  #makeRoom(count, shape) {
    const pages = [...this.#frame.querySelectorAll("figure")];
    while (pages.length > count) pages.pop().remove();
    while (pages.length < count) pages.push(this.#makePage(pages.length + 1));
    for (const page of pages) {
      page.firstChild.style.aspectRatio = shape;
      page.lastChild.textContent = this.#name(page, count);
    }
    this.#frame.append(...pages);
  }

  #name(page, count) {
    return this.#frame.dataset.label.replace("{page}", page.dataset.page).replace("{pages}", count);
  }

  #makePage(number) {
    const page = document.createElement("figure");
    page.dataset.page = number;
    page.append(document.createElement("div"), document.createElement("figcaption"));
    return page;
  }

  #keepNear(seen) {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) this.#near.add(target);
      else this.#near.delete(target);
    }
    this.#drawNext();
  }

  // A page is on the screen with half of it, or with half a screen of it.
  #keepVisible(seen) {
    for (const { intersectionRatio, intersectionRect, target } of seen) {
      if (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#tellShown();
  }

  // A page was shown once it is drawn and has been on the screen for a while: not when somebody only passes by.
  #tellShown() {
    for (const page of this.#visible) {
      if (!this.#drawn.get(page) || this.#watched.has(page)) continue;
      this.#watched.add(page);
      setTimeout(() => {
        this.#watched.delete(page);
        const isSeen = this.#visible.has(page) && document.visibilityState === "visible";
        if (isSeen) this.#tell(Number(page.dataset.page));
      }, LONG_ENOUGH);
    }
  }

  async #drawNext() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    for (let page = this.#findNext(); page; page = this.#findNext()) {
      this.#drawn.set(page, null); // also when it fails: a page that cannot be drawn is not tried for ever
      try {
        this.#drawn.set(page, await this.#draw(page));
      } catch (trouble) {
        page.classList.add("failed");
        console.warn(trouble);
        continue;
      }
      this.#tellShown();
      this.#forgetFarthest();
    }
    this.#isDrawing = false;
  }

  #findNext() {
    const waiting = [...this.#near].filter((page) => !this.#drawn.has(page));
    return waiting.find((page) => this.#visible.has(page)) ?? waiting[0];
  }

  async #draw(page) {
    const source = await this.#pdf.getPage(Number(page.dataset.page));
    const size = source.getViewport({ scale: 1 });
    const sheet = page.firstChild;
    sheet.style.aspectRatio = `${size.width} / ${size.height}`;
    const wanted = (sheet.clientWidth / size.width) * Math.min(devicePixelRatio || 1, 3);
    const scale = Math.min(wanted, Math.sqrt(MOST_PIXELS / (size.width * size.height)));
    const viewport = source.getViewport({ scale });
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.floor(viewport.width));
    canvas.height = Math.max(1, Math.floor(viewport.height));
    canvas.ariaHidden = "true";
    await source.render({ canvas, viewport }).promise;
    sheet.replaceChildren(canvas, await readWords(source));
    return source;
  }

  #forgetFarthest() {
    const far = [...this.#drawn.keys()].filter((page) => !this.#near.has(page));
    for (const page of far.slice(0, Math.max(0, this.#drawn.size - MOST_DRAWN))) {
      const canvas = page.querySelector("canvas");
      if (canvas) canvas.width = canvas.height = 0; // Safari frees the memory of a canvas no sooner
      page.firstChild.replaceChildren();
      this.#drawn.get(page)?.cleanup();
      this.#drawn.delete(page);
    }
  }
}

// What stands on the page, for who has it read aloud.
async function readWords(source) {
  const words = document.createElement("p");
  words.className = "unseen";
  const { items } = await source.getTextContent();
  const text = items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join("");
  words.textContent = text.slice(0, MOST_WORDS);
  return words;
}
