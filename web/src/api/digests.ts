// Daily and weekly digests.
import { call, get, query } from "./client";
import type { Instant, Level, Page, PersonRef, Status } from "./types";

export type Part = "done" | "moved" | "blocked" | "overdue" | "missing" | "decisions" | "problems" | "next";
export const PARTS: Part[] = ["done", "moved", "blocked", "overdue", "missing", "decisions", "problems", "next"];

/** A digest in a list. */
export interface Digest {
  id: string;
  collaboration: string;
  rhythm: "daily" | "weekly";
  day: string;
  period: string;
  state: "planned" | "prepared" | "sent" | "skipped";
  since: Instant;
  due_at: Instant;
  goes_out_at: Instant;
  sent_at?: Instant | null;
  late: boolean;
  sent_by?: PersonRef | null;
  groups: number;
  counts: Partial<Record<Part, number>>;
  version: number;
}

export interface DigestLine {
  key: string;
  part: Part;
  text: string;
  level: Level;
  subject?: string | null;
  standing: "drafted" | "rewritten" | "left_out" | "added";
  drafted?: string | null;
  over?: string | null;
  offered: boolean;
}

/** A row of the record table that should have been touched. */
export interface StaleRow {
  record: string;
  number: string;
  topic: string;
  owner: PersonRef;
  why: "overdue" | "due_today" | "untouched";
  due_at?: Instant | null;
  touched_at: Instant;
}

/** A digest with all it says. */
export interface DigestPage extends Digest {
  note: string;
  lines: DigestLine[];
  hidden: number;
  table: { status: Status; count: number }[];
  stale: StaleRow[];
  posted: { title: string; platform: string; state: string }[];
  edited_by?: PersonRef | null;
  edited_at?: Instant | null;
  may_edit: boolean;
}

export interface DigestInput {
  note: string;
  lines: { key: string; part: Part; text: string | null; over: string }[];
  added: { part: Part; text: string }[];
  version: number;
}

export const digestsApi = {
  open: (collaboration: string) =>
    get<Page<Digest>>(`/collaborations/${collaboration}/digests${query({ open: true })}`),
  archive: (collaboration: string, cursor?: string | null) =>
    get<Page<Digest>>(`/collaborations/${collaboration}/digests${query({ cursor, limit: 30 })}`),
  one: (id: string) => get<DigestPage>(`/digests/${id}`),
  edit: (id: string, input: DigestInput) => call<DigestPage>("PUT", `/digests/${id}`, input),
  send: (id: string, version: number, everybody: boolean) =>
    call<DigestPage>("POST", `/digests/${id}/send`, { version, everybody }),
  skip: (id: string, version: number) => call<DigestPage>("POST", `/digests/${id}/skip`, { version }),
};
