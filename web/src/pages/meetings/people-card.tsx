import { useMutation, useQueryClient } from "@tanstack/react-query";
import { attendee, type Invited, type MeetingPage, meetingsApi } from "../../api/meetings";
import { t } from "../../i18n/texts";
import { fullTime } from "../../time/format";
import { Button } from "../../ui/button";
import { PersonMark } from "../../ui/marks";
import { sayProblem } from "../../ui/toast";
import { AnswerMark } from "./marks";
import { takeMeeting } from "./take";

/** Who is invited, what they answered, and whether they were there. */
export function PeopleCard({ page }: { page: MeetingPage }) {
  const { meeting, invited } = page;
  const notes = meeting.may.run && page.begun;
  return (
    <section className="card pad stack" aria-label={t("meeting.part.invited")}>
      <h2 className="row wrap">
        <span className="grow">
          {t("meeting.part.invited")} <span className="faint small">{invited.length}</span>
        </span>
        {meeting.stage !== "draft" && (
          <span className="small quiet">
            {t("meeting.count", {
              coming: meeting.coming,
              away: meeting.away,
              waiting: meeting.all - meeting.coming - meeting.away,
            })}
          </span>
        )}
      </h2>
      {notes && <p className="small quiet">{t("meeting.presence.text")}</p>}
      <ul className="meeting-people">
        {invited.map((each) => (
          <Line key={each.person?.id ?? each.name} page={page} invited={each} notes={notes} />
        ))}
      </ul>
    </section>
  );
}

function Line({ page, invited, notes }: { page: MeetingPage; invited: Invited; notes: boolean }) {
  const client = useQueryClient();
  const { id, stage } = page.meeting;
  const note = useMutation({
    mutationFn: (present: boolean | null) => meetingsApi.presence(id, attendee(invited), present),
    onError: sayProblem,
    onSuccess: (changed) => takeMeeting(client, changed),
  });
  const button = (present: boolean) => (
    <Button
      small
      tone={invited.present === present ? "primary" : "plain"}
      aria-pressed={invited.present === present}
      isDisabled={note.isPending}
      onPress={() => note.mutate(invited.present === present ? null : present)}
    >
      {t(present ? "meeting.present" : "meeting.absent")}
    </Button>
  );
  return (
    <li>
      <span className="grow">{invited.person ? <PersonMark person={invited.person} job /> : invited.name}</span>
      {invited.guest && <span className="tag">{t("meeting.guest")}</span>}
      {stage !== "draft" && invited.person && (
        <span title={invited.at ? fullTime(invited.at) : undefined}>
          <AnswerMark answer={invited.answer} />
        </span>
      )}
      {notes ? (
        // biome-ignore lint/a11y/useSemanticElements: two buttons, of which one or none is pressed
        <span className="meeting-presence" role="group" aria-label={t("meeting.presence.of", { name: invited.name })}>
          {button(true)}
          {button(false)}
        </span>
      ) : (
        invited.present !== null && (
          <span className={`tag ${invited.present ? "good" : "bad"}`}>
            {t(invited.present ? "meeting.present" : "meeting.absent")}
          </span>
        )
      )}
      {invited.words && <span className="small quiet">{invited.words}</span>}
    </li>
  );
}
