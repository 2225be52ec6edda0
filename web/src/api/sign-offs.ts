// Acceptance of a collaboration.
import { call, get, query } from "./client";
import type { Clock, Instant, Named, Page, PersonRef } from "./types";

export type SignOffStage = "open" | "signed" | "refused" | "withdrawn";
export type Answer = "waiting" | "signed" | "refused" | "released";
export type EvidenceKind = "record" | "task" | "minutes" | "note" | "address";

/** Something that shows that the goal is reached. */
export interface Evidence {
  kind: EvidenceKind;
  id?: string;
  number?: string;
  title: string;
  state?: string;
  url?: string;
}

export interface Signature {
  id: string;
  person: PersonRef;
  answer: Answer;
  words: string;
  at: Instant | null;
  clock: Clock | null;
}

/** A round of acceptance. */
export interface SignOff {
  id: string;
  collaboration: Named;
  goal: string;
  round: number;
  called_by: PersonRef;
  statement: string;
  evidence: Evidence[];
  /** How many pieces of evidence the reader may not see. */
  hidden: number;
  stage: SignOffStage;
  ended_at: Instant | null;
  withdrawn?: string;
  signatures: Signature[];
  called_at: Instant;
  may: { sign: boolean; withdraw: boolean };
  version: number;
}

export interface OpenThings {
  named: { id: string; number: number; name: string }[];
  more: boolean;
}

/** What is still open before acceptance is called for. */
export interface BeforeSignOff {
  may_call: boolean;
  tasks: OpenThings;
  problems: OpenThings;
  minutes: OpenThings;
}

export type EvidenceInput =
  | { kind: "record"; record: string }
  | { kind: "task"; task: string }
  | { kind: "minutes"; minutes: string }
  | { kind: "note"; text: string }
  | { kind: "address"; title: string; url: string };

export const signOffs = {
  list: (collaboration: string, cursor?: string | null) =>
    get<Page<SignOff>>(`/collaborations/${collaboration}/sign_offs${query({ cursor, limit: 20 })}`),
  before: (collaboration: string) => get<BeforeSignOff>(`/collaborations/${collaboration}/sign_offs/before`),
  call: (collaboration: string, input: { statement: string; evidence: EvidenceInput[]; signers: string[] }) =>
    call<SignOff>("POST", `/collaborations/${collaboration}/sign_offs`, input),
  sign: (id: string) => call<SignOff>("POST", `/sign_offs/${id}/sign`, {}),
  refuse: (id: string, reason: string) => call<SignOff>("POST", `/sign_offs/${id}/refuse`, { reason }),
  withdraw: (id: string, reason: string) => call<SignOff>("POST", `/sign_offs/${id}/withdraw`, { reason }),
};
