// Lets a driver work without network. The pages of the run are kept by worker.js; a report is written down on the telephone
// first, under a key of its own, and sent until the lab has answered: however often it arrives, it counts once there.
// Without this script every form still works with network.
(() => {
  "use strict";
  const box = document.getElementById("offline");
  if (!box || !window.fetch || !window.indexedDB) return;
  const run = box.dataset.run;
  const words = box.dataset;
  // What comes while somebody reads the page stands below it: a button must not move away from under a thumb.
  const below = document.getElementById("kept") || box;
  const notes = new Map();

  function note(id, text, kind) {
    let p = notes.get(id);
    if (!text) {
      if (p) p.remove();
      notes.delete(id);
      return;
    }
    if (!p) {
      p = document.createElement("p");
      notes.set(id, p);
      (kind === "done" ? below : box).append(p);
    }
    p.className = "notice " + kind;
    p.id = "offline-" + id;
    p.textContent = text;
  }

  // The reports that wait, in the telephone's own database.
  const opened = new Promise((done, fail) => {
    const open = indexedDB.open("run", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("marks", { keyPath: "key" });
    open.onsuccess = () => done(open.result);
    open.onerror = () => fail(open.error);
  });
  async function marks(mode, act) {
    const db = await opened;
    return new Promise((done, fail) => {
      const t = db.transaction("marks", mode);
      const asked = act(t.objectStore("marks"));
      t.oncomplete = () => done(asked.result);
      t.onerror = t.onabort = () => fail(t.error);
    });
  }
  const waiting = async () => (await marks("readonly", (s) => s.getAll())).filter((m) => m.run === run);
  const keep = (m) => marks("readwrite", (s) => s.put(m));
  const drop = (m) => marks("readwrite", (s) => s.delete(m.key));

  function newKey() {
    const raw = crypto.getRandomValues(new Uint8Array(16));
    return [...raw].map((b) => b.toString(16).padStart(2, "0")).join("");
  }

  // send gives what the lab answered, or null without network.
  async function send(m) {
    const files = m.fields.some(([, v]) => typeof v !== "string");
    const body = files ? new FormData() : new URLSearchParams();
    for (const [name, value, file] of m.fields) file ? body.append(name, value, file) : body.append(name, value);
    try {
      const answer = await fetch(m.url, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.status >= 500 || answer.status === 429) return null;
      const said = await answer.json().catch(() => ({}));
      return { ok: answer.ok, status: answer.status, word: said.word || "", next: said.next || run };
    } catch {
      return null;
    }
  }

  let busy = false;
  async function flush() {
    if (busy) return;
    busy = true;
    let sent = 0;
    try {
      for (const m of await waiting()) {
        if (m.answered) continue;
        const answer = await send(m);
        if (!answer) break;
        if (answer.ok) {
          await drop(m);
          sent++;
        } else {
          m.answered = answer.word || String(answer.status);
          await keep(m);
        }
      }
    } finally {
      busy = false;
    }
    await show();
    if (sent) note("sent", words.sent, "done");
    return sent;
  }

  const read = new Set(); // answers that this page shows for the last time

  // What waits is said on every page of the run, and a stop that was reported asks nothing more.
  async function show() {
    const all = await waiting();
    for (const id of [...notes.keys()]) if (id.startsWith("m") && !read.has(id)) note(id, "");
    for (const m of all) {
      const text = m.answered ? words.refused + " " + m.answered : words.kept;
      note("m" + m.key, m.title + ": " + text, m.answered ? "call" : "wait");
      const stop = m.url.slice(0, m.url.lastIndexOf("/"));
      const item = document.querySelector(`[data-stop="${CSS.escape(stop)}"]`);
      if (item && !m.answered) item.classList.remove("call");
      const forms = document.getElementById("marks");
      if (forms && new URL(stop, location).pathname === location.pathname) forms.hidden = !m.answered;
    }
  }

  function wrong(form, data) {
    const stays = (name) => (data.get(name) || "").trim();
    const act = form.action.slice(form.action.lastIndexOf("/") + 1);
    if ((act === "deliver" || act === "partly") && stays("receiver").length < 2) return ["receiver", words.receiver];
    if (act === "partly" && !data.getAll("box").length) return ["box", words.box];
    if (act === "failed" && !stays("reason")) return ["reason", words.reason];
    return null;
  }

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7))) || file;
    } catch {
      return file;
    }
  }

  async function fieldsOf(form, data) {
    const fields = [];
    for (const [name, value] of data) {
      if (typeof value === "string") fields.push([name, value]);
      else if (value.size) fields.push([name, await smaller(value), name + ".jpg"]);
    }
    const pad = form.querySelector("canvas.pad");
    if (pad && pad.dataset.drawn) fields.push(["signature", await new Promise((done) => pad.toBlob(done, "image/png")), "signature.png"]);
    return fields;
  }

  async function submitted(event) {
    const form = event.target;
    event.preventDefault();
    const data = new FormData(form);
    const missing = wrong(form, data);
    if (missing) {
      note("wrong", missing[1], "call");
      const field = form.querySelector(`[name="${missing[0]}"]`);
      if (field) field.focus();
      return;
    }
    note("wrong", "");
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    data.set("key", newKey());
    data.set("at", String(Date.now()));
    const title = document.querySelector("h1").textContent.trim();
    const m = { key: data.get("key"), run, url: new URL(form.action, location).pathname, title, fields: await fieldsOf(form, data) };
    try {
      await keep(m);
    } catch {
      form.submit(); // no room to write it down: with network it still goes out
      return;
    }
    const answer = await send(m);
    if (!answer) {
      delete form.dataset.sent;
      await show();
      note("m" + m.key, title + ": " + words.kept, "wait");
      box.scrollIntoView({ block: "center" });
      return;
    }
    if (!answer.ok && answer.status === 422) {
      await drop(m);
      delete form.dataset.sent;
      note("wrong", answer.word, "call");
      return;
    }
    if (answer.ok) {
      await drop(m);
      location.assign(answer.next);
      return;
    }
    m.answered = answer.word || String(answer.status);
    await keep(m);
    await show();
  }

  // A place to sign, where there is a finger or a mouse.
  function pad(field) {
    const canvas = document.createElement("canvas");
    canvas.className = "pad";
    canvas.width = 600;
    canvas.height = 200;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.draw);
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "button";
    clear.textContent = words.clear;
    const pen = canvas.getContext("2d");
    let last = null;
    const at = (e) => {
      const r = canvas.getBoundingClientRect();
      return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height];
    };
    canvas.addEventListener("pointerdown", (e) => {
      last = at(e);
      canvas.setPointerCapture(e.pointerId);
      e.preventDefault();
    });
    canvas.addEventListener("pointermove", (e) => {
      if (!last) return;
      const now = at(e);
      pen.lineWidth = 3;
      pen.lineCap = "round";
      pen.strokeStyle = "#000";
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...now);
      pen.stroke();
      last = now;
      canvas.dataset.drawn = "yes";
      canvas.setAttribute("aria-label", words.drawn);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
    clear.addEventListener("click", () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      delete canvas.dataset.drawn;
      canvas.setAttribute("aria-label", words.draw);
    });
    field.append(canvas, clear);
    field.hidden = false;
  }

  async function keepPages() {
    if (!("serviceWorker" in navigator) || !("caches" in window)) return;
    if (!("open" in words) && document.querySelector("[data-stop]")) {
      await caches.delete(run); // all is done: the addresses go
      return;
    }
    await navigator.serviceWorker.register(run + "/worker.js", { scope: run });
    await navigator.serviceWorker.ready;
    const cache = await caches.open(run);
    const all = words.keep.trim().split(/\s+/);
    for (const url of all) {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (!answer.ok) return;
      await cache.put(url, answer);
    }
    note("ready", words.ready, "done");
  }

  for (const form of document.querySelectorAll("form[data-mark]")) form.addEventListener("submit", submitted);
  for (const field of document.querySelectorAll("[data-sign]")) pad(field);
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
  setInterval(flush, 20000);
  // An answer is read once; what the lab has to look at is kept there.
  async function begin() {
    await show();
    for (const m of await waiting()) {
      if (!m.answered) continue;
      read.add("m" + m.key);
      await drop(m);
    }
    if ((await flush()) && document.querySelector("[data-stop]")) location.reload();
  }

  begin();
  keepPages().catch(() => {});
})();
