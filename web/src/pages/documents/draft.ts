import type { Instant } from "../../api/types";

/** What somebody typed into a document and did not save yet. */
export interface Draft {
  title: string;
  text: string;
  note: string;
  /** The version it was written over. */
  edition: number;
  at: Instant;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Where the draft of a document lies: in this browser only, apart for each person. */
const place = (person: string, document: string) => `huan.draft.${person}.${document}`;

export function draftOf(shelf: Shelf, person: string, document: string): Draft | null {
  try {
    const kept = JSON.parse(shelf.getItem(place(person, document)) ?? "null") as Partial<Draft> | null;
    if (typeof kept?.text !== "string" || typeof kept.title !== "string" || typeof kept.edition !== "number")
      return null;
    return { title: kept.title, text: kept.text, note: kept.note ?? "", edition: kept.edition, at: kept.at ?? "" };
  } catch {
    return null;
  }
}

/** Keeps a draft; says whether there was room for it. */
export function keepDraft(shelf: Shelf, person: string, document: string, draft: Draft): boolean {
  try {
    shelf.setItem(place(person, document), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(shelf: Shelf, person: string, document: string) {
  shelf.removeItem(place(person, document));
}
