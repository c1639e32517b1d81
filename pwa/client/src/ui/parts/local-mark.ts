/** Where a record stands when the server does not have it as it is here: an icon and a word. */
import { css, html, nothing } from "lit";
import type { ChangeState, LocalFacts, Row } from "../../api";
import { type IconName, icon } from "../icons";
import { type TextName, t } from "../texts";

const looks: Record<ChangeState, { icon: IconName; text: TextName; look: "" | "turn" | "bad" } | null> = {
  unsent: { icon: "unsent", text: "stateUnsent", look: "" },
  sending: { icon: "sync", text: "stateSending", look: "" },
  waiting: { icon: "clock", text: "stateWaiting", look: "" },
  rejected: { icon: "alert", text: "stateAttention", look: "bad" },
  gone: { icon: "alert", text: "stateAttention", look: "bad" },
  conflict: { icon: "conflict", text: "stateConflict", look: "turn" },
  // The server has it.
  sent: null,
};

/** What this device has to say of the row; `null` of one that is as on the server. */
export function localFacts(row: Row | null | undefined): LocalFacts | null {
  return (row?._local as LocalFacts | undefined) ?? null;
}

export function hasMark(row: Row): boolean {
  const facts = localFacts(row);
  return facts !== null && looks[facts.state] !== null;
}

/** Nothing for what is on the server. */
export function localMark(row: Row) {
  const facts = localFacts(row);
  const mark = facts && looks[facts.state];
  if (!mark) return nothing;
  return html`<span class="local ${mark.look}" data-test="local-mark" data-state=${facts.state}>${icon(mark.icon)}${t(mark.text)}</span>`;
}

export const localMarkStyles = css`
  .local {
    display: inline-flex;
    align-items: center;
    gap: 0.2rem;
    max-inline-size: 100%;
    color: var(--accent);
    font-size: var(--size-s);
    font-weight: 600;
    line-height: 1.3;
    white-space: nowrap;
    /* On one line with the words beside it: the icon, which comes first, has no line of its own. */
    vertical-align: bottom;
  }

  .local .icon {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .local.turn {
    color: var(--warn-text);
  }

  .local.bad {
    color: var(--danger);
  }
`;
