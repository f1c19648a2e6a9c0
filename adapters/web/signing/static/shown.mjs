// Tells Paraaf which pages were on the screen: while somebody reads, and once more along with the answer.

const PAUSE = 5000; // milliseconds in which pages are gathered, so that scrolling makes few requests

export function keepShownPages(main) {
  const waiting = new Map();
  const all = new Map();
  let timer = 0;

  async function tell(number, pages) {
    const body = new URLSearchParams({ token: main.dataset.token, document: number, pages: [...pages].join(" ") });
    try {
      // Lives on when the page is left.
      const answer = await fetch(main.dataset.pages, { method: "POST", body, keepalive: true });
      if (answer.status >= 500) keep(waiting, number, pages);
    } catch {
      keep(waiting, number, pages);
    }
  }
  function keep(kept, number, pages) {
    const known = kept.get(number) ?? new Set();
    kept.set(number, known);
    for (const page of pages) known.add(page);
  }
  function send() {
    clearTimeout(timer);
    timer = 0;
    const told = [...waiting];
    waiting.clear();
    for (const [number, pages] of told) tell(number, pages);
  }
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());

  return {
    add(number, page) {
      keep(waiting, number, [page]);
      keep(all, number, [page]);
      timer ||= setTimeout(send, PAUSE);
    },
    // Every page, since one that was told a moment ago may arrive after the answer, which uses up the link.
    write: () => [...all].map(([number, pages]) => `${number}:${[...pages].join(" ")}`).join(";"),
  };
}
