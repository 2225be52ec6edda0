import type { Column, Finding, Participant, RecordRow } from "../../../api/types";
import { shortTime } from "../../../time/format";
import { DueText } from "../../../ui/countdown-chip";
import { Avatar, PersonMark, PlatformMark, platformText, StatusTag, statusText } from "../../../ui/marks";

/** H1: eight columns, in this order. */
export const COLUMNS: { name: Column; width: number; words?: boolean; sort?: string }[] = [
  { name: "topic", width: 160, words: true },
  { name: "participants", width: 156 },
  { name: "platforms", width: 84 },
  { name: "summary", width: 184, words: true },
  { name: "owner", width: 96 },
  { name: "due", width: 116, sort: "due" },
  { name: "status", width: 96 },
  { name: "follow_up", width: 204, words: true },
];

export const participantText = (participant: Participant): string =>
  participant.kind === "named"
    ? participant.text
    : `${participant.person.name}（${[participant.person.department, participant.person.job].filter(Boolean).join("/")}）`;

/** A cell as plain text, for copying. */
export function cellText(record: RecordRow, column: Column): string {
  switch (column) {
    case "participants":
      return record.participants.map(participantText).join("、");
    case "platforms":
      return record.platforms.map(platformText).join("+");
    case "owner":
      return record.owner.name;
    case "due":
      return record.due_at ? shortTime(record.due_at) : "";
    case "status":
      return statusText(record.status);
    default:
      return record[column];
  }
}

/** Text with what is vague in it underlined. */
export function Linted({ text, findings }: { text: string; findings: Finding[] }) {
  const spans = findings
    .map((finding) => finding.span)
    .filter(([from, to]) => to > from && to <= text.length)
    .sort((a, b) => a[0] - b[0]);
  const parts: React.ReactNode[] = [];
  let at = 0;
  for (const [from, to] of spans) {
    if (from < at) continue;
    parts.push(text.slice(at, from));
    parts.push(
      <mark key={from} className="vague">
        {text.slice(from, to)}
      </mark>,
    );
    at = to;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}

export function Participants({ participants, max = 2 }: { participants: Participant[]; max?: number }) {
  const shown = participants.slice(0, max);
  return (
    <span className="participants">
      {shown.map((each) =>
        each.kind === "person" ? (
          <span key={each.person.id} className="participant" title={participantText(each)}>
            <Avatar name={each.person.name} size={18} />
            {each.person.name}
          </span>
        ) : (
          <span key={each.text} className="participant named">
            {each.text}
          </span>
        ),
      )}
      {participants.length > max && <span className="faint">+{participants.length - max}</span>}
    </span>
  );
}

export function Cell({ record, column }: { record: RecordRow; column: Column }) {
  switch (column) {
    case "participants":
      return <Participants participants={record.participants} />;
    case "platforms":
      return (
        <span className="platforms">
          {record.platforms.map((platform) => (
            <PlatformMark key={platform} platform={platform} text={record.platforms.length === 1} />
          ))}
        </span>
      );
    case "owner":
      return <PersonMark person={record.owner} />;
    case "due":
      return record.due_at ? (
        <DueText at={record.due_at} since={record.created_at} done={record.status === "done"} />
      ) : null;
    case "status":
      return <StatusTag status={record.status} />;
    case "follow_up":
      return (
        <span
          className="clip"
          title={record.follow_up_findings.map((finding) => finding.message).join("\n") || record.follow_up}
        >
          <Linted text={record.follow_up} findings={record.follow_up_findings} />
        </span>
      );
    default:
      return (
        <span className="clip" title={record[column]}>
          {record[column]}
        </span>
      );
  }
}
