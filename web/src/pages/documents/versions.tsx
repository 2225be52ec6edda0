import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type DocumentPage, documentsApi } from "../../api/documents";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";
import { Difference } from "./difference";

/** The versions, the newest first: who, when, how much, and what changed. */
export function Versions({
  document,
  reading,
  onRead,
}: {
  document: DocumentPage;
  /** The version that is read, where it is not the newest. */
  reading: number | null;
  onRead: (edition: number | null) => void;
}) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <section className="card pad stack" aria-label={t("documents.editions")}>
      <h2>{t("documents.editions")}</h2>
      <ol className="stack tight document-versions">
        {document.editions.map((edition) => (
          <li key={edition.number} className="stack tight" aria-current={reading === edition.number || undefined}>
            <div className="row wrap">
              <strong>{t("documents.edition", { number: edition.number })}</strong>
              <span className="tiny faint">
                {t("documents.edition.size", { added: edition.added, removed: edition.removed })}
              </span>
              <span className="grow" />
              {edition.number < document.edition && (
                <Button small tone="ghost" onPress={() => onRead(edition.number)}>
                  {t("documents.edition.show")}
                </Button>
              )}
              {edition.number > 1 && (
                <Button
                  small
                  tone="ghost"
                  aria-expanded={open === edition.number}
                  onPress={() => setOpen(open === edition.number ? null : edition.number)}
                >
                  {t("documents.difference")}
                </Button>
              )}
            </div>
            <span className="small quiet">
              {t("documents.edition.by", { name: edition.by.name, at: shortTime(edition.at) })}
            </span>
            {edition.note && <p className="pre small">{edition.note}</p>}
            {open === edition.number && <Between id={document.id} to={edition.number} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Between({ id, to }: { id: string; to: number }) {
  const { data } = useQuery({
    queryKey: ["document-difference", id, to],
    queryFn: () => documentsApi.difference(id, to - 1, to),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!data) return <Bones rows={3} height={24} />;
  return <Difference difference={data} label={t("documents.difference.of", { from: to - 1, to })} />;
}
