// Minutes of decisions and meetings.
import { call, get, query } from "./client";
import type { Clock, Instant, Level, Named, Origin, Page, PersonRef, Stage } from "./types";

export type Occasion = "decision" | "meeting";
export type MinutesStage = "owed" | "filed" | "withdrawn";
export type Stand = "waiting" | "confirmed" | "objected" | "answered";

/** Minutes in a list. */
export interface Minutes {
  id: string;
  number: number;
  collaboration: Named;
  occasion: Occasion;
  title: string;
  level: Level;
  stage: MinutesStage;
  edition: number;
  recorder: PersonRef;
  started_by: PersonRef;
  happened_at: Instant;
  asked: number;
  confirmed: number;
  objected: number;
  clock?: Clock | null;
  origin?: Origin | null;
  updated_at: Instant;
  version: number;
  may: { record: boolean; confirm: boolean };
}

/** Who took part: a known person, or a name that is in no directory. */
export type Attendee = { kind: "person"; person: string } | { kind: "named"; text: string };

export interface ActionItem {
  key: string;
  what: string;
  owner: string | null;
  due: Instant | null;
  task?: string | null;
}

/** What minutes say. */
export interface Content {
  held_at: Instant | null;
  place: string;
  host: string | null;
  participants: Attendee[];
  absentees: Attendee[];
  agenda: string;
  conclusions: string;
  disputes: string;
  actions: ActionItem[];
  /** The parts that rules guessed and nobody has looked at yet. */
  guessed: string[];
}

export interface Word {
  person: PersonRef;
  edition: number;
  stand: Stand;
  at: Instant | null;
  words: string | null;
  reply: string | null;
  replied_by: PersonRef | null;
}

export interface ActionTask {
  id: string;
  number: number;
  name: string;
  stage: Stage;
  open: boolean;
}

export interface EditionNote {
  number: number;
  note: string;
  by: PersonRef;
  at: Instant;
}

/** Minutes with all they say. */
export interface MinutesPage extends Minutes {
  filed: { number: number; title: string; content: Content } | null;
  draft: Content | null;
  edited: boolean;
  withdrawn: string | null;
  editions: EditionNote[];
  words: Word[];
  tasks: ActionTask[];
  people: PersonRef[];
}

export interface MinutesDifference {
  from: number;
  to: number;
  lines: { kept: "same" | "added" | "removed"; part: string; label: string; text: string }[];
}

export interface MinutesDraft {
  title: string | null;
  recorder: PersonRef | null;
  content: Content;
  people: PersonRef[];
}

export interface MinutesInput {
  collaboration: string;
  occasion: Occasion;
  title: string;
  recorder?: string;
  happened_at?: Instant;
  content?: Content;
  level?: Level;
  message?: string;
}

export interface Written {
  title: string;
  content: Content;
  level: Level;
  version: number;
}

export const NOTHING: Content = {
  held_at: null,
  place: "",
  host: null,
  participants: [],
  absentees: [],
  agenda: "",
  conclusions: "",
  disputes: "",
  actions: [],
  guessed: [],
};

export const minutesApi = {
  list: (filter: { collaboration?: string; stage?: MinutesStage; linked?: string }, cursor?: string | null) =>
    get<Page<Minutes>>(`/minutes${query({ ...filter, cursor, limit: 50 })}`),
  one: (id: string) => get<MinutesPage>(`/minutes/${id}`),
  begin: (input: MinutesInput) => call<MinutesPage>("POST", "/minutes", input),
  draft: (collaboration: string, text: string) => call<MinutesDraft>("POST", "/minutes/draft", { collaboration, text }),
  write: (id: string, written: Written) => call<MinutesPage>("PUT", `/minutes/${id}`, written),
  file: (id: string, filing: Written & { note: string; removed: { task: string; cancel: boolean }[] }) =>
    call<MinutesPage>("POST", `/minutes/${id}/file`, filing),
  reassign: (id: string, recorder: string) => call<MinutesPage>("POST", `/minutes/${id}/reassign`, { recorder }),
  withdraw: (id: string, reason: string) => call<MinutesPage>("POST", `/minutes/${id}/withdraw`, { reason }),
  confirm: (id: string, edition: number) => call<MinutesPage>("POST", `/minutes/${id}/confirm`, { edition }),
  object: (id: string, edition: number, words: string) =>
    call<MinutesPage>("POST", `/minutes/${id}/object`, { edition, words }),
  answer: (id: string, person: string, words: string) =>
    call<MinutesPage>("POST", `/minutes/${id}/answer`, { person, words }),
  difference: (id: string, from: number, to: number) =>
    get<MinutesDifference>(`/minutes/${id}/difference${query({ from, to })}`),
};
