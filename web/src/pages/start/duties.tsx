import type { Duty, StartFinding } from "../../api/starts";
import type { PersonRef } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { PersonPicker } from "../../ui/people";
import { changedAt, dutyCounts, emptyDuty, foundAt, withoutAt } from "./parts";

/** The duties, for each of which exactly one person answers; holes and doubles are counted. */
export function Duties({
  duties,
  findings,
  people,
  onChange,
}: {
  duties: Duty[];
  findings: StartFinding[];
  /** Who can answer for one. */
  people: PersonRef[];
  onChange: (duties: Duty[]) => void;
}) {
  const { holes, doubles, all } = dutyCounts(duties, findings);
  return (
    <div className="stack">
      <div className="row wrap" role="status">
        {holes > 0 && <span className="tag bad">{t("start.duties.holes", { count: holes })}</span>}
        {doubles > 0 && <span className="tag bad">{t("start.duties.doubles", { count: doubles })}</span>}
        {holes + doubles === 0 && (
          <span className={all > 0 ? "tag good" : "tag"}>{t(all > 0 ? "start.duties.fine" : "start.duties.none")}</span>
        )}
      </div>
      <ul className="card lines">
        {duties.map((duty, place) => {
          const found = foundAt(findings, "duties", place);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a duty has nothing but its place
            <li key={place} className={found ? "start-row duty-row open" : "start-row duty-row"}>
              <input
                className="input duty-name"
                aria-label={`${t("start.duty.name")} ${place + 1}`}
                placeholder={t("start.duty.name")}
                value={duty.name}
                onChange={(event) => onChange(changedAt(duties, place, { name: event.target.value }))}
              />
              <span className="duty-person">
                <PersonPicker
                  label={`${t("start.duty.person")} ${duty.name}`}
                  value={duty.person}
                  among={people}
                  optional
                  onChange={(person) => onChange(changedAt(duties, place, { person }))}
                />
              </span>
              <IconButton
                icon="x"
                label={t("start.duty.remove", { name: duty.name })}
                onPress={() => onChange(withoutAt(duties, place))}
              />
              <textarea
                rows={1}
                className="input duty-boundary"
                aria-label={`${t("start.duty.boundary")} ${place + 1}`}
                placeholder={t("start.duty.boundary.hint")}
                value={duty.boundary}
                onChange={(event) => onChange(changedAt(duties, place, { boundary: event.target.value }))}
              />
              {found && <span className="field-error start-found">{found}</span>}
            </li>
          );
        })}
      </ul>
      <div>
        <Button icon="plus" onPress={() => onChange([...duties, emptyDuty])}>
          {t("start.duty.add")}
        </Button>
      </div>
    </div>
  );
}
