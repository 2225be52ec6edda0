// Every endpoint the page uses, by name.
import { call, everyPart, get, query } from "./client";
import type {
  Account,
  AccountProjects,
  CalendarYear,
  Channel,
  CheckFinding,
  Collaboration,
  CollaborationSummary,
  Delivery,
  Desk,
  Finding,
  Foresight,
  GroupMaker,
  GroupRequest,
  Emergency,
  FaultReport,
  HistoryEntry,
  Hit,
  Identity,
  Instant,
  Issue,
  Level,
  Me,
  Named,
  Page,
  Participant,
  Person,
  PersonRef,
  PlatformDescriptor,
  Priority,
  ProjectSetUp,
  RecordRow,
  PlanTemplate,
  RestingSender,
  Role,
  Severity,
  TimelineEntry,
  WarRoom,
  WarRoomChoice,
  Situation,
  Status,
  Sync,
  Task,
  TaskMapping,
  TimeReading,
  Token,
} from "./types";

export interface ProposalInput {
  owner?: string;
  due_at?: Instant;
  words?: string;
}
export interface TaskInput {
  collaboration: string;
  name: string;
  description?: string;
  owner: string;
  helpers?: string[];
  due_at?: Instant | null;
  priority?: Priority;
  criteria?: string;
  level?: Level;
  /** The entry of the centre that it comes of. */
  entry?: string;
}
export interface TaskPatch {
  version: number;
  name?: string;
  description?: string;
  due_at?: Instant | null;
  priority?: Priority;
  criteria?: string;
  helpers?: string[];
  level?: Level;
}
export interface ProblemInput {
  collaboration: string;
  title: string;
  detail?: string;
  owner?: string;
  urgency?: "ordinary" | "urgent";
  severity?: Severity;
  tasks?: string[];
  records?: string[];
  /** The entry of the centre that it comes of. */
  entry?: string;
}
export interface EmergencyInput {
  collaboration: string;
  title: string;
  detail?: string;
  severity: Severity;
  owner?: string;
  plan?: string;
  drill?: boolean;
  calls?: boolean;
  war_room?: WarRoomChoice;
}
export type ParticipantInput = { kind: "person"; person: string } | { kind: "named"; text: string };
export interface RecordPatch {
  topic?: string;
  participants?: ParticipantInput[];
  platforms?: string[];
  summary?: string;
  owner?: string;
  due_at?: Instant | null;
  status?: Status;
  follow_up?: string;
  follow_up_excuse?: string | null;
  level?: Level;
}
export interface PersonInput {
  name?: string;
  department?: string | null;
  job?: string;
  superior?: string | null;
  zone?: string;
  language?: string;
  mobile?: string | null;
  mail?: string | null;
  staff_number?: string | null;
  administrator?: boolean;
  guest_until?: Instant | null;
}
export interface SearchFilter {
  query: string;
  kind?: string;
  collaboration?: string;
  person?: string;
  platform?: string;
  from?: Instant;
  limit?: number;
}
export interface RecordFilter {
  collaboration: string;
  status?: string;
  owner?: string;
  query?: string;
  sort?: string;
}
export interface TaskFilter {
  collaboration?: string;
  owner?: string;
  initiator?: string;
  status?: string;
  stage?: string;
  query?: string;
  sort?: string;
}

/** A list may come as a page or bare. */
export const items = <T>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

export const participantInput = (participant: Participant): ParticipantInput =>
  participant.kind === "person" ? { kind: "person", person: participant.person.id } : participant;

