/** One value of a record on its detail screen: links where there is somewhere to go, text otherwise. */
import { html } from "lit";
import type { AttributeDefinition, WireValue } from "../../api";
import { format } from "../format";
import { icon } from "../icons";
import { isPhone } from "../model";
import { note } from "../note";
import { t } from "../texts";
import "./picture";

export function valueTemplate(value: WireValue | undefined, attribute: AttributeDefinition) {
  const text = format().value(value, attribute);
  if (value === null || value === undefined || value === "" || attribute.many) return text;
  if (attribute.choices?.some(([candidate]) => candidate === value)) return html`<span class="badge">${text}</span>`;
  switch (attribute.type) {
    case "boolean":
      return html`<span class="badge ${value ? "on" : ""}">${text}</span>`;
    case "email":
      return html`<a href="mailto:${encodeURI(String(value))}">${icon("mail")}${text}</a>`;
    case "url":
      // Other schemes (javascript:, data:) stay text.
      return /^https?:\/\//i.test(text)
        ? html`<a href=${text} target="_blank" rel="noopener noreferrer">${icon("link")}${text}</a>`
        : text;
    case "json":
      return typeof value === "object" ? html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>` : text;
    case "picture":
      return html`<hv-picture class="inline" .name=${String(value)} .label=${attribute.label} alt=${attribute.label}></hv-picture>`;
    case "file":
      return html`<button class="button" type="button" @click=${() => openFile(String(value))}>${text}</button>`;
    case "text":
      return html`<span class="prose">${text}</span>`;
    default:
      return isPhone(attribute, text)
        ? html`<a href="tel:${text.replace(/[^\d+]/g, "")}">${icon("phone")}${text}</a>`
        : text;
  }
}

/** Saves the file as the device keeps it; shown in place it could run as a page of this origin. */
async function openFile(name: string): Promise<void> {
  const blob = await window.offline.file(name);
  if (!blob) {
    note({ text: `${name.split("/").at(-1)}: ${t("fileMissing")}` });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.split("/").at(-1) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
