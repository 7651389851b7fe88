/* The order of a comparison's rows: by a column's text, up, down, and as they came.
 *
 * Owns the order that the reader chose, by turn; Gradio puts the rows back as the server wrote
 * them, and they are put in order again before the browser paints.
 */
(() => {
  "use strict";

  const ORDERS = ["ascending", "descending", "none"];
  const ASIDE = ".fn-cites, .fn-why, .fn-gap, .fn-uncited";
  const chosen = new Map(); // turn -> { column, order }
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function textOf(row, column) {
    const cell = row.cells[column];
    if (!cell || cell.matches(".fn-unstated")) return "";
    const nodes = [...cell.childNodes].filter((node) => !node.matches?.(ASIDE));
    return nodes.map((node) => node.textContent).join("").trim();
  }

  // What is not stated stands last in either order.
  function sort(rows, { column, order }) {
    const byPlace = rows.sort((one, two) => one.dataset.row - two.dataset.row);
    if (order === "none") return byPlace;
    const sign = order === "ascending" ? 1 : -1;
    return byPlace.sort((one, two) => {
      const [a, b] = [textOf(one, column), textOf(two, column)];
      return a && b ? sign * compare(a, b) : Number(!a) - Number(!b);
    });
  }

  function apply() {
    for (const table of all(".fn-compare table")) {
      const wanted = chosen.get(table.dataset.turn) ?? { column: 0, order: "none" };
      const body = table.tBodies[0];
      const sorted = sort([...body.rows], wanted);
      if (sorted.some((row, place) => body.rows[place] !== row)) body.append(...sorted);
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        const order = column === wanted.column ? wanted.order : "none";
        if (head.getAttribute("aria-sort") !== order) head.setAttribute("aria-sort", order);
      });
    }
  }

  function onClick(event) {
    const button = event.target instanceof Element && event.target.closest(".fn-sort");
    if (!button) return;
    const column = button.closest("th").cellIndex;
    const { turn } = button.closest("table").dataset;
    const was = chosen.get(turn);
    const next = was?.column === column ? (ORDERS.indexOf(was.order) + 1) % ORDERS.length : 0;
    chosen.set(turn, { column, order: ORDERS[next] });
    apply();
  }

  // Another conversation has other turns under the same numbers.
  function forget() {
    for (const turn of [...chosen.keys()]) {
      if (!document.getElementById(`t${turn}`)) chosen.delete(turn);
    }
  }

  function begin() {
    document.addEventListener("click", onClick);
    new MutationObserver(() => {
      forget();
      apply();
    }).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["aria-sort", "data-row"],
    });
  }

  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
