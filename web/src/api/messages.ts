// A message that was heard, and what became of it.
import { get } from "./client";
import type { EntryLink } from "./centre";
import type { HistoryEntry, Named, Origin } from "./types";

/** A thing that has a page. */
export interface Thing extends Omit<EntryLink, "kind"> {
  kind: EntryLink["kind"] | "minutes" | "entry" | "emergency" | "document";
  collaboration: string;
}

export interface Message extends Origin {
  message: string;
  collaboration?: Named | null;
  made: Thing[];
  done: (HistoryEntry & { about?: Thing | null })[];
}

export const messagesApi = { one: (id: string) => get<Message>(`/messages/${id}`) };
