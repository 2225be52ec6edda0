import type { Milestone, StartFinding } from "../../api/starts";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { changedAt, emptyMilestone, foundAt, withoutAt } from "./parts";

/** The milestones, each with its day. */
export function Milestones({
  milestones,
  findings,
  onChange,
}: {
  milestones: Milestone[];
  findings: StartFinding[];
  onChange: (milestones: Milestone[]) => void;
}) {
  return (
    <div className="stack">
      <ul className="card lines">
        {milestones.length === 0 && <li className="lines-empty">{t("start.milestones.none")}</li>}
        {milestones.map((milestone, place) => {
          const found = foundAt(findings, "milestones", place);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a milestone has nothing but its place
            <li key={place} className="start-row">
              <input
                className="input grow"
                aria-label={`${t("start.milestone.name")} ${place + 1}`}
                placeholder={t("start.milestone.name")}
                value={milestone.name}
                onChange={(event) => onChange(changedAt(milestones, place, { name: event.target.value }))}
              />
              <input
                type="date"
                className="input start-date"
                aria-label={`${t("start.milestone.on")} ${place + 1}`}
                value={milestone.on ?? ""}
                onChange={(event) => onChange(changedAt(milestones, place, { on: event.target.value || null }))}
              />
              <IconButton
                icon="x"
                label={t("start.milestone.remove", { name: milestone.name })}
                onPress={() => onChange(withoutAt(milestones, place))}
              />
              {found && <span className="field-error start-found">{found}</span>}
            </li>
          );
        })}
      </ul>
      <div>
        <Button icon="plus" onPress={() => onChange([...milestones, emptyMilestone])}>
          {t("start.milestone.add")}
        </Button>
      </div>
    </div>
  );
}
