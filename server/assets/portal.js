// Small comforts; every page does its work without them.
(() => {
  "use strict";

  // After a refused form the summary of errors is what should be read first.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // Remaining time: seen every second, announced only at the marks that the page names.
  for (const box of document.querySelectorAll("[data-countdown]")) {
    const text = box.querySelector("[data-countdown-text]");
    const status = box.querySelector("[data-countdown-status]");
    const end = performance.now() + Number(box.dataset.countdown) * 1000;
    const marks = [...box.querySelectorAll("[data-announce-at]")]
      .map((mark) => ({ at: Number(mark.dataset.announceAt), text: mark.content.textContent }))
      .filter((mark) => mark.at < Number(box.dataset.countdown))
      .sort((a, b) => b.at - a.at);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      text.textContent = left === 0
        ? box.dataset.over
        : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      while (marks.length > 0 && left <= marks[0].at) status.textContent = marks.shift().text;
      if (left === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  // What may be used in a while appears by itself, and is announced once.
  for (const later of document.querySelectorAll("[data-appears]")) {
    setTimeout(() => {
      later.hidden = false;
      const status = document.querySelector("[data-appears-status]");
      if (status) status.textContent = later.querySelector("h2")?.textContent ?? "";
    }, Number(later.dataset.appears) * 1000);
  }

  // Signing in with a QR: the picture changes every second; an approval on the device goes on by itself.
  const qr = document.querySelector("[data-qr]");
  if (qr) {
    const form = qr.querySelector("[data-qr-form]");
    const image = qr.querySelector("[data-qr-image]");
    const status = qr.querySelector("[data-qr-status]");
    let state = qr.dataset.qrState;
    let ended = false;
    const say = (what) => {
      status.textContent = qr.querySelector(`[data-qr-says="${what}"]`)?.content.textContent ?? "";
    };
    const goOn = () => {
      ended = true;
      clearInterval(timer);
    };
    const look = async () => {
      if (document.hidden || ended) return;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(qr.dataset.qr, { method: "POST", body, cache: "no-store" });
        if (!answer.ok || ended) return;
        const now = await answer.json();
        if (image && now.image) image.src = `data:image/svg+xml,${encodeURIComponent(now.image)}`;
        if (image) image.parentElement.hidden = now.state !== "waiting";
        if (now.state !== state) say((state = now.state));
        if (state === "approved") { goOn(); form.requestSubmit(); }
        if (state === "revealed") { goOn(); location.assign(qr.dataset.qrPin); }
        if (state === "over") { goOn(); location.reload(); }
      } catch {
        // The server is away for a moment: the next look will tell.
      }
    };
    const timer = setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
    look();
  }

  // A link that no app took: its code stands behind "#", which no browser sends.
  const open = document.querySelector("[data-open]");
  const code = /^#c=([0-9A-HJKMNP-TV-Z]{8})$/.exec(location.hash);
  if (open && code) {
    open.querySelector("a").href = `aldaba://${open.dataset.open}?c=${code[1]}`;
    open.hidden = false;
  }

  // Copying: the buttons appear only where they work.
  if (navigator.clipboard) {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      const word = button.querySelector("[data-copy-label]");
      const label = word.textContent;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        word.textContent = button.dataset.copied;
        setTimeout(() => { word.textContent = label; }, 2000);
      });
    }
  }

  // Messages of the demonstration: new ones appear by themselves and are announced once.
  const live = document.querySelector("[data-live]");
  if (live) {
    for (const link of document.querySelectorAll("[data-noscript]")) link.hidden = true;
    const status = document.querySelector("[data-live-status]");
    const count = (root) => Number(root.querySelector("[data-live-count]")?.dataset.liveCount ?? 0);
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(live.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
        if (fresh && count(fresh) !== count(live)) {
          live.replaceChildren(...fresh.childNodes);
          status.textContent = live.querySelector("[data-live-text]")?.dataset.liveText ?? "";
        }
      } catch {
        // The server is away for a moment: the next look will tell.
      }
    };
    setInterval(look, 1500);
    document.addEventListener("visibilitychange", look);
  }
})();
