import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { type MeetingPage as Page, meetingsApi } from "../../api/meetings";
import { t, tMaybe } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { WordsDialog } from "../../ui/words-dialog";
import { Deliveries } from "../task/deliveries";
import { HistoryList } from "../task/history";
import "../task/task.css";
import "../task/task-page.css";
import { CalendarsCard } from "./calendars-card";
import { MeetingEditor } from "./editor";
import { MeetingStageMark, Times } from "./marks";
import "./meetings.css";
import { PeopleCard } from "./people-card";
import { takeMeeting } from "./take";
import { useAnswer } from "./use-answer";

/** A meeting: drafted, called, answered, held. */
export default function MeetingPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ queryKey: ["meeting", id], queryFn: () => meetingsApi.one(id) });
  useTitle(data?.meeting.title);
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!data)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  return <Shown page={data} />;
}

function Shown({ page }: { page: Page }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { meeting } = page;
  const { id, stage } = meeting;
  const [editing, setEditing] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const { data: history } = useQuery({ queryKey: ["history", id], queryFn: () => api.history(id) });
  const writes = meeting.may.manage && (stage === "draft" || editing);
  const online =
    page.online && t("meeting.online.on", { platform: tMaybe(`domain.platform.${page.online}`, page.online) });
  const place = [meeting.place, online].filter(Boolean).join(" · ");
  const giveUp = useMutation({
    mutationFn: () => meetingsApi.cancel(id, ""),
    onError: sayProblem,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["meetings"] });
      say(t("meeting.given_up"));
      navigate(`/c/${meeting.collaboration.id}`);
    },
  });
  const end = useMutation({
    mutationFn: () => meetingsApi.minutes(id),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeMeeting(client, changed);
      if (changed.meeting.minutes) navigate(`/minutes/${changed.meeting.minutes.id}`);
    },
  });
  return (
    <div className="page task-page">
      <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
        <Link href={`/c/${meeting.collaboration.id}`} className="link">
          {meeting.collaboration.name}
        </Link>
        <Icon name="right" size={12} />
        <span>{t(`meeting.kind.${meeting.kind}`)}</span>
      </nav>
      <header className="task-head">
        <div className="row wrap">
          <MeetingStageMark stage={stage} />
          <span className="tag">{t(`meeting.kind.${meeting.kind}`)}</span>
          {meeting.minutes && (
            <Link href={`/minutes/${meeting.minutes.id}`} className="tag">
              {t("meeting.to_minutes", { number: meeting.minutes.number })}
            </Link>
          )}
          <span className="grow" />
          <IconButton icon="link" label={t("web.copy_link")} onPress={() => void copy(location.href)} />
        </div>
        <h1>{meeting.title}</h1>
        {!writes && (
          <p className="row wrap quiet">
            <Icon name="clock" size={15} />
            <Times from={meeting.starts_at} to={meeting.ends_at} />
            <span>{place}</span>
          </p>
        )}
        <div className="row wrap">
          {meeting.may.run && page.begun && !meeting.minutes && (
            <Button tone="primary" icon="check" isDisabled={end.isPending} onPress={() => end.mutate()}>
              {t("meeting.end")}
            </Button>
          )}
          {meeting.may.manage && stage === "called" && (
            <>
              <Button onPress={() => setEditing(!editing)}>{t(editing ? "web.back" : "meeting.edit")}</Button>
              <Button tone="danger" onPress={() => setCancelling(true)}>
                {t("meeting.cancel")}
              </Button>
            </>
          )}
          {meeting.may.manage && stage === "draft" && (
            <Button tone="ghost" isDisabled={giveUp.isPending} onPress={() => giveUp.mutate()}>
              {t("meeting.give_up")}
            </Button>
          )}
        </div>
        {meeting.may.run && page.begun && !meeting.minutes && <p className="small quiet">{t("meeting.end.text")}</p>}
        {stage === "draft" && <p className="small quiet">{t("meeting.lead.draft")}</p>}
      </header>
      <div className="task-columns">
        <div className="stack">
          {page.cancelled && (
            <p className="notice pre">
              {t("meeting.cancelled.by", { name: page.cancelled.by.name, reason: page.cancelled.reason })}
            </p>
          )}
          {meeting.may.answer && <MyAnswer page={page} />}
          {writes ? (
            <section className="card pad stack" aria-label={meeting.title}>
              <MeetingEditor page={page} onDone={() => setEditing(false)} />
            </section>
          ) : (
            <section className="card pad stack" aria-label={t("meeting.part.agenda")}>
              {page.invitation && <p className="pre meeting-agenda">{page.invitation}</p>}
              <h2>{t("meeting.part.agenda")}</h2>
              <p className="pre meeting-agenda">{page.agenda || t("meeting.agenda.none")}</p>
            </section>
          )}
          <section className="section">
            <h2>{t("web.history")}</h2>
            {history ? <HistoryList entries={history} /> : <Bones rows={4} height={36} />}
          </section>
        </div>
        <div className="stack">
          {!writes && (
            <>
              <dl className="card pad facts meeting-facts">
                <dt>{t("meeting.part.time")}</dt>
                <dd>
                  <Times from={meeting.starts_at} to={meeting.ends_at} />
                </dd>
                <dt>{t("meeting.part.place")}</dt>
                <dd>{place || <span className="faint">{t("meeting.place.none")}</span>}</dd>
                {page.join_url && (
                  <>
                    <dt>{t("meeting.part.join")}</dt>
                    <dd>
                      <a className="link" href={page.join_url} target="_blank" rel="noreferrer">
                        {page.join_url}
                      </a>
                    </dd>
                  </>
                )}
                <dt>{t("meeting.part.host")}</dt>
                <dd>
                  <PersonMark person={page.host} job />
                </dd>
                <dt>{t("meeting.part.recorder")}</dt>
                <dd>
                  <PersonMark person={page.recorder} job />
                </dd>
              </dl>
              <PeopleCard page={page} />
              {stage === "called" && <CalendarsCard page={page} />}
            </>
          )}
          <Deliveries subject={id} />
        </div>
      </div>
      {cancelling && (
        <WordsDialog
          title={t("meeting.cancel")}
          label={t("meeting.cancel.reason")}
          hint={t("meeting.cancel.text")}
          placeholder={t("meeting.cancel.example")}
          submit={t("meeting.cancel")}
          send={(words) => meetingsApi.cancel(id, words)}
          onDone={(changed) => {
            takeMeeting(client, changed);
            setEditing(false);
            say(t("meeting.cancelled"));
          }}
          onClose={() => setCancelling(false)}
        />
      )}
    </div>
  );
}

/** The reader's own answer. */
function MyAnswer({ page }: { page: Page }) {
  const answer = useAnswer(page.meeting);
  const button = (coming: boolean) => {
    const mine = page.mine === (coming ? "coming" : "away");
    return (
      <Button
        tone={mine || (coming && page.mine === "waiting") ? "primary" : "plain"}
        aria-pressed={mine}
        isDisabled={answer.isPending || mine}
        onPress={() => answer.mutate(coming)}
      >
        {t(coming ? "meeting.answer.come" : "meeting.answer.stay_away")}
      </Button>
    );
  };
  return (
    <section className="card pad row wrap meeting-answer" aria-label={t("meeting.answer.please")}>
      <strong className="grow">
        {page.mine === "waiting" || !page.mine
          ? t("meeting.answer.please")
          : t("meeting.answer.given", { answer: t(`meeting.answered.${page.mine}`) })}
      </strong>
      {button(true)}
      {button(false)}
    </section>
  );
}
