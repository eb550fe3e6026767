// Suggestions for the word that is being typed. Without this script the list offers whole filters.

const input = document.getElementById("q");
const list = document.getElementById("offers");
const terms = [...(list?.options ?? [])].map((option) => option.dataset.term);

function offer() {
  const text = input.value;
  const at = text.lastIndexOf(" ") + 1;
  const before = text.slice(0, at);
  const word = text.slice(at).replace(/^-/, "").toLowerCase();
  if (word.includes('"')) return;
  const minus = text[at] === "-" ? "-" : "";
  const found = terms.filter((term) => term.toLowerCase().startsWith(word) && !before.includes(term)).slice(0, 12);
  list.replaceChildren(...found.map((term) => Object.assign(document.createElement("option"), { value: before + minus + term })));
}

input?.addEventListener("input", offer);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
});
