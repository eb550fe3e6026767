// Ctrl-K finds and opens; ? shows help. Without this script the header has links to both as pages.

const links = { search: document.querySelector("a[data-palette]"), help: document.querySelector("a[data-help]") };
let palette = null;
let asked = null;
let timer = 0;

const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

function build() {
  const input = make("input", {
    type: "text", role: "combobox", "aria-label": "Find a flow, job, page or action", "aria-expanded": "false",
    "aria-controls": "palette-list", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
    maxlength: "200", placeholder: "trigger orders",
  });
  const list = make("ul", { id: "palette-list", role: "listbox", "aria-label": "Found" });
  const said = make("p", { role: "status", class: "palette-said" });
  const dialog = make("dialog", { class: "palette", "aria-label": "Find" }, input, list, said);
  document.body.append(dialog);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input.value), 120);
  });
  input.addEventListener("keydown", keys);
  list.addEventListener("click", ({ target }) => go(target.closest("[role=option]")));
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  return { dialog, input, list, said, shown: null };
}

function open() {
  palette ??= build();
  palette.input.value = "";
  if (!palette.dialog.open) palette.dialog.showModal();
  palette.input.focus();
  ask("");
}

async function ask(words) {
  asked?.abort();
  asked = new AbortController();
  try {
    const address = `${links.search.dataset.palette}?${new URLSearchParams({ q: words })}`;
    const response = await fetch(address, { signal: asked.signal, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    show((await response.json()).found, words);
  } catch (error) {
    if (error.name !== "AbortError") say("The search does not answer: load the page again.");
  }
}

function show(found, words) {
  palette.shown = words;
  palette.list.replaceChildren(...found.map((one, number) => option(one, number)));
  palette.input.setAttribute("aria-expanded", String(found.length > 0));
  choose(0);
  say(found.length ? `${found.length} found` : "Nothing is named so.");
}

function option({ kind, label, hint, url }, number) {
  const parts = [make("span", { class: "palette-kind" }, kind), make("b", {}, label)];
  if (hint) parts.push(make("span", { class: "palette-hint" }, hint));
  const made = make("li", { id: `palette-${number}`, role: "option", "aria-selected": "false" }, ...parts);
  made.dataset.url = url;
  return made;
}

function choose(number) {
  const options = [...palette.list.children];
  const at = options.length ? (number + options.length) % options.length : -1;
  options.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
  if (at < 0) palette.input.removeAttribute("aria-activedescendant");
  else palette.input.setAttribute("aria-activedescendant", options[at].id);
  options[at]?.scrollIntoView({ block: "nearest" });
}

const chosen = () => palette.list.querySelector("[aria-selected=true]");

function keys(event) {
  const at = [...palette.list.children].indexOf(chosen());
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter") enter();
  else return;
  event.preventDefault();
}

// Whoever types faster than the answer comes means what was typed, not what is still shown.
async function enter() {
  clearTimeout(timer);
  if (palette.shown !== palette.input.value) await ask(palette.input.value);
  if (palette.shown === palette.input.value) go(chosen());
}

function go(one) {
  if (one) location.assign(one.dataset.url);
}

function say(text) {
  palette.said.textContent = text;
}

async function help() {
  try {
    const response = await fetch(links.help.href, { redirect: "error" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("help");
    const close = make("button", { type: "button", class: "plain" }, "Close");
    const dialog = make("dialog", { class: "palette palette-help", "aria-label": "Help" }, document.importNode(page, true), close);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    // Else the first link of the text has the focus, and what stands above it is out of sight.
    dialog.tabIndex = -1;
    dialog.autofocus = true;
    dialog.showModal();
    dialog.scrollTop = 0;
  } catch {
    location.assign(links.help.href);
  }
}

const isTyping = ({ target }) =>
  target instanceof Element && (target.closest("input, textarea, select, dialog") || target.isContentEditable || target.shadowRoot);

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && links.search) {
    event.preventDefault();
    open();
  } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey && links.help && !isTyping(event)) {
    event.preventDefault();
    help();
  }
});
links.search?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