export const api = {
  me: () => call<Me>("GET", "/session", undefined, { quiet: true }),
  signIn: (mail: string, password: string) => call<Me>("POST", "/session", { mail, password }, { quiet: true }),
  signOut: () => call<void>("DELETE", "/session"),
  preferences: (language: string) => call<void>("PATCH", "/session/preferences", { language }),
  link: (link: string) =>
    call<{ valid: boolean; kind?: "first" | "invite"; name?: string | null }>(
      "GET",
      `/setup${query({ link })}`,
      undefined,
      { quiet: true },
    ),
  setup: (input: {
    link: string;
    name: string;
    mail: string;
    password: string;
    workspace_name?: string;
    language: string;
  }) => call<Me>("POST", "/setup", input, { quiet: true }),
  acceptInvite: (link: string, password: string) =>
    call<Me>("POST", "/invite/accept", { link, password }, { quiet: true }),

  desk: () => get<Desk>("/desk"),

  people: (filter: { query?: string; include_left?: boolean } = {}, cursor: string | null = null, limit = 100) =>
    get<Page<Person>>(`/people${query({ ...filter, cursor, limit })}`),
  person: (id: string) => get<Person>(`/people/${id}`),
  addPerson: (input: PersonInput) => call<Person>("POST", "/people", input),
  editPerson: (id: string, version: number, input: PersonInput) =>
    call<Person>("PATCH", `/people/${id}`, { version, ...input }),
  invite: (id: string) => call<{ url: string }>("POST", `/people/${id}/invite`, {}),
  lookUp: (id: string) => call<Person>("POST", `/people/${id}/look_up`, {}),
  leave: (id: string, successor: string | null) => call<Person>("POST", `/people/${id}/leave`, { successor }),
  departments: () => everyPart((cursor) => get<Page<Named>>(`/departments${query({ cursor, limit: 200 })}`)),
  addDepartment: (name: string) => call<Named>("POST", "/departments", { name }),
  joinIdentity: (id: string, input: { person?: string | null; preferred?: boolean }) =>
    call<Identity>("PATCH", `/identities/${id}`, input),

  collaborations: () => get<Page<CollaborationSummary> | CollaborationSummary[]>("/collaborations").then(items),
  collaboration: (id: string) => get<Collaboration>(`/collaborations/${id}`),
  addCollaboration: (input: { name: string; goal: string; goal_on?: string | null; situation?: string }) =>
    call<Collaboration>("POST", "/collaborations", input),
  editCollaboration: (id: string, input: Record<string, unknown>) =>
    call<Collaboration>("PATCH", `/collaborations/${id}`, input),
  foresee: (
    id: string,
    input: { kind: string; levels: Record<string, unknown>; owner: string | null; starts_at: Instant | null },
  ) => call<Foresight>("POST", `/collaborations/${id}/foresight`, input),
  situations: () => get<Page<Situation>>("/situations").then(items),
  setSituation: (key: string, levels: Record<string, unknown> | null) =>
    call<Situation>("PATCH", `/situations/${key}`, { levels }),
  addMember: (id: string, input: { person: string; role: Role; duty: string }) =>
    call<unknown>("POST", `/collaborations/${id}/members`, input),
  editMember: (id: string, member: string, input: { role?: Role; duty?: string }) =>
    call<unknown>("PATCH", `/collaborations/${id}/members/${member}`, input),
  removeMember: (id: string, member: string, successor?: string) =>
    call<void>("DELETE", `/collaborations/${id}/members/${member}${query({ successor })}`),
  channels: (which: { unbound?: boolean; account?: string }) =>
    everyPart((cursor) =>
      get<Page<Channel>>(
        `/channels${query({ unbound: which.unbound || null, account: which.account, cursor, limit: 200 })}`,
      ),
    ),
  groupMakers: () => get<Page<GroupMaker>>("/group_makers").then(items),
  groupsOf: (collaboration: string) => get<Page<GroupRequest>>(`/collaborations/${collaboration}/groups`).then(items),
  makeGroup: (collaboration: string, input: { account: string; title: string; people: string[] }) =>
    call<GroupRequest>("POST", `/collaborations/${collaboration}/groups`, input),
  makeWarRoom: (emergency: string, account: string) =>
    call<GroupRequest>("POST", `/emergencies/${emergency}/group`, { account }),
  retryGroup: (id: string) => call<GroupRequest>("POST", `/groups/${id}/retry`, {}),
  foundGroup: (id: string, channel: string) => call<GroupRequest>("POST", `/groups/${id}/found`, { channel }),
  dropGroup: (id: string) => call<GroupRequest>("POST", `/groups/${id}/drop`, {}),
  editChannel: (id: string, input: { collaboration?: string | null; has_outsiders?: boolean }) =>
    call<Channel>("PATCH", `/channels/${id}`, input),

  sync: (id: string) => get<Sync>(`/collaborations/${id}/sync`),
  syncProjects: (id: string) => get<Page<AccountProjects>>(`/collaborations/${id}/sync/projects`).then(items),
  syncProject: (id: string, account: string, project: string) =>
    get<ProjectSetUp>(`/collaborations/${id}/sync/project${query({ account, project })}`),
  bindSync: (
    id: string,
    input: {
      account: string;
      project: string;
      mapping?: TaskMapping;
      take_existing: boolean;
      send_existing: boolean;
    },
  ) => call<Sync>("POST", `/collaborations/${id}/sync`, input),
  runSync: (id: string, running: boolean) => call<Sync>("PATCH", `/collaborations/${id}/sync`, { running }),
  unbindSync: (id: string) => call<void>("DELETE", `/collaborations/${id}/sync`),
  retryAllSync: (id: string) => call<Sync>("POST", `/collaborations/${id}/sync/retry`, {}),
  retrySync: (id: string, link: string) => call<Sync>("POST", `/collaborations/${id}/sync/links/${link}/retry`, {}),

  tasks: (filter: TaskFilter, cursor?: string | null) =>
    get<Page<Task>>(`/tasks${query({ ...filter, cursor, limit: 200 })}`),
  /** Every task that matches, up to a thousand. */
  allTasks: async (filter: TaskFilter): Promise<Task[]> => {
    const all: Task[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Task> = await api.tasks(filter, cursor);
      all.push(...page.items);
      cursor = page.next;
    } while (cursor && all.length < 1000);
    return all;
  },
  task: (id: string) => get<Task>(`/tasks/${id}`),
  addTask: (input: TaskInput) => call<Task>("POST", "/tasks", input),
  editTask: (id: string, patch: TaskPatch) => call<Task>("PATCH", `/tasks/${id}`, patch),
  accept: (id: string) => call<Task>("POST", `/tasks/${id}/accept`, {}),
  decline: (id: string, reason: string, proposal: ProposalInput) =>
    call<Task>("POST", `/tasks/${id}/decline`, { reason, proposal }),
  answer: (id: string, input: { kind: "agree" | "change" | "insist" } & ProposalInput) =>
    call<Task>("POST", `/tasks/${id}/answer`, input),
  reassign: (id: string, owner: string, words?: string) =>
    call<Task>("POST", `/tasks/${id}/reassign`, { owner, words }),
  progress: (id: string, text: string, percent?: number) =>
    call<Task>("POST", `/tasks/${id}/progress`, { text, percent }),
  block: (id: string, reason: string) => call<Task>("POST", `/tasks/${id}/block`, { reason }),
  resume: (id: string) => call<Task>("POST", `/tasks/${id}/resume`, {}),
  finish: (id: string) => call<Task>("POST", `/tasks/${id}/finish`, {}),
  reopen: (id: string) => call<Task>("POST", `/tasks/${id}/reopen`, {}),
  cancel: (id: string, reason: string) => call<Task>("POST", `/tasks/${id}/cancel`, { reason }),
  problems: (filter: { collaboration?: string; open?: boolean; linked?: string }, cursor?: string | null) =>
    get<Page<Issue>>(`/problems${query({ ...filter, cursor, limit: 50 })}`),
  problem: (id: string) => get<Issue>(`/problems/${id}`),
  raiseProblem: (input: ProblemInput) => call<Issue>("POST", "/problems", input),
  answerProblem: (id: string, text: string, promised_at?: Instant) =>
    call<Issue>("POST", `/problems/${id}/answer`, { text, promised_at }),
  closeProblem: (id: string, solution: string) => call<Issue>("POST", `/problems/${id}/close`, { solution }),
  reassignProblem: (id: string, owner: string) => call<Issue>("POST", `/problems/${id}/reassign`, { owner }),
  reopenProblem: (id: string) => call<Issue>("POST", `/problems/${id}/reopen`, {}),
  makeUrgent: (id: string, severity: Severity) =>
    call<Issue>("POST", `/problems/${id}/urgency`, { urgency: "urgent", severity }),
  makeOrdinary: (id: string) => call<Issue>("POST", `/problems/${id}/urgency`, { urgency: "ordinary" }),
  mergeProblem: (id: string, into: string) => call<Issue>("POST", `/problems/${id}/merge`, { into }),
  linkProblem: (id: string, to: { task: string } | { record: string }, linked: boolean) =>
    call<Issue>("POST", `/problems/${id}/link`, { ...to, linked }),
  callList: (collaboration: string) =>
    get<{ people: PersonRef[] }>(`/collaborations/${collaboration}/call_list`).then((list) => list.people),
  setCallList: (collaboration: string, people: string[]) =>
    call<{ people: PersonRef[] }>("PUT", `/collaborations/${collaboration}/call_list`, { people }),

  emergencies: (filter: { collaboration?: string; phase?: Emergency["phase"] }, cursor?: string | null) =>
    get<Page<Emergency>>(`/emergencies${query({ ...filter, cursor, limit: 50 })}`),
  emergency: (id: string) => get<WarRoom>(`/emergencies/${id}`),
  timeline: (id: string) => get<Page<TimelineEntry>>(`/emergencies/${id}/timeline`).then(items),
  raiseEmergency: (input: EmergencyInput) => call<WarRoom>("POST", "/emergencies", input),
  acknowledge: (id: string, text?: string) => call<WarRoom>("POST", `/emergencies/${id}/acknowledge`, { text }),
  fillRole: (id: string, role: string, person: string) =>
    call<WarRoom>("POST", `/emergencies/${id}/role`, { role, person }),
  setRoom: (id: string, channel: string | null, meeting: string | null) =>
    call<WarRoom>("POST", `/emergencies/${id}/room`, { channel, meeting }),
  note: (id: string, text: string) => call<WarRoom>("POST", `/emergencies/${id}/note`, { text }),
  stageReport: (id: string, text: string) => call<WarRoom>("POST", `/emergencies/${id}/stage_report`, { text }),
  addPoint: (id: string, text: string, role: string | null, due_at: Instant | null) =>
    call<WarRoom>("POST", `/emergencies/${id}/items`, { text, role, due_at }),
  stepPoint: (point: string, step: "tick" | "skip" | "untick", version: number, reason?: string) =>
    call<WarRoom>("POST", `/checklist_items/${point}`, { step, version, reason: reason ?? "" }),
  allClear: (id: string, text: string) => call<WarRoom>("POST", `/emergencies/${id}/all_clear`, { text }),
  writeReport: (id: string, report: FaultReport, version: number) =>
    call<WarRoom>("PUT", `/emergencies/${id}/report`, { report, version }),
  fileReport: (id: string) => call<WarRoom>("POST", `/emergencies/${id}/report/file`, {}),
  planTemplates: () => get<Page<PlanTemplate>>("/plan_templates").then(items),
  setPlanTemplate: ({ edited: _, ships: __, ...template }: PlanTemplate) =>
    call<PlanTemplate>("PUT", `/plan_templates/${template.key}`, { template }),
  dropPlanTemplate: (key: string) => call<void>("DELETE", `/plan_templates/${key}`),

  history: (subject: string, cursor?: string | null) =>
    get<Page<HistoryEntry> | HistoryEntry[]>(`/history${query({ subject, cursor, limit: 200 })}`).then(items),
  deliveries: (subject: string) =>
    get<Page<Delivery> | Delivery[]>(`/deliveries${query({ subject, limit: 200 })}`).then(items),
  allDeliveries: (
    filter: { state: string | null; account: string | null; person: string | null },
    cursor: string | null,
  ) => get<Page<Delivery>>(`/deliveries${query({ ...filter, cursor, limit: 50 })}`),
  restingSenders: () => get<Page<RestingSender>>("/deliveries/resting").then(items),
  retryDelivery: (id: string) => call<Delivery>("POST", `/deliveries/${id}/retry`, {}),

  records: (filter: RecordFilter, cursor?: string | null) =>
    get<Page<RecordRow>>(`/records${query({ ...filter, cursor, limit: 100 })}`),
  search: (filter: SearchFilter, cursor?: string | null) => get<Page<Hit>>(`/search${query({ ...filter, cursor })}`),
  record: (id: string) => get<RecordRow>(`/records/${id}`),
  addRecord: (collaboration: string, input: RecordPatch & { entry?: string }) =>
    call<RecordRow>("POST", "/records", { collaboration, ...input }),
  editRecord: (id: string, version: number, patch: RecordPatch) =>
    call<RecordRow>("PATCH", `/records/${id}`, { version, ...patch }),
  recordHistory: (id: string) => get<Page<HistoryEntry> | HistoryEntry[]>(`/records/${id}/history`).then(items),
  followUpDone: (id: string) => call<unknown>("POST", `/follow_ups/${id}/done`, {}),
  wording: (text: string, owner?: string, due_at?: Instant | null) =>
    call<{ findings: Finding[] }>("POST", "/wording", { text, owner, due_at }),
  readTime: (text: string) => call<TimeReading>("POST", "/time", { text }),

  platforms: () => get<Page<PlatformDescriptor> | PlatformDescriptor[]>("/platforms").then(items),
  accounts: () => everyPart((cursor) => get<Page<Account>>(`/accounts${query({ cursor, limit: 200 })}`)),
  addAccount: (input: { platform: string; name: string; enabled: boolean; settings: Record<string, string> }) =>
    call<Account>("POST", "/accounts", input),
  editAccount: (
    id: string,
    version: number,
    input: { name?: string; enabled?: boolean; settings?: Record<string, string> },
  ) => call<Account>("PATCH", `/accounts/${id}`, { version, ...input }),
  checkAccount: (id: string) => call<{ findings: CheckFinding[] }>("POST", `/accounts/${id}/check`, {}),
  refreshGroups: (id: string) => call<unknown>("POST", `/accounts/${id}/groups/refresh`, {}),

  years: () => get<Page<CalendarYear> | CalendarYear[]>("/calendar/years").then(items),
  putYear: (year: number, file: string) => call<CalendarYear>("PUT", `/calendar/years/${year}`, file, { raw: true }),
  removeYear: (year: number) => call<void>("DELETE", `/calendar/years/${year}`),

  tokens: () => get<Page<Token> | Token[]>("/tokens").then(items),
  addToken: (name: string, expires_at?: Instant | null) => call<Token>("POST", "/tokens", { name, expires_at }),
  removeToken: (id: string, keepalive = false) => call<void>("DELETE", `/tokens/${id}`, undefined, { keepalive }),

  advance: (to: string) => call<unknown>("POST", "/demo/advance", { to }),
  playScene: (scene: string) => call<unknown>("POST", "/demo/scenes", { scene }),
};
