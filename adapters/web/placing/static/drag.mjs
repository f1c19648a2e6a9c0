// Dragging with a mouse, a finger or a pen; the page scrolls along at the edges of the window.

const LEAST = 5; // pixels: less than this is a press
const EDGE = 48; // pixels
const SPEED = 14; // pixels for each frame

// `begin` says what a drag is for, or nothing if it is for nothing; `move` gets how far it went in the document and the
// point of the window; `end` gets the same, once; `cancel` is called when it came to nothing.
export function watchDrags(element, { begin, move, end, cancel, bottom }) {
  element.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || !down.isPrimary) return;
    const what = begin(down);
    if (!what) return;
    let last = down;
    let isDragging = false;
    let frame = 0;
    element.setPointerCapture(down.pointerId);
    const far = (event) => ({
      x: event.clientX + scrollX - startX,
      y: event.clientY + scrollY - startY,
    });
    const startX = down.clientX + scrollX;
    const startY = down.clientY + scrollY;
    const scroll = () => {
      frame = requestAnimationFrame(scroll);
      const { clientY } = last;
      const step = clientY > bottom() - EDGE ? SPEED : clientY < EDGE ? -SPEED : 0;
      if (!isDragging || !step) return;
      scrollBy({ top: step, behavior: "instant" });
      move(what, far(last), last);
    };
    const go = (event) => {
      if (event.pointerId !== down.pointerId) return;
      last = event;
      const { x, y } = far(event);
      isDragging ||= Math.hypot(x, y) >= LEAST;
      if (isDragging) move(what, { x, y }, event);
    };
    const stop = (event) => {
      if (event.pointerId !== down.pointerId) return;
      cancelAnimationFrame(frame);
      for (const [name, listener] of listeners) element.removeEventListener(name, listener);
      if (isDragging && event.type === "pointerup") end(what, far(event), event);
      else cancel(what);
    };
    const listeners = Object.entries({ pointermove: go, pointerup: stop, pointercancel: stop });
    for (const [name, listener] of listeners) element.addEventListener(name, listener);
    frame = requestAnimationFrame(scroll);
  });
}
