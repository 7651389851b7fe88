/* The map in the browser: what is picked and pointed at, and what the server is asked for.
 *
 * Owns what the reader did there: the group or month that is picked, whether all answers are
 * lit, how long the list is. Each message tells what is here already, so that the server sends
 * but what is new. Leaves the canvas to `plot.js`.
 */
(() => {
  "use strict";

  const DATA = ".fn-map-data";
  const STEP = 50; // as many papers more does the list show each time
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const plot = window.footnote.makePlot();
  const wanted = { pick: "", shown: STEP, whole: "" };
  const here = { key: "", frame: "", canvas: null, waits: false };
  let asked = false;
  let bar = 0;
  let opened = ""; // what was picked and is to be brought into view once it is listed

  const isHere = () => window.footnote.place?.() === "map";
  const openPaper = () => /^#map=(.+)$/.exec(location.hash)?.[1] ?? "";

  function ask(action = "map") {
    const { key, frame } = here;
    window.footnote.tell({ do: action, key, frame, ...wanted, shown: String(wanted.shown) });
  }

  // --- what came from the server -----------------------------------------------------

  function readPoints(data, key) {
    const [points, groups] = JSON.parse(data.textContent);
    plot.give({
      points: points.map(([id, title, date, time, x, y, group]) => ({
        ...{ id, title, date, time, x, y, group },
      })),
      groups: groups.map(([number, name, x, y, colour]) => ({ number, name, x, y, colour })),
    });
    here.key = key;
    here.canvas = null;
  }

  function testOf(pick) {
    if (pick.startsWith("c")) return (one) => one.group === Number(pick.slice(1));
    const time = pick.slice(1);
    return pick ? (one) => one.time === time || one.time.startsWith(`${time}-`) : null;
  }

  // A group that is pointed at comes before the one that is picked.
  function light(pick = wanted.pick) {
    const group = pick.startsWith("c") ? Number(pick.slice(1)) : 0;
    plot.shine({ isShown: testOf(pick), group });
  }

  function follow(section) {
    const { wait, key = "", frame = "" } = section.dataset;
    if (wait && !here.waits) ask("map-draw");
    here.waits = Boolean(wait);
    const data = find(DATA, section);
    if (data && key !== here.key) {
      readPoints(data, key);
      wanted.pick = section.dataset.pick;
    }
    const canvas = find(".fn-map-stage canvas", section);
    if (!canvas || !here.key) return;
    const isNew = frame !== here.frame || canvas !== here.canvas;
    if (!isNew && plot.fits(canvas)) return;
    // An answer that was overtaken by a later one.
    if (frame !== here.frame && section.dataset.pick !== wanted.pick) setTimeout(ask);
    if (canvas !== here.canvas) window.footnote.hold(canvas, plot, showTip);
    Object.assign(here, { frame, canvas });
    hideTip();
    plot.shine({ lit: new Map(JSON.parse(section.dataset.lit || "[]")), open: openPaper() });
    plot.attach(canvas);
    light();
    markLists();
    showPicked(section);
  }

  // Where the lists scroll by themselves, what was picked comes to their top.
  function showPicked(section) {
    const side = find(".fn-map-side", section);
    if (!side || !opened || opened !== section.dataset.pick) return;
    const button = find(`.fn-group[data-pick="${opened}"]`, side);
    opened = "";
    const top = button ? button.offsetTop - side.offsetTop : 0;
    if (side.scrollHeight > side.clientHeight + 1) side.scrollTop = top;
  }

  function apply() {
    if (!asked && isHere() && find(".fn-shelf")) {
      asked = true;
      ask();
    }
    const section = find("#fn-atlas .fn-map");
    if (section && isHere()) follow(section);
  }

  // What was asked for on a busy machine may be lost on its way: it is asked for again.
  function insist() {
    const section = find("#fn-atlas .fn-map");
    const isThere = section ? !section.dataset.wait : find("#fn-atlas")?.textContent.trim();
    if (asked && isHere() && !isThere) ask();
  }

  function arrive() {
    const was = asked;
    asked = isHere() && Boolean(find(".fn-shelf"));
    if (asked && !was) ask();
    if (!asked) return;
    plot.shine({ open: openPaper() });
    markLists();
    apply();
  }

  // The bars are one stop for Tab; arrows go from one to the next.
  function markLists() {
    const bars = all("#fn-atlas .fn-bar");
    bar = Math.min(Math.max(0, bar), Math.max(0, bars.length - 1));
    for (const [n, one] of bars.entries()) one.tabIndex = n === bar ? 0 : -1;
    for (const link of all("#fn-atlas .fn-map-side a")) {
      if (link.hash === location.hash) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // --- pointing ----------------------------------------------------------------------

  function showTip(one) {
    const tip = find(".fn-map-tip");
    plot.hover(one?.id ?? "");
    if (here.canvas) here.canvas.style.cursor = one ? "pointer" : "";
    if (!one || !tip) return hideTip();
    const [title, date] = [document.createElement("b"), document.createElement("span")];
    title.textContent = one.title;
    date.textContent = one.date || "date not known";
    tip.replaceChildren(title, date);
    tip.classList.add("is-shown");
    const [x, y] = plot.screen(one);
    const { clientWidth: w, clientHeight: h } = here.canvas;
    if (x < 0 || y < 0 || x > w || y > h) return hideTip();
    const [wide, high] = [tip.offsetWidth, tip.offsetHeight];
    const above = y - high - plot.radius() - 12;
    tip.style.left = `${Math.min(w - wide - 8, Math.max(8, x - wide / 2))}px`;
    tip.style.top = `${above > 4 ? above : y + plot.radius() + 14}px`;
  }

  function hideTip() {
    find(".fn-map-tip")?.classList.remove("is-shown");
  }

  // --- picking -----------------------------------------------------------------------

  function pick(name) {
    wanted.pick = wanted.pick === name ? "" : name;
    opened = wanted.pick;
    wanted.shown = STEP;
    light();
    const test = testOf(wanted.pick);
    plot.showAll(test && wanted.pick.startsWith("c") ? plot.filter(test) : []);
    ask();
  }

  const DO = {
    in: () => plot.zoom(1.6),
    out: () => plot.zoom(1 / 1.6),
    reset: () => plot.showAll([]),
    again: () => ask(),
    clear: () => {
      const was = wanted.pick;
      pick("");
      find(`#fn-atlas button[data-pick="${was}"]`)?.focus({ preventScroll: true });
    },
    more: () => {
      wanted.shown += STEP;
      ask();
    },
    whole: () => {
      wanted.whole = wanted.whole ? "" : "yes";
      ask();
    },
  };

  const inside = (event, selector) =>
    event.target instanceof Element ? event.target.closest(`#fn-atlas ${selector}`) : null;

  function onClick(event) {
    const told = inside(event, "[data-map]");
    if (told) DO[told.dataset.map]?.();
    const picked = inside(event, "button[data-pick]") ?? nearBar(event);
    if (!picked) return;
    if (picked.matches(".fn-bar")) bar = all("#fn-atlas .fn-bar").indexOf(picked);
    pick(picked.dataset.pick);
  }

  // Bars are thin: one that is nearly hit is meant.
  function nearBar(event) {
    if (!inside(event, ".fn-bars")) return null;
    const away = (one) => Math.abs(one.getBoundingClientRect().left + one.offsetWidth / 2 - event.clientX);
    const nearest = all("#fn-atlas .fn-bar").sort((a, b) => away(a) - away(b))[0];
    return away(nearest) < 16 ? nearest : null;
  }

  function point(event) {
    const isFocus = event.type === "focusin";
    const picked = inside(event, "button[data-pick]");
    if (picked && (!isFocus || picked.matches(":focus-visible"))) {
      light(picked.dataset.pick);
      if (picked.matches(".fn-bar")) say(picked.getAttribute("aria-label"));
    }
    const link = inside(event, ".fn-map-side a");
    if (link) showTip(plot.find(decodeURIComponent(link.hash.slice(5))) ?? null);
  }

  function unpoint(event) {
    if (inside(event, "button[data-pick]")) light();
    if (inside(event, ".fn-bar")) say("");
    if (inside(event, ".fn-map-side a")) showTip(null);
  }

  function say(words) {
    const said = find("#fn-atlas .fn-bar-said");
    if (said) said.textContent = words;
  }

  function onKey(event) {
    const held = inside(event, ".fn-bar");
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e6, End: 1e6 }[event.key];
    if (!held || !step) return;
    event.preventDefault();
    bar = all("#fn-atlas .fn-bar").indexOf(held) + step;
    markLists();
    all("#fn-atlas .fn-bar")[bar].focus();
  }

  function begin() {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    for (const name of ["pointerover", "focusin"]) document.addEventListener(name, point);
    for (const name of ["pointerout", "focusout"]) document.addEventListener(name, unpoint);
    addEventListener("hashchange", arrive);
    addEventListener("resize", apply);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      here.frame = "";
      setTimeout(apply, 100);
    });
    setInterval(insist, 3000);
    new MutationObserver(apply).observe(document.body, {
      ...{ subtree: true, childList: true, attributeFilter: ["data-frame", "width"] },
    });
    apply();
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
