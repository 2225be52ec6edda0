// The shapes of the API's answers, as the page uses them.
import type { SignOff } from "./sign-offs";
import type { Meeting } from "./meetings";
import type { Minutes } from "./minutes";
import type { RulesToRead, RulesUnread } from "./rules";
import type domain from "../../../locales/zh-CN/domain.json";

type Suffix<P extends string> = keyof typeof domain extends infer K ? (K extends `${P}${infer S}` ? S : never) : never;

export type Status = Suffix<"domain.status.">;
export type Stage = Suffix<"domain.stage.">;
export type Priority = Suffix<"domain.priority.">;
export type Level = Suffix<"domain.level.">;
export type Role = Suffix<"domain.role.">;
export type Column = Suffix<"domain.column.">;

/** An RFC 3339 instant. */
export type Instant = string;
export type Language = "zh-CN" | "en";

export interface Page<T> {
  items: T[];
  next: string | null;
  total?: number;
}

export interface PersonRef {
  id: string;
  name: string;
  job: string;
  department?: string | null;
}

/** A part of a text, marked where it was looked for. */
export interface Segment {
  text: string;
  hit: boolean;
}

export type HitKind =
  | "message"
  | "record"
  | "task"
  | "problem"
  | "emergency"
  | "minutes"
  | "digest"
  | "document"
  | "entry"
  | "file";

/** A thing that was found. */
export interface Hit {
  kind: HitKind;
  id: string;
  number: string | null;
  title: Segment[];
  snippet: Segment[];
  collaboration: Named | null;
  person: PersonRef | null;
  speaker: string | null;
  platform: string | null;
  link: string | null;
  state: string | null;
  at: Instant;
}

export interface Named {
  id: string;
  name: string;
}

export interface Identity {
  id: string;
  account: string;
  platform: string;
  user: string;
  name: string;
  preferred: boolean;
  person?: Named | null;
}

export interface Person {
  id: string;
  name: string;
  department: Named | null;
  job: string;
  superior: Named | null;
  zone: string;
  language: Language;
  mobile?: string | null;
  mail?: string | null;
  staff_number?: string | null;
  administrator: boolean;
  standing: { kind: "active" | "guest" | "left"; until?: Instant; since?: Instant };
  hours?: unknown;
  identities: Identity[];
  version: number;
  /** What was set by hand and is not changed by platforms. */
  by_hand?: string[];
}

export interface Me {
  person: Person;
  workspace: { id: string; name: string; zone: string };
  administrator: boolean;
  language: Language;
  features: { demo: boolean; simulator_url?: string | null };
  server_time: Instant;
}

export interface Channel {
  id: string;
  account: string;
  platform: string;
  conversation: string;
  title: string;
  collaboration: Named | null;
  has_outsiders: boolean;
  present: boolean;
}

export interface Member {
  id: string;
  person: PersonRef;
  role: Role;
  duty: string;
}

export type Counts = Partial<Record<Status, number>>;

export interface CollaborationSummary {
  id: string;
  name: string;
  goal: string;
  goal_on: string | null;
  state: string;
  role: Role | null;
  counts: { tasks: Counts; records: Counts; overdue: number };
}

export interface Collaboration extends CollaborationSummary {
  members: Member[];
  channels: Channel[];
  levels?: Record<string, unknown>;
  may_manage?: boolean;
  version: number;
}

export interface Clock {
  id: string;
  kind: string;
  stage: string;
  stage_name: string;
  started_at: Instant;
  next_at: Instant | null;
  due_at: Instant;
  state: string;
  assumed_years?: number[];
}

export interface Origin {
  message?: string | null;
  platform: string;
  conversation_title: string;
  speaker: string;
  text: string;
  sent_at: Instant;
  link?: string | null;
}

export interface Proposal {
  owner?: PersonRef | null;
  due_at?: Instant | null;
  words: string;
}

export interface Task {
  id: string;
  number: number;
  collaboration: Named;
  name: string;
  description: string;
  initiator: PersonRef;
  owner: PersonRef;
  helpers: PersonRef[];
  due_at: Instant | null;
  priority: Priority;
  criteria: string;
  level: Level;
  stage: Stage;
  status: Status | null;
  refusal?: { reason: string; proposal: Proposal } | null;
  blocked_reason?: string | null;
  progress?: { text: string; percent: number | null; at: Instant } | null;
  record?: { id: string; number: string } | null;
  clock?: Clock | null;
  origin?: Origin | null;
  /** The same task on a task platform. */
  there?: { platform: string; link: string } | null;
  created_at: Instant;
  updated_at: Instant;
  version: number;
  may: { answer: boolean; direct: boolean; see?: boolean };
}

