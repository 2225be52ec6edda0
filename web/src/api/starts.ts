// The guided start of a collaboration, and its charter.
import { call, get } from "./client";
import type { Collaboration, Foresight, Instant, Page, PersonRef, Role } from "./types";

export interface Milestone {
  name: string;
  on: string | null;
}

export interface Duty {
  name: string;
  boundary: string;
  person: string | null;
}

export interface Charter {
  milestones: Milestone[];
  duties: Duty[];
  tools: Record<string, string>;
}

export type StartGroup = { kind: "bind"; channel: string } | { kind: "make"; account: string; title: string };

export type From = { kind: "situation"; situation: string } | { kind: "collaboration"; collaboration: string };

/** Everything that is entered for a collaboration to be started. */
export interface Entered {
  from: From;
  name: string;
  goal: string;
  goal_on: string | null;
  goal_as_it_is: boolean;
  charter: Charter;
  members: { person: string; role: Role }[];
  rules: string;
  levels: Record<string, unknown>;
  groups: StartGroup[];
}

export type Part = "name" | "goal" | "milestones" | "duties" | "rules";

export interface StartFinding {
  part: Part;
  code: string;
  place?: number | null;
  message: string;
  proposal?: { goal: string; on?: string | null } | null;
}

export interface ToolChoice {
  content: string;
  name: string;
  effect: string;
  tool: string;
  choices: { tool: string; name: string }[];
  /** What is still to be set up before it goes there. */
  missing: "group" | "project" | "mirror" | null;
}

export interface StartSummary {
  id: string;
  name: string;
  origin: string;
  updated_at: Instant;
}

export interface Start extends StartSummary {
  start: Entered;
  findings: StartFinding[];
  example: string;
  people: PersonRef[];
  tools: ToolChoice[];
  version: number;
}

export interface CharterPage {
  charter: Charter;
  findings: StartFinding[];
  people: PersonRef[];
  tools: ToolChoice[];
  may_manage: boolean;
  version: number;
}

export const startsApi = {
  list: () => get<Page<StartSummary>>("/starts").then((page) => page.items),
  begin: (from: From) => call<Start>("POST", "/starts", { from }),
  one: (id: string) => get<Start>(`/starts/${id}`),
  save: (id: string, start: Entered, version: number) => call<Start>("PUT", `/starts/${id}`, { start, version }),
  drop: (id: string) => call<void>("DELETE", `/starts/${id}`),
  carryOut: (id: string, version: number) => call<Collaboration>("POST", `/starts/${id}/carry-out`, { version }),
  foresee: (
    id: string,
    input: { kind: string; levels: Record<string, unknown>; owner: string | null; starts_at: Instant | null },
  ) => call<Foresight>("POST", `/starts/${id}/foresight`, input),
  charter: (collaboration: string) => get<CharterPage>(`/collaborations/${collaboration}/charter`),
  setCharter: (collaboration: string, charter: Charter, version: number) =>
    call<CharterPage>("PUT", `/collaborations/${collaboration}/charter`, { charter, version }),
};
