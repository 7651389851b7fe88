/* What a citation's number stands for, without leaving the answer: a card with the paper, the
 * sentence of its abstract and what was found, by the pointer or the keyboard; and what the
 * reader says of a single sentence.
 *
 * Owns the card, which is made of what the sources hold: every text goes in as text. A finger
 * has no use for it: a tap opens the source itself (`chat.js`).
 *
 *   <a class="cite" href="#t1-p2-s3">               the card of paper 2 for sentence 3
 *   <button class="fn-say" data-turn data-sentence data-liked data-comment>
 */
(() => {
  "use strict";

  const TARGET = /^#t(\d+)-p(\d+)(?:-([scq]\d+))?$/;
  const SHOWN_AFTER = 160;
  const HIDDEN_AFTER = 220; // time to cross to the card (WCAG 2.2, 1.4.13)
  const GAP = 8;
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  let card = null;
  let from = null; // the number or the button that the card belongs to
  let opinion = ""; // what the card shows of the reader's rating
  let timer = 0;

  const make = (tag, name, text = "") => {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  };

  // --- what the card says --------------------------------------------------------------

  // An abstract is cut where other evidence begins: pieces side by side are one sentence.
  function quote(source, anchor) {
    const told = [];
    let last = null;
    for (const mark of all(`.fn-abstract mark.${anchor}`, source)) {
      if (last && mark.previousSibling === last) told[told.length - 1] += mark.textContent;
      else told.push(mark.textContent);
      last = mark;
    }
    return told;
  }

  function tellSource(link) {
    const [, turn, paper, anchor] = TARGET.exec(link.getAttribute("href")) ?? [];
    const source = document.getElementById(`t${turn}-p${paper}`);
    if (!source) return null;
    const told = [make("p", "fn-hover-title", find(".fn-title", source).textContent)];
    const meta = all(".fn-meta > span", source).map((one) => one.textContent);
    if (meta.length) told.push(make("p", "fn-hover-meta", meta.join(" · ")));
    if (!anchor) return told;
    for (const text of quote(source, anchor)) told.push(make("blockquote", "", text));
    const back = find(`.fn-back[href="#t${turn}-p${paper}-${anchor}"]`, source);
    if (back?.dataset.why || back?.dataset.found) {
      const why = make("p", "fn-hover-why");
      if (back.dataset.found) why.append(make("b", "", back.dataset.found), " ");
      why.append(back.dataset.why);
      told.push(why);
    }
    return told;
  }

  const sayOf = (link) => {
    const [, turn, , anchor] = TARGET.exec(link.getAttribute("href") ?? "") ?? [];
    if (!anchor?.startsWith("s")) return null;
    return find(`#t${turn} .fn-say[data-sentence="${anchor.slice(1)}"]`);
  };

  const sayNow = () => (from?.matches(".fn-say") ? from : from && sayOf(from));

  const keyOf = (say) => (say ? `${say.dataset.liked} ${say.dataset.comment}` : "");

  function thumb(say, liked) {
    const button = make("button", `fn-thumb${liked === "no" ? " fn-down" : ""}`);
    const { turn, sentence } = say.dataset;
    Object.assign(button, { type: "button" });
    Object.assign(button.dataset, { do: "rate", turn, sentence, liked });
    button.setAttribute("aria-label", liked === "yes" ? "Good sentence" : "Bad sentence");
    button.setAttribute("aria-pressed", String(say.dataset.liked === liked));
    button.append(find("svg", say).cloneNode(true));
    return button;
  }

  function comment(say) {
    const input = document.createElement("input");
    const asked = say.dataset.liked === "yes" ? "What is good about it?" : "What is wrong with it?";
    Object.assign(input, { value: say.dataset.comment, maxLength: 2000, placeholder: asked });
    input.setAttribute("aria-label", asked);
    return input;
  }

  // What was typed and not sent, and where the reader is, outlive a change of the rating.
  function tellOpinion(say) {
    opinion = keyOf(say);
    const old = find(".fn-hover-say", card);
    const active = old?.contains(document.activeElement) ? document.activeElement : null;
    const liked = active?.dataset.liked;
    old?.remove();
    if (!say) return;
    const line = make("div", "fn-hover-say");
    line.append(make("span", "", "Rate this sentence"), thumb(say, "yes"), thumb(say, "no"));
    if (say.dataset.liked) {
      line.append(comment(say));
      line.append(make("small", "", say.dataset.comment ? "Kept." : "Enter keeps it."));
    }
    card.append(line);
    if (active) (liked ? find(`[data-liked="${liked}"]`, line) : find("input", line))?.focus();
  }

  // --- where it stands -----------------------------------------------------------------

  function place() {
    const at = from.getClientRects()[0] ?? from.getBoundingClientRect();
    const top = (find("#fn-top")?.getBoundingClientRect().bottom ?? 0) + GAP;
    const composer = find("#fn-composer")?.getBoundingClientRect();
    const bottom = (composer?.height ? composer.top : innerHeight) - GAP;
    const { width, height } = card.getBoundingClientRect();
    const below = at.bottom + GAP + height <= bottom || at.top - top < height + GAP;
    const left = Math.max(GAP, Math.min(at.left - 16, document.documentElement.clientWidth - width - GAP));
    const wanted = below ? at.bottom + GAP : at.top - GAP - height;
    card.style.left = `${left}px`;
    card.style.top = `${Math.max(GAP, Math.min(wanted, innerHeight - height - GAP))}px`;
  }

  function show(element) {
    clearTimeout(timer);
    if (from === element || !element.isConnected) return;
    const told = element.matches(".fn-say") ? [] : tellSource(element);
    if (!told) return;
    hide();
    from = element;
    card.replaceChildren(...told);
    tellOpinion(sayNow());
    card.hidden = false;
    from.setAttribute("aria-describedby", card.id);
    place();
  }

  function hide() {
    clearTimeout(timer);
    if (!from) return;
    from.removeAttribute("aria-describedby");
    from = null;
    card.hidden = true;
  }

  const later = (what, after) => {
    clearTimeout(timer);
    timer = setTimeout(what, after);
  };

  const hideUnlessUsed = () => {
    const used = card.contains(document.activeElement) || document.activeElement === from;
    if (!used || !document.activeElement.matches(":focus-visible")) hide();
  };

  // --- the reader ----------------------------------------------------------------------

  const near = (event, selector) => event.target?.closest?.(selector);

  // In a reason the sentence is quoted already.
  const numberAt = (event) => (near(event, ".fn-reason") ? null : near(event, "a.cite"));

  function onOver(event) {
    if (event.pointerType === "touch") return;
    const link = numberAt(event);
    if (link && link !== from) later(() => show(link), SHOWN_AFTER);
    else if (link || near(event, "#fn-hover")) clearTimeout(timer);
  }

  function onOut(event) {
    if (event.pointerType === "touch" || !near(event, "a.cite, #fn-hover")) return;
    later(hideUnlessUsed, HIDDEN_AFTER);
  }

  function onFocus(event) {
    const link = numberAt(event);
    if (link?.matches(":focus-visible")) show(link);
    else if (!near(event, "#fn-hover") && event.target !== from) hide();
  }

  function onClick(event) {
    const say = near(event, ".fn-say");
    if (say) {
      const again = from === say;
      hide();
      if (again) return;
      show(say);
      find("button", card)?.focus();
    } else if (!near(event, "#fn-hover")) hide();
  }

  function leave(event) {
    const back = from?.matches(".fn-say") ? from : sayNow() ?? from;
    const inside = card.contains(document.activeElement);
    hide();
    if (inside) back?.focus({ preventScroll: true });
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function onKey(event) {
    if (!from) return;
    if (event.key === "Escape") return leave(event);
    if (!card.contains(document.activeElement)) return;
    if (event.key === "Enter" && event.target.matches("input")) {
      const { turn, sentence } = sayNow().dataset;
      window.footnote.tell({ do: "comment", turn, sentence, text: event.target.value });
    }
    if (event.key !== "Tab") return;
    const stops = all("button, input", card);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge) leave(event);
  }

  // An answer that is drawn anew has another element in the same place, if not at once.
  function findAgain() {
    const { turn, sentence } = from.dataset;
    const again = from.matches(".fn-say")
      ? find(`#t${turn} .fn-say[data-sentence="${sentence}"]`)
      : find(`.fn-turn a.cite[href="${from.getAttribute("href")}"]`);
    if (again) from = again;
    else later(() => from && !from.isConnected && hide(), HIDDEN_AFTER);
    return Boolean(again);
  }

  // Gradio may have taken the number away, or have changed what the reader said.
  function apply() {
    for (const say of all(".fn-say")) {
      const { turn, sentence } = say.dataset;
      const chosen = find(`#t${turn} a.cite.is-chosen[href$="-s${sentence}"]`);
      if (say.classList.contains("is-near") !== Boolean(chosen)) say.classList.toggle("is-near");
    }
    if (!from) return;
    if (!from.isConnected && !findAgain()) return;
    if (keyOf(sayNow()) !== opinion) {
      tellOpinion(sayNow());
      place();
    }
  }

  function begin() {
    card = make("div", "fn-hover");
    Object.assign(card, { id: "fn-hover", hidden: true });
    document.addEventListener("pointerover", onOver);
    document.addEventListener("pointerout", onOut);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey, { capture: true });
    addEventListener("scroll", () => from && place(), { passive: true });
    addEventListener("resize", hide);
    addEventListener("hashchange", hide);
    new MutationObserver(() => {
      const page = find(".gradio-container");
      if (page && !card.isConnected) page.append(card);
      apply();
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
