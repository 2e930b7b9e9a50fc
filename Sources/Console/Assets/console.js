"use strict";
// Keeps a page as it is on the server: by events where it has them, which say what has changed, else by loading it again every
// few seconds. What has the focus keeps it, and what is selected stays as it is until it is no more. Without this the page
// loads itself again.
(() => {
  const { seconds, events } = document.currentScript.dataset;
  const main = () => document.querySelector("main");
  const show = (id, isShown) => document.getElementById(id).classList.toggle("shown", isShown);
  /** The events, while there are any. */
  let stream = null;
  /** When something was heard last. */
  let heardAt = performance.now();
  /** The tag of the page as it was loaded last. */
  let tag = "";
  /** Parts that are selected: what becomes of them, by id. */
  const held = new Map();

  // Ages: they grow without the server's saying so.

  function note(element, age, at = performance.now()) {
    if (element) element.since = at - age * 1000;
  }

  function noteAll(root, at) {
    for (const element of root.querySelectorAll("[data-age]")) note(element, Number(element.dataset.age), at);
  }

  function pair(large, unit, small, smaller) {
    return small === 0 ? large + unit : large + unit + " " + small + smaller;
  }

  function grow() {
    for (const element of document.querySelectorAll("[data-age]")) {
      const age = Math.floor((performance.now() - element.since) / 1000);
      let text = age + " s";
      if (age >= 86400) text = pair(Math.floor(age / 86400), "d", Math.floor(age % 86400 / 3600), "h");
      else if (age >= 3600) text = pair(Math.floor(age / 3600), "h", Math.floor(age % 3600 / 60), "m");
      else if (age >= 60) text = pair(Math.floor(age / 60), "m", age % 60, "s");
      if (element.textContent !== text && !isSelected(element)) element.textContent = text;
    }
  }

  // Elements in the place of others

  function isSelected(element) {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(element, true);
  }

  /** What can have the focus, and leads to the same or says the same. */
  function alike(root, key) {
    const elements = [...root.querySelectorAll("a[href], summary, [tabindex]")];
    return elements.filter(element => (element.getAttribute("href") ?? element.textContent) === key);
  }

  function replace(old, fresh, at) {
    noteAll(fresh, at);
    const active = document.activeElement;
    if (!old.contains(active)) return old.replaceWith(fresh);
    const key = active.getAttribute("href") ?? active.textContent;
    const place = alike(old, key).indexOf(active);
    old.replaceWith(fresh);
    const next = alike(fresh, key)[place] ?? fresh;
    if (next === fresh) fresh.tabIndex = -1;
    next.focus({ preventScroll: true });
  }

  function change(id, html, at) {
    const old = document.getElementById(id);
    if (isSelected(old)) return held.set(id, { html, at });
    held.delete(id);
    const template = document.createElement("template");
    template.innerHTML = html;
    replace(old, template.content.firstElementChild, at);
  }

  function release() {
    for (const [id, { html, at }] of [...held]) change(id, html, at);
    show("held", held.size > 0);
  }

  /** Of the window, and said aloud if that is new. */
  function entitle(title) {
    if (document.title === title) return;
    document.title = title;
    document.getElementById("news").textContent = title;
  }

  // From the server

  async function load() {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html", "if-none-match": tag } });
      if (answer.status === 401) return location.reload();
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        show("held", isSelected(main()));
        if (isSelected(main())) return;
        tag = answer.headers.get("etag") ?? "";
        held.clear();
        replace(main(), document.adoptNode(page.querySelector("main")));
        entitle(page.title);
      }
      heardAt = performance.now();
      show("lost", false);
    } catch {
      show("lost", true);
    }
  }

  function take({ from, to, title, parts }) {
    heardAt = performance.now();
    show("lost", false);
    if (to === main().dataset.version) return;
    if (from !== main().dataset.version || !parts.every(part => document.getElementById(part.id))) return load();
    for (const { id, html, age } of parts) {
      if (html === undefined) note(document.querySelector(`#${id} [data-age]`), age);
      else change(id, html);
    }
    main().dataset.version = to;
    entitle(title + " · Cronmill");
    show("held", held.size > 0);
  }

  /** From now on, or not while nobody sees it. */
  function listen() {
    stream?.close();
    stream = null;
    if (document.hidden || !events) return;
    stream = new EventSource(events);
    stream.onmessage = event => take(JSON.parse(event.data));
    // Full, too many or logged out: then it loads the page.
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) stream = null;
      load();
    };
  }

  setInterval(() => {
    if (document.hidden) return;
    if (!stream) return load();
    // Something between has swallowed them.
    if (performance.now() - heardAt > 30000) {
      listen();
      load();
    }
  }, seconds * 1000);
  setInterval(() => document.hidden || grow(), 1000);
  document.addEventListener("selectionchange", () => held.size > 0 && release());
  document.addEventListener("visibilitychange", () => {
    listen();
    if (!document.hidden && !stream) load();
  });
  noteAll(main());
  listen();
})();
