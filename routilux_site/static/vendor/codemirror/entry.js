// What the bundle offers: the parts of CodeMirror 6 that editor.js puts together. See README.md for how it is built.
export { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
export { Compartment, EditorState } from "@codemirror/state";
export { bracketMatching, ensureSyntaxTree, foldGutter, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { lintGutter, lintKeymap, linter } from "@codemirror/lint";
export { json } from "@codemirror/lang-json";
export { tags } from "@lezer/highlight";
