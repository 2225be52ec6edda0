// Documents of the library.
import { call, get, query } from "./client";
import type { Instant, Level, Named, Page, PersonRef } from "./types";

/** A document in a list. */
export interface DocumentRow {
  id: string;
  number: number;
  collaboration: Named;
  title: string;
  level: Level;
  template: boolean;
  edition: number;
  created_by: PersonRef;
  changed_by: PersonRef;
  trashed?: { by: PersonRef; at: Instant } | null;
  created_at: Instant;
  updated_at: Instant;
  version: number;
  may: { write: boolean; share: boolean };
}

export interface DocumentEditionNote {
  number: number;
  note: string;
  added: number;
  removed: number;
  by: PersonRef;
  at: Instant;
}

export type LinkedKind = "task" | "record" | "problem" | "minutes" | "document";

/** A thing that a document is linked with. */
export interface DocumentLink {
  kind: LinkedKind;
  id: string;
  name: string;
  title: string;
  collaboration: string;
  by_hand: boolean;
}

/** A document with what it says. */
export interface DocumentPage extends DocumentRow {
  text: string;
  html: string;
  readers: PersonRef[];
  editions: DocumentEditionNote[];
  links: DocumentLink[];
}

export interface DocumentEdition {
  number: number;
  title: string;
  text: string;
  html: string;
}

export interface TextLine {
  kept: "same" | "added" | "removed";
  text: string;
}

export interface TextDifference {
  from_title: string;
  to_title: string;
  lines: TextLine[];
}

/** A template that is shipped. */
/** A thing of a platform that a document leads to. */
export interface LinkTitle {
  platform: string;
  kind: string;
  id: string;
  title?: string | null;
  owner?: string | null;
  state: "unknown" | "waiting" | "known" | "unreadable";
  reason?: string | null;
  checked_at?: Instant | null;
}

export interface DocumentTemplate {
  key: string;
  title: string;
  summary: string;
  text: string;
}

export interface DocumentInput {
  collaboration: string;
  title: string;
  text?: string;
  level?: Level;
  template?: boolean;
  about?: string;
}

export interface DocumentsFilter {
  collaboration?: string;
  linked?: string;
  template?: boolean;
  trashed?: boolean;
  query?: string;
}

export const documentsApi = {
  list: (filter: DocumentsFilter, cursor?: string | null) =>
    get<Page<DocumentRow>>(`/documents${query({ ...filter, cursor, limit: 50 })}`),
  one: (id: string) => get<DocumentPage>(`/documents/${id}`),
  create: (input: DocumentInput) => call<DocumentPage>("POST", "/documents", input),
  save: (id: string, written: { title: string; text: string; note: string; edition: number }) =>
    call<DocumentPage>("PUT", `/documents/${id}`, written),
  share: (id: string, sharing: { level?: Level; readers?: string[]; template?: boolean; version: number }) =>
    call<DocumentPage>("PATCH", `/documents/${id}`, sharing),
  trash: (id: string) => call<DocumentPage>("POST", `/documents/${id}/trash`, {}),
  restore: (id: string) => call<DocumentPage>("POST", `/documents/${id}/restore`, {}),
  link: (id: string, target: string, linked: boolean) =>
    call<DocumentPage>("POST", `/documents/${id}/link`, { target, linked }),
  edition: (id: string, number: number) => get<DocumentEdition>(`/documents/${id}/editions/${number}`),
  difference: (id: string, from: number, to: number) =>
    get<TextDifference>(`/documents/${id}/difference${query({ from, to })}`),
  compare: (id: string, title: string, text: string) =>
    call<TextDifference>("POST", `/documents/${id}/compare`, { title, text }),
  titles: (id: string) => get<Page<LinkTitle>>(`/documents/${id}/titles`),
  askTitles: (id: string) => call<Page<LinkTitle>>("POST", `/documents/${id}/titles`, {}),
  templates: () => get<Page<DocumentTemplate>>("/document_templates"),
  preview: (text: string) => call<{ html: string }>("POST", "/documents/preview", { text }),
};
