// Tells Paraaf which pages were on the screen.

const PAUSE = 1000; // milliseconds in which pages are gathered, so that scrolling makes few requests

export function keepShownPages(main) {
  const waiting = new Map();
  let timer = 0;

  async function tell(number, pages) {
    const body = new URLSearchParams({ token: main.dataset.token, document: number, pages: [...pages].join(" ") });
    try {
      // Lives on when the page is left.
      const answer = await fetch(main.dataset.pages, { method: "POST", body, keepalive: true });
      if (answer.status >= 500) keep(number, pages);
    } catch {
      keep(number, pages);
    }
  }
  function keep(number, pages) {
    const known = waiting.get(number) ?? new Set();
    waiting.set(number, known);
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
      keep(number, [page]);
      timer ||= setTimeout(send, PAUSE);
    },
    send,
  };
}
