import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type MinutesPage, minutesApi } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";

/** The versions, the newest first, each with what changed. */
export function Editions({ minutes }: { minutes: MinutesPage }) {
  const [shown, setShown] = useState<number | null>(null);
  if (minutes.editions.length === 0) return null;
  return (
    <section className="card pad stack" aria-label={t("minutes.editions")}>
      <h2>{t("minutes.editions")}</h2>
      <ol className="stack tight minutes-editions">
        {minutes.editions.map((edition) => (
          <li key={edition.number} className="stack tight">
            <div className="row wrap">
              <strong>{t("minutes.edition", { number: edition.number })}</strong>
              <span className="small quiet grow">
                {t("minutes.edition.by", { name: edition.by.name, at: shortTime(edition.at) })}
              </span>
              {edition.number > 1 && (
                <Button
                  small
                  tone="ghost"
                  aria-expanded={shown === edition.number}
                  onPress={() => setShown(shown === edition.number ? null : edition.number)}
                >
                  {t("minutes.difference")}
                </Button>
              )}
            </div>
            {edition.note && <p className="pre small">{edition.note}</p>}
            {shown === edition.number && <Difference id={minutes.id} to={edition.number} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Difference({ id, to }: { id: string; to: number }) {
  const { data } = useQuery({
    queryKey: ["minutes-difference", id, to],
    queryFn: () => minutesApi.difference(id, to - 1, to),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!data) return <Bones rows={3} height={24} />;
  const changed = data.lines.filter((line) => line.kept !== "same");
  if (changed.length === 0) return <p className="small quiet">{t("minutes.difference.none")}</p>;
  return (
    <ul className="minutes-difference" aria-label={t("minutes.difference.of", { from: to - 1, to })}>
      {data.lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no other name
        <li key={place} className={line.kept}>
          <span className="small quiet">{line.label}</span>
          {line.kept === "removed" ? (
            <del className="pre">{line.text}</del>
          ) : line.kept === "added" ? (
            <ins className="pre">{line.text}</ins>
          ) : (
            <span className="pre">{line.text}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
