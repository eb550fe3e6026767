// Makes an editor of each JSON field that comes into sight. The field stays where it is, and is what the form sends.

const bundle = document.querySelector("meta[name=rtx-editor]")?.content;
const sight = new IntersectionObserver(seen, { rootMargin: "400px" });
let loading = null;

function seen(entries) {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    loading ??= import(bundle);
    loading.then((cm) => enhance(cm, target)).catch(() => {}); // the plain field works as well
  }
}

function enhance(cm, field) {
  const host = document.createElement("div");
  host.className = "rtx-editor";
  field.after(host);
  const said = document.createElement("span");
  said.className = "rtx-editor-said";
  said.setAttribute("role", "status");
  host.after(said);
  const root = host.attachShadow({ mode: "open" });
  const state = cm.EditorState.create({ doc: field.value, extensions: extensions(cm, field, said) });
  const view = new cm.EditorView({ state, root, parent: root });
  host.style.setProperty("--rows", String(field.rows));
  stepBack(field, view);
}

function extensions(cm, field, said) {
  return [
    cm.lineNumbers(), cm.history(), cm.foldGutter(), cm.drawSelection(), cm.indentOnInput(), cm.bracketMatching(),
    cm.indentUnit.of("  "), cm.json(), cm.lintGutter(), cm.linter((view) => lint(cm, view, said)), colours(cm), theme(cm),
    cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap, ...cm.lintKeymap]),
    cm.EditorView.lineWrapping,
    cm.EditorView.contentAttributes.of(named(field)),
    cm.EditorView.updateListener.of((update) => update.docChanged && send(field, update.state.doc.toString())),
  ];
}

function named(field) {
  const label = field.getAttribute("aria-label") || field.labels?.[0]?.textContent.replace(/:\s*$/, "").trim() || "JSON";
  const name = `${label}, JSON editor`; // a tabindex, because not everybody knows that what can be edited takes the focus
  return { "aria-label": name, tabindex: "0", "data-field": field.id, spellcheck: "false", autocorrect: "off" };
}

function lint(cm, view, said) {
  const text = view.state.doc.toString();
  const found = text.trim() ? wrong(cm, view, text) : null;
  const line = found && view.state.doc.lineAt(found.from);
  const told = line ? `Line ${line.number}, column ${found.from - line.from + 1}: ${found.message}` : "";
  if (said.textContent !== told) said.textContent = told;
  return found ? [found] : [];
}

// Browsers tell a position in words of their own, or none; then the tree of the editor knows where it stumbled.
function wrong(cm, view, text) {
  try {
    JSON.parse(text);
    return null;
  } catch ({ message }) {
    const told = /position (\d+)/.exec(message);
    const from = Math.min(told ? Number(told[1]) : stumble(cm, view), text.length);
    const words = message.replace(/^JSON\.parse: /, "").replace(/,? ?(\.{3})?"[^]*is not valid JSON| (in JSON )?at .*$/g, "");
    return { from, to: Math.min(from + 1, text.length), severity: "error", message: `${words}.` };
  }
}

function stumble(cm, view) {
  let at = view.state.doc.length;
  cm.ensureSyntaxTree(view.state, at, 200)?.iterate({ enter: ({ type, from }) => void (type.isError && (at = Math.min(at, from))) });
  return at;
}

// The field leaves the order of the keys and the sight, not the form; whoever is led to it lands in the editor.
function stepBack(field, view) {
  field.classList.add("rtx-behind");
  field.tabIndex = -1;
  field.setAttribute("aria-hidden", "true");
  field.addEventListener("focus", () => view.focus());
  field.addEventListener("input", () => show(field, view));
  field.form?.addEventListener("reset", () => setTimeout(() => show(field, view)));
}

let sending = null;

function send(field, text) {
  sending = field;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  sending = null;
}

function show(field, view) {
  if (sending === field || view.state.doc.toString() === field.value) return;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: field.value } });
}

const both = (light, dark) => `light-dark(${light}, ${dark})`;

function colours(cm) {
  const { tags } = cm;
  const style = cm.HighlightStyle.define([
    { tag: tags.propertyName, color: both("#17467c", "#9ccbff") },
    { tag: tags.string, color: both("#17693a", "#7fd8a2") },
    { tag: [tags.number, tags.bool, tags.null], color: both("#8a3b00", "#ffb37a") },
  ]);
  return cm.syntaxHighlighting(style);
}

function theme(cm) {
  const text = "var(--fg, var(--body-fg))";
  const soft = "var(--bg-soft, var(--rtx-soft))";
  const quiet = "var(--fg-quiet, var(--body-quiet-color))";
  return cm.EditorView.theme({
    "&": { color: text, backgroundColor: "var(--bg, var(--body-bg))", border: `1px solid ${quiet}`, borderRadius: "6px",
      fontSize: ".875rem" },
    "&.cm-focused": { outline: "3px solid var(--accent-focus, var(--link-fg, var(--accent)))", outlineOffset: "1px" },
    ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", maxHeight: "28rem", overflow: "auto",
      minHeight: "calc(var(--rows, 4) * 1.4em + 10px)" },
    ".cm-content": { caretColor: text },
    ".cm-cursor": { borderLeftColor: text },
    ".cm-gutters": { color: quiet, backgroundColor: soft, border: "none" },
    ".cm-tooltip": { color: text, backgroundColor: soft, border: `1px solid ${quiet}` },
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: `${both("#cfe3f8", "#264f78")} !important` },
  });
}

function watch() {
  if (bundle) for (const field of document.querySelectorAll("textarea.rtx-json:not(.rtx-behind)")) if (!field.disabled) sight.observe(field);
}

watch();
document.addEventListener("formset:added", () => setTimeout(watch));