export type Participant = { kind: "person"; person: PersonRef } | { kind: "named"; text: string };

export interface Finding {
  code: string;
  span: [number, number];
  message: string;
  suggestion?: string | null;
}

export interface FollowUp {
  id: string;
  person: PersonRef;
  action: string;
  due_at: Instant;
  done_at?: Instant | null;
}

export interface RecordRow {
  id: string;
  number: string;
  collaboration: string;
  topic: string;
  participants: Participant[];
  platforms: string[];
  summary: string;
  owner: PersonRef;
  due_at: Instant | null;
  status: Status;
  follow_up: string;
  follow_up_excuse?: string | null;
  follow_up_findings: Finding[];
  follow_ups: FollowUp[];
  level: Level;
  task?: { id: string; number: number } | null;
  origin?: Origin | null;
  created_at: Instant;
  updated_at: Instant;
  version: number;
  may_edit: boolean;
}

export interface HistoryEntry {
  id: string;
  at: Instant;
  actor: PersonRef | null;
  source: {
    kind: string;
    platform?: string;
    message_id?: string;
    message?: string;
    link?: string | null;
    conversation?: string | null;
  };
  event: { kind: string; field?: string; from?: string; to?: string };
  text: string;
}

export interface Delivery {
  id: string;
  subject: string | null;
  about?: string | null;
  collaboration?: string | null;
  what: string;
  platform: string | null;
  account?: string | null;
  to: PersonRef | null;
  channel?: string | null;
  state: string;
  queued_at: Instant;
  sent_at?: Instant | null;
  delivered_at?: Instant | null;
  read_at?: Instant | null;
  next_at?: Instant | null;
  attempts: { at: Instant; outcome: string; reason?: string | null; detail?: string | null }[];
  reason?: string | null;
  /** Whether it was to call on everybody and went without. */
  everybody_withheld?: boolean;
  /** Where it went instead. */
  instead?: { id: string; platform: string | null; to: PersonRef | null; channel: string | null; state: string }[];
  may_retry: boolean;
}

/** Why something could not be brought into step with a task platform. */
export interface SyncReason {
  reason: string;
  detail: string;
  since: Instant;
  retried: boolean;
}
export interface SyncTrouble extends SyncReason {
  link: string;
  title: string;
  task?: string | null;
  address?: string | null;
  field: string;
  field_name: string;
  next_at?: Instant | null;
}
/** A change that lost against one of the other side. */
export interface SyncConflict {
  task: string;
  title: string;
  entry: HistoryEntry;
}
/** What in a project of a task platform means what. */
export interface TaskMapping {
  statuses: { id: string; name: string; workflow: string | null; stage: Stage }[];
  acceptance:
    | { kind: "status" }
    | { kind: "field"; field: string; waiting: Named | null; accepted: Named; declined: Named | null };
  priorities: { value: number; name: string; priority: Priority }[];
  reference: string | null;
}
export interface TaskBinding {
  id: string;
  platform: string;
  account: string;
  account_name: string;
  project: string;
  project_name: string;
  mapping: TaskMapping;
  running: boolean;
  take_existing: boolean;
  responsible: PersonRef;
  created_at: Instant;
  linked: number;
  next_at?: Instant | null;
  problem?: SyncReason | null;
}
export interface Sync {
  binding?: TaskBinding | null;
  troubles: SyncTrouble[];
  conflicts: SyncConflict[];
  may_manage: boolean;
}
export interface AccountProjects {
  account: string;
  name: string;
  platform: string;
  projects: Named[];
  problem?: string | null;
}
export interface ProjectSetUp {
  id: string;
  name: string;
  statuses: { id: string; name: string; phase: string }[];
  priorities: { value: number; name: string }[];
  fields: { id: string; name: string; kind: string; choices: Named[] }[];
  suggestion: TaskMapping;
}

