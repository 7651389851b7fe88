/* The ground of the map: each group's papers colour the land about them.
 *
 * Owns that wash of colours; knows nothing about points but where they are seen. The papers of
 * each group are counted on a coarse grid and blurred there, which costs the same however far
 * a paper's colour reaches; drawing a soft disc for each of 10,000 would take too long.
 */
(() => {
  "use strict";

  const CELLS = 3; // of the grid in the reach of a paper
  const FAINT = 0.2;
  const PEAK = (7 / 27) ** 2; // what three passes of a box leave of a lone paper at its middle
  const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  // `seen` holds [group, x, y, whether it is shown], `colours` "#rrggbb" by group.
  function paintGround(pen, seen, size, reach, { colours, strength }) {
    const cell = reach / CELLS;
    const grid = { w: Math.ceil(size.w / cell) + 2, h: Math.ceil(size.h / cell) + 2 };
    const lands = new Map();
    for (const [group, x, y, isShown] of seen) {
      if (!lands.has(group)) lands.set(group, new Float32Array(grid.w * grid.h));
      count(lands.get(group), grid, x / cell + 0.5, y / cell + 0.5, isShown ? 1 : FAINT);
    }
    for (const land of lands.values()) for (let pass = 0; pass < 3; pass += 1) blur(land, grid);
    const crowd = (seen.length * 4.4 * cell * cell) / (size.w * size.h);
    const made = document.createElement("canvas");
    Object.assign(made, { width: grid.w, height: grid.h });
    const soft = made.getContext("2d");
    const image = soft.createImageData(grid.w, grid.h);
    const gain = 0.62 / (1 + 0.3 * crowd) / PEAK;
    colour(image.data, [...lands].map(([group, land]) => [parse(colours.get(group)), land]), gain, strength);
    soft.putImageData(image, 0, 0);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(made, -cell, -cell, grid.w * cell, grid.h * cell);
  }

  // Shared among the four cells about it, so that nothing flickers as the map moves.
  function count(land, { w, h }, x, y, weight) {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    if (left < 0 || top < 0 || left + 1 >= w || top + 1 >= h) return;
    const [right, below] = [x - left, y - top];
    const at = top * w + left;
    land[at] += weight * (1 - right) * (1 - below);
    land[at + 1] += weight * right * (1 - below);
    land[at + w] += weight * (1 - right) * below;
    land[at + w + 1] += weight * right * below;
  }

  function blur(land, { w, h }) {
    for (let y = 0; y < h; y += 1) box(land, y * w, 1, w);
    for (let x = 0; x < w; x += 1) box(land, x, w, h);
  }

  function box(land, from, step, count) {
    let before = 0;
    for (let n = 0, at = from; n < count; n += 1, at += step) {
      const own = land[at];
      land[at] = (before + own + (n + 1 < count ? land[at + step] : 0)) / 3;
      before = own;
    }
  }

  // The group with the most papers about gives nearly all of the colour: mixed colours are grey.
  function colour(data, lands, gain, strength) {
    for (let n = 0, at = 0; at < data.length; n += 1, at += 4) {
      let [all, weight, r, g, b] = [0, 0, 0, 0, 0];
      for (const [rgb, land] of lands) {
        const own = land[n];
        const share = own * own * own;
        all += own;
        weight += share;
        r += rgb[0] * share;
        g += rgb[1] * share;
        b += rgb[2] * share;
      }
      if (!weight) continue;
      data[at] = r / weight;
      data[at + 1] = g / weight;
      data[at + 2] = b / weight;
      data[at + 3] = 255 * strength * (1 - Math.exp(-all * gain));
    }
  }

  window.footnote = Object.assign(window.footnote ?? {}, { paintGround });
})();
