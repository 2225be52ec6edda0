import type { Issue } from "../../api/types";
import { t } from "../../i18n/texts";

/** How pressing a problem is, where that is to be seen. */
export function UrgencyTag({ issue }: { issue: Issue }) {
  if (issue.urgency === "ordinary" && !issue.drill) return null;
  return (
    <>
      {issue.drill && <span className="tag">{t("web.problems.drill")}</span>}
      {issue.urgency === "urgent" && (
        <span className="tag bad">
          {t("domain.urgency.urgent")}
          {issue.severity && ` · ${t(`domain.severity.${issue.severity}`)}`}
        </span>
      )}
    </>
  );
}

const TONE = { waiting: "warn", answered: "", closed: "good", merged: "" } as const;

/** Where a problem stands. */
export function StageTag({ issue }: { issue: Issue }) {
  return <span className={`tag ${TONE[issue.stage]}`}>{t(`domain.problem_stage.${issue.stage}`)}</span>;
}
