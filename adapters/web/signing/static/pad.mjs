// The pad to draw a signature on, with finger, pen or mouse.
import SignaturePad from "./vendor/signature_pad/signature_pad.min.mjs";

const SHARPEST = 2; // pixels of the picture for each CSS pixel: enough to print, and small enough to send
const INK = "#0b2545"; // the pad is paper, in dark mode as well: what is drawn ends up on paper

export function preparePad(form) {
  const canvas = form.querySelector("canvas");
  const pad = new SignaturePad(canvas, { penColor: INK, minWidth: 0.8, maxWidth: 2.6 });
  const hint = form.querySelector("[data-empty]");
  let width = 0;

  const showState = () => {
    hint.textContent = pad.isEmpty() ? hint.dataset.empty : hint.dataset.drawn;
  };
  const draw = (strokes) => {
    pad.fromData(strokes);
    showState();
  };
  const fit = () => {
    if (canvas.clientWidth === width) return;
    const strokes = pad.toData();
    const grown = width ? canvas.clientWidth / width : 1;
    width = canvas.clientWidth;
    const ratio = Math.min(Math.max(devicePixelRatio || 1, 1), SHARPEST);
    canvas.width = width * ratio;
    canvas.height = canvas.clientHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    draw(strokes.map((stroke) => ({ ...stroke, points: stroke.points.map((point) => enlarge(point, grown)) })));
  };

  new ResizeObserver(fit).observe(canvas);
  fit();
  draw(readStrokes(form.elements.strokes.value, pad));
  pad.addEventListener("endStroke", showState);
  form.querySelector("[data-do=undo]").addEventListener("click", () => draw(pad.toData().slice(0, -1)));
  form.querySelector("[data-do=clear]").addEventListener("click", () => draw([]));
  form.querySelector("[data-needs-script]").hidden = false;

  return {
    write() {
      form.elements.drawing.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
      form.elements.strokes.value = pad.isEmpty() ? "" : writeStrokes(pad.toData());
    },
  };
}

const enlarge = (point, by) => ({ ...point, x: point.x * by, y: point.y * by });
const round = (number, digits) => Number(number.toFixed(digits));

// As signature_pad tells strokes, less what is the same in each.
function writeStrokes(strokes) {
  const writePoint = ({ x, y, time, pressure }) => ({ x: round(x, 1), y: round(y, 1), time, pressure: round(pressure, 2) });
  return JSON.stringify(strokes.map(({ points }) => ({ points: points.map(writePoint) })));
}

function readStrokes(text, pad) {
  if (!text) return [];
  const { penColor, dotSize, minWidth, maxWidth, velocityFilterWeight } = pad;
  const look = { penColor, dotSize, minWidth, maxWidth, velocityFilterWeight, compositeOperation: "source-over" };
  try {
    return JSON.parse(text).map(({ points }) => ({ ...look, points }));
  } catch {
    return []; // somebody else wrote this
  }
}
