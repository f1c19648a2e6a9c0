// Shows PDF documents in the page: each is fetched once it comes near, and each page drawn once it comes near.
import { PageStack } from "./stack.mjs";

const AHEAD = "100% 0px"; // one screen above and below
const LIBRARY = "./vendor/pdfjs/";

export function showDocuments(frames, shown) {
  const stacks = new Map();
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        showDocument(target, stacks.get(target));
      }
    },
    { rootMargin: AHEAD },
  );
  for (const frame of frames) {
    stacks.set(frame, new PageStack(frame, (page) => shown.add(frame.dataset.number, page)));
    near.observe(frame);
  }
}

async function showDocument(frame, stack) {
  const notice = frame.querySelector("[role=status]");
  notice.textContent = notice.dataset.loading;
  try {
    await stack.show(await openDocument(frame.dataset.pdf));
    notice.textContent = "";
  } catch (trouble) {
    // An old browser, a password, a damaged file: the link above it opens the document all the same.
    notice.textContent = notice.dataset.failed;
    for (const page of frame.querySelectorAll("figure")) page.remove();
    console.warn(trouble);
  }
}

// Nothing in a document is run: this library has no `eval`, no scripting without its sandbox, which is not here, and no
// XFA unless it is asked for. Fonts come from here, so that everybody sees the same letters.
export async function openDocument(address) {
  const [{ getDocument, GlobalWorkerOptions }, content] = await Promise.all([
    import(`${LIBRARY}pdf.min.mjs`),
    fetchDocument(address),
  ]);
  const locate = (name) => new URL(LIBRARY + name, import.meta.url).href;
  GlobalWorkerOptions.workerSrc = locate("pdf.worker.min.mjs");
  return getDocument({
    data: content,
    cMapUrl: locate("cmaps/"),
    standardFontDataUrl: locate("standard_fonts/"),
    wasmUrl: locate("wasm/"),
    canvasMaxAreaInBytes: 4 * 4096 * 4096,
    disableWorkerRendering: true,
    enableXfa: false,
    useSystemFonts: false,
    useWasm: false, // the policy of the page allows no compiled code
  }).promise;
}

// Whole, since it is served whole, and logged once.
async function fetchDocument(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.arrayBuffer();
}
