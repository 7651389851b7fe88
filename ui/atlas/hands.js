/* A reader's hands on the plot: wheel, drag, pinch, a click on a point.
 *
 * Owns what each of them means; knows nothing about what is drawn.
 */
(() => {
  "use strict";

  const REACH = 5; // pixels beside a point that still mean it
  const FINGER = 16;
  const at = (event) => ({ x: event.offsetX, y: event.offsetY });
  const apart = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));

  // `point` hears which point lies under the pointer, or null.
  function hold(canvas, plot, point) {
    const hands = new Map(); // pointers that are down
    let dragged = 0;

    // At the whole map a turn of the wheel that would lead further away scrolls the page.
    function onWheel(event) {
      if (plot.isWhole() && event.deltaY > 0) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 18 : 1;
      const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0022));
      plot.zoom(factor, event.offsetX, event.offsetY, false);
      point(null);
    }

    function onDown(event) {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      if (!hands.size) dragged = 0;
      hands.set(event.pointerId, at(event));
    }

    function onMove(event) {
      const was = hands.get(event.pointerId);
      const now = at(event);
      if (!was) return void point(plot.pointAt(now.x, now.y, REACH));
      dragged += Math.abs(now.x - was.x) + Math.abs(now.y - was.y);
      if (dragged < 5) return;
      const other = [...hands].find(([id]) => id !== event.pointerId)?.[1];
      hands.set(event.pointerId, now);
      if (other) plot.zoom(apart(now, other) / apart(was, other), other.x, other.y, false);
      else plot.pan(now.x - was.x, now.y - was.y);
      point(null);
    }

    function onUp(event) {
      const was = hands.delete(event.pointerId);
      if (!was || event.type === "pointercancel" || dragged >= 5) return;
      const reach = event.pointerType === "touch" ? FINGER : REACH;
      const one = plot.pointAt(event.offsetX, event.offsetY, reach);
      if (one) location.hash = `map=${one.id}`;
    }

    canvas.addEventListener("wheel", onWheel, { passive: false });
    canvas.addEventListener("pointerdown", onDown);
    canvas.addEventListener("pointermove", onMove);
    canvas.addEventListener("pointerup", onUp);
    canvas.addEventListener("pointercancel", onUp);
    canvas.addEventListener("pointerleave", () => hands.size || point(null));
  }

  window.footnote = Object.assign(window.footnote ?? {}, { hold });
})();
