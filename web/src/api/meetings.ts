// Meetings that people are invited to.
import { call, get } from "./client";
import type { Attendee } from "./minutes";
import type { Instant, Named, Page, PersonRef } from "./types";

export type MeetingStage = "draft" | "called" | "held" | "cancelled";
export type Coming = "waiting" | "coming" | "away";

/** A meeting in a list. */
export interface Meeting {
  id: string;
  collaboration: Named;
  kind: "kick_off";
  stage: MeetingStage;
  title: string;
  starts_at: Instant | null;
  ends_at: Instant | null;
  place: string;
  coming: number;
  away: number;
  all: number;
  minutes: { id: string; number: number } | null;
  may: { manage: boolean; run: boolean; answer: boolean };
  /** Which time and place people were told of: an answer names it. */
  revision: number;
  version: number;
}

export interface Invited {
  person: PersonRef | null;
  name: string;
  guest: boolean;
  answer: Coming;
  words: string;
  at: Instant | null;
  present: boolean | null;
}

/** A meeting with everything about it. */
export interface MeetingPage {
  meeting: Meeting;
  invitation: string;
  agenda: string;
  join_url: string | null;
  host: PersonRef;
  recorder: PersonRef;
  invited: Invited[];
  mine: Coming | null;
  begun: boolean;
  cancelled: { reason: string; by: PersonRef; at: Instant } | null;
  /** The platform that makes its online meeting. */
  online: string | null;
  /** The platforms that could make one. */
  hosts: string[];
  calendars: Calendar[];
}

/** What stands of a meeting in the calendars of an account. */
export interface Calendar {
  account: string;
  platform: string;
  state: "waiting" | "kept" | "failed" | "uncertain";
  reason: string | null;
  detail: string | null;
  people: number;
  left_out: { person: PersonRef; reason: string }[];
}

export interface MeetingInput {
  title: string;
  invitation: string;
  agenda: string;
  starts_at: Instant | null;
  ends_at: Instant | null;
  place: string;
  online: string | null;
  host: string;
  recorder: string;
  invited: Attendee[];
  version: number;
}

export const attendee = (invited: Invited): Attendee =>
  invited.person ? { kind: "person", person: invited.person.id } : { kind: "named", text: invited.name };

export const meetingsApi = {
  list: (collaboration: string) => get<Page<Meeting>>(`/collaborations/${collaboration}/meetings`),
  prepare: (collaboration: string) =>
    call<MeetingPage>("POST", `/collaborations/${collaboration}/meetings`, { kind: "kick_off" }),
  one: (id: string) => get<MeetingPage>(`/meetings/${id}`),
  draft: (id: string) => get<{ title: string; invitation: string; agenda: string }>(`/meetings/${id}/draft`),
  write: (id: string, input: MeetingInput) => call<MeetingPage>("PUT", `/meetings/${id}`, input),
  send: (id: string, version: number) => call<MeetingPage>("POST", `/meetings/${id}/send`, { version }),
  retry: (id: string) => call<MeetingPage>("POST", `/meetings/${id}/retry`, {}),
  cancel: (id: string, reason: string) => call<MeetingPage>("POST", `/meetings/${id}/cancel`, { reason }),
  answer: (id: string, revision: number, coming: boolean) =>
    call<MeetingPage>("POST", `/meetings/${id}/answer`, { revision, coming }),
  presence: (id: string, who: Attendee, present: boolean | null) =>
    call<MeetingPage>("POST", `/meetings/${id}/presence`, { who, present }),
  minutes: (id: string) => call<MeetingPage>("POST", `/meetings/${id}/minutes`, {}),
};
