/* The browser's side of what the reader does: buttons with `data-do`, forms with `data-form`.
 *
 * Owns the messages to the server and nothing that is shown. The server hears of an action as
 * if it had been typed into a box that nobody sees.
 *
 *   <button data-do="open" data-id="…">            tells {do, id}
 *   <form data-form><input name="url">
 *     <button data-do="save">                      tells {do, url} and the button's own data
 *   <form data-form="browse" data-live>            tells {do: "browse", …} as it is filled in,
 *                                                  and, without data-live, when it is sent
 */
(() => {
  "use strict";

  const PAUSE = 60; // a second message must not overwrite one that Gradio has not read yet
  const LIVE = 250;
  const find = (selector, root = document) => root.querySelector(selector);
  const waiting = [];
  let sending = false;
  const NOTE = 7000;
  let typing = 0;
  let passing = 0;

  function send() {
    const box = find("#fn-act :is(input, textarea)");
    if (!waiting.length || !box) {
      sending = false;
      return;
    }
    sending = true;
    box.value = JSON.stringify(waiting.shift());
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
    // What was sent may hold a key: it stays on the page no longer than Gradio needs to read it,
    // whether an answer comes or not.
    setTimeout(() => {
      box.value = "";
      box.dispatchEvent(new Event("input", { bubbles: true }));
      send();
    }, PAUSE);
  }

  function tell(record) {
    waiting.push(record);
    if (!sending) send();
  }

  const read = (form) => (form ? Object.fromEntries(new FormData(form)) : {});

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest("[data-do]");
    if (!button || button.disabled) return;
    if (button.form?.matches("[data-form]")) event.preventDefault();
    const own = button.matches("[type=submit], [data-with-form]") ? button.form : null;
    tell({ ...read(own), ...button.dataset });
    button.closest("details.fn-menu")?.removeAttribute("open");
  }

  function onSubmit(event) {
    const form = event.target.closest?.("form[data-form]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.form) tell({ ...read(form), do: form.dataset.form });
  }

  function onInput(event) {
    const form = event.target.form;
    if (!form?.matches?.("form[data-form][data-live]")) return;
    clearTimeout(typing);
    const typed = event.type === "input" && event.target.matches("[type=search], [type=text]");
    typing = setTimeout(() => tell({ ...read(form), do: form.dataset.form }), typed ? LIVE : 0);
  }

  // A note that only informs goes by itself, unless the reader is at it.
  function passNotes() {
    const note = find("#fn-told .fn-told[role=status]");
    if (note?.dataset.seen) return;
    clearTimeout(passing);
    if (!note) return;
    note.dataset.seen = "yes";
    if (find("[data-do]:not([data-do=heard])", note)) return;
    const pass = () => {
      if (note.matches(":hover, :focus-within")) passing = setTimeout(pass, NOTE);
      else if (note.isConnected) tell({ do: "heard" });
    };
    passing = setTimeout(pass, NOTE);
  }

  window.footnote = Object.assign(window.footnote ?? {}, { tell });
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onInput);
  const watch = () =>
    new MutationObserver(passNotes).observe(document.body, { subtree: true, childList: true });
  if (document.body) watch();
  else addEventListener("DOMContentLoaded", watch);
})();
