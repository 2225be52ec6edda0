import type { Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { PersonMark } from "../../ui/marks";

/** Why the owner does not take it on, and what they propose instead. */
export function Refusal({ task }: { task: Task }) {
  if (!task.refusal) return null;
  const { reason, proposal } = task.refusal;
  return (
    <dl className="refusal">
      <dt>{t("web.reason")}</dt>
      <dd className="pre">{reason}</dd>
      {proposal.due_at && (
        <>
          <dt>{t("web.proposal.date")}</dt>
          <dd>
            {task.due_at && <s className="faint">{shortTime(task.due_at)}</s>}{" "}
            <strong title={fullTime(proposal.due_at)}>{shortTime(proposal.due_at)}</strong>
          </dd>
        </>
      )}
      {proposal.owner && (
        <>
          <dt>{t("web.proposal.owner")}</dt>
          <dd>
            <PersonMark person={proposal.owner} job />
          </dd>
        </>
      )}
      {proposal.words && (
        <>
          <dt>{t("web.proposal")}</dt>
          <dd className="pre">{proposal.words}</dd>
        </>
      )}
    </dl>
  );
}
