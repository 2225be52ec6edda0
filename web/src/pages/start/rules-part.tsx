import { lazy, Suspense } from "react";
import { t, withTexts } from "../../i18n/texts";
import { Bones } from "../../ui/empty";
import { TextField } from "../../ui/field";
import type { Rhythm } from "../digests/rhythm-fields";
import type { PartProps } from "./parts";

const RhythmFields = lazy(() => withTexts("digest", import("../digests/rhythm-fields")));

/** The usage rules, and when progress and reports go out. */
export function RulesPart({ entered, change }: PartProps) {
  const levels = entered.levels as Record<string, unknown> & Rhythm;
  return (
    <div className="stack">
      <TextField
        label={t("start.rules")}
        hint={t("start.rules.text")}
        lines={6}
        isRequired
        value={entered.rules}
        onChange={(rules) => change({ rules })}
      />
      <section className="stack" aria-labelledby="start-rhythm">
        <h3 id="start-rhythm">{t("start.rhythm")}</h3>
        <p className="quiet small">
          {t("start.rhythm.text", { minutes: levels.daily_progress.remind_before_minutes })}
        </p>
        <Suspense fallback={<Bones rows={3} height={40} />}>
          <RhythmFields
            rhythm={{ digest: levels.digest, daily_progress: levels.daily_progress }}
            onChange={(rhythm) => change({ levels: { ...entered.levels, ...rhythm } })}
          />
        </Suspense>
      </section>
    </div>
  );
}
