// Fails to compile when the page relies on a field that the server's description does not have.
// `openapi.json` is the output of `huan openapi`; `npm run generate` makes `schema.ts` of it.
import type { RecordPatch, TaskInput, TaskPatch } from "./api";
import type * as digests from "./digests";
import type * as documents from "./documents";
import type * as everybody from "./everybody";
import type * as files from "./files";
import type * as centre from "./centre";
import type * as meetings from "./meetings";
import type * as minutes from "./minutes";
import type * as notices from "./notice-preferences";
import type * as rules from "./rules";
import type * as starts from "./starts";
import type { components } from "./schema";
import type * as signOff from "./sign-offs";
import type * as page from "./types";

type Schemas = components["schemas"];

/** The fields the page cannot do without and the server does not send. */
type Missing<Page, Server> = Exclude<
  { [K in keyof Page]-?: undefined extends Page[K] ? never : K }[keyof Page],
  keyof Server
>;
/** The fields the page sends and the server does not know. */
type Unknown<Page, Server> = Exclude<keyof Page, keyof Server>;
type None<T extends never> = T;

export type Contract = [
  None<Missing<page.Task, Schemas["TaskView"]>>,
  None<Missing<page.Hit, Schemas["HitView"]>>,
  None<Missing<page.Segment, Schemas["SegmentView"]>>,
  None<Missing<page.Issue, Schemas["ProblemView"]>>,
  None<Missing<page.Emergency, Schemas["EmergencyView"]>>,
  None<Missing<page.ChecklistPoint, Schemas["ItemView"]>>,
  None<Missing<page.TimelineEntry, Schemas["TimelineEntry"]>>,
  None<Missing<centre.CentreEntry, Schemas["CentreEntry"]>>,
  None<Missing<centre.Centre, Schemas["CentreView"]>>,
  None<Missing<centre.Risk, Schemas["RiskView"]>>,
  None<Missing<centre.Against, Schemas["AgainstView"]>>,
  None<Missing<centre.Owing, Schemas["OwingView"]>>,
  None<Missing<centre.Moment, Schemas["MomentView"]>>,
  None<Missing<centre.EntryLink, Schemas["EntryLink"]>>,
  None<Missing<centre.Sections, Schemas["SectionsView"]>>,
  None<Missing<centre.Section, Schemas["SectionView"]>>,
  None<Unknown<centre.EntryInput, Schemas["EntryInput"]>>,
  None<Unknown<centre.EntryPatch, Schemas["EntryPatch"]>>,
  None<Missing<meetings.Meeting, Schemas["MeetingView"]>>,
  None<Missing<meetings.MeetingPage, Schemas["MeetingPage"]>>,
  None<Missing<meetings.Invited, Schemas["InvitedView"]>>,
  None<Missing<meetings.Calendar, Schemas["CalendarView"]>>,
  None<Unknown<meetings.MeetingInput, Schemas["MeetingInput"]>>,
  None<Missing<minutes.Minutes, Schemas["MinutesView"]>>,
  None<Missing<minutes.MinutesPage, Schemas["MinutesPage"]>>,
  None<Missing<minutes.Word, Schemas["WordView"]>>,
  None<Missing<minutes.ActionTask, Schemas["ActionTask"]>>,
  None<Missing<minutes.EditionNote, Schemas["EditionNote"]>>,
  None<Missing<minutes.MinutesDraft, Schemas["MinutesDraft"]>>,
  None<Missing<minutes.MinutesDifference, Schemas["DifferenceView"]>>,
  None<Unknown<minutes.MinutesInput, Schemas["MinutesInput"]>>,
  None<Missing<digests.Digest, Schemas["DigestView"]>>,
  None<Missing<digests.DigestPage, Schemas["DigestPage"]>>,
  None<Missing<digests.DigestLine, Schemas["DigestLineView"]>>,
  None<Missing<digests.StaleRow, Schemas["StaleView"]>>,
  None<Unknown<digests.DigestInput, Schemas["DigestInput"]>>,
  None<Missing<notices.NoticePreferences, Schemas["NoticePreferencesView"]>>,
  None<Unknown<notices.NoticePreferencesInput, Schemas["NoticePreferencesInput"]>>,
  None<Missing<everybody.EverybodyRoom, Schemas["EverybodyView"]>>,
  None<Missing<documents.DocumentRow, Schemas["DocumentView"]>>,
  None<Missing<files.StoredFile, Schemas["FileView"]>>,
  None<Missing<documents.DocumentPage, Schemas["DocumentPage"]>>,
  None<Missing<documents.DocumentEdition, Schemas["DocumentEditionView"]>>,
  None<Missing<documents.DocumentEditionNote, Schemas["DocumentEditionNote"]>>,
  None<Missing<documents.DocumentLink, Schemas["DocumentLinkView"]>>,
  None<Missing<documents.LinkTitle, Schemas["LinkTitleView"]>>,
  None<Missing<documents.TextDifference, Schemas["TextDifference"]>>,
  None<Missing<documents.DocumentTemplate, Schemas["DocumentTemplateView"]>>,
  None<Unknown<documents.DocumentInput, Schemas["DocumentInput"]>>,
  None<Missing<starts.Start, Schemas["StartView"]>>,
  None<Missing<starts.StartSummary, Schemas["StartSummary"]>>,
  None<Missing<starts.StartFinding, Schemas["StartFindingView"]>>,
  None<Missing<starts.ToolChoice, Schemas["ToolView"]>>,
  None<Missing<starts.CharterPage, Schemas["CharterView"]>>,
  None<Missing<rules.Rules, Schemas["RulesView"]>>,
  None<Missing<rules.RulesToRead, Schemas["RulesToRead"]>>,
  None<Missing<rules.RulesUnread, Schemas["RulesUnread"]>>,
  None<Missing<signOff.SignOff, Schemas["SignOffView"]>>,
  None<Missing<signOff.Signature, Schemas["SignatureView"]>>,
  None<Missing<signOff.Evidence, Schemas["EvidenceView"]>>,
  None<Missing<signOff.BeforeSignOff, Schemas["BeforeView"]>>,
  None<Missing<signOff.OpenThings, Schemas["OpenThings"]>>,
  None<Missing<page.RecordRow, Schemas["RecordView"]>>,
  None<Missing<page.Person, Schemas["PersonView"]>>,
  None<Missing<page.Me, Schemas["Me"]>>,
  None<Missing<page.Desk, Schemas["DeskView"]>>,
  None<Missing<page.Waiting, Schemas["WaitingView"]>>,
  None<Missing<page.Guide, Schemas["GuideView"]>>,
  None<Missing<page.Clock, Schemas["ClockView"]>>,
  None<Missing<page.Origin, Schemas["OriginView"]>>,
  None<Missing<page.Collaboration, Schemas["CollaborationView"]>>,
  None<Missing<page.Member, Schemas["MemberView"]>>,
  None<Missing<page.Channel, Schemas["ChannelView"]>>,
  None<Missing<page.Identity, Schemas["IdentityView"]>>,
  None<Missing<page.Account, Schemas["AccountView"]>>,
  None<Missing<page.PlatformDescriptor, Schemas["PlatformView"]>>,
  None<Missing<page.Setting, Schemas["SettingView"]>>,
  None<Missing<page.HistoryEntry, Schemas["EntryView"]>>,
  None<Missing<page.Delivery, Schemas["DeliveryView"]>>,
  None<Missing<page.FollowUp, Schemas["FollowUpView"]>>,
  None<Missing<page.Finding, Schemas["FindingView"]>>,
  None<Missing<page.RestingSender, Schemas["RestingView"]>>,
  None<Missing<page.Situation, Schemas["SituationView"]>>,
  None<Missing<page.Sync, Schemas["SyncView"]>>,
  None<Missing<page.TaskBinding, Schemas["BindingView"]>>,
  None<Missing<page.SyncConflict, Schemas["ConflictView"]>>,
  None<Missing<page.AccountProjects, Schemas["AccountProjectsView"]>>,
  None<Missing<page.ProjectSetUp, Schemas["ProjectSetUpView"]>>,
  None<Missing<page.Mirror, Schemas["MirrorView"]>>,
  None<Missing<page.MirrorStanding, Schemas["MirrorStandingView"]>>,
  None<Missing<page.MirrorTrouble, Schemas["MirrorTroubleView"]>>,
  None<Missing<page.MirrorConflict, Schemas["MirrorConflictView"]>>,
  None<Missing<page.AccountSpaces, Schemas["AccountSpacesView"]>>,
  None<Missing<page.Foresight, Schemas["ForesightView"]>>,
  None<Missing<page.ForeseenStage, Schemas["ForeseenView"]>>,
  None<Missing<page.Token, Schemas["TokenView"]>>,
  None<Missing<page.CalendarYear, Schemas["YearView"]>>,
  None<Unknown<TaskInput, Schemas["TaskInput"]>>,
  None<Unknown<TaskPatch, Schemas["TaskPatch"]>>,
  None<Unknown<RecordPatch, Schemas["RecordPatch"]>>,
];
