// Reads the square code of a bag with the camera, where the browser can. Without it the telephone's own camera opens the
// same page, and the code can be typed.
(() => {
  "use strict";
  const form = document.getElementById("find");
  if (!form || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const words = form.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words.scan;
  form.append(" ", button);
  const on = "bags-scan";
  let stream = null;
  let video = null;

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    if (video) video.remove();
    stream = video = null;
    button.textContent = words.scan;
  }

  function go(text) {
    const found = new URL(text, location.href);
    stop();
    sessionStorage.setItem(on, "1");
    if (found.origin === location.origin && found.pathname.startsWith("/q/")) {
      location.assign(found.pathname);
      return;
    }
    form.elements.code.value = text;
    form.requestSubmit();
  }

  async function start() {
    try {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video = document.createElement("video");
      video.className = "viewfinder";
      video.muted = true;
      video.playsInline = true;
      video.srcObject = stream;
      form.append(video);
      button.textContent = words.stop;
      await video.play();
      while (stream) {
        const [code] = await detector.detect(video);
        if (code && stream) return go(code.rawValue);
        await new Promise((later) => setTimeout(later, 150));
      }
    } catch {
      stop();
      button.textContent = words.none;
      button.disabled = true;
    }
  }

  button.addEventListener("click", () => {
    sessionStorage.removeItem(on);
    if (stream) stop(); else start();
  });
  if (location.pathname === "/desk/bags" && sessionStorage.getItem(on)) start();
})();