/** A collaboration's mirror on a platform that keeps pages and tables. */
export interface MirrorStanding {
  platform: string;
  account: string;
  account_name: string;
  space: string;
  space_name: string;
  running: boolean;
  responsible: PersonRef;
  created_at: Instant;
  mirrored_at?: Instant | null;
  calls: number;
  next_at?: Instant | null;
  problem?: SyncReason | null;
  rows: number;
  address?: string | null;
  tables_address?: string | null;
}
export interface MirrorTrouble extends SyncReason {
  title: string;
  record?: string | null;
  task?: string | null;
  field_name?: string | null;
}
/** A change that did not stand. */
export interface MirrorConflict {
  title: string;
  record?: string | null;
  task?: string | null;
  entry: HistoryEntry;
}
export interface Mirror {
  mirror?: MirrorStanding | null;
  troubles: MirrorTrouble[];
  conflicts: MirrorConflict[];
  may_manage: boolean;
}
export interface AccountSpaces {
  account: string;
  name: string;
  platform: string;
  spaces: Named[];
  problem?: string | null;
}

export type Severity = "one" | "two" | "three";

/** A problem 「问题」; the name «Problem» is taken by what the server answers when something fails. */
export interface Issue {
  id: string;
  number: number;
  collaboration: Named;
  title: string;
  detail: string;
  urgency: "ordinary" | "urgent";
  severity: Severity | null;
  raised_by: PersonRef;
  owner: PersonRef;
  level: Level;
  stage: "waiting" | "answered" | "closed" | "merged";
  answer?: { by: PersonRef; text: string; at: Instant; promised_at: Instant } | null;
  solution?: { by: PersonRef; text: string; at: Instant } | null;
  merged_into?: { id: string; number: number } | null;
  tasks: { id: string; number: string; name: string }[];
  records: { id: string; number: string; name: string }[];
  line: { person: PersonRef; place: number; asked_at?: Instant | null }[];
  clock?: Clock | null;
  origin?: Origin | null;
  drill: boolean;
  emergency: string | null;
  created_at: Instant;
  updated_at: Instant;
  version: number;
  may: { answer: boolean; settle: boolean };
}

/** An emergency in a list. */
export interface Emergency {
  id: string;
  problem: Issue;
  plan: string;
  severity: Severity;
  phase: "running" | "all_clear" | "stood_down";
  drill: boolean;
  calls: boolean;
  acknowledged: { person: PersonRef; at: Instant }[];
  done: number;
  points: number;
  report_filed: boolean;
  started_at: Instant;
  ended_at: Instant | null;
  version: number;
}

export interface ChecklistPoint {
  id: string;
  text: string;
  role: string | null;
  person: PersonRef | null;
  due_at: Instant;
  state: "open" | "done" | "skipped";
  by: PersonRef | null;
  at: Instant | null;
  reason: string | null;
  version: number;
}

export interface Room {
  id: string;
  title: string;
  platform: string;
}

export interface Measure {
  what: string;
  owner: string | null;
  due: Instant | null;
  task?: string | null;
}

/** The fault report 「故障报告」. */
export interface FaultReport {
  summary: string;
  impact: string;
  timeline: { at: Instant; text: string }[];
  cause: string;
  handling: string;
  measures: Measure[];
  filed?: { by: string; at: Instant } | null;
}

/** The war room of an emergency. */
/** An account through which groups are reached. */
export interface GroupMaker {
  account: string;
  name: string;
  platform: string;
  able: boolean;
  reason: string | null;
}

/** A group that Huan is to make, and what became of it. */
export interface GroupRequest {
  id: string;
  title: string;
  account: string;
  platform: string;
  state: "waiting" | "made" | "failed" | "uncertain" | "dropped";
  reason: string | null;
  detail: string | null;
  channel: string | null;
  robot_is_out: boolean;
  people: PersonRef[];
  left_out: { person: PersonRef; reason: string }[];
  requested_at: Instant;
  next_at: Instant | null;
}

/** Where the people concerned are to meet. */
export type WarRoomChoice = { kind: "as_planned" | "existing" } | { kind: "new"; account: string };

export interface WarRoom extends Emergency {
  roles: { key: string; name: string; duty: string; person: PersonRef }[];
  checklist: ChecklistPoint[];
  war_room: Room | null;
  rooms: Room[];
  group: GroupRequest | null;
  meeting: string | null;
  clock: Clock | null;
  stage_draft: string | null;
  all_clear: { words: string; by: PersonRef; at: Instant } | null;
  report: FaultReport | null;
  report_written: boolean;
  report_people: PersonRef[];
  rights: { acknowledge: boolean; lead: boolean; work: boolean };
}

