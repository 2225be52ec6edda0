import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { Link, useLocation } from "wouter";
import { meetingsApi } from "../../api/meetings";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { sayProblem } from "../../ui/toast";
import { MeetingStageMark, Times } from "./marks";
import "./meetings.css";
import { takeMeeting } from "./take";

/** The meetings of a collaboration, and the way to its kick-off. Nothing where there are none and none can be drafted. */
export default function MeetingsPart({ id, manages }: { id: string; manages: boolean }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const title = useId();
  const { data } = useQuery({ queryKey: ["meetings", id], queryFn: () => meetingsApi.list(id) });
  const prepare = useMutation({
    mutationFn: () => meetingsApi.prepare(id),
    onError: sayProblem,
    onSuccess: (page) => {
      takeMeeting(client, page);
      navigate(`/meetings/${page.meeting.id}`);
    },
  });
  const meetings = data?.items;
  if (!meetings || (meetings.length === 0 && !manages)) return null;
  const drafted = meetings.some((meeting) => meeting.stage === "draft");
  return (
    <section className="card meetings-part" aria-labelledby={title}>
      <header className="row">
        <Icon name="clock" size={15} />
        <h2 id={title} className="grow">
          {t("meeting.title")}
        </h2>
        {manages && !drafted && (
          <Button
            small
            tone={meetings.length === 0 ? "primary" : "ghost"}
            icon="plus"
            isDisabled={prepare.isPending}
            onPress={() => prepare.mutate()}
          >
            {t(meetings.length === 0 ? "meeting.prepare.kick_off" : "meeting.new")}
          </Button>
        )}
      </header>
      {meetings.length === 0 ? (
        <p className="faint small">{t("meeting.empty.text")}</p>
      ) : (
        <ul className="lines">
          {meetings.map((meeting) => (
            <li key={meeting.id} className="row wrap meetings-line">
              <Link href={`/meetings/${meeting.id}`} className="row-link grow">
                <span className="clip">{meeting.title}</span>
              </Link>
              <MeetingStageMark stage={meeting.stage} />
              <span className="small quiet">
                <Times from={meeting.starts_at} to={meeting.ends_at} />
              </span>
              {meeting.stage === "called" && (
                <span className="small quiet">
                  {t("meeting.count", {
                    coming: meeting.coming,
                    away: meeting.away,
                    waiting: meeting.all - meeting.coming - meeting.away,
                  })}
                </span>
              )}
              {meeting.minutes && (
                <Link href={`/minutes/${meeting.minutes.id}`} className="tag">
                  {t("meeting.to_minutes", { number: meeting.minutes.number })}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
