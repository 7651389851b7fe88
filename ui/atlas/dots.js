/* The points of the map as dots.
 *
 * Owns how a dot gets onto a canvas; knows nothing about papers. Thousands are written pixel by
 * pixel: to draw 10,000 little pictures takes a processor without graphics several times as
 * long.
 */
(() => {
  "use strict";

  const MANY = 1500;
  const FULL = 0.9;
  const FAINT = 0.16;

  // `seen` holds [group, x, y, whether it is shown], in CSS pixels; those shown lie on top.
  function paintDots(pen, seen, size, r, colours) {
    const ordered = [...seen.filter((one) => !one[3]), ...seen.filter((one) => one[3])];
    if (ordered.length > MANY) write(pen, ordered, size, r, colours);
    else stamp(pen, ordered, size.dpr, r, colours);
  }

  function stamp(pen, seen, dpr, r, colours) {
    const stamps = new Map([...colours].map(([group, color]) => [group, make(color, r * dpr)]));
    for (const [group, x, y, isShown] of seen) {
      const made = stamps.get(group);
      const side = made.width / dpr;
      pen.globalAlpha = isShown ? FULL : FAINT;
      pen.drawImage(made, x - side / 2, y - side / 2, side, side);
    }
    pen.globalAlpha = 1;
  }

  function make(color, r) {
    const made = document.createElement("canvas");
    made.width = made.height = Math.ceil(2 * r + 2);
    const pen = made.getContext("2d");
    pen.fillStyle = color;
    pen.beginPath();
    pen.arc(made.width / 2, made.width / 2, r, 0, 7);
    pen.fill();
    return made;
  }

  const own = document.createElement("canvas");

  function write(pen, seen, { w, h, dpr }, r, colours) {
    const [wide, high] = [Math.round(w * dpr), Math.round(h * dpr)];
    Object.assign(own, { width: wide, height: high });
    const context = own.getContext("2d");
    const image = context.createImageData(wide, high);
    const pixels = new Uint32Array(image.data.buffer);
    const masks = [FAINT, FULL].map((alpha) => mask(r * dpr, alpha));
    const inks = new Map([...colours].map(([group, color]) => [group, parse(color)]));
    for (const [group, x, y, isShown] of seen) {
      const [left, top] = [Math.round(x * dpr), Math.round(y * dpr)];
      const ink = inks.get(group);
      const dots = masks[isShown ? 1 : 0];
      for (let n = 0; n < dots.length; n += 3) {
        const [px, py, alpha] = [left + dots[n], top + dots[n + 1], dots[n + 2]];
        if (px < 0 || py < 0 || px >= wide || py >= high) continue;
        const at = py * wide + px;
        if (pixels[at] >>> 24 <= alpha) pixels[at] = ((alpha << 24) | ink) >>> 0;
      }
    }
    context.putImageData(image, 0, 0);
    pen.drawImage(own, 0, 0, w, h);
  }

  // dx, dy, alpha (0 to 255) of each pixel of a dot in turn, soft at its edge.
  function mask(r, alpha) {
    const found = [];
    const far = Math.ceil(r);
    for (let dy = -far; dy <= far; dy += 1) {
      for (let dx = -far; dx <= far; dx += 1) {
        const part = Math.min(1, Math.max(0, r + 0.5 - Math.hypot(dx, dy)));
        if (part) found.push(dx, dy, Math.round(255 * alpha * part));
      }
    }
    return Int16Array.from(found);
  }

  // As a pixel lies in memory: blue, green, red from high to low.
  const parse = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return (b << 16) | (g << 8) | r;
  };

  window.footnote = Object.assign(window.footnote ?? {}, { paintDots });
})();
