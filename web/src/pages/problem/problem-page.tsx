import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import { t, withTexts } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { CountdownChip } from "../../ui/countdown-chip";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { sayProblem } from "../../ui/toast";
import { Deliveries } from "../task/deliveries";
import { HistoryList } from "../task/history";
import { OriginQuote } from "../task/origin";
import "../task/task.css";
import "../task/task-page.css";
import { ProblemLinks } from "./links";
import { MergeDialog } from "./merge-dialog";
import { type ProblemStep, ProblemStepDialog, takeIssue } from "./problem-dialogs";
import { StageTag, UrgencyTag } from "./problem-marks";
import { TakeButton } from "./take-button";
import { UrgentDialog } from "./urgent-dialog";

const EntriesAbout = lazy(() => withTexts("centre", import("../centre/entries-about")));

/** A problem: what is wrong, who was asked, who comes next, and what was answered. */
export default function ProblemPage({ id }: { id: string }) {
  const client = useQueryClient();
  const [step, setStep] = useState<ProblemStep | "merge" | "urgent" | null>(null);
  const { data: issue, error, refetch } = useQuery({ queryKey: ["problem", id], queryFn: () => api.problem(id) });
  useTitle(issue && `P${issue.number} ${issue.title}`);
  const { data: history } = useQuery({
    queryKey: ["history", id],
    queryFn: () => api.history(id),
    enabled: Boolean(issue),
  });
  const again = useMutation({
    mutationFn: () => api.reopenProblem(id),
    onError: sayProblem,
    onSuccess: (changed) => takeIssue(client, changed),
  });
  const calm = useMutation({
    mutationFn: () => api.makeOrdinary(id),
    onError: sayProblem,
    onSuccess: (changed) => takeIssue(client, changed),
  });
  if (error && !issue)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!issue)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  const open = issue.stage === "waiting" || issue.stage === "answered";
  return (
    <div className="page task-page">
      <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
        <Link href={`/c/${issue.collaboration.id}/problems`} className="link">
          {issue.collaboration.name}
        </Link>
        <Icon name="right" size={12} />
        <span>P{issue.number}</span>
      </nav>
      <header className="task-head">
        <div className="row wrap">
          <StageTag issue={issue} />
          <UrgencyTag issue={issue} />
          {issue.clock && <CountdownChip clock={issue.clock} />}
          <span className="grow" />
          <IconButton icon="link" label={t("web.copy_link")} onPress={() => void copy(location.href)} />
        </div>
        <h1>{issue.title}</h1>
        <div className="row wrap">
          {issue.may.answer && issue.stage === "waiting" && <TakeButton issue={issue} />}
          {issue.emergency && (
            <Link className="button plain" href={`/emergencies/${issue.emergency}`}>
              <Icon name="bell" /> {t("web.emergency.room")}
            </Link>
          )}
          {issue.may.answer && (
            <Button onPress={() => setStep("answer")}>
              {t(issue.stage === "waiting" ? "web.problems.answer" : "web.problems.answer_again")}
            </Button>
          )}
          {issue.may.settle && open && (
            <>
              <Button tone={issue.stage === "answered" ? "primary" : "plain"} onPress={() => setStep("close")}>
                {t("web.problems.close")}
              </Button>
              <Button onPress={() => setStep("reassign")}>{t("web.problems.reassign")}</Button>
              <Button onPress={() => setStep("merge")}>{t("web.problems.merge")}</Button>
              <span className="grow" />
              {issue.urgency === "ordinary" ? (
                <Button tone="danger" onPress={() => setStep("urgent")}>
                  {t("web.problems.make_urgent")}
                </Button>
              ) : (
                <Button isDisabled={calm.isPending} onPress={() => calm.mutate()}>
                  {t("web.problems.make_ordinary")}
                </Button>
              )}
            </>
          )}
          {issue.may.settle && issue.stage === "closed" && (
            <Button isDisabled={again.isPending} onPress={() => again.mutate()}>
              {t("web.problems.reopen")}
            </Button>
          )}
        </div>
      </header>
      <div className="task-columns">
        <div className="stack">
          {issue.answer && (
            <section className="card pad stack">
              <p className="row wrap small quiet">
                <PersonMark person={issue.answer.by} />
                <time dateTime={issue.answer.at} title={fullTime(issue.answer.at)}>
                  {shortTime(issue.answer.at)}
                </time>
              </p>
              <p className="pre">{issue.answer.text}</p>
              <p className="small">{t("web.problems.promised", { at: shortTime(issue.answer.promised_at) })}</p>
            </section>
          )}
          {issue.solution && (
            <section className="card pad stack">
              <h2>{t("web.problems.solution")}</h2>
              <p className="pre">{issue.solution.text}</p>
              <p className="row wrap small quiet">
                <PersonMark person={issue.solution.by} />
                <time dateTime={issue.solution.at} title={fullTime(issue.solution.at)}>
                  {shortTime(issue.solution.at)}
                </time>
              </p>
            </section>
          )}
          {issue.merged_into && (
            <p className="notice">
              <Link className="link" href={`/problems/${issue.merged_into.id}`}>
                {t("web.problems.merged_into", { number: issue.merged_into.number })}
              </Link>
            </p>
          )}
          {(issue.detail || issue.origin) && (
            <section className="card pad stack">
              {issue.detail && <p className="pre">{issue.detail}</p>}
              {issue.origin && <OriginQuote origin={issue.origin} collaboration={issue.collaboration.id} />}
            </section>
          )}
          <Suspense>
            <EntriesAbout linked={id} />
          </Suspense>
          <section className="section">
            <h2>{t("web.history")}</h2>
            {history ? <HistoryList entries={history} /> : <Bones rows={4} height={36} />}
          </section>
        </div>
        <div className="stack">
          <section className="card pad stack">
            <h2>{t("web.problems.line")}</h2>
            <ol className="stack" aria-label={t("web.problems.line")}>
              {issue.line.map((one) => (
                <li key={one.person.id} className={one.asked_at ? "row wrap" : "row wrap faint"}>
                  <PersonMark person={one.person} job />
                  <span className="grow" />
                  {one.asked_at ? (
                    <time className="small" dateTime={one.asked_at} title={fullTime(one.asked_at)}>
                      {t("web.problems.asked", { at: shortTime(one.asked_at) })}
                    </time>
                  ) : (
                    <span className="small">{t("web.problems.next")}</span>
                  )}
                </li>
              ))}
            </ol>
            {issue.stage === "waiting" && issue.clock?.next_at && (
              <p className="small quiet">{t("web.problems.next_at", { at: shortTime(issue.clock.next_at) })}</p>
            )}
          </section>
          <dl className="card pad facts">
            <dt>{t("web.problems.raised_by")}</dt>
            <dd>
              <PersonMark person={issue.raised_by} job />
            </dd>
            <dt>{t("web.level")}</dt>
            <dd>{t(`domain.level.${issue.level}`)}</dd>
            <dt>{t("web.created")}</dt>
            <dd>
              <time dateTime={issue.created_at} title={fullTime(issue.created_at)}>
                {shortTime(issue.created_at)}
              </time>
            </dd>
          </dl>
          <ProblemLinks issue={issue} />
          <Deliveries subject={id} />
        </div>
      </div>
      {step === "merge" ? (
        <MergeDialog issue={issue} onClose={() => setStep(null)} />
      ) : step === "urgent" ? (
        <UrgentDialog issue={issue} onClose={() => setStep(null)} />
      ) : (
        step && <ProblemStepDialog issue={issue} step={step} onClose={() => setStep(null)} />
      )}
    </div>
  );
}
