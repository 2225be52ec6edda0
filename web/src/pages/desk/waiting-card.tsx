import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Issue, Waiting } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Icon } from "../../ui/icon";
import { Avatar, PersonMark, PlatformMark, PriorityTag } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { type ProblemStep, ProblemStepDialog } from "../problem/problem-dialogs";
import { UrgencyTag } from "../problem/problem-marks";
import { TakeButton } from "../problem/take-button";
import { Refusal } from "../task/refusal";
import { StepButtons } from "../task/use-steps";
import { QuickProgress } from "./quick-progress";

export const RulesOnDesk = lazy(() => withTexts("rules", import("../rules/rules-on-desk")));
const WaitingSignOff = lazy(() => withTexts("sign_off", import("../sign-off/waiting-sign-off")));
const WaitingMeeting = lazy(() => withTexts("meeting", import("../meetings/waiting-meeting")));
const WaitingMinutes = lazy(() => withTexts("minutes", import("../minutes/waiting-minutes")));
const WaitingDigest = lazy(() => withTexts("digest", import("../digests/waiting-digest")));

function Frame({
  who,
  what,
  chip,
  children,
  actions,
}: {
  who: ReactNode;
  what: ReactNode;
  chip?: ReactNode;
  children: ReactNode;
  actions: ReactNode;
}) {
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        {who}
        <span className="grow quiet small">{what}</span>
        {chip}
      </div>
      {children}
      <div className="waiting-actions">{actions}</div>
    </li>
  );
}

/** A problem that somebody asks the reader about, or that they promised to solve. */
function ProblemCard({ issue, chip }: { issue: Issue; chip: ReactNode }) {
  const [step, setStep] = useState<ProblemStep | null>(null);
  const waiting = issue.stage === "waiting";
  return (
    <>
      <Frame
        who={<Avatar name={issue.raised_by.name} size={24} />}
        what={t(waiting ? "web.waits.problem" : "web.waits.solution", { name: issue.raised_by.name })}
        chip={chip}
        actions={
          <>
            {waiting && issue.may.answer && (
              <>
                <TakeButton issue={issue} />
                <Button onPress={() => setStep("answer")}>{t("web.problems.answer")}</Button>
              </>
            )}
            {issue.may.settle && (
              <Button tone={waiting ? "plain" : "primary"} onPress={() => setStep("close")}>
                {t("web.problems.close")}
              </Button>
            )}
            <span className="grow" />
            <Link className="link small" href={`/problems/${issue.id}`}>
              {t("web.details")}
            </Link>
          </>
        }
      >
        <p className="waiting-title">
          <Link href={`/problems/${issue.id}`}>
            <span className="faint">P{issue.number}</span> <strong>{issue.title}</strong>
          </Link>
          <UrgencyTag issue={issue} />
        </p>
        <p className="quiet small">{issue.collaboration.name}</p>
      </Frame>
      {step && <ProblemStepDialog issue={issue} step={step} onClose={() => setStep(null)} />}
    </>
  );
}

