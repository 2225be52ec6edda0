import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Calendar, type MeetingPage, meetingsApi } from "../../api/meetings";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { PlatformMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { takeMeeting } from "./take";

const TONES: Record<Calendar["state"], string> = { waiting: "", kept: "good", failed: "bad", uncertain: "warn" };

/** In whose calendars the meeting stands, and what stands in its way. */
export function CalendarsCard({ page }: { page: MeetingPage }) {
  const client = useQueryClient();
  const { id, may } = page.meeting;
  const retry = useMutation({
    mutationFn: () => meetingsApi.retry(id),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeMeeting(client, changed);
      say(t("meeting.calendar.retried"));
    },
  });
  const failed = page.calendars.some((each) => each.state === "failed");
  const uncertain = page.calendars.some((each) => each.state === "uncertain");
  return (
    <section className="card pad stack" aria-label={t("meeting.calendars")}>
      <h2>{t("meeting.calendars")}</h2>
      {page.calendars.length === 0 && <p className="small quiet">{t("meeting.calendar.none")}</p>}
      <ul className="meeting-people">
        {page.calendars.map((each) => (
          <li key={each.account}>
            <PlatformMark platform={each.platform} />
            <span className={`tag ${TONES[each.state]}`}>
              {t(`meeting.calendar.${each.state}`, { count: each.people })}
            </span>
            {each.reason && <span className="small">{each.reason}</span>}
            {each.detail && <span className="small quiet meeting-agenda">{each.detail}</span>}
            {each.left_out.map((out) => (
              <span key={out.person.id} className="small quiet">
                {t("meeting.calendar.left_out", { name: out.person.name, reason: out.reason })}
              </span>
            ))}
          </li>
        ))}
      </ul>
      {uncertain && <p className="small quiet">{t("meeting.calendar.look")}</p>}
      {may.manage && (failed || uncertain) && (
        <div>
          <Button small isDisabled={retry.isPending} onPress={() => retry.mutate()}>
            {t(uncertain ? "meeting.calendar.none_there" : "meeting.calendar.retry")}
          </Button>
        </div>
      )}
    </section>
  );
}
