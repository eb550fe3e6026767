// Checks a form while it is edited: the same "Preview" that the button asks for, and only its answer is shown.

const PAUSE = 700;
const marker = document.querySelector("[data-check]");
const form = marker?.closest("form");
let timer = 0;
let asked = null;
let sent = "";

const fields = () => {
  const data = new FormData(form);
  data.append(marker.dataset.check, "1");
  data.delete("_impact");
  return data;
};

// An address that a redirect leads to is no answer to a check.
async function check() {
  const text = new URLSearchParams(fields()).toString();
  if (text === sent) return;
  sent = text;
  asked?.abort();
  asked = new AbortController();
  try {
    const response = await fetch(location.href, { method: "POST", body: fields(), redirect: "manual", signal: asked.signal });
    if (response.status === 200) show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch (error) {
    if (error.name !== "AbortError") sent = "";
  }
}

function show(page) {
  swap("rtx-board", page);
  const wrong = errors(page);
  ports(page);
  const verdict = document.querySelector("#rtx-board .rtx-verdict");
  const words = verdict?.textContent.trim() || (wrong ? `${wrong} of the fields below cannot be accepted.` : "Checked: it can be saved.");
  if (verdict && !verdict.textContent.trim() && wrong) verdict.textContent = words;
  const said = document.getElementById("rtx-said");
  if (said.textContent !== words) said.textContent = words;
  const place = document.getElementById("rtx-checked");
  const impact = page.querySelector(".rtx-impact");
  document.querySelector("form > .rtx-impact")?.remove();
  place.replaceChildren(...(impact ? [document.importNode(impact, true)] : []));
  place.hidden = !impact;
}

function swap(id, page) {
  const old = document.getElementById(id);
  const fresh = page.getElementById(id);
  if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true));
}

function errors(page) {
  for (const old of form.querySelectorAll("ul.errorlist")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const found = page.querySelectorAll("ul.errorlist[id$=_error]");
  for (const fresh of found) {
    const field = document.getElementById(fresh.id.slice(0, -"_error".length));
    if (!field) continue;
    field.setAttribute("aria-invalid", "true");
    (field.closest(".form-row, td") ?? field.parentElement).prepend(document.importNode(fresh, true));
  }
  return found.length;
}

// Nodes that were just added have ports: offer them in all rows.
function ports(page) {
  for (const end of ["source_port", "target_port"]) {
    const model = page.querySelector(`select[name="connections-__prefix__-${end}"]`);
    if (!model) continue;
    for (const select of form.querySelectorAll(`select[name^="connections-"][name$="-${end}"]`)) {
      const known = new Set([...select.options].map((option) => option.value));
      for (const option of model.options) if (!known.has(option.value)) select.add(document.importNode(option, true));
    }
  }
}

// --- only the fields of the chosen kind of a policy or an error handler ---

function kinds() {
  for (const field of document.querySelectorAll("[data-of]")) {
    const choice = document.getElementById(field.dataset.of);
    const row = field.closest(".form-row");
    if (choice && row) row.hidden = choice.value !== field.dataset.for && !row.querySelector(".errorlist");
  }
}

kinds();
document.addEventListener("change", kinds);
document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-copy]") : null;
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = "Copied";
});
if (navigator.clipboard) for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;

if (form) {
  sent = new URLSearchParams(fields()).toString();
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
}
