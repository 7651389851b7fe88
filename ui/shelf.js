/* The browser's side of what is kept: who this browser is, which conversation its address
 * names, renaming one, and what is handed over to copy or to save.
 *
 * Owns nothing that is shown but the word that something was copied.
 */
(() => {
  "use strict";

  const OWNER = "footnote-browser";
  const find = (selector, root = document) => root.querySelector(selector);
  const tell = (record) => window.footnote.tell(record);
  let parcel = "0";

  // Where nothing can be stored (a private window), the browser is known while it is open.
  function whoAmI() {
    const made = Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) =>
      byte.toString(16).padStart(2, "0")).join("");
    try {
      const known = localStorage.getItem(OWNER);
      if (known) return known;
      localStorage.setItem(OWNER, made);
    } catch {
      // Nothing to do: the name made above serves.
    }
    return made;
  }

  const linked = () => /^#c=([\w-]{8,100})$/.exec(location.hash)?.[1] ?? "";

  window.footnote.hello = () => JSON.stringify({ do: "hello", owner: whoAmI(), open: linked() });

  // The address names the conversation that is open, so that it can be bookmarked.
  function followAddress() {
    const shelf = find(".fn-shelf");
    if (!shelf || window.footnote.place() !== "chat") return;
    const hash = shelf.dataset.open ? `#c=${shelf.dataset.open}` : "";
    const path = location.pathname + location.search;
    if (hash !== location.hash) history.replaceState(null, "", path + hash);
  }

  function openAddress() {
    const shelf = find(".fn-shelf");
    if (linked() && shelf && linked() !== shelf.dataset.open) tell({ do: "open", id: linked() });
  }

  async function unpack() {
    const given = find(".fn-parcel");
    if (!given || given.dataset.parcel === parcel) return;
    parcel = given.dataset.parcel;
    const text = given.textContent;
    if (given.dataset.how === "copy") {
      await copy(text);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: given.dataset.media }));
    link.download = given.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No permission, or a page that is not secure: the old way.
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    say("Copied");
  }

  function say(words) {
    const note = document.createElement("div");
    note.className = "fn-toast";
    note.setAttribute("role", "status");
    note.textContent = words;
    document.body.append(note);
    setTimeout(() => note.remove(), 1800);
  }

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    for (const menu of document.querySelectorAll("details.fn-menu[open]")) {
      if (!menu.contains(target)) menu.removeAttribute("open");
    }
    const done = target.closest("[data-do]")?.dataset.do;
    if (["ask", "drop", "retry", "edit", "keep"].includes(done)) {
      find("#fn-box textarea")?.focus({ preventScroll: true });
    }
  }

  // Whoever was in the menu is on its button again.
  function closeMenu() {
    const menu = find("details.fn-menu[open]");
    if (!menu) return;
    if (menu.contains(document.activeElement)) find("summary", menu).focus();
    menu.removeAttribute("open");
  }

  function endRenaming(input, title) {
    if (input.dataset.over) return;
    input.dataset.over = "yes";
    tell({ do: "rename", id: input.dataset.id, title });
  }

  function onKey(event) {
    const said = event.target.closest?.(".fn-comment input");
    if (said && event.key === "Enter") {
      tell({ do: "comment", turn: said.dataset.turn, text: said.value });
    }
    const input = event.target.closest?.(".fn-rename");
    if (input && event.key === "Enter") endRenaming(input, input.value);
    else if (input && event.key === "Escape") endRenaming(input, "");
    else if (event.key === "Escape") closeMenu();
  }

  function begin() {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    document.addEventListener("focusout", (event) => {
      if (event.target.matches?.(".fn-rename")) endRenaming(event.target, event.target.value);
    });
    addEventListener("hashchange", openAddress);
    new MutationObserver(() => {
      followAddress();
      unpack();
      const input = find(".fn-rename");
      if (input && !input.dataset.seen) {
        input.dataset.seen = "yes";
        input.focus();
        input.select();
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
