/* The dialog in which papers are added: opened, shut, and fed with files dropped anywhere.
 *
 * Owns the class `fn-adding` on the page's root and where the focus is; what was read and what
 * adding would do comes from the server. A place that is open is drawn anew once a job is over.
 */
(() => {
  "use strict";

  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const PASTE = "#fn-paste textarea";
  const FILES = "#fn-drop input[type=file]";
  const STOPS = "button, input, textarea, summary, a[href], [tabindex='0']";
  const LONGEST = 100_000; // letters of a page that is pasted into the box
  const isOpen = () => root.classList.contains("fn-adding");
  const card = () => document.getElementById("fn-add-card");
  let opener = null;
  let taken = "";
  let working = false;
  let drags = 0;

  function open(way) {
    if (!card()) return;
    if (!isOpen()) opener = document.activeElement;
    root.classList.add("fn-adding");
    dress();
    if (way === "files") find(FILES)?.click();
    find(PASTE)?.focus({ preventScroll: true });
  }

  function close() {
    if (!isOpen()) return;
    root.classList.remove("fn-adding");
    const back = opener?.isConnected && opener.offsetParent ? opener : find("#fn-box textarea");
    back?.focus({ preventScroll: true });
    opener = null;
  }

  // Gradio's columns take no roles of their own.
  function dress() {
    const dialog = card();
    if (!dialog || dialog.getAttribute("role")) return;
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-modal", "true");
    dialog.setAttribute("aria-labelledby", "fn-add-title");
    dialog.tabIndex = -1;
    find("#fn-drop button")?.setAttribute("aria-label", "Choose files, or drop them here");
    find(FILES)?.setAttribute("aria-label", "Files to add");
  }

  // --- what the server has shown -----------------------------------------------------

  function follow() {
    dress();
    const begun = find("#fn-adding .fn-taken")?.dataset.taken ?? "";
    if (begun && begun !== taken) close();
    taken = begun;
    const busy = Boolean(find("#fn-job .fn-progress"));
    if (working && !busy) redraw();
    working = busy;
  }

  function redraw() {
    const [place, paper] = location.hash.slice(1).split("=");
    if (window.footnote.place() === place) window.footnote.tell({ do: "go", place, paper: paper ?? "" });
  }

  // --- what the reader does -------------------------------------------------------------

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const button = target.closest("[data-do=adding], [data-do=adding-starter]");
    if (button) open(button.dataset.way);
    else if (target.id === "fn-add" || target.closest("[data-add=close]")) close();
    else if (target.closest("[data-do=adding-discard]")) find(PASTE)?.focus();
    else if (target.closest("#fn-told .fn-see")) window.footnote.tell({ do: "heard" });
    else if (target.closest("#fn-job .fn-see")) window.footnote.tell({ do: "job-close" });
  }

  function onKey(event) {
    if (!isOpen()) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") keepFocus(event);
  }

  function keepFocus(event) {
    const stops = all(STOPS, card()).filter((one) => one.offsetParent && !one.disabled && one.tabIndex >= 0);
    const [first, last] = [stops[0], stops.at(-1)];
    const active = document.activeElement;
    if (!card().contains(active)) first?.focus();
    else if (event.shiftKey && (active === first || active === card())) last.focus();
    else if (!event.shiftKey && active === last) first.focus();
    else return;
    event.preventDefault();
  }

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  function onDrag(event) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (event.type === "dragenter") drags += 1;
    if (event.type === "dragleave") drags -= 1;
    if (event.type === "drop") drags = 0;
    root.classList.toggle("fn-dragging", drags > 0);
    if (event.type === "dragenter") open();
    if (event.type === "drop") give(event);
  }

  // Whatever the files were dropped on, the dialog's own field takes them.
  function give(event) {
    if (!event.target.closest?.("#fn-drop")) hand(event.dataTransfer.files);
  }

  function hand(files) {
    const field = find(FILES);
    if (!field) return;
    field.files = files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The box reckons its height with every letter: a megabyte would hold up the page.
  function onPaste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length <= LONGEST || !event.target.matches?.(PASTE)) return;
    event.preventDefault();
    const files = new DataTransfer();
    files.items.add(new File([text], "pasted text.txt", { type: "text/plain" }));
    hand(files.files);
  }

  function begin() {
    document.addEventListener("click", onClick);
    // Before the page's own: Escape shuts what lies on top, and nothing below it.
    addEventListener("keydown", (event) => {
      const was = isOpen();
      onKey(event);
      if (was && event.key === "Escape") event.stopPropagation();
    }, true);
    document.addEventListener("paste", onPaste);
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(kind, onDrag);
    }
    new MutationObserver(follow).observe(document.body, { subtree: true, childList: true });
    follow();
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
