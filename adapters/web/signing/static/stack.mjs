// The pages of one PDF below each other. Only those near the screen are drawn; a telephone has no memory for more.

const MOST_PIXELS = 4_000_000; // of one page: an A4 page at almost 200 dots to the inch
const MOST_DRAWN = 6;
const MOST_WORDS = 50_000; // characters of one page for a screen reader
const AHEAD = "75% 0px";

export class PageStack {
  #frame;
  #pdf;
  #tell;
  #near = new Set();
  #visible = new Set();
  #drawn = new Map();
  #isDrawing = false;

  constructor(frame, pdf, tell) {
    this.#frame = frame;
    this.#pdf = pdf;
    this.#tell = tell;
  }

  // Room for every page, as large as the first one until it is known better.
  layOut(first) {
    const { width, height } = first.getViewport({ scale: 1 });
    const near = new IntersectionObserver((seen) => this.#keepNear(seen), { rootMargin: AHEAD });
    const visible = new IntersectionObserver((seen) => this.#keepVisible(seen), { threshold: [0, 0.25, 0.5, 0.75, 1] });
    const pages = document.createDocumentFragment();
    for (let number = 1; number <= this.#pdf.numPages; number += 1) {
      const page = this.#makePage(number);
      page.firstChild.style.aspectRatio = `${width} / ${height}`;
      pages.append(page);
      near.observe(page);
      visible.observe(page);
    }
    this.#frame.append(pages);
  }

  #makePage(number) {
    const page = document.createElement("figure");
    page.dataset.page = number;
    page.append(document.createElement("div"), document.createElement("figcaption"));
    page.lastChild.textContent = this.#frame.dataset.label
      .replace("{page}", number)
      .replace("{pages}", this.#pdf.numPages);
    return page;
  }

  #keepNear(seen) {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting) this.#near.add(target);
      else this.#near.delete(target);
    }
    this.#drawNext();
  }

  // A page was shown once it is drawn, and half of it, or half a screen of it, is on the screen.
  #keepVisible(seen) {
    for (const { intersectionRatio, intersectionRect, target } of seen) {
      if (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#tellShown();
  }

  #tellShown() {
    if (document.visibilityState !== "visible") return;
    for (const page of this.#visible) if (this.#drawn.has(page)) this.#tell(Number(page.dataset.page));
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
