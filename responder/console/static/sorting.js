// A table marked data-sort is sorted by the column whose heading is clicked: ascending, descending,
// then as it came. The server draws tables anew when something has changed, so the choice is kept
// here, by page and place, and applied to the new one.
(function () {
  "use strict";
  const chosen = new Map();
  const order = new Intl.Collator("zh-CN", { numeric: true });
  const key = (table) => location.pathname + "#" + [...document.querySelectorAll("table[data-sort]")].indexOf(table);
  function headings(table) {
    for (const th of table.tHead.rows[0].cells) {
      if (!th.textContent.trim() || "still" in th.dataset || th.querySelector("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.title = "按此列排序（只排本页显示的）";
      button.append(...th.childNodes);
      th.append(button);
    }
  }
  // Where the shown text does not sort by itself (a countdown, a grade), the cell says by what.
  const said = (row, at) => row.cells[at]?.dataset.by ?? row.cells[at]?.innerText.trim() ?? "";
  function sort(table) {
    const body = table.tBodies[0];
    const [at, way] = chosen.get(key(table)) ?? [-1, 0];
    [...table.tHead.rows[0].cells].forEach((th, i) => {
      if (i === at && way) th.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    });
    const rows = [...body.rows];
    rows.forEach((row, i) => { row.dataset.at ??= i; });
    const sorted = rows.slice().sort((a, b) => (way ? way * order.compare(said(a, at), said(b, at)) : 0) || a.dataset.at - b.dataset.at);
    if (sorted.some((row, i) => row !== rows[i])) body.append(...sorted);
  }
  function dress() {
    document.querySelectorAll("table[data-sort]").forEach((table) => {
      if (!table.tHead || !table.tBodies[0]) return;
      headings(table);
      if (chosen.has(key(table))) sort(table);
    });
  }
  document.addEventListener("click", (event) => {
    const th = event.target.closest("table[data-sort] th");
    if (!th || !event.target.closest("button")) return;
    const table = th.closest("table");
    const [at, way] = chosen.get(key(table)) ?? [-1, 0];
    chosen.set(key(table), [th.cellIndex, at !== th.cellIndex ? 1 : way === 1 ? -1 : way === -1 ? 0 : 1]);
    sort(table);
  });
  let asked = false;
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; dress(); });
  }).observe(document.documentElement, { childList: true, subtree: true });
  dress();
})();
