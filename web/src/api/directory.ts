// The people directory: imports, who waits for an administrator, who leaves.
import { call, everyPart, get, Problem, problemOf, query } from "./client";
import type { Instant, Named, Page, PersonRef } from "./types";

export type RowKind = "new" | "changed" | "unchanged" | "doubtful" | "ignored" | "left" | "parted";

export interface ListProblem {
  row: number;
  column?: string | null;
  code: string;
  text: string;
}

export interface DirectoryRun {
  id: string;
  account?: string | null;
  kind: string;
  state: string;
  asked_by?: PersonRef | null;
  begun_at: Instant;
  ended_at?: Instant | null;
  file: string;
  people: number;
  departments: number;
  new_departments: number;
  counts: Record<string, number>;
  done: number;
  with_leavers: boolean;
  problems: ListProblem[];
  ignored_columns: string[];
  circles: string[][];
  error?: string | null;
}

export interface DirectorySource {
  account: string;
  platform: string;
  name: string;
  can_list: boolean;
  in_step: boolean;
  next_at?: Instant | null;
  last?: DirectoryRun | null;
}

export interface Doubt {
  reason: string;
  text: string;
  candidates: PersonRef[];
}

export interface PreviewRow {
  position: number;
  kind: string;
  name: string;
  key: string;
  person?: PersonRef | null;
  by: string[];
  joins: boolean;
  changes: { field: string; label: string; from: string; to: string }[];
  kept: string[];
  doubt?: Doubt | null;
}

export interface WaitingPerson {
  id: string;
  platform?: string | null;
  user?: string | null;
  name: string;
  job?: string | null;
  mobile?: string | null;
  mail?: string | null;
  staff_number?: string | null;
  doubt?: Doubt | null;
}

export interface Leaver {
  person: PersonRef;
  source?: string | null;
  guest_until?: Instant | null;
  noticed_at: Instant;
  due_at: Instant;
  state: string;
  successor?: PersonRef | null;
  ended_at?: Instant | null;
  would_be?: PersonRef | null;
  open?: {
    tasks: Named[];
    task_count: number;
    asked_for_count: number;
    records: (Named & { collaboration: string })[];
    record_count: number;
    minutes_count: number;
    signature_count: number;
    follow_up_count: number;
    collaborations: Named[];
    report_count: number;
  } | null;
}

export interface Department {
  id: string;
  name: string;
  parent?: string | null;
  people: number;
}

export type Answer = { kind: "is"; person: string } | { kind: "new" } | { kind: "ignore" };

const all = <T>(page: Page<T>): T[] => page.items;

export const directory = {
  sources: () => get<Page<DirectorySource>>("/directory/sources").then(all),
  keepInStep: (account: string, in_step: boolean) =>
    call<Page<DirectorySource>>("PATCH", `/directory/sources/${account}`, { in_step }),
  reconcile: (account: string) => call<DirectoryRun>("POST", `/directory/sources/${account}/reconcile`, {}),
  begin: (account: string) => call<DirectoryRun>("POST", "/directory/imports", { account }),
  run: (id: string) => get<DirectoryRun>(`/directory/imports/${id}`),
  runs: () => get<Page<DirectoryRun>>("/directory/imports").then(all),
  rows: (id: string, kind: string | null, cursor: string | null) =>
    get<Page<PreviewRow>>(`/directory/imports/${id}/rows${query({ kind, cursor, limit: 100 })}`),
  apply: (id: string, input: { despite_problems: boolean; with_leavers: boolean; in_step: boolean }) =>
    call<DirectoryRun>("POST", `/directory/imports/${id}/apply`, input),
  discard: (id: string) => call<DirectoryRun>("DELETE", `/directory/imports/${id}`),
  waiting: (cursor: string | null) => get<Page<WaitingPerson>>(`/directory/waiting${query({ cursor, limit: 50 })}`),
  answer: (id: string, answer: Answer) => call<void>("POST", `/directory/waiting/${id}`, answer),
  leavers: () => get<Page<Leaver>>("/directory/leavers").then(all),
  handOver: (id: string, successor: string) => call<void>("POST", `/directory/leavers/${id}/hand_over`, { successor }),
  stays: (id: string) => call<void>("POST", `/directory/leavers/${id}/stays`, {}),
  follow: (person: string, field: string) => call<void>("POST", `/people/${person}/follow`, { field }),
  departments: () => everyPart((cursor) => get<Page<Department>>(`/departments${query({ cursor, limit: 200 })}`)),
  templateUrl: (format: "xlsx" | "csv") => `/api/v1/directory/template?format=${format}`,
  /** A file goes as it is; everything else of the page speaks JSON. */
  giveList: async (file: File): Promise<DirectoryRun> => {
    const response = await fetch(`/api/v1/directory/imports/list${query({ name: file.name })}`, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/octet-stream", "X-Huan-CSRF": "1" },
      body: file,
      credentials: "same-origin",
    }).catch(() => null);
    if (!response) throw new Problem(0, "unreachable", "", "");
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as DirectoryRun;
  },
};
