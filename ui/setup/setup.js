/* The browser's side of the settings: a dialog that opens and shuts, keeps the focus, and keeps
 * what is typed until it is saved.
 *
 * Owns what the reader typed, a key above all: the server never sends it back, and its answers
 * must not undo a word. Every other word comes from the server.
 */
(() => {
  "use strict";

  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const dialog = () => find("#fn-settings .fn-setup");
  const trim = (address) => address.trim().replace(/\/+$/, "");

  const typed = new Map(); // name -> what was typed or chosen
  const folds = new Set(); // names of what was unfolded
  let open = false;
  let leaving = false; // shut here; the server has yet to hear of it
  let round = "";
  let pressed = ""; // what was asked for and is not answered yet
  let patience = 0;

  const setClass = (element, name, on) => {
    if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
  };

  function putBack(form) {
    for (const [name, value] of typed) {
      const field = form.elements[name];
      if (!field || field.readOnly || field.disabled) continue;
      if (field.type === "checkbox") field.checked = value === "yes";
      else if (field.value !== value) field.value = value;
    }
    for (const fold of all("details", form)) {
      if (folds.has(fold.id) && !fold.open) fold.open = true;
    }
    const address = form.elements["llm.base_url"];
    const key = form.elements["llm.api_key"];
    if (!address || !key) return;
    setClass(form, "is-elsewhere", trim(address.value) !== trim(key.dataset.keptFor));
  }

  function begin() {
    open = true;
    round = "";
    dialog().focus({ preventScroll: true });
    if (find("form", dialog())) window.footnote.tell({ do: "settings-look" });
  }

  function end() {
    open = leaving = false;
    pressed = "";
    typed.clear();
    folds.clear();
    find(".fn-gear")?.focus({ preventScroll: true });
  }

  // The first thing that is wrong is where the reader goes on; else the button stays theirs.
  function hear(box) {
    const first = round === "";
    round = box.dataset.round;
    pressed = "";
    const wrong = find("[aria-invalid=true]", box);
    if (wrong && !first) wrong.focus();
    else if (!box.contains(document.activeElement)) box.focus({ preventScroll: true });
  }

  function apply() {
    const box = dialog();
    if (!box && open) end();
    setClass(root, "fn-setup-open", Boolean(box) && !leaving);
    if (!box || leaving) {
      if (!box) leaving = false;
      return;
    }
    if (!open) begin();
    const form = find("form", box);
    if (form) putBack(form);
    if (box.dataset.round !== round) hear(box);
    setClass(box, "is-asking", pressed !== "");
  }

  function leave() {
    window.footnote.tell({ do: "settings-close" });
    leaving = true;
    apply();
    find(".fn-gear")?.focus({ preventScroll: true });
  }

  function onInput(event) {
    const field = event.target;
    if (!field.form || !field.closest?.("#fn-settings") || !field.name) return;
    const value = field.type === "checkbox" && !field.checked ? "" : field.value;
    typed.set(field.name, value);
    putBack(field.form);
  }

  function fill(button) {
    const field = button.closest("form").elements[button.dataset.fill];
    const found = button.matches(".fn-found");
    if (found) find("[value=auto]", field.form).click();
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    if (found) find("[data-do=settings-models]", field.form).click();
  }

  // The server ends the asking at the time limit; where it does not even say that, nobody waits.
  function expect(does, seconds) {
    pressed = does;
    clearTimeout(patience);
    patience = setTimeout(() => {
      pressed = "";
      apply();
    }, (seconds + 10) * 1000);
    apply();
  }

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !open) return;
    const button = target.closest("button");
    if (button?.dataset.fill) return void fill(button);
    const does = button?.dataset.do ?? "";
    if (does === "settings-close") {
      leaving = true;
      apply();
    } else if (["settings-test", "settings-models"].includes(does)) {
      expect(does, Number(button.form.elements["llm.timeout"].value) || 60);
    }
  }

  // A press that begins on a field and ends outside, as in marking text, shuts nothing.
  function onPress(event) {
    if (open && !leaving && event.target.matches?.(".fn-setup-back")) {
      event.preventDefault();
      leave();
    }
  }

  function onToggle(event) {
    const fold = event.target;
    if (!fold.matches?.("#fn-settings details")) return;
    if (fold.open) folds.add(fold.id);
  }

  function onFold(event) {
    const fold = event.target.closest?.("#fn-settings summary")?.parentElement;
    if (fold?.open) folds.delete(fold.id);
  }

  function keepFocus(event, box) {
    const stops = all("button, input, select, summary, a[href]", box).filter(
      (one) => one.getClientRects().length && !one.disabled,
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const active = document.activeElement;
    const outside = !box.contains(active);
    if (event.shiftKey && (active === first || active === box || outside)) last.focus();
    else if (!event.shiftKey && (active === last || outside)) first.focus();
    else return;
    event.preventDefault();
  }

  function onKey(event) {
    const box = dialog();
    if (!box || !open || leaving) return;
    if (event.key === "Tab") keepFocus(event, box);
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  }

  function start() {
    addEventListener("keydown", onKey, true);
    addEventListener("pointerdown", onPress, true);
    addEventListener("click", onFold, true);
    document.addEventListener("click", onClick);
    document.addEventListener("input", onInput);
    document.addEventListener("change", onInput);
    document.addEventListener("toggle", onToggle, true);
    new MutationObserver(apply).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-round", "class", "value", "open", "checked"],
    });
    apply();
  }

  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
