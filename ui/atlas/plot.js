/* The plot of the map: points on a canvas, their groups' names, what is lit; zoom and pan.
 *
 * Owns the canvas, what of the plane is seen on it, and which point lies under a place. Knows
 * nothing about the server: `atlas.js` says what is drawn and hears what was pointed at.
 *
 * A point is {id, title, date, time, x, y, group}, x and y 0 to 1, y upwards; a group is
 * {number, name, x, y, colour}, the largest first.
 */
(() => {
  "use strict";

  const MOST = 40; // times closer than the whole
  const EDGE = 34;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const ratio = () => Math.min(3, devicePixelRatio || 1);

  function makePlot() {
    const view = { k: 1, x: 0, y: 0 }; // a place on the whole map, times k, plus x, y
    const size = { w: 0, h: 0, dpr: 1 };
    let canvas = null;
    let context = null;
    let points = [];
    let groups = [];
    let light = { lit: new Map(), isShown: null, group: 0, open: "", hover: "" };
    let ink = {};
    let moving = 0;
    const layer = document.createElement("canvas");
    let stale = false;

    // --- where things are ------------------------------------------------------------

    const baseX = (x) => EDGE + x * (size.w - 2 * EDGE);
    const baseY = (y) => EDGE + (1 - y) * (size.h - 2 * EDGE);
    const screen = (one) => [baseX(one.x) * view.k + view.x, baseY(one.y) * view.k + view.y];
    const radius = () =>
      Math.min(9, Math.max(1.7, 82 / Math.sqrt(points.length + 120)) * Math.sqrt(view.k) ** 0.8);
    const isWhole = () => view.k <= 1.001;
    const isShown = (one) => !light.isShown || light.isShown(one);

    function clamp() {
      view.k = Math.min(MOST, Math.max(1, view.k));
      view.x = Math.min(0, Math.max(size.w * (1 - view.k), view.x));
      view.y = Math.min(0, Math.max(size.h * (1 - view.k), view.y));
    }

    function pointAt(x, y, reach) {
      let best = null;
      let nearest = (radius() + reach) ** 2;
      for (const one of points) {
        const [px, py] = screen(one);
        const away = (px - x) ** 2 + (py - y) ** 2;
        // What is dimmed or not cited gives way to what is lit.
        const told = away * (light.lit.has(one.id) ? 0.5 : isShown(one) ? 1 : 3);
        if (told < nearest) [best, nearest] = [one, told];
      }
      return best;
    }

    // --- painting --------------------------------------------------------------------

    function readInk() {
      const style = getComputedStyle(canvas);
      const read = (name) => style.getPropertyValue(name).trim();
      ink = { page: read("--fn-page"), text: read("--fn-ink"), soft: read("--fn-soft") };
      Object.assign(ink, { accent: read("--fn-accent"), onAccent: read("--fn-on-accent") });
      ink.wash = Number(read("--fn-wash")) || 0.1;
      ink.sans = read("--fn-sans");
      ink.groups = new Map(groups.map((one) => [one.number, read(`--fn-c${one.colour}`)]));
    }

    // What is on the canvas or colours it, as the painters take it: [group, x, y, is shown].
    function seeAll(reach) {
      const seen = [];
      for (const one of points) {
        const [x, y] = screen(one);
        if (x < -reach || y < -reach || x > size.w + reach || y > size.h + reach) continue;
        seen.push([one.group, x, y, isShown(one)]);
      }
      return seen;
    }

    // Each point colours the ground about it, so that a group is seen as a land.
    function paintPoints(pen) {
      const reach = 34 * Math.sqrt(view.k);
      const seen = seeAll(reach);
      const { paintGround, paintDots } = window.footnote;
      paintGround(pen, seen, size, reach, { colours: ink.groups, strength: ink.wash });
      paintDots(pen, seen, size, radius(), ink.groups);
    }

    function ring(pen, one, color, wide, more) {
      const [x, y] = screen(one);
      pen.beginPath();
      pen.arc(x, y, radius() + more, 0, 7);
      pen.lineWidth = wide + 2.5;
      pen.strokeStyle = ink.page;
      pen.stroke();
      pen.lineWidth = wide;
      pen.strokeStyle = color;
      pen.stroke();
    }

    // Rings and numbers of what is lit, and the names of the groups out of their way.
    function paintWords(pen) {
      const { paintNames, paintNumbers, placeNumbers } = window.footnote;
      const lit = points.filter((one) => light.lit.has(one.id));
      const numbered = lit.map((one) => ({ number: String(light.lit.get(one.id)), at: screen(one) }));
      const numbers = placeNumbers(pen, numbered, radius() + 5, ink);
      const isDim = (group) => light.isShown && light.group !== group.number;
      const named = groups.map((one) => ({ ...one, at: screen(one), dim: isDim(one) }));
      const taken = numbers.flatMap((one) => one.boxes);
      paintNames(pen, named, { ...size, isClose: view.k > 1.4 }, ink, taken);
      for (const one of lit) ring(pen, one, ink.accent, 2.25, 4);
      paintNumbers(pen, numbers, ink);
    }

    function paintLayer() {
      layer.width = canvas.width;
      layer.height = canvas.height;
      const pen = layer.getContext("2d");
      pen.setTransform(size.dpr, 0, 0, size.dpr, 0, 0);
      paintPoints(pen);
      paintWords(pen);
      // A finger on the whole map scrolls the page; on a part of it, it moves the map.
      const touch = isWhole() ? "pan-y" : "none";
      if (canvas.style.touchAction !== touch) canvas.style.touchAction = touch;
      stale = false;
    }

    // What is pointed at changes with every move: the rest is painted once and kept.
    function draw() {
      if (!canvas || !size.w) return;
      if (stale) paintLayer();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.drawImage(layer, 0, 0);
      context.setTransform(size.dpr, 0, 0, size.dpr, 0, 0);
      for (const one of points) {
        if (one.id === light.open) ring(context, one, ink.text, 2.5, light.lit.has(one.id) ? 8 : 4);
        else if (one.id === light.hover) ring(context, one, ink.text, 1.75, 3);
      }
    }

    // However many turns of the wheel there are between two pictures, one is painted.
    function redraw() {
      if (!stale) requestAnimationFrame(draw);
      stale = true;
    }

    // --- what `atlas.js` asks for ----------------------------------------------------

    // Whatever was done to the canvas: its size, and the theme, are looked at anew.
    function attach(element) {
      const { clientWidth: w, clientHeight: h } = element;
      const dpr = ratio();
      // A panel that opens beside the plot leaves in view what was.
      if (size.w) Object.assign(view, { x: (view.x * w) / size.w, y: (view.y * h) / size.h });
      canvas = element;
      context = canvas.getContext("2d");
      Object.assign(size, { w, h, dpr });
      clamp();
      const [wide, high] = [Math.round(w * dpr), Math.round(h * dpr)];
      if (canvas.width !== wide) canvas.width = wide;
      if (canvas.height !== high) canvas.height = high;
      readInk();
      stale = true;
      draw();
    }

    function move(to) {
      cancelAnimationFrame(moving);
      const from = { ...view };
      const began = performance.now();
      const step = (now) => {
        const part = calm.matches ? 1 : Math.min(1, (now - began) / 320);
        const eased = 1 - (1 - part) ** 3;
        for (const name of ["k", "x", "y"]) view[name] = from[name] + (to[name] - from[name]) * eased;
        clamp();
        redraw();
        if (part < 1) moving = requestAnimationFrame(step);
      };
      step(began);
    }

    function around(factor, x, y) {
      const k = Math.min(MOST, Math.max(1, view.k * factor));
      return { k, x: x - ((x - view.x) * k) / view.k, y: y - ((y - view.y) * k) / view.k };
    }

    // Nearly all of them: one that lies far off must not keep the others small.
    function showAll(wanted) {
      if (wanted.length < 1) return move({ k: 1, x: 0, y: 0 });
      const spread = (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const cut = Math.floor(sorted.length * 0.06);
        return [sorted[cut], sorted[sorted.length - 1 - cut]];
      };
      const [left, right] = spread(wanted.map((one) => baseX(one.x)));
      const [top, bottom] = spread(wanted.map((one) => baseY(one.y)));
      const k = Math.min(6, size.w / (right - left + 140), size.h / (bottom - top + 140));
      const near = Math.max(1, k);
      const x = size.w / 2 - ((left + right) / 2) * near;
      return move({ k: near, x, y: size.h / 2 - ((top + bottom) / 2) * near });
    }

    const fits = (element) =>
      [[element.width, element.clientWidth], [element.height, element.clientHeight]].every(
        ([own, shown]) => own === Math.round(shown * ratio()));

    return {
      attach,
      fits,
      draw,
      pointAt,
      screen,
      showAll,
      radius,
      isWhole,
      find: (id) => points.find((one) => one.id === id),
      filter: (test) => points.filter(test),
      give: (given) => ({ points, groups } = given),
      hover: (id) => {
        if (light.hover === id) return;
        light.hover = id;
        draw();
      },
      shine: (next) => {
        light = { ...light, ...next };
        if (canvas) redraw();
      },
      zoom: (factor, x = size.w / 2, y = size.h / 2, isSlow = true) => {
        if (isSlow) return move(around(factor, x, y));
        Object.assign(view, around(factor, x, y));
        clamp();
        return redraw();
      },
      pan: (dx, dy) => {
        view.x += dx;
        view.y += dy;
        clamp();
        redraw();
      },
    };
  }

  window.footnote = Object.assign(window.footnote ?? {}, { makePlot });
})();
