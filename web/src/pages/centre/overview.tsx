import { type ReactNode, useId } from "react";
import { Link } from "wouter";
import type { Centre, Risk } from "../../api/centre";
import { t } from "../../i18n/texts";
import { dayText, fullTime, shortTime } from "../../time/format";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Icon, type IconName } from "../../ui/icon";
import { PersonMark, PlatformMark, STATUSES, StatusTag, statusText } from "../../ui/marks";
import { StageMark } from "../minutes/marks";
import { StageTag, UrgencyTag } from "../problem/problem-marks";

/** A part of the centre: what it says first, and the way to all of it. */
function Part({
  title,
  icon,
  href,
  count,
  wide,
  children,
}: {
  title: string;
  icon: IconName;
  href?: string;
  count?: number;
  wide?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={wide ? "card centre-part wide" : "card centre-part"} aria-labelledby={id}>
      <header className="row">
        <Icon name={icon} size={15} />
        <h2 id={id} className="grow">
          {title} {count !== undefined && count > 0 && <span className="faint small">{count}</span>}
        </h2>
        {href && (
          <Link href={href} className="link small" aria-label={`${t("centre.see_all")} ${title}`}>
            {t("centre.see_all")}
          </Link>
        )}
      </header>
      {children}
    </section>
  );
}

const Teach = ({ children }: { children: ReactNode }) => <p className="faint small centre-teach">{children}</p>;

/** Whether things are on course, and what speaks against it. */
export function Course({ id, centre }: { id: string; centre: Centre }) {
  const place: Record<string, string> = {
    urgent: `/c/${id}/problems`,
    overdue: `/c/${id}/tasks`,
    blocked: `/c/${id}/board`,
    goal_passed: `/c/${id}/settings`,
    no_day: `/c/${id}/settings`,
  };
  const left = centre.days_left;
  return (
    <section className={`card centre-course is-${centre.course}`} aria-label={t("centre.course")}>
      <div className="centre-course-head">
        <strong className="centre-course-word">
          <Icon name={centre.course === "on" || centre.course === "done" ? "check" : "warn"} size={18} />
          {t(`centre.course.${centre.course}`)}
        </strong>
        <p className="centre-goal">
          <span className="faint small">{t("centre.goal")}</span> {centre.goal || t("web.goal.none")}
        </p>
        {centre.goal_on && left !== null && left !== undefined && (
          <span className="tag">
            {dayText(centre.goal_on)} ·{" "}
            {left > 0
              ? t("centre.days_left", { count: left })
              : left === 0
                ? t("centre.today")
                : t("centre.days_over", { count: -left })}
          </span>
        )}
      </div>
      {centre.milestones.length > 0 && (
        <ol className="row wrap centre-milestones" aria-label={t("centre.milestones")}>
          {centre.milestones.map((milestone, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: milestones have no other name, and their order is what they say
            <li key={place} className={(milestone.days_left ?? 0) < 0 ? "passed" : ""}>
              <span>{milestone.name}</span>
              {milestone.on && <span className="faint tiny">{dayText(milestone.on)}</span>}
            </li>
          ))}
        </ol>
      )}
      <p className="row wrap centre-against">
        {centre.against.map((one) => {
          const text = t(`centre.against.${one.kind}`, { count: one.count });
          const look =
            one.kind === "no_day"
              ? "tag"
              : one.kind === "urgent" || one.kind === "goal_passed"
                ? "tag bad"
                : "tag warn";
          const href = place[one.kind];
          return href ? (
            <Link key={one.kind} href={href} className={look}>
              {text}
            </Link>
          ) : (
            <a key={one.kind} href="#centre-clocks" className={look}>
              {text}
            </a>
          );
        })}
        {centre.against.length === 0 && <span className="quiet small">{t("centre.against.none")}</span>}
      </p>
    </section>
  );
}

const RISK_ICONS: Record<Risk["kind"], IconName> = {
  task: "task",
  problem: "warn",
  minutes: "chat",
  follow_up: "table",
};

function riskPlace(id: string, risk: Risk) {
  if (risk.kind === "task") return `/tasks/${risk.id}`;
  if (risk.kind === "problem") return `/problems/${risk.id}`;
  if (risk.kind === "minutes") return `/minutes/${risk.id}`;
  return `/c/${id}/records?row=${risk.id}`;
}

