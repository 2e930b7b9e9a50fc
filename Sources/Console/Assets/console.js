"use strict";
// Renews what is shown every few seconds, and keeps the place, the filter and what is selected. Without it the page renews
// itself whole.
(() => {
  const seconds = Number(document.currentScript.dataset.seconds);
  async function renew() {
    const main = document.querySelector("main");
    if (document.hidden) return;
    const isHeld = main.contains(document.activeElement) || !getSelection().isCollapsed;
    document.querySelector("#held").classList.toggle("shown", isHeld);
    if (isHeld) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      main.replaceWith(page.querySelector("main"));
      document.title = page.title;
    } catch {
      document.querySelector("#lost").classList.add("shown");
    }
  }
  setInterval(renew, seconds * 1000);
  document.addEventListener("visibilitychange", renew);
})();
