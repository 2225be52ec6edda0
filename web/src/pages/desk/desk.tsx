import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { readerZone, shortTime, weekdayText } from "../../time/format";
import { now } from "../../time/now";
import { wall } from "../../time/zone";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { Avatar, PriorityTag, StatusTag } from "../../ui/marks";
import { StepsProvider } from "../task/use-steps";
import "../task/task.css";
import "./desk.css";
import { QuickProgress } from "./quick-progress";
import { RulesOnDesk, WaitingCard } from "./waiting-card";

// Only the demo has it.
const FirstLoop = lazy(() => import("./first-loop"));

function greeting(): string {
  const hour = wall(now(), readerZone()).hour;
  return t(
    hour < 5
      ? "web.hello.night"
      : hour < 12
        ? "web.hello.morning"
        : hour < 14
          ? "web.hello.noon"
          : hour < 18
            ? "web.hello.afternoon"
            : "web.hello.evening",
  );
}

function TaskLine({ task, person }: { task: Task; person: "owner" | "initiator" }) {
  const other = task[person];
  return (
    <Link href={`/tasks/${task.id}`} className="task-line">
      {task.status ? (
        <StatusTag status={task.status} />
      ) : (
        <span className="tag">{t(`domain.stage.${task.stage}`)}</span>
      )}
      <span className="grow clip">
        <span className="faint">#{task.number}</span> {task.name}
      </span>
      <PriorityTag priority={task.priority} />
      <span className="task-line-person" title={other.name}>
        <Avatar name={other.name} size={20} />
        <span className="clip">{other.name}</span>
      </span>
      <span className="task-line-due">
        {task.due_at ? (
          <DueText at={task.due_at} since={task.created_at} done={task.stage === "done"} />
        ) : (
          <span className="faint">—</span>
        )}
      </span>
      <span className="task-line-clock">{task.clock ? <CountdownChip clock={task.clock} plain /> : null}</span>
    </Link>
  );
}

/** 工作台: what waits for me, with the answer right there. */
export default function Desk() {
  const me = useMe();
  const { data: desk, error, refetch } = useQuery({ queryKey: ["desk"], queryFn: api.desk });
  const today = wall(now(), readerZone());
  useTitle(desk && desk.waiting.length > 0 ? `(${desk.waiting.length}) ${t("web.nav.desk")}` : t("web.nav.desk"));
  return (
    <StepsProvider>
      <div className="page desk">
        <header className="page-head">
          <div className="grow">
            <h1>{t("web.hello.comma", { hello: greeting(), name: me.person.name })}</h1>
            <p className="quiet small">
              {t("web.desk.today", { month: today.month, day: today.day, weekday: weekdayText(today.weekday) })}
              {desk?.today.digest_at && ` · ${t("web.desk.digest", { time: shortTime(desk.today.digest_at) })}`}
            </p>
          </div>
        </header>
        {desk?.guide && (
          <Suspense>
            <FirstLoop guide={desk.guide} />
          </Suspense>
        )}
        {error && !desk ? (
          <Failed error={error} again={() => void refetch()} />
        ) : (
          <>
            <section className="section" aria-labelledby="waiting">
              <div className="section-head">
                <h2 id="waiting">
                  {t("web.desk.waiting")} <span className="count">{desk?.waiting.length ?? ""}</span>
                </h2>
              </div>
              {!desk ? (
                <Bones rows={2} height={112} />
              ) : desk.waiting.length === 0 ? (
                <div className="card">
                  <Empty icon="check" title={t("web.desk.nothing_waits")}>
                    {t("web.desk.nothing_waits.text")}
                  </Empty>
                </div>
              ) : (
                <ul className="waiting">
                  {desk.waiting.map((each) => (
                    <WaitingCard
                      key={`${each.kind}${each.task?.id ?? each.follow_up?.id ?? each.record?.id ?? each.delivery?.id ?? each.digest?.id ?? each.since}`}
                      waiting={each}
                    />
                  ))}
                </ul>
              )}
            </section>
            <section className="section" aria-labelledby="mine">
              <div className="section-head">
                <h2 id="mine">
                  {t("web.desk.mine")} <span className="count">{desk?.mine.in_progress.length ?? ""}</span>
                </h2>
              </div>
              {!desk ? (
                <Bones rows={2} height={44} />
              ) : (
                <div className="card lines">
                  {desk.mine.in_progress.length === 0 && <p className="lines-empty">{t("web.desk.mine.empty")}</p>}
                  {desk.mine.in_progress.map((task) => (
                    <div key={task.id} className="mine">
                      <TaskLine task={task} person="initiator" />
                      <QuickProgress task={task} />
                    </div>
                  ))}
                </div>
              )}
            </section>
            <section className="section" aria-labelledby="watched">
              <div className="section-head">
                <h2 id="watched">
                  {t("web.desk.watched")} <span className="count">{desk?.watched.length ?? ""}</span>
                </h2>
              </div>
              {!desk ? (
                <Bones rows={3} height={44} />
              ) : (
                <div className="card lines">
                  {desk.watched.length === 0 && (
                    <p className="lines-empty">
                      <Icon name="chat" /> {t("web.desk.watched.empty")}
                    </p>
                  )}
                  {desk.watched.map((task) => (
                    <TaskLine key={task.id} task={task} person="owner" />
                  ))}
                </div>
              )}
            </section>
            {desk?.rules_unread && (
              <Suspense>
                <RulesOnDesk unread={desk.rules_unread} />
              </Suspense>
            )}
          </>
        )}
      </div>
    </StepsProvider>
  );
}
