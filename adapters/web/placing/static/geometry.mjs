// Between boxes as they are kept (points of the crop box before any rotation, from its lower left corner) and as they
// are seen (points of the turned page, from its upper left corner).

export function measure([width, height, rotation]) {
  return rotation % 180 ? { width: height, height: width } : { width, height };
}

export function toSeen([pageWidth, pageHeight, rotation], [left, bottom, width, height]) {
  const right = pageWidth - left - width;
  const top = pageHeight - bottom - height;
  switch (rotation) {
    case 90:
      return { x: bottom, y: left, width: height, height: width };
    case 180:
      return { x: right, y: bottom, width, height };
    case 270:
      return { x: top, y: right, width: height, height: width };
    default:
      return { x: left, y: top, width, height };
  }
}

export function toBox([pageWidth, pageHeight, rotation], { x, y, width, height }) {
  const box = {
    0: () => [x, pageHeight - y - height, width, height],
    90: () => [y, x, height, width],
    180: () => [pageWidth - x - width, y, width, height],
    270: () => [pageWidth - y - height, pageHeight - x - width, height, width],
  }[rotation]();
  return box.map((side) => Math.round(side * 100) / 100);
}

// Wholly on the page, no smaller than may be, and no larger than the page.
export function fit(shape, seen, smallest) {
  const page = measure(shape);
  const width = Math.min(Math.max(seen.width, smallest), page.width);
  const height = Math.min(Math.max(seen.height, smallest), page.height);
  const x = Math.min(Math.max(seen.x, 0), page.width - width);
  const y = Math.min(Math.max(seen.y, 0), page.height - height);
  return { x, y, width, height };
}
