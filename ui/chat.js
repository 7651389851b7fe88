/* The browser's side of the chat: which turn's sources are shown, which card is open, which
 * sentence is lit, which reason is read, what is hidden, the drawer on narrow screens, and
 * keeping the end of an answer in view.
 *
 * Owns only what the reader did; every word comes from the server. Gradio patches the HTML
 * in place and takes away what the server did not write, so what the reader did is kept here
 * and put back after each patch, before the browser paints.
 */
(() => {
  "use strict";

  const TARGET = /^#t(\d+)-p(\d+)(?:-([scq]\d+))?$/;
  const narrow = matchMedia("(max-width: 1023.98px)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const chosen = { turn: 0, paper: 0, anchor: "" };
  const opened = new Set();
  const hiding = new Map(); // turn -> whether the reader hides what has no support
  let why = "";
  let newest = 0;
  let drawer = false;
  let cameFrom = null;
  let follow = true;
  let asked = 0;
  let wasBusy = false;

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Changing nothing where nothing changes keeps the observer from calling itself for ever.
  const setClass = (element, name, on) => {
    if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
  };
  const setAttribute = (element, name, value) => {
    if (value === null) {
      if (element.hasAttribute(name)) element.removeAttribute(name);
    } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };

  const cardId = () => `t${chosen.turn}-p${chosen.paper}`;

  function noticeNewTurn() {
    const turns = all(".fn-sources").map((section) => Number(section.dataset.turn));
    const last = turns.length ? Math.max(...turns) : 0;
    if (last === newest) return;
    if (last < newest) {
      opened.clear();
      hiding.clear();
    }
    newest = last;
    Object.assign(chosen, { turn: last, paper: 0, anchor: "" });
    if (!last) drawer = false;
  }

  function showChoice() {
    for (const section of all(".fn-sources")) {
      setAttribute(section, "hidden", Number(section.dataset.turn) === chosen.turn ? null : "");
    }
    for (const fold of all("details.fn-card, details.fn-also")) {
      setAttribute(fold, "open", opened.has(fold.id) ? "" : null);
      setClass(fold, "is-chosen", fold.id === cardId());
    }
    const card = chosen.paper ? document.getElementById(cardId()) : null;
    const lit = card && chosen.anchor ? all(`mark.${chosen.anchor}`, card) : [];
    for (const mark of all(".fn-panel mark.ev")) setClass(mark, "is-lit", lit.includes(mark));
    if (card) setClass(card, "is-unmatched", Boolean(chosen.anchor) && !lit.length);
    const here = `#${cardId()}${chosen.anchor ? `-${chosen.anchor}` : ""}`;
    for (const cite of all("a.cite")) {
      setClass(cite, "is-chosen", Boolean(chosen.paper) && cite.getAttribute("href") === here);
    }
  }

  const isHiding = (turn) =>
    hiding.get(turn.dataset.turn) ?? turn.dataset.hiding === "yes";

  function showSupport() {
    for (const turn of all(".fn-turn")) setClass(turn, "is-hiding", isHiding(turn));
    for (const doubt of all(".fn-doubt")) {
      const open = doubt.getAttribute("href") === why;
      setAttribute(doubt, "aria-expanded", String(open));
      setClass(doubt.parentElement, "is-open", open);
    }
  }

  function showDrawer() {
    const panel = document.getElementById("fn-panel");
    const open = drawer && narrow.matches && Boolean(panel);
    setClass(document.documentElement, "fn-drawer-open", open);
    setClass(document.documentElement, "fn-has-sources", Boolean(panel));
    if (!panel) return;
    setAttribute(panel, "role", open ? "dialog" : "complementary");
    setAttribute(panel, "aria-modal", open ? "true" : null);
  }

  function apply() {
    const box = find("#fn-box textarea");
    if (box) setAttribute(box, "aria-label", "Your question");
    const announcer = find("#fn-announcer");
    if (announcer) {
      setAttribute(announcer, "role", "status");
      setAttribute(announcer, "aria-live", "polite");
    }
    noticeNewTurn();
    showChoice();
    showSupport();
    showDrawer();
    keepEndInView();
  }

  function scrollPanel() {
    const body = find(".fn-panel-body");
    const card = document.getElementById(cardId());
    if (!body || !card) return;
    const mark = find("mark.is-lit", card);
    const above = body.getBoundingClientRect().top;
    const cardTop = card.getBoundingClientRect().top - above;
    let by = cardTop - 8;
    if (mark) {
      // From the title on, unless the sentence would then be below the edge.
      const { top, bottom } = mark.getBoundingClientRect();
      if (bottom - above - by > body.clientHeight) by = top - above - body.clientHeight / 3;
    }
    const behavior = calm.matches ? "auto" : "smooth";
    body.scrollTo({ top: body.scrollTop + by, behavior });
  }

  function choose(turn, paper, anchor, from) {
    Object.assign(chosen, { turn, paper, anchor });
    const card = paper ? document.getElementById(cardId()) : null;
    if (card) {
      for (const id of [...opened]) if (id.startsWith(`t${turn}-p`)) opened.delete(id);
      opened.add(card.id);
      const fold = card.parentElement.closest("details");
      if (fold) opened.add(fold.id);
    }
    drawer = narrow.matches;
    cameFrom = from;
    apply();
    requestAnimationFrame(scrollPanel);
    if (drawer) find("#fn-panel")?.focus({ preventScroll: true });
  }

  function closeDrawer() {
    if (!drawer) return;
    drawer = false;
    apply();
    cameFrom?.focus({ preventScroll: true });
  }

  function putBack(turn) {
    const question = find(`#t${turn} .fn-question`);
    const box = find("#fn-box textarea");
    if (!question || !box) return;
    box.value = question.textContent;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  function toggleHiding(button) {
    const turn = button.closest(".fn-turn");
    hiding.set(turn.dataset.turn, !isHiding(turn));
    apply();
  }

  const page = () => document.scrollingElement;
  // No further than until the last question stands below the header: an answer longer than
  // the window is read from its beginning.
  function toEnd() {
    const header = find("#fn-top")?.getBoundingClientRect().bottom ?? 0;
    const question = all(".fn-turn").at(-1)?.getBoundingClientRect().top ?? Infinity;
    const end = page().scrollHeight - innerHeight;
    page().scrollTo({ top: Math.min(end, page().scrollTop + question - header) });
  }
  const atEnd = () => page().scrollHeight - page().scrollTop - innerHeight < 120;

  // The end stays in view while an answer grows, unless the reader has scrolled.
  function keepEndInView() {
    const turns = all(".fn-turn").length + all(".fn-waiting li").length;
    if (turns > asked) follow = true;
    const busy = Boolean(find(".fn-searching, .fn-writing"));
    const changed = turns !== asked || busy || wasBusy;
    asked = turns;
    wasBusy = busy;
    if (follow && changed) toEnd();
  }

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const doubt = target.closest(".fn-doubt");
    if (doubt || (why && !target.closest(".fn-reason"))) {
      const wanted = doubt?.getAttribute("href") ?? "";
      why = wanted === why ? "" : wanted;
      apply();
      if (why) document.getElementById(why.slice(1))?.scrollIntoView({ block: "nearest" });
      if (doubt) return void event.preventDefault();
    }
    const cite = target.closest("a.cite");
    const link = cite && TARGET.exec(cite.getAttribute("href") || "");
    if (link) {
      event.preventDefault();
      choose(Number(link[1]), Number(link[2]), link[3] || "", cite);
      return;
    }
    const show = target.closest(".fn-show");
    if (show) return void choose(Number(show.dataset.turn), 0, "", show);
    const hide = target.closest(".fn-hide");
    if (hide) return void toggleHiding(hide);
    const retry = target.closest(".fn-retry");
    if (retry) return void putBack(Number(retry.dataset.turn));
    if (target.closest(".fn-close, .fn-backdrop")) return void closeDrawer();
    const fold = target.closest(".fn-panel summary")?.parentElement;
    if (fold) {
      event.preventDefault();
      if (opened.has(fold.id)) opened.delete(fold.id);
      else opened.add(fold.id);
      apply();
    }
  }

  // While the drawer covers the page, Tab stays inside it.
  function keepFocus(event) {
    const panel = document.getElementById("fn-panel");
    if (event.key !== "Tab" || !drawer || !narrow.matches || !panel) return;
    // What a closed card holds has a place, and yet cannot be reached.
    const seen = (one) => one.offsetParent && one.checkVisibility();
    const stops = all("button, summary, a[href]", panel).filter(seen);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const active = document.activeElement;
    if (event.shiftKey && (active === first || active === panel)) last.focus();
    else if (!event.shiftKey && active === last) first.focus();
    else return;
    event.preventDefault();
  }

  function onKey(event) {
    if (event.key === "Escape" && drawer) {
      event.preventDefault();
      closeDrawer();
    } else if (event.key === "Escape") closeReasons();
    // A link answers to Enter by itself, a button to the space bar too.
    if (event.key === " " && event.target.closest?.(".fn-doubt")) {
      event.preventDefault();
      event.target.click();
    }
    keepFocus(event);
  }

  // One that only the pointer shows stays shut until the pointer has left it.
  function closeReasons() {
    const under = why && find(`.fn-doubt[href="${why}"]`);
    if (under && under.parentElement.contains(document.activeElement)) under.focus();
    why = "";
    for (const shown of all(".fn-why:hover")) setClass(shown, "is-shut", true);
    apply();
  }

  function reopenReasons(event) {
    for (const shut of all(".fn-why.is-shut")) {
      if (!shut.contains(event.target)) setClass(shut, "is-shut", false);
    }
  }

  function begin() {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    document.addEventListener("mouseover", reopenReasons);
    addEventListener("scroll", () => (follow = atEnd()), { passive: true });
    narrow.addEventListener("change", apply);
    new MutationObserver(apply).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["open", "hidden", "class", "role"],
    });
    apply();
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
