import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Instant } from "../../api/types";
import { t } from "../../i18n/texts";
import { weekdayTime } from "../../time/format";
import type { Levels } from "./levels";

/** A value once it has stood still for a moment, so that typing does not ask at every key. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** What a clock of this kind would do if nobody answered, by the levels as they are edited. */
export function Foresight({
  of,
  foresee,
  kind,
  levels,
  owner,
  startsAt,
}: {
  /** The collaboration or the start whose clock it is, and how it is asked for. */
  of: string;
  foresee: typeof api.foresee;
  kind: string;
  levels: Levels;
  owner: string | null;
  startsAt: Instant | null;
}) {
  // Only this kind's own settings matter to it: the others may be half typed.
  const own = useSettled(JSON.stringify({ [kind]: levels[kind] }), 300);
  const { data, error } = useQuery({
    queryKey: ["foresight", of, kind, own, owner, startsAt],
    queryFn: () => foresee(of, { kind, levels: JSON.parse(own), owner, starts_at: startsAt }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error)
    return (
      <p className="foresight bad small">
        {(error instanceof Problem && error.fields[0]?.message) || t("web.foresight.failed")}
      </p>
    );
  if (!data) return null;
  return (
    <ol className="foresight small" aria-label={t("web.foresight")}>
      <li>
        <time dateTime={data.starts_at}>{weekdayTime(data.starts_at)}</time> {t("web.foresight.begins")}
      </li>
      {data.stages.slice(0, 4).map((stage) => (
        <li key={`${stage.stage}-${stage.at}`} title={stage.text}>
          <time dateTime={stage.at}>{weekdayTime(stage.at)}</time> {stage.effects.join(t("web.foresight.and"))}
        </li>
      ))}
      {data.assumed_years && data.assumed_years.length > 0 && (
        <li className="quiet">{t("web.foresight.assumed", { years: data.assumed_years.join("、") })}</li>
      )}
    </ol>
  );
}
