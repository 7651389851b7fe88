/* What is written on the map: the names of the groups, and the numbers of what is lit.
 *
 * Owns where they stand and that none covers another; knows nothing about the view.
 */
(() => {
  "use strict";

  const LINE = 16;
  const FEW = 6;
  const BUTTONS = { w: 56, h: 128 }; // the corner in which those for zooming stand
  const ASIDE = [
    ...[[0, 0], [0, -22], [0, 22], [0, -42], [0, 42]],
    ...[[-50, 0], [50, 0], [-50, 26], [50, -26]],
  ];
  const ABOUT = [[1, -1], [-1, -1], [1, 1], [-1, 1], [0, -1.5], [0, 1.5], [1.5, 0], [-1.5, 0]];
  const isFree = (box, taken) =>
    taken.every((one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1]);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function fit(pen, text, width) {
    if (pen.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
    return `${text.slice(0, end).trimEnd()}…`;
  }

  function linesOf(pen, group, isNarrow, ink) {
    const [first, ...others] = group.name.split(", ");
    const big = `600 ${isNarrow ? 12 : 13.5}px ${ink.sans}`;
    const small = `400 ${isNarrow ? 11 : 12}px ${ink.sans}`;
    pen.font = big;
    const lines = [[fit(pen, capital(first), isNarrow ? 170 : 230), big, ink.text]];
    pen.font = small;
    if (others.length) lines.push([fit(pen, others.join(", "), isNarrow ? 170 : 230), small, ink.soft]);
    return lines;
  }

  // The largest groups first; what would overlap moves aside, says less, or is not written.
  function paintNames(pen, groups, size, ink, numbers) {
    const taken = [...numbers, [size.w - BUTTONS.w, size.h - BUTTONS.h, size.w, size.h]];
    const isNarrow = size.w < 560;
    // From afar the first of its terms tells a group; there is no room for more.
    const isBrief = isNarrow || (groups.length > FEW && !size.isClose);
    Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    for (const group of groups) {
      const [x, y] = group.at;
      if (x < 0 || y < 0 || x > size.w || y > size.h) continue;
      const all = linesOf(pen, group, isNarrow, ink);
      const tried = isBrief ? [all.slice(0, 1)] : [all, all.slice(0, 1)];
      const placed = tried.map((lines) => place(pen, lines, group.at, size, taken)).find(Boolean);
      if (!placed) continue;
      taken.push(placed.box);
      pen.globalAlpha = group.dim ? 0.3 : 1;
      write(pen, placed, ink);
    }
    pen.globalAlpha = 1;
  }

  function write(pen, { lines, x, top }, ink) {
    for (const [n, [text, font, color]] of lines.entries()) {
      const y = top + 9 + n * LINE;
      Object.assign(pen, { font, strokeStyle: ink.page, lineWidth: 4, fillStyle: color });
      pen.strokeText(text, x, y);
      pen.fillText(text, x, y);
    }
  }

  function place(pen, lines, [x, y], size, taken) {
    const width = Math.max(...lines.map(([text, font]) => {
      pen.font = font;
      return pen.measureText(text).width;
    })) + 10;
    const height = lines.length * LINE + 4;
    for (const [dx, dy] of ASIDE) {
      const cx = Math.min(size.w - width / 2 - 4, Math.max(width / 2 + 4, x + dx));
      const top = Math.min(size.h - height - 4, Math.max(4, y + dy - height / 2));
      const box = [cx - width / 2, top, cx + width / 2, top + height];
      if (isFree(box, taken)) return { lines, x: cx, top, box };
    }
    return null;
  }

  // Beside its ring, where it covers neither another number nor another ring.
  function placeNumbers(pen, lit, reach, ink) {
    const rings = lit.map(({ at: [x, y] }) => [x - reach, y - reach, x + reach, y + reach]);
    const placed = [];
    for (const { number, at: [x, y] } of lit) {
      pen.font = `600 11px ${ink.sans}`;
      const wide = Math.max(17, pen.measureText(number).width + 9);
      const boxes = ABOUT.map(([dx, dy]) => {
        const cx = x + dx * (reach * 0.75 + wide / 2);
        const cy = y + dy * (reach * 0.75 + 8.5);
        return [cx - wide / 2, cy - 8.5, cx + wide / 2, cy + 8.5];
      });
      const taken = [...placed.map((one) => one.box), ...rings];
      const box = boxes.find((one) => isFree(one, taken)) ?? boxes[0];
      placed.push({ number, box, boxes: [box, [x - reach, y - reach, x + reach, y + reach]] });
    }
    return placed;
  }

  function paintNumbers(pen, numbers, ink) {
    Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineWidth: 2 });
    for (const { number, box: [left, top, right, bottom] } of numbers) {
      Object.assign(pen, { fillStyle: ink.accent, strokeStyle: ink.page, font: `600 11px ${ink.sans}` });
      pen.beginPath();
      pen.roundRect(left, top, right - left, bottom - top, 8.5);
      pen.stroke();
      pen.fill();
      pen.fillStyle = ink.onAccent;
      pen.fillText(number, (left + right) / 2, (top + bottom) / 2 + 0.5);
    }
  }

  window.footnote = Object.assign(window.footnote ?? {}, { paintNames, placeNumbers, paintNumbers });
})();
