// Countdowns tick in the browser, on the service's clock, so that the server pushes only changes.
(function () {
  "use strict";
  const state = { base: Date.now(), at: performance.now(), rate: 1, zone: "Asia/Shanghai", known: false };
  window.yqSync = (base, rate, zone) => {
    Object.assign(state, { base, at: performance.now(), rate, zone, known: true });
    paint();
  };
  const now = () => state.base + (performance.now() - state.at) * state.rate;
  const two = (n) => String(n).padStart(2, "0");
  function span(ms) {
    const s = Math.floor(Math.abs(ms) / 1000);
    const d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600), m = Math.floor((s % 3600) / 60);
    const hms = two(h) + ":" + two(m) + ":" + two(s % 60);
    return d ? d + " 天 " + hms : hms;
  }
  // Writing the same text again would wake the observer below for nothing.
  function write(el, text) { if (el.textContent !== text) el.textContent = text; }
  function countdown(el, t) {
    const left = Date.parse(el.dataset.due) - t;
    const total = el.dataset.start ? Date.parse(el.dataset.due) - Date.parse(el.dataset.start) : 0;
    const mood = left < 0 ? "late" : left < Math.max(3600e3, total * 0.25) ? "soon" : "fine";
    write(el, (left < 0 ? "超时 " : "剩余 ") + span(left));
    if (el.dataset.mood !== mood) {
      el.classList.remove("late", "soon", "fine");
      el.classList.add(mood);
      el.dataset.mood = mood;
    }
  }
  function bar(el, t) {
    const start = Date.parse(el.dataset.barStart), due = Date.parse(el.dataset.barDue);
    const done = Math.min(1, Math.max(0, (t - start) / Math.max(1, due - start)));
    el.style.width = (done * 100).toFixed(1) + "%";
    el.className = t > due ? "late" : done > 0.75 ? "soon" : "";
  }
  function day(t) {
    const parts = {};
    for (const part of new Intl.DateTimeFormat("zh-CN", { timeZone: state.zone, hourCycle: "h23", year: "numeric", month: "2-digit",
      day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(new Date(t)))
      parts[part.type] = part.value;
    return parts.year + "-" + parts.month + "-" + parts.day + " " + parts.weekday + " " + parts.hour + ":" + parts.minute + ":" + parts.second;
  }
  function paint() {
    if (!state.known) return;
    const t = now();
    document.querySelectorAll("[data-due]").forEach((el) => countdown(el, t));
    document.querySelectorAll("[data-bar-due]").forEach((el) => bar(el, t));
    document.querySelectorAll("[data-now]").forEach((el) => write(el, day(t)));
  }
  // Lists are fragments without handlers of their own: what a button in one asks for is told here.
  const asks = { fix: "yq_fix", confirm: "yq_confirm", why: "yq_why", rotate: "yq_rotate", revoke: "yq_revoke" };
  document.addEventListener("click", (event) => {
    for (const [name, told] of Object.entries(asks)) {
      const button = event.target.closest("[data-" + name + "]");
      if (button) emitEvent(told, { post: button.dataset[name] });
    }
  });
  let asked = false;
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; paint(); });
  };
  // What the server has just pushed must not show an empty countdown.
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  setInterval(paint, 250);
})();
