"use strict";
// Renews what is shown every five seconds, and keeps the place, the filter and what is selected. Without it the page renews
// itself whole.
(() => {
  async function renew() {
    const main = document.querySelector("main");
    if (document.hidden || main.contains(document.activeElement) || !getSelection().isCollapsed) return;
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
  setInterval(renew, 5000);
  document.addEventListener("visibilitychange", renew);
})();
