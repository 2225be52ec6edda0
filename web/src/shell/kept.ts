// What a browser keeps of somebody, and when it forgets that.

/** Drafts of documents, and what was opened last. */
const OF_SOMEBODY = ["huan.draft.", "huan.found."];

type Shelf = Pick<Storage, "key" | "length" | "removeItem">;

function keys(shelf: Shelf, prefix: string): string[] {
  return Array.from({ length: shelf.length }, (_, place) => shelf.key(place) ?? "").filter((key) =>
    key.startsWith(prefix),
  );
}

/** How many drafts somebody has here that were not saved. */
export const draftsOf = (shelf: Shelf, person: string) => keys(shelf, `huan.draft.${person}.`).length;

/** Forgets what was kept of anybody: the next person at this machine finds nothing of it. */
export function forget(shelf: Shelf) {
  for (const key of OF_SOMEBODY.flatMap((prefix) => keys(shelf, prefix))) shelf.removeItem(key);
}

let signedOut = false;

/** Somebody signs out here. What they had open keeps its draft when it is left, so that it is forgotten after that. */
export function noteSignedOut() {
  signedOut = true;
}

/** To be called once nothing of whoever was here is shown any more. A session that merely ended leaves its drafts. */
export function forgetWhoSignedOut() {
  if (!signedOut) return;
  signedOut = false;
  forget(localStorage);
  forget(sessionStorage);
}
