import { Link } from "wouter";
import type { Waiting } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Times } from "./marks";
import { useAnswer } from "./use-answer";

/** An invitation that the reader has not answered. */
export default function WaitingMeeting({ waiting }: { waiting: Waiting }) {
  const { meeting } = waiting;
  const answer = useAnswer(meeting);
  if (!meeting) return null;
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        <Icon name="people" />
        <span className="grow quiet small">{t("meeting.waits")}</span>
      </div>
      <p className="waiting-title">
        <Link href={`/meetings/${meeting.id}`}>
          <strong>{meeting.title}</strong>
        </Link>
      </p>
      <p className="quiet small">
        <Times from={meeting.starts_at} to={meeting.ends_at} />
        {meeting.place && ` · ${meeting.place}`}
      </p>
      <div className="waiting-actions">
        <Button tone="primary" isDisabled={answer.isPending} onPress={() => answer.mutate(true)}>
          {t("meeting.answer.come")}
        </Button>
        <Button isDisabled={answer.isPending} onPress={() => answer.mutate(false)}>
          {t("meeting.answer.stay_away")}
        </Button>
        <span className="grow" />
        <Link className="link small" href={`/meetings/${meeting.id}`}>
          {t("web.details")}
        </Link>
      </div>
    </li>
  );
}
