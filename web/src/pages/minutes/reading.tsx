import { Link } from "wouter";
import type { ActionTask, Attendee, Content } from "../../api/minutes";
import type { PersonRef } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { PersonMark } from "../../ui/marks";

/** An edition as it is read. */
export function Reading({
  content,
  people,
  tasks,
  recorder,
}: {
  content: Content;
  people: PersonRef[];
  tasks: ActionTask[];
  recorder: PersonRef;
}) {
  const person = (id: string | null) => people.find((one) => one.id === id);
  const everybody = (among: Attendee[]) => (
    <span className="row wrap">
      {among.map((one) => {
        if (one.kind === "named") return <span key={one.text}>{one.text}</span>;
        const known = person(one.person);
        return known && <PersonMark key={one.person} person={known} job />;
      })}
    </span>
  );
  const host = person(content.host);
  return (
    <div className="stack">
      <dl className="facts minutes-facts">
        {content.held_at && (
          <>
            <dt>{t("minutes.part.held_at")}</dt>
            <dd>{fullTime(content.held_at)}</dd>
          </>
        )}
        {content.place && (
          <>
            <dt>{t("minutes.part.place")}</dt>
            <dd>{content.place}</dd>
          </>
        )}
        {host && (
          <>
            <dt>{t("minutes.part.host")}</dt>
            <dd>
              <PersonMark person={host} job />
            </dd>
          </>
        )}
        <dt>{t("minutes.part.recorder")}</dt>
        <dd>
          <PersonMark person={recorder} job />
        </dd>
        <dt>{t("minutes.part.participants")}</dt>
        <dd>{everybody(content.participants)}</dd>
        {content.absentees.length > 0 && (
          <>
            <dt>{t("minutes.part.absentees")}</dt>
            <dd>{everybody(content.absentees)}</dd>
          </>
        )}
      </dl>
      {(["agenda", "conclusions", "disputes"] as const)
        .filter((part) => content[part])
        .map((part) => (
          <div key={part} className="stack tight">
            <h2>{t(`minutes.part.${part}`)}</h2>
            <p className="pre">{content[part]}</p>
          </div>
        ))}
      {content.actions.length > 0 && (
        <div className="stack tight">
          <h2>{t("minutes.part.actions")}</h2>
          <ul className="lines card">
            {content.actions.map((action) => {
              const owner = person(action.owner);
              const task = tasks.find((one) => one.id === action.task);
              return (
                <li key={action.key} className="row wrap minutes-action">
                  {task ? (
                    <Link className="link grow" href={`/tasks/${task.id}`}>
                      <span className="faint">#{task.number}</span> {action.what}
                    </Link>
                  ) : (
                    <span className="grow">{action.what}</span>
                  )}
                  {task && <span className="tag">{t(`domain.stage.${task.stage}`)}</span>}
                  {owner && <PersonMark person={owner} />}
                  {action.due && (
                    <time className="small" dateTime={action.due} title={fullTime(action.due)}>
                      {shortTime(action.due)}
                    </time>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}
