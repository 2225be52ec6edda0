import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { Collaboration } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import { isSpan, type LevelField, type Levels, levelFields, unitOf, withLevel } from "./levels";

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
  const factor = field.kind === "days" ? 1 : unit === "h" ? 60 : 1;
  return (
    <span className="row">
      <input
        type="number"
        min={field.kind === "days" ? 1 : 0}
        step={unit === "h" && field.kind !== "days" ? 0.5 : 1}
        className="input level-number"
        aria-label={label}
        value={minutes / factor}
        onChange={(event) => set(Math.max(0, Math.round(Number(event.target.value) * factor)))}
      />
      {field.kind === "days" ? (
        <span className="quiet">{t("web.levels.days")}</span>
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

/** Name, goal and service levels of a collaboration. */
export default function LevelsTab({ collaboration }: { collaboration: Collaboration }) {
  const client = useQueryClient();
  const [name, setName] = useState(collaboration.name);
  const [goal, setGoal] = useState(collaboration.goal);
  const [on, setOn] = useState(collaboration.goal_on ?? "");
  const [levels, setLevels] = useState<Levels>((collaboration.levels ?? {}) as Levels);
  const save = useMutation({
    mutationFn: (input: Record<string, unknown>) =>
      api.editCollaboration(collaboration.id, { version: collaboration.version, ...input }),
    onError: sayProblem,
    onSuccess: (changed) => {
      client.setQueryData(["collaboration", collaboration.id], changed);
      void client.invalidateQueries({ queryKey: ["collaborations"] });
      say(t("web.saved"), { seconds: 3 });
    },
  });
  const fields = levelFields(levels);
  const groups = [...new Set(fields.map((field) => field.group))];
  return (
    <div className="page narrow-page">
      <section className="section">
        <h2>{t("web.collaborations.about")}</h2>
        <div className="card stack pad">
          <TextField label={t("web.collaborations.name")} value={name} onChange={setName} />
          <TextField label={t("web.goal")} value={goal} onChange={setGoal} lines={2} hint={t("web.goal.hint")} />
          <label className="field">
            <span className="field-label">{t("web.goal.on")}</span>
            <input
              type="date"
              className="input level-date"
              value={on}
              onChange={(event) => setOn(event.target.value)}
            />
          </label>
          <div>
            <Button
              tone="primary"
              isDisabled={save.isPending || !name.trim()}
              onPress={() => save.mutate({ name: name.trim(), goal: goal.trim(), goal_on: on || null })}
            >
              {t("web.save")}
            </Button>
          </div>
        </div>
      </section>
      {fields.length > 0 && (
        <section className="section">
          <h2>{t("web.levels")}</h2>
          <p className="quiet small">{t("web.levels.text")}</p>
          <div className="card lines">
            {groups.map((group) => (
              <div key={group} className="level-group">
                <h3>{tMaybe(`clock.kind.${group}`, group)}</h3>
                <div className="level-fields">
                  {fields
                    .filter((field) => field.group === group)
                    .map((field) => {
                      const label = tMaybe(`web.levels.${field.field}`, field.field);
                      return (
                        <div key={field.field} className="level-field">
                          <span className="quiet small">{label}</span>
                          <LevelInput field={field} levels={levels} label={label} onChange={setLevels} />
                        </div>
                      );
                    })}
                </div>
              </div>
            ))}
          </div>
          <div>
            <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate({ levels })}>
              {t("web.levels.save")}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}
