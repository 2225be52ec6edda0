// The collaboration centre: its sections, the entries in them, and what was said that looks like a decision.
import { call, get, query } from "./client";
import type { DocumentRow } from "./documents";
import type { Minutes } from "./minutes";
import type { ToolChoice } from "./starts";
import type { Clock, Instant, Issue, Level, Named, Origin, Page, PersonRef, RecordRow, Status } from "./types";

export interface EntryLink {
  kind: "task" | "record" | "problem";
  id: string;
  number: string;
  title: string;
  state: string;
}

/** An entry of the centre. */
export interface CentreEntry {
  id: string;
  number: number;
  collaboration: Named;
  section: string;
  section_name: string;
  text: string;
  level: Level;
  said_by?: PersonRef | null;
  speaker: string;
  said_at: Instant;
  platform?: string | null;
  origin?: Origin | null;
  filed_by?: PersonRef | null;
  way: "rule" | "command" | "card" | "page";
  removed_at?: Instant | null;
  links: EntryLink[];
  updated_at: Instant;
  version: number;
  may_edit: boolean;
}

export interface SectionRule {
  kind: "prefix" | "tag";
  words: string;
}

export interface Section {
  key: string;
  title: string;
  name: string;
  built_in: boolean;
  rules: SectionRule[];
  count: number;
}

export interface Sections {
  sections: Section[];
  version: number;
  may_manage: boolean;
}

/** A clock that runs out. */
export interface Risk {
  kind: "task" | "problem" | "minutes" | "follow_up";
  id: string;
  number: string;
  title: string;
  owner: PersonRef;
  clock: Clock;
}

export interface Against {
  kind: "goal_passed" | "urgent" | "overdue" | "unanswered" | "blocked" | "no_day";
  count: number;
}

export interface Owing {
  person: PersonRef;
  tasks: number;
  late: number;
  problems: number;
  minutes: number;
}

/** All that the centre shows at a glance. */
export interface Centre {
  course: "on" | "at_risk" | "off" | "done";
  against: Against[];
  goal: string;
  goal_on?: string | null;
  days_left?: number | null;
  milestones: { name: string; on?: string | null; days_left?: number | null }[];
  /** What was agreed to go to a tool and does not go there yet, for whoever manages the collaboration. */
  missing: ToolChoice[];
  counts: { tasks: Partial<Record<Status, number>>; records: Partial<Record<Status, number>>; overdue: number };
  clocks: Risk[];
  owing: Owing[];
  minutes: Minutes[];
  problems: Issue[];
  records: RecordRow[];
  documents: DocumentRow[];
  sections: Sections;
  entries: Record<string, CentreEntry[]>;
  chat_decisions: Origin[];
  may_contribute: boolean;
}

/** Something that was said or done. */
export interface Moment {
  id: string;
  at: Instant;
  kind: string;
  subject?: string | null;
  title: string;
  actor?: string | null;
  text: string;
  platform?: string | null;
  conversation?: string | null;
  link?: string | null;
}

export interface EntryInput {
  collaboration: string;
  section?: string;
  text?: string;
  message?: string;
  level?: Level;
}

export interface EntryPatch {
  version: number;
  text?: string;
  section?: string;
  level?: Level;
  note?: string;
}

export const centreApi = {
  centre: (id: string) => get<Centre>(`/collaborations/${id}/centre`),
  timeline: (id: string, filter: { kind?: string; platform?: string }, cursor?: string | null) =>
    get<Page<Moment>>(`/collaborations/${id}/timeline${query({ ...filter, cursor, limit: 30 })}`),
  sections: (id: string) => get<Sections>(`/collaborations/${id}/sections`),
  setSections: (id: string, version: number, sections: { key: string; name: string; rules: SectionRule[] }[]) =>
    call<Sections>("PUT", `/collaborations/${id}/sections`, { version, sections }),
  entries: (
    filter: { collaboration?: string; section?: string; linked?: string; query?: string; removed?: string },
    cursor?: string | null,
    limit = 20,
  ) => get<Page<CentreEntry>>(`/entries${query({ ...filter, cursor, limit })}`),
  entry: (id: string) => get<CentreEntry>(`/entries/${id}`),
  file: (input: EntryInput) => call<CentreEntry>("POST", "/entries", input),
  edit: (id: string, patch: EntryPatch) => call<CentreEntry>("PATCH", `/entries/${id}`, patch),
  remove: (id: string) => call<CentreEntry>("DELETE", `/entries/${id}`),
  restore: (id: string) => call<CentreEntry>("POST", `/entries/${id}/restore`, {}),
  link: (id: string, target: string, linked: boolean) =>
    call<CentreEntry>("POST", `/entries/${id}/link`, { target, linked }),
  chatDecisions: (id: string, cursor?: string | null) =>
    get<Page<Origin>>(`/collaborations/${id}/chat_decisions${query({ cursor, limit: 10 })}`),
  judge: (message: string, dismissed: boolean) =>
    call<{ dismissed: boolean }>("POST", `/chat_decisions/${message}`, { dismissed }),
};
