/* The places of the page and the panels beside them: where the address says that the reader
 * is, which panel is folded away, which drawer is open on a narrow screen.
 *
 *   #c=CONVERSATION or nothing   #library   #library=PAPER   #map   #map=PAPER
 *
 * Owns the address and `data-place` on the page's root; what is drawn comes from the server.
 */
(() => {
  "use strict";

  const PLACE = /^#(library|map)(?:=([\w.:-]{1,80}))?$/;
  const FOLDS = "footnote-folds";
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const medium = matchMedia("(max-width: 1199.98px)");
  const narrow = matchMedia("(max-width: 1023.98px)");
  let shelfOpen = false;
  let opener = null;
  let arrived = false;
  let here = { place: "chat", paper: "" };

  function readAddress() {
    const found = PLACE.exec(location.hash);
    return { place: found?.[1] ?? "chat", paper: found?.[2] ?? "" };
  }

  function arrive() {
    const now = readAddress();
    const moved = now.place !== here.place;
    here = now;
    root.dataset.place = now.place;
    showNav();
    if (now.place !== "chat") window.footnote.tell({ do: "go", ...now });
    if (moved) scrollTo({ top: 0 });
    if (moved) showShelf(false);
    apply();
  }

  function showNav() {
    for (const link of all(".fn-nav a")) {
      const current = link.dataset.place === here.place;
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  // --- panels ----------------------------------------------------------------------

  function readFolds() {
    try {
      return new Set(JSON.parse(localStorage.getItem(FOLDS) ?? "[]"));
    } catch {
      return new Set();
    }
  }
  const folds = readFolds();

  function fold(side) {
    if (folds.has(side)) folds.delete(side);
    else folds.add(side);
    try {
      localStorage.setItem(FOLDS, JSON.stringify([...folds]));
    } catch {
      // It holds until the page is closed.
    }
    apply();
  }

  function showShelf(open) {
    shelfOpen = open && medium.matches;
    root.classList.toggle("fn-shelf-open", shelfOpen);
    const first = all("#fn-left :is(button, input, textarea)").find((one) => one.checkVisibility());
    if (shelfOpen) first?.focus({ preventScroll: true });
    else if (opener) opener.focus({ preventScroll: true });
    opener = shelfOpen ? find(".fn-places") : null;
    apply();
  }

  // No action is heard before Gradio has loaded the page's first state, the shelf among it.
  function arriveOnce() {
    if (arrived || !find(".fn-shelf")) return;
    arrived = true;
    if (readAddress().place !== "chat") arrive();
  }

  function apply() {
    arriveOnce();
    root.classList.toggle("fn-left-folded", folds.has("left"));
    root.classList.toggle("fn-right-folded", folds.has("right"));
    const paper = Boolean(find("#fn-paper .fn-panel"));
    root.classList.toggle("fn-has-paper", paper);
    const shown = medium.matches ? shelfOpen : !folds.has("left");
    find(".fn-places")?.setAttribute("aria-expanded", String(shown));
    showNav();
  }

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest(".fn-places")) {
      if (medium.matches) showShelf(!shelfOpen);
      else fold("left");
    } else if (target.closest("#fn-panel .fn-close") && !narrow.matches) {
      fold("right");
      find("#fn-box textarea")?.focus({ preventScroll: true });
    } else if (shelfOpen) {
      const chosen = target.closest("#fn-fresh, [data-do=open]");
      if (chosen || !target.closest("#fn-left")) showShelf(false);
    }
    // A source that was asked for is not to stay folded away.
    if (folds.has("right") && target.closest("a.cite, .fn-show")) fold("right");
  }

  function onKey(event) {
    if (event.key === "Escape" && shelfOpen) showShelf(false);
    else if (event.key === "Escape" && here.paper && narrow.matches) location.hash = here.place;
  }

  function begin() {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    addEventListener("hashchange", arrive);
    medium.addEventListener("change", () => showShelf(false));
    new MutationObserver(apply).observe(document.body, { subtree: true, childList: true });
    root.dataset.place = readAddress().place;
    apply();
  }

  window.footnote = Object.assign(window.footnote ?? {}, { place: () => readAddress().place });
  root.dataset.place = readAddress().place;
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
