/* The browser's side of the library's place: the form that is filled in while it is drawn
 * anew, a paper's view as a sheet on narrow screens, the arrow keys in the list.
 *
 * Owns nothing that is shown; what is listed and what is told of a paper come from the server.
 */
(() => {
  "use strict";

  const narrow = matchMedia("(max-width: 1023.98px)");
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isHere = () => window.footnote.place() === "library";
  let version = "";
  let paper = "";
  let turned = false; // from one view to another: the link that was followed is gone
  let asking = false;

  // Attributes are the server's, what is typed the reader's. Only where the server says so
  // does what it has written take the place of what was typed.
  function fillIn() {
    const form = find(".fn-sieve");
    if (!form || form.dataset.version === version) return;
    version = form.dataset.version;
    form.reset();
  }

  // A paper that was removed has no address any more.
  function leave() {
    const left = find(".fn-left-paper");
    const place = window.footnote.place();
    if (left && location.hash === `#${place}=${left.dataset.paper}`) location.replace(`#${place}`);
  }

  function followPaper() {
    const view = find("#fn-paper .fn-view");
    const now = view?.dataset.paper ?? "";
    if (now === paper) return;
    const before = paper;
    paper = now;
    if (now) {
      find(".fn-panel-body", view).scrollTop = 0;
      if (narrow.matches || turned) view.focus({ preventScroll: true });
      turned = false;
    } else if (isHere()) {
      const next = findRow(before) ?? find(".fn-take-back");
      next?.focus({ preventScroll: true });
    }
  }

  const findRow = (id) => find(`.fn-book > a[href="#library=${CSS.escape(id)}"]`);

  function apply() {
    fillIn();
    leave();
    followPaper();
    // As a sheet it covers the page, and is a dialog.
    const view = find("#fn-paper .fn-view");
    const role = narrow.matches ? "dialog" : "complementary";
    if (!view || view.getAttribute("role") === role) return;
    view.setAttribute("role", role);
    if (narrow.matches) view.setAttribute("aria-modal", "true");
    else view.removeAttribute("aria-modal");
  }

  function walk(event) {
    const rows = all(".fn-book > a");
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? null : rows[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  // While the sheet covers the page, Tab stays inside it.
  function keepFocus(event) {
    const view = find("#fn-paper .fn-view");
    if (!view || !narrow.matches || window.footnote.place() === "chat") return;
    const stops = all("button, a[href]", view).filter((one) => one.offsetParent);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const active = document.activeElement;
    if (event.shiftKey && (active === first || active === view)) last.focus();
    else if (!event.shiftKey && (active === last || active === document.body)) first.focus();
    else return;
    event.preventDefault();
  }

  function onKey(event) {
    if (event.key === "Tab") keepFocus(event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event);
    else if (event.key === "Escape" && isHere() && find("#fn-paper .fn-view")) {
      if (!event.target.closest?.("#fn-left")) location.hash = "library";
    }
  }

  function onClick(event) {
    turned = Boolean(event.target.closest?.(".fn-view .fn-part a"));
    asking = Boolean(event.target.closest?.('[data-do="ask-about"]'));
    if (asking) location.hash = "";
  }

  function onMove() {
    if (asking) find("#fn-box textarea")?.focus({ preventScroll: true });
    asking = false;
    // The sheet of sources is left behind with the conversation.
    if (isHere() && document.documentElement.classList.contains("fn-drawer-open")) {
      find("#fn-panel .fn-close")?.click();
    }
  }

  function begin() {
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", onClick);
    addEventListener("hashchange", onMove);
    narrow.addEventListener("change", apply);
    new MutationObserver(apply).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-version", "data-paper", "role"],
    });
    apply();
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