export interface TimelineEntry {
  id: string;
  at: Instant;
  kind: string;
  label: string;
  actor: string | null;
  text: string;
  platform: string | null;
  link: string | null;
}

export interface Pace {
  ring_at_once: number;
  ring_every_minutes?: number | null;
  report_every_minutes?: number | null;
  everybody: boolean;
}

export type Fill =
  | { kind: "owner" | "raiser" | "superior" | "assistant" }
  | { kind: "call_list"; place: number }
  | { kind: "person"; person: string };

/** A template of an emergency plan 「应急预案」. */
export interface PlanTemplate {
  key: string;
  name: string;
  summary: string;
  roles: { key: string; name: string; duty: string; fill: Fill }[];
  checklist: { text: string; role: string | null; after_minutes: number; from: Severity }[];
  paces: Record<Severity, Pace>;
  new_group?: boolean;
  retired?: boolean;
  edited?: boolean;
  /** Whether one with this key comes with the program. */
  ships?: boolean;
}

export interface Waiting {
  kind:
    | "problem"
    | "solution"
    | "accept"
    | "answer_proposal"
    | "progress"
    | "minutes"
    | "meeting"
    | "objection"
    | "confirm_minutes"
    | "rules"
    | "sign"
    | "sign_off_refused"
    | "follow_up"
    | "blocked"
    | "stale_rows"
    | "delivery_failed"
    | "unsure"
    | "leavers";
  since: Instant;
  task?: Task | null;
  problem?: Issue | null;
  meeting?: Meeting | null;
  minutes?: Minutes | null;
  rules?: RulesToRead | null;
  sign_off?: SignOff | null;
  record?: RecordRow | null;
  follow_up?: FollowUp | null;
  delivery?: Delivery | null;
  digest?: { id: string; collaboration: Named; rhythm: "daily" | "weekly"; due_at: Instant } | null;
  count?: number;
  clock?: Clock | null;
}

export interface Guide {
  step: number;
  sentence: string;
  group: string;
  done: boolean[];
}

export interface Desk {
  waiting: Waiting[];
  mine: { in_progress: Task[] };
  watched: Task[];
  rules_unread?: RulesUnread[];
  today: { digest_at?: Instant | null };
  guide?: Guide | null;
}

export interface Setting {
  key: string;
  label: string;
  help?: string | null;
  kind: "text" | "secret" | "url" | "choice";
  choices?: string[] | null;
  required: boolean;
  default?: string | null;
}

export interface PlatformDescriptor {
  key: string;
  name: string;
  settings: Setting[];
  permissions: { scope: string; reason: string }[];
}

export interface Account {
  id: string;
  platform: string;
  name: string;
  enabled: boolean;
  state: {
    kind: "idle" | "connecting" | "connected" | "waiting" | "refused";
    since?: Instant;
    until?: Instant;
    reason?: string;
  };
  abilities: string[];
  callback_url?: string | null;
  settings: Record<string, string | null | { secret: true; set: boolean }>;
  last_heard_at?: Instant | null;
  version: number;
}

export interface CheckFinding {
  severity: string;
  text: string;
  advice?: string | null;
  detail?: string | null;
}

export interface CalendarYear {
  year: number;
  source: string;
  verified: boolean;
  imported: boolean;
}

export interface Token {
  id: string;
  name: string;
  created_at: Instant;
  expires_at?: Instant | null;
  last_used_at?: Instant | null;
  token?: string;
}

export type TimeReading =
  | { kind: "found"; at: Instant; text: string }
  | { kind: "ambiguous"; candidates: { label: string; at: Instant }[] }
  | { kind: "past"; at: Instant }
  | { kind: "none" };

export interface Topic {
  kind: "task" | "record" | "collaboration" | "person" | "account" | "delivery" | "desk" | "channel" | string;
  id: string;
  collaboration?: string | null;
}

/** A sender that a platform told to rest. */
export interface RestingSender {
  platform: string;
  account: string;
  until: Instant;
  reason: string;
}
/** A situation that works out of the box, and the service levels its collaborations start from. */
export interface Situation {
  key: string;
  name: string;
  text: string;
  levels: Record<string, unknown>;
  changed: boolean;
}
/** The course of a clock that nobody answers. */
export interface Foresight {
  starts_at: Instant;
  due_at: Instant;
  stages: ForeseenStage[];
  assumed_years?: number[];
}
export interface ForeseenStage {
  stage: string;
  text: string;
  at: Instant;
  effects: string[];
}
