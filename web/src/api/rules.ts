// The usage rules of a collaboration.
import { call, get } from "./client";
import type { Clock, Instant, Named, PersonRef } from "./types";

export interface Rules {
  collaboration: Named;
  text: string;
  revision: number;
  announced_at: Instant | null;
  readings: { person: PersonRef; asked_at: Instant; confirmed_at: Instant | null }[];
  may_manage: boolean;
  may_confirm: boolean;
  version: number;
}

/** Rules that the reader has still to confirm. */
export interface RulesToRead {
  collaboration: Named;
  text: string;
  revision: number;
  asked_at: Instant;
  clock?: Clock | null;
}

/** Members who have not confirmed the rules of a collaboration that the reader leads. */
export interface RulesUnread {
  collaboration: Named;
  people: PersonRef[];
}

export const rulesApi = {
  of: (collaboration: string) => get<Rules>(`/collaborations/${collaboration}/rules`),
  set: (collaboration: string, rules: { text: string; announce: boolean; everybody: boolean; version: number }) =>
    call<Rules>("PUT", `/collaborations/${collaboration}/rules`, rules),
  confirm: (collaboration: string, revision: number) =>
    call<Rules>("POST", `/collaborations/${collaboration}/rules/confirm`, { revision }),
};
