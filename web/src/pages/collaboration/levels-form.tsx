import { useState, type ReactNode } from "react";
import { t, tMaybe } from "../../i18n/texts";
import { Select } from "../../ui/select";
import { isSpan, type LevelField, type Levels, levelFields, unitOf, withLevel } from "./levels";
import "./collaboration.css";

function LevelInput({
  field,
  levels,
  label,
  onChange,
}: {
  field: LevelField;
  levels: Levels;
  label: string;
  onChange: (levels: Levels) => void;
}) {
  const value = levels[field.group]?.[field.field];
  const minutes = isSpan(value) ? value.minutes : typeof value === "number" ? value : 0;
  const [unit, setUnit] = useState<"h" | "m">(unitOf(minutes));
  if (field.kind === "clock")
    return (
      <input
        type="time"
        className="input level-time"
        aria-label={label}
        value={String(value).slice(0, 5)}
        onChange={(event) => event.target.value && onChange(withLevel(levels, field, `${event.target.value}:00`))}
      />
    );
  const set = (next: number) => onChange(withLevel(levels, field, isSpan(value) ? { ...value, minutes: next } : next));
  const counted = field.kind === "days" || field.kind === "times";
  const factor = !counted && unit === "h" ? 60 : 1;
  return (
    <span className="row">
      <input
        type="number"
        min={field.kind === "days" ? 1 : 0}
        step={unit === "h" && !counted ? 0.5 : 1}
        className="input level-number"
        aria-label={label}
        value={minutes / factor}
        onChange={(event) => set(Math.max(0, Math.round(Number(event.target.value) * factor)))}
      />
      {counted ? (
        <span className="quiet">{t(field.kind === "days" ? "web.levels.days" : "web.levels.times")}</span>
      ) : (
        <Select
          bare
          label={t("web.levels.unit")}
          value={unit}
          onChange={setUnit}
          options={[
            { value: "h", label: t("web.levels.hours") },
            { value: "m", label: t("web.levels.minutes") },
          ]}
        />
      )}
      {isSpan(value) && (
        <Select
          bare
          label={t("web.levels.basis")}
          value={value.basis}
          onChange={(basis) => onChange(withLevel(levels, field, { ...value, basis }))}
          options={[
            { value: "working", label: t("web.levels.working") },
            { value: "elapsed", label: t("web.levels.elapsed") },
          ]}
        />
      )}
    </span>
  );
}

/** Service levels, kind by kind; `below` may add to a kind of clock what its levels mean. */
export function LevelsForm({
  levels,
  onChange,
  below,
}: {
  levels: Levels;
  onChange: (levels: Levels) => void;
  below?: (kind: string) => ReactNode;
}) {
  const fields = levelFields(levels);
  const kinds = [...new Set(fields.map((field) => field.group))];
  return (
    <div className="card lines">
      {kinds.map((kind) => (
        <div key={kind} className="level-group">
          <h3>{tMaybe(`clock.kind.${kind}`, kind)}</h3>
          <div className="level-fields">
            {fields
              .filter((field) => field.group === kind)
              .map((field) => {
                const label = tMaybe(`web.levels.${field.field}`, field.field);
                return (
                  <div key={field.field} className="level-field">
                    <span className="quiet small">{label}</span>
                    <LevelInput field={field} levels={levels} label={label} onChange={onChange} />
                  </div>
                );
              })}
            {/* A number of times is no clock. */}
            {fields.some((field) => field.group === kind && field.kind !== "times") && below?.(kind)}
          </div>
        </div>
      ))}
    </div>
  );
}
