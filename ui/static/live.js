// Puts server-sent changes in place. A message is {"id": KEY} with any of
//   "text":  new text of every element whose data-live-key is KEY,
//   "attrs": attributes to set on them (value of a progress bar, …),
//   "swap":  true to take the element with that id afresh from the server's own page.
// A page works without it: everything is in the HTML already.
(() => {
  "use strict";
  const main = document.querySelector("[data-live]");
  if (!main || !window.EventSource) return;
  const waiting = new Set();
  let timer = 0;

  const allowed = new Set(["value", "max", "title", "datetime", "class", "hidden"]);

  function put(message) {
    for (const el of document.querySelectorAll(`[data-live-key="${CSS.escape(message.id)}"]`)) {
      if (typeof message.text === "string" && el.textContent !== message.text) el.textContent = message.text;
      for (const [name, value] of Object.entries(message.attrs || {})) {
        if (allowed.has(name)) el.setAttribute(name, value);
      }
    }
    if (message.swap) later(message.id);
  }

  function later(id, wait = 300) {
    waiting.add(id);
    if (!timer) timer = setTimeout(fresh, wait);
  }

  // Somebody is typing in it, has typed something, or has opened something: leave it alone for now.
  function busy(el) {
    return el.contains(document.activeElement) && document.activeElement !== document.body || el.querySelector("details[open]") ||
      [...el.querySelectorAll("input, textarea")].some((f) => f.value !== f.defaultValue || f.checked !== f.defaultChecked && f.checked !== undefined) ||
      [...el.querySelectorAll("option")].some((o) => o.selected && !o.defaultSelected && o.index > 0);
  }

  async function fresh() {
    timer = 0;
    const ids = [...waiting];
    waiting.clear();
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const old = document.getElementById(id);
      const now = page.getElementById(id);
      if (!old) continue;
      if (busy(old)) later(id, 3000);
      else if (now) old.replaceWith(document.importNode(now, true));
      else old.remove();
    }
  }

  const url = main.dataset.live;
  const lostText = main.dataset.liveLost;
  let note = null;
  function lost(yes) {
    if (yes && !note) {
      note = document.createElement("p");
      note.className = "notice call live-lost";
      note.setAttribute("role", "status");
      note.textContent = lostText;
      document.getElementById("main").prepend(note);
    } else if (!yes && note) {
      note.remove();
      note = null;
    }
  }

  // After a gap, whatever was missed is read again from the page itself.
  let source = null;
  let gap = false;
  let wait = 1000;
  function open() {
    source = new EventSource(url);
    source.onopen = () => {
      wait = 1000;
      lost(false);
      if (gap) later("main");
      gap = false;
    };
    source.onmessage = (event) => {
      let message;
      try { message = JSON.parse(event.data); } catch { return; }
      for (const one of Array.isArray(message) ? message : [message]) put(one);
    };
    source.onerror = () => {
      gap = true;
      lost(true);
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 30000);
    };
  }
  open();
  addEventListener("pagehide", () => source && source.close());
})();
