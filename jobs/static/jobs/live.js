// Keeps the part of a page marked `data-live` up to date. Without this script the page has a Refresh link.

const SLOWEST = 30000;
const said = document.getElementById("said");
let root = document.getElementById("live");
let etag = "";
let timer = 0;
let pause = 0;
let isPaused = false;
let isAsking = false;

function say(text) {
  if (said && text && said.textContent !== text) said.textContent = text;
}

// --- one tree becomes another: focus, selection, scrolling and open details stay where nothing changed ---

const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || keyOf(old) !== keyOf(fresh)) {
    old.replaceWith(document.importNode(fresh, true));
  } else if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
  } else if (!old.isEqualNode(fresh)) {
    attributes(old, fresh);
    children(old, fresh);
  }
}

function attributes(old, fresh) {
  // A reader opens and closes details, and the script shows and hides its buttons.
  const own = old.nodeName === "DETAILS" ? "open" : old.nodeName === "BUTTON" ? "hidden" : "";
  for (const { name } of [...old.attributes]) if (name !== own && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (name !== own && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function children(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let at = old.firstChild;
  for (const wanted of fresh.childNodes) {
    const key = keyOf(wanted);
    const mate = key ? keyed.get(key) : at && !keyOf(at) ? at : null;
    if (!mate) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (mate === at) at = at.nextSibling;
    else old.insertBefore(mate, at);
    morph(mate, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// --- asking again ---

function wait(delay) {
  clearTimeout(timer);
  if (root?.dataset.live && !isPaused && !document.hidden) timer = setTimeout(ask, delay);
}

async function ask() {
  if (isAsking) return;
  isAsking = true;
  const address = new URL(location.href);
  address.searchParams.set("fragment", "1");
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(address, { headers, cache: "no-store", redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) return leave();
    if (response.status === 200) show(await response.text(), response.headers.get("ETag"));
    else if (response.status !== 304) throw new Error(String(response.status));
    pause = Number(root.dataset.live) || 0;
  } catch {
    pause = Math.min(Math.max(pause, 1000) * 2, SLOWEST);
  } finally {
    isAsking = false;
  }
  wait(pause);
}

function show(html, tag) {
  if (isPaused) return;
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) return;
  etag = tag ?? "";
  const before = root.dataset.say;
  morph(root, fresh);
  root = document.getElementById("live");
  ready();
  if (root.dataset.say !== before) say(root.dataset.say);
  if (root.dataset.title) document.title = root.dataset.title;
}

function leave() {
  delete root.dataset.live;
  say("Updates have stopped: load the page again.");
}

// --- times go on between two answers ---

const offset = root ? Number(root.dataset.now) - Date.now() : 0;

function since(time) {
  return Math.max(0, Math.floor((Date.now() + offset - Date.parse(time.dateTime)) / 1000));
}

function left(time) {
  const s = Math.floor((Date.parse(time.dateTime) - Date.now() - offset) / 1000);
  return s > 0 ? `in ${lasted(s)}` : "any moment now";
}

function lasted(s) {
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

function ago(s) {
  if (s < 5) return "just now";
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  return s < 172800 ? `${Math.floor(s / 3600)} h ago` : "";
}

function tick() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[data-since], time[data-ago], time[data-left]")) {
    const { dataset } = time;
    const text = "left" in dataset ? left(time) : "since" in dataset ? lasted(since(time)) : ago(since(time));
    if (text && time.textContent !== text) time.textContent = text;
  }
}

// --- buttons ---

function ready() {
  for (const button of document.querySelectorAll("button[data-pause]")) {
    button.hidden = !root?.dataset.live;
    button.textContent = isPaused ? "Resume updates" : "Pause updates";
  }
  if (navigator.clipboard) for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (button && "pause" in button.dataset) {
    isPaused = !isPaused;
    ready();
    say(isPaused ? "Updates are paused." : "Updates go on.");
    wait(0);
  } else if (button?.dataset.copy) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    say("Copied.");
  }
});
document.addEventListener("visibilitychange", () => wait(0));

ready();
setInterval(tick, 1000);
wait(Number(root?.dataset.live));