/** The clocks that run out first. */
export function Clocks({ id, centre }: { id: string; centre: Centre }) {
  return (
    <div id="centre-clocks">
      <Part title={t("centre.clocks")} icon="clock" href={`/c/${id}/tasks`}>
        {centre.clocks.length === 0 ? (
          <Teach>{t("centre.clocks.none")}</Teach>
        ) : (
          <ul className="lines">
            {centre.clocks.map((risk) => (
              <li key={risk.clock.id}>
                <Link href={riskPlace(id, risk)} className="centre-line">
                  <Icon name={RISK_ICONS[risk.kind]} size={14} />
                  <span className="grow clip">
                    <span className="faint">{risk.number}</span> {risk.title}
                  </span>
                  <PersonMark person={risk.owner} size={18} />
                  <CountdownChip clock={risk.clock} plain />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Part>
    </div>
  );
}

/** Who owes what. */
export function Owing({ id, centre }: { id: string; centre: Centre }) {
  return (
    <Part title={t("centre.owing")} icon="people" href={`/c/${id}/tasks`}>
      {centre.owing.length === 0 ? (
        <Teach>{t("centre.owing.none")}</Teach>
      ) : (
        <ul className="lines">
          {centre.owing.map((owes) => (
            <li key={owes.person.id} className="centre-line">
              <PersonMark person={owes.person} job />
              <span className="grow" />
              {owes.late > 0 && <span className="tag bad">{t("centre.owing.late", { count: owes.late })}</span>}
              <span className="small quiet centre-owes">
                {[
                  owes.tasks > 0 && t("centre.owing.tasks", { count: owes.tasks }),
                  owes.problems > 0 && t("centre.owing.problems", { count: owes.problems }),
                  owes.minutes > 0 && t("centre.owing.minutes", { count: owes.minutes }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** How the tasks stand, in one bar. */
export function Board({ id, centre }: { id: string; centre: Centre }) {
  const counts = STATUSES.map((status) => ({ status, count: centre.counts.tasks[status] ?? 0 }));
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  return (
    <Part title={t("web.tab.board")} icon="board" href={`/c/${id}/board`} count={total}>
      {total === 0 ? (
        <Teach>{t("centre.board.none")}</Teach>
      ) : (
        <>
          <div className="share centre-share" aria-hidden="true">
            {counts
              .filter((one) => one.count > 0)
              .map((one) => (
                <i key={one.status} className={`status-${one.status}`} style={{ flexGrow: one.count }} />
              ))}
          </div>
          <ul className="row wrap centre-statuses">
            {counts
              .filter((one) => one.count > 0)
              .map((one) => (
                <li key={one.status}>
                  <span className={`tag status-${one.status}`}>
                    <i aria-hidden="true" /> {statusText(one.status)} {one.count}
                  </span>
                </li>
              ))}
          </ul>
        </>
      )}
    </Part>
  );
}

/** What was decided, and the minutes. */
export function Decisions({ id, centre }: { id: string; centre: Centre }) {
  return (
    <Part title={t("centre.decisions")} icon="chat" href={`/c/${id}/minutes`}>
      {centre.minutes.length === 0 ? (
        <Teach>{t("centre.decisions.none")}</Teach>
      ) : (
        <ul className="lines">
          {centre.minutes.map((minutes) => (
            <li key={minutes.id}>
              <Link href={`/minutes/${minutes.id}`} className="centre-line">
                <span className="grow clip">
                  <span className="faint">M{minutes.number}</span> {minutes.title}
                </span>
                {minutes.origin && <PlatformMark platform={minutes.origin.platform} />}
                <StageMark minutes={minutes} />
                <time className="small faint" dateTime={minutes.happened_at} title={fullTime(minutes.happened_at)}>
                  {shortTime(minutes.happened_at)}
                </time>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** The open problems. */
export function Problems({ id, centre }: { id: string; centre: Centre }) {
  return (
    <Part title={t("web.tab.problems")} icon="warn" href={`/c/${id}/problems`}>
      {centre.problems.length === 0 ? (
        <Teach>{t("centre.problems.none")}</Teach>
      ) : (
        <ul className="lines">
          {centre.problems.map((issue) => (
            <li key={issue.id}>
              <Link href={`/problems/${issue.id}`} className="centre-line">
                <span className="grow clip">
                  <span className="faint">P{issue.number}</span> {issue.title}
                </span>
                <UrgencyTag issue={issue} />
                <StageTag issue={issue} />
                <PersonMark person={issue.owner} size={18} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** The rows of the record table that changed last. */
export function Records({ id, centre }: { id: string; centre: Centre }) {
  const total = Object.values(centre.counts.records).reduce((sum, count) => sum + count, 0);
  return (
    <Part title={t("web.tab.records")} icon="table" href={`/c/${id}/records`} count={total}>
      {centre.records.length === 0 ? (
        <Teach>{t("centre.records.none")}</Teach>
      ) : (
        <ul className="lines">
          {centre.records.map((record) => (
            <li key={record.id}>
              <Link href={`/c/${id}/records?row=${record.id}`} className="centre-line">
                <span className="grow clip">{record.topic}</span>
                <StatusTag status={record.status} />
                <PersonMark person={record.owner} size={18} />
                {record.due_at && <DueText at={record.due_at} done={record.status === "done"} />}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** The documents that changed last. */
export function Library({ id, centre }: { id: string; centre: Centre }) {
  return (
    <Part title={t("web.tab.library")} icon="copy" href={`/c/${id}/library`}>
      {centre.documents.length === 0 ? (
        <Teach>{t("centre.library.none")}</Teach>
      ) : (
        <ul className="lines">
          {centre.documents.map((document) => (
            <li key={document.id}>
              <Link href={`/documents/${document.id}`} className="centre-line">
                <span className="grow clip">
                  <span className="faint">D{document.number}</span> {document.title}
                </span>
                <PersonMark person={document.changed_by} size={18} />
                <time className="small faint" dateTime={document.updated_at} title={fullTime(document.updated_at)}>
                  {shortTime(document.updated_at)}
                </time>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}
