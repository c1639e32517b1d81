/* Beside each text field of a colour: the browser's own colour picker. The text field is what is sent. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const text of document.querySelectorAll("input.syncapi-color")) {
    const picker = document.createElement("input");
    picker.type = "color";
    picker.className = "syncapi-picker";
    const label = text.labels?.[0]?.textContent ?? "";
    picker.setAttribute("aria-label", label.trim().replace(/:$/, ""));
    const follow = () => {
      const shown = text.value || text.placeholder;
      if (/^#[0-9a-f]{6}$/i.test(shown)) picker.value = shown;
    };
    follow();
    text.addEventListener("input", follow);
    picker.addEventListener("input", () => {
      text.value = picker.value;
    });
    text.after(picker);
  }
});
