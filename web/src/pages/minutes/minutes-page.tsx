import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import { type MinutesPage as Page, minutesApi } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { CountdownChip } from "../../ui/countdown-chip";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { say } from "../../ui/toast";
import { Deliveries } from "../task/deliveries";
import { HistoryList } from "../task/history";
import { OriginQuote } from "../task/origin";
import "../task/task.css";
import "../task/task-page.css";
import { Editions } from "./editions";
import { Editor } from "./editor";
import { StageMark } from "./marks";
import "./minutes.css";
import { Reading } from "./reading";
import { RecorderDialog } from "./recorder-dialog";
import { takeMinutes } from "./take";
import { Words } from "./words";
import { WordsDialog } from "../../ui/words-dialog";

/** Minutes: written, filed, confirmed, revised. */
export default function MinutesPage({ id }: { id: string }) {
  const {
    data: minutes,
    error,
    refetch,
  } = useQuery({
    queryKey: ["minutes-page", id],
    queryFn: () => minutesApi.one(id),
  });
  useTitle(minutes && `M${minutes.number} ${minutes.title}`);
  if (error && !minutes)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!minutes)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  return <Shown minutes={minutes} />;
}

function Shown({ minutes }: { minutes: Page }) {
  const client = useQueryClient();
  const me = useMe();
  const mine = minutes.recorder.id === me.person.id;
  const [editing, setEditing] = useState(minutes.stage === "owed" && mine);
  const [step, setStep] = useState<"reassign" | "withdraw" | null>(null);
  const { data: history } = useQuery({ queryKey: ["history", minutes.id], queryFn: () => api.history(minutes.id) });
  const writes = minutes.may.record && minutes.draft;
  return (
    <div className="page task-page">
      <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
        <Link href={`/c/${minutes.collaboration.id}/minutes`} className="link">
          {minutes.collaboration.name}
        </Link>
        <Icon name="right" size={12} />
        <span>M{minutes.number}</span>
      </nav>
      <header className="task-head">
        <div className="row wrap">
          <StageMark minutes={minutes} />
          <span className="tag">{t(`minutes.occasion.${minutes.occasion}`)}</span>
          {minutes.edition > 0 && <span className="tag">{t("minutes.edition", { number: minutes.edition })}</span>}
          {minutes.clock && <CountdownChip clock={minutes.clock} />}
          <span className="grow" />
          <IconButton icon="link" label={t("web.copy_link")} onPress={() => void copy(location.href)} />
        </div>
        <h1>{minutes.filed?.title ?? minutes.title}</h1>
        {writes && (
          <div className="row wrap">
            <Button
              tone={minutes.stage === "owed" && !editing ? "primary" : "plain"}
              onPress={() => setEditing(!editing)}
            >
              {t(editing ? "minutes.read" : minutes.edition > 0 ? "minutes.edit_again" : "minutes.edit")}
            </Button>
            <Button onPress={() => setStep("reassign")}>{t("minutes.reassign")}</Button>
            {minutes.stage === "owed" && (
              <Button tone="danger" onPress={() => setStep("withdraw")}>
                {t("minutes.withdraw")}
              </Button>
            )}
          </div>
        )}
      </header>
      <div className="task-columns">
        <div className="stack">
          {minutes.withdrawn && <p className="notice pre">{minutes.withdrawn}</p>}
          <section className="card pad stack" aria-label={minutes.title}>
            {editing && minutes.draft && writes ? (
              <Editor minutes={minutes} draft={minutes.draft} onFiled={() => setEditing(false)} />
            ) : minutes.filed ? (
              <Reading
                content={minutes.filed.content}
                people={minutes.people}
                tasks={minutes.tasks}
                recorder={minutes.recorder}
              />
            ) : (
              <p className="quiet">
                {mine ? t("minutes.owed.by_me") : t("minutes.owed.text", { name: minutes.recorder.name })}
              </p>
            )}
            {minutes.origin && <OriginQuote origin={minutes.origin} />}
          </section>
          <section className="section">
            <h2>{t("web.history")}</h2>
            {history ? <HistoryList entries={history} /> : <Bones rows={4} height={36} />}
          </section>
        </div>
        <div className="stack">
          {minutes.stage === "filed" && <Words minutes={minutes} />}
          <Editions minutes={minutes} />
          <dl className="card pad facts">
            <dt>{t("minutes.recorder")}</dt>
            <dd>
              <PersonMark person={minutes.recorder} job />
            </dd>
            <dt>{t("minutes.column.happened")}</dt>
            <dd>
              <time dateTime={minutes.happened_at} title={fullTime(minutes.happened_at)}>
                {shortTime(minutes.happened_at)}
              </time>
            </dd>
            <dt>{t("web.level")}</dt>
            <dd>{t(`domain.level.${minutes.level}`)}</dd>
          </dl>
          <Deliveries subject={minutes.id} />
        </div>
      </div>
      {step === "reassign" && <RecorderDialog minutes={minutes} onClose={() => setStep(null)} />}
      {step === "withdraw" && (
        <WordsDialog
          title={t("minutes.withdraw")}
          label={t("minutes.withdraw.reason")}
          placeholder={t("minutes.withdraw.example")}
          submit={t("minutes.withdraw")}
          send={(words) => minutesApi.withdraw(minutes.id, words)}
          onDone={(changed) => {
            takeMinutes(client, changed);
            say(t("minutes.withdrawn"));
          }}
          onClose={() => setStep(null)}
        />
      )}
    </div>
  );
}
