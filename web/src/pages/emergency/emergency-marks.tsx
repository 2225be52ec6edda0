import type { Emergency } from "../../api/types";
import { t } from "../../i18n/texts";

/** How severe it is, unless that is shown beside it, and whether it is a drill. */
export function SeverityTag({ emergency, bare }: { emergency: Emergency; bare?: boolean }) {
  return (
    <>
      {emergency.drill && <span className="tag drill">{t("web.problems.drill")}</span>}
      {!bare && (
        <span className={emergency.phase === "running" ? "tag bad" : "tag"}>
          {t(`domain.severity.${emergency.severity}`)}
        </span>
      )}
    </>
  );
}

const TONE = { running: "warn", all_clear: "good", stood_down: "" } as const;

/** Where the plan stands. */
export function PhaseTag({ emergency }: { emergency: Emergency }) {
  return <span className={`tag ${TONE[emergency.phase]}`}>{t(`web.emergency.phase.${emergency.phase}`)}</span>;
}
