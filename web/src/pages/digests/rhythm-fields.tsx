import { Checkbox } from "react-aria-components";
import { t } from "../../i18n/texts";
import { Field } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Select } from "../../ui/select";
import "./digests.css";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
type Day = (typeof DAYS)[number];

/** The part of the service levels that says when digests go out. */
export interface Rhythm {
  digest: {
    daily: boolean;
    weekly_on: Day | null;
    weekly_at: string;
    prepare_before_minutes: number;
    untouched_after_days: number;
    public_holidays: "china" | "none";
  };
  daily_progress: { digest_at: string; remind_before_minutes: number; time_zone: string | null };
}

const ZONES = [
  "Asia/Shanghai",
  "Asia/Tokyo",
  "Asia/Singapore",
  "Europe/London",
  "Europe/Berlin",
  "America/New_York",
  "America/Los_Angeles",
];

function Tick({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Checkbox className="check" isSelected={on} onChange={onChange}>
      <span className="check-box" aria-hidden="true">
        {on && <Icon name="check" size={12} />}
      </span>
      {label}
    </Checkbox>
  );
}

/** When digests go out, as a form. */
export default function RhythmFields({ rhythm, onChange }: { rhythm: Rhythm; onChange: (rhythm: Rhythm) => void }) {
  const digest = (change: Partial<Rhythm["digest"]>) =>
    onChange({ ...rhythm, digest: { ...rhythm.digest, ...change } });
  const progress = (change: Partial<Rhythm["daily_progress"]>) =>
    onChange({ ...rhythm, daily_progress: { ...rhythm.daily_progress, ...change } });
  const zone = rhythm.daily_progress.time_zone;
  const zones = zone && !ZONES.includes(zone) ? [...ZONES, zone] : ZONES;
  const time = (label: string, value: string, set: (at: string) => void) => (
    <Field label={label}>
      <input
        type="time"
        className="input digest-time"
        aria-label={label}
        value={value.slice(0, 5)}
        onChange={(event) => event.target.value && set(`${event.target.value}:00`)}
      />
    </Field>
  );
  return (
    <div className="stack">
      <Tick label={t("digest.rhythm_card.daily.on")} on={rhythm.digest.daily} onChange={(daily) => digest({ daily })} />
      <Tick
        label={t("digest.rhythm_card.holidays")}
        on={rhythm.digest.public_holidays === "china"}
        onChange={(on) => digest({ public_holidays: on ? "china" : "none" })}
      />
      <div className="digest-rhythm">
        {time(t("digest.rhythm_card.daily_at"), rhythm.daily_progress.digest_at, (digest_at) =>
          progress({ digest_at }),
        )}
        <Field label={t("digest.rhythm_card.weekly")}>
          <Select
            label={t("digest.rhythm_card.weekly")}
            value={rhythm.digest.weekly_on ?? "none"}
            onChange={(day) => digest({ weekly_on: day === "none" ? null : day })}
            options={[
              ...DAYS.map((day) => ({ value: day as Day | "none", label: t(`digest.weekday.${day}`) })),
              { value: "none" as const, label: t("digest.rhythm_card.weekly.none") },
            ]}
          />
        </Field>
        {time(t("digest.rhythm_card.weekly_at"), rhythm.digest.weekly_at, (weekly_at) => digest({ weekly_at }))}
        <Field label={t("digest.rhythm_card.prepare")}>
          <input
            type="number"
            min={0}
            className="input digest-time"
            aria-label={t("digest.rhythm_card.prepare")}
            value={rhythm.digest.prepare_before_minutes}
            onChange={(event) => digest({ prepare_before_minutes: Math.max(0, Number(event.target.value)) })}
          />
        </Field>
        <Field label={t("digest.rhythm_card.untouched")}>
          <input
            type="number"
            min={1}
            className="input digest-time"
            aria-label={t("digest.rhythm_card.untouched")}
            value={rhythm.digest.untouched_after_days}
            onChange={(event) => digest({ untouched_after_days: Math.max(1, Number(event.target.value)) })}
          />
        </Field>
        <Field label={t("digest.rhythm_card.zone")}>
          <Select
            label={t("digest.rhythm_card.zone")}
            value={zone ?? "own"}
            onChange={(next) => progress({ time_zone: next === "own" ? null : next })}
            options={[
              { value: "own", label: t("digest.rhythm_card.zone.own") },
              ...zones.map((name) => ({ value: name, label: name })),
            ]}
          />
        </Field>
      </div>
    </div>
  );
}
