import type { Coming, MeetingStage } from "../../api/meetings";
import type { Instant } from "../../api/types";
import { t } from "../../i18n/texts";
import { clockText, fullTime, readerZone, shortTime } from "../../time/format";
import { daysBetween } from "../../time/zone";

const STAGES: Record<MeetingStage, string> = { draft: "warn", called: "good", held: "", cancelled: "bad" };

export function MeetingStageMark({ stage }: { stage: MeetingStage }) {
  return <span className={`tag ${STAGES[stage]}`}>{t(`meeting.stage.${stage}`)}</span>;
}

const ANSWERS: Record<Coming, string> = { waiting: "", coming: "good", away: "bad" };

export function AnswerMark({ answer }: { answer: Coming }) {
  return <span className={`tag ${ANSWERS[answer]}`}>{t(`meeting.answered.${answer}`)}</span>;
}

/** From when to when. */
export function Times({ from, to }: { from: Instant | null; to: Instant | null }) {
  if (!from) return <span className="faint">{t("meeting.time.none")}</span>;
  const sameDay = to && daysBetween(Date.parse(from), Date.parse(to), readerZone()) === 0;
  return (
    <time dateTime={from} title={fullTime(from)}>
      {shortTime(from)}
      {to && `–${sameDay ? clockText(to) : shortTime(to)}`}
    </time>
  );
}
