/* From a source back to the answer: a link below an abstract, or a piece of evidence in it,
 * leads to the sentence that rests on it.
 *
 * Owns the way and the light on the sentence; which card is open is `chat.js`'s to remember.
 * Pieces of a sentence carry `data-at`; a cell and the premise are found by their number.
 */
(() => {
  "use strict";

  const TARGET = /^#t(\d+)-p(\d+)-([scq]\d+)$/;
  const LIT = 2200;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  let lit = { turn: "", anchor: "", address: "" };
  let timer = 0;

  function piecesOf({ turn, anchor, address }) {
    const answer = turn && document.getElementById(`t${turn}`);
    if (!answer) return [];
    const pieces = all(`[data-at="${anchor}"]`, answer);
    if (pieces.length) return pieces;
    const link = find(`a.cite[href="${address}"]`, answer);
    return [link?.closest("td, .fn-premise") ?? link].filter(Boolean);
  }

  function apply() {
    const pieces = piecesOf(lit);
    for (const one of all(".is-returned")) {
      if (!pieces.includes(one)) one.classList.remove("is-returned");
    }
    for (const one of pieces) {
      if (!one.classList.contains("is-returned")) one.classList.add("is-returned");
    }
  }

  // What is hidden for want of support is shown again: it was asked for.
  function uncover(answer, pieces) {
    if (pieces.some((one) => one.getClientRects().length)) return;
    find(".fn-hide", answer)?.click();
  }

  function lead(address) {
    const [, turn, , anchor] = TARGET.exec(address) ?? [];
    const answer = document.getElementById(`t${turn}`);
    lit = { turn, anchor, address };
    const pieces = piecesOf(lit);
    if (!answer || !pieces.length) return;
    find(".fn-drawer-open .fn-close")?.click();
    uncover(answer, pieces);
    apply();
    clearTimeout(timer);
    timer = setTimeout(() => {
      lit = { turn: "", anchor: "", address: "" };
      apply();
    }, LIT);
    const behavior = calm.matches ? "auto" : "smooth";
    pieces[0].scrollIntoView({ block: "center", inline: "nearest", behavior });
    find(`a.cite[href="${address}"]`, answer)?.focus({ preventScroll: true });
  }

  // A piece may carry several sentences: each click leads to the next of them.
  function nextOf(mark) {
    const anchors = [...mark.classList].filter((name) => /^[scq]\d+$/.test(name));
    const card = mark.closest(".fn-card").id;
    const addresses = anchors.map((anchor) => `#${card}-${anchor}`);
    const known = addresses.filter((one) => find(`.fn-turn a.cite[href="${one}"]`));
    return known[(known.indexOf(lit.address) + 1) % known.length];
  }

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest(".fn-back");
    if (link) {
      event.preventDefault();
      return void lead(link.getAttribute("href"));
    }
    const mark = target?.closest(".fn-card mark.ev");
    if (!mark || !getSelection().isCollapsed) return;
    const address = nextOf(mark);
    if (address) lead(address);
  }

  function begin() {
    document.addEventListener("click", onClick);
    new MutationObserver(apply).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["class"],
    });
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