export function WaitingCard({ waiting }: { waiting: Waiting }) {
  const client = useQueryClient();
  const done = useMutation({
    mutationFn: api.followUpDone,
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.did.follow_up"));
      void client.invalidateQueries({ queryKey: ["desk"] });
      void client.invalidateQueries({ queryKey: ["records"] });
    },
  });
  const retry = useMutation({
    mutationFn: api.retryDelivery,
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.did.retry"));
      void client.invalidateQueries({ queryKey: ["desk"] });
    },
  });
  const { task, record, follow_up: followUp, delivery } = waiting;
  const clock = waiting.clock ?? task?.clock;
  const chip = clock ? <CountdownChip clock={clock} /> : null;

  if (waiting.kind === "unsure" || waiting.kind === "leavers")
    return (
      <Frame
        who={<Icon name="people" />}
        what={t(`web.waits.${waiting.kind}`)}
        actions={
          <Link className="button plain" href={waiting.kind === "unsure" ? "/directory/waiting" : "/directory/leavers"}>
            {t(`web.waits.${waiting.kind}.do`)}
          </Link>
        }
      >
        <p>
          <strong>{t(`web.waits.${waiting.kind}.count`, { count: waiting.count ?? 0 })}</strong>
        </p>
      </Frame>
    );

  if (waiting.kind === "delivery_failed" && delivery)
    return (
      <Frame
        who={delivery.platform && <PlatformMark platform={delivery.platform} />}
        what={t("web.waits.delivery")}
        actions={
          <>
            {delivery.may_retry && (
              <Button isDisabled={retry.isPending} onPress={() => retry.mutate(delivery.id)}>
                {t("web.retry")}
              </Button>
            )}
            {task && (
              <Link className="button plain" href={`/tasks/${task.id}`}>
                {t("web.open")}
              </Link>
            )}
          </>
        }
      >
        <p>
          {delivery.to && <PersonMark person={delivery.to} />} {delivery.reason}
        </p>
      </Frame>
    );

  if (waiting.kind === "follow_up")
    return (
      <Frame
        who={<Icon name="goal" />}
        what={t("web.waits.follow_up")}
        chip={chip ?? (followUp ? <DueText at={followUp.due_at} /> : null)}
        actions={
          followUp && (
            <Button tone="primary" isDisabled={done.isPending} onPress={() => done.mutate(followUp.id)}>
              {t("web.waits.follow_up.do")}
            </Button>
          )
        }
      >
        <p>
          <strong>{followUp?.action}</strong>
          {record && (
            <Link className="quiet small waiting-origin" href={`/c/${record.collaboration}/records?row=${record.id}`}>
              {record.number} {record.topic}
            </Link>
          )}
        </p>
      </Frame>
    );

  const Later = waiting.meeting
    ? WaitingMeeting
    : waiting.minutes
      ? WaitingMinutes
      : waiting.digest
        ? WaitingDigest
        : waiting.rules
          ? RulesOnDesk
          : null;
  if (Later)
    return (
      <Suspense>
        <Later waiting={waiting} />
      </Suspense>
    );

  if (waiting.sign_off)
    return (
      <Suspense>
        <WaitingSignOff waiting={waiting} />
      </Suspense>
    );

  if (waiting.problem) return <ProblemCard issue={waiting.problem} chip={chip} />;

  if (!task) return null;
  const asking =
    waiting.kind === "answer_proposal" || waiting.kind === "blocked" || waiting.kind === "progress"
      ? task.owner
      : task.initiator;
  const what = {
    accept: t("web.waits.accept", { name: task.initiator.name }),
    answer_proposal: t("web.waits.answer_proposal", { name: task.owner.name }),
    progress: t("web.waits.progress"),
    blocked: t("web.waits.blocked", { name: task.owner.name }),
    delivery_failed: t("web.waits.delivery"),
  }[waiting.kind as "accept" | "answer_proposal" | "progress" | "blocked" | "delivery_failed"];
  return (
    <Frame
      who={<Avatar name={asking.name} size={24} />}
      what={what}
      chip={chip}
      actions={
        waiting.kind === "progress" ? (
          <QuickProgress task={task} />
        ) : (
          <>
            <StepButtons
              task={task}
              only={
                waiting.kind === "accept"
                  ? ["accept", "decline"]
                  : waiting.kind === "answer_proposal"
                    ? ["agree", "change", "insist"]
                    : ["reassign", "resume"]
              }
            />
            <span className="grow" />
            <Link className="link small" href={`/tasks/${task.id}`}>
              {t("web.details")}
            </Link>
          </>
        )
      }
    >
      <p className="waiting-title">
        <Link href={`/tasks/${task.id}`}>
          <span className="faint">#{task.number}</span> <strong>{task.name}</strong>
        </Link>
        <PriorityTag priority={task.priority} />
      </p>
      <p className="row wrap quiet small">
        {task.due_at && (
          <span>
            {t("web.due")} <DueText at={task.due_at} since={task.created_at} />
          </span>
        )}
        <span>{task.collaboration.name}</span>
        {task.origin && (
          <span className="row" title={task.origin.text}>
            <PlatformMark platform={task.origin.platform} /> {task.origin.conversation_title} ·{" "}
            {shortTime(task.origin.sent_at)}
          </span>
        )}
      </p>
      {waiting.kind === "answer_proposal" && <Refusal task={task} />}
      {waiting.kind === "blocked" && task.blocked_reason && <p className="pre">{task.blocked_reason}</p>}
    </Frame>
  );
}
