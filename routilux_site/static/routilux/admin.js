"use strict";

// Select2 draws a box of its own and does not tell a screen reader which label it belongs to.
const nameBox = (box) => {
  const select = box.closest(".select2-container")?.previousElementSibling;
  const label = select?.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  if (!label) return;
  label.id ||= `${select.id}-label`;
  box.setAttribute("aria-labelledby", label.id);
  box.querySelector(".select2-selection__rendered")?.setAttribute("aria-labelledby", label.id);
};

const nameBoxes = () => document.querySelectorAll(".select2-selection[role=combobox]").forEach(nameBox);

// The boxes of two lists hang a name on a bare span, which has no role that could bear one.
const nameTips = () => document.querySelectorAll("span.help-tooltip[aria-label]").forEach((tip) => (tip.role = "img"));

window.addEventListener("load", () => {
  nameBoxes();
  nameTips();
});
document.addEventListener("formset:added", () => setTimeout(nameBoxes));
