// Keeps the pages of one run on a driver's telephone: from the lab while there is network, else as they were last seen.
// Once the lab says that the run is over or gone, everything of it is dropped.
"use strict";
const run = self.location.pathname.replace(/\/worker\.js$/, "");
const patience = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fresh(request) {
  const cache = await caches.open(run);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(request.url, { credentials: "same-origin", signal: stop.signal, redirect: "manual", headers: { Accept: "text/html" } });
    if (answer.status === 404 || answer.status === 410) await caches.delete(run);
    else if (answer.ok) await cache.put(request.url, answer.clone());
    if (answer.status < 500) return answer;
  } catch {
    // no network, or none worth the name
  } finally {
    clearTimeout(timer);
  }
  return (await cache.match(request.url, { ignoreSearch: true })) || Response.error();
}

async function kept(request) {
  const cache = await caches.open(run);
  return (await cache.match(request.url)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.endsWith("/live")) return;
  if (request.mode === "navigate") event.respondWith(fresh(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(request));
});
