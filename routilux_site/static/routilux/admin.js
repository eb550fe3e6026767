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

window.addEventListener("load", nameBoxes);
document.addEventListener("formset:added", () => setTimeout(nameBoxes));
