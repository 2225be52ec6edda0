import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Switch } from "react-aria-components";
import { Problem } from "../../api/client";
import { type DocumentPage, documentsApi } from "../../api/documents";
import type { Level } from "../../api/types";
import { t } from "../../i18n/texts";
import { Field } from "../../ui/field";
import { PersonMark } from "../../ui/marks";
import { PeoplePicker } from "../../ui/people";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import "../emergency/emergency.css";
import { takeDocument } from "./take";

export const LEVELS: Level[] = ["public", "internal", "confidential"];

/** Who may see the document. */
export function ShareCard({ document }: { document: DocumentPage }) {
  const client = useQueryClient();
  const share = useMutation({
    mutationFn: (sharing: { level?: Level; readers?: string[]; template?: boolean }) =>
      documentsApi.share(document.id, { ...sharing, version: document.version }),
    onError: (error) => {
      const current = error instanceof Problem ? (error.body as { current?: DocumentPage } | null)?.current : undefined;
      if (current) takeDocument(client, current);
      sayProblem(error);
    },
    onSuccess: (changed) => {
      takeDocument(client, changed);
      say(t("documents.share.done"), { seconds: 3 });
    },
  });
  const mine = document.may.share && !document.trashed;
  return (
    <section className="card pad stack" aria-label={t("documents.share")}>
      <h2>{t("documents.share")}</h2>
      {mine ? (
        <Select
          label={t("web.level")}
          value={document.level}
          onChange={(level: Level) => level !== document.level && share.mutate({ level })}
          options={LEVELS.map((each) => ({ value: each, label: t(`domain.level.${each}`) }))}
        />
      ) : (
        <strong>{t(`domain.level.${document.level}`)}</strong>
      )}
      <p className="small quiet">{t(`documents.level.hint.${document.level}`)}</p>
      {mine ? (
        <>
          <Field label={t("documents.share.with")} hint={t("documents.share.hint")}>
            <PeoplePicker
              label={t("documents.share.with")}
              value={document.readers.map((reader) => reader.id)}
              onChange={(readers) => share.mutate({ readers })}
            />
          </Field>
          <Switch className="switch" isSelected={document.template} onChange={(template) => share.mutate({ template })}>
            <span className="switch-track" aria-hidden="true" />
            {t("documents.as_template")}
          </Switch>
        </>
      ) : (
        document.readers.length > 0 && (
          <div className="row wrap">
            {document.readers.map((reader) => (
              <PersonMark key={reader.id} person={reader} />
            ))}
          </div>
        )
      )}
    </section>
  );
}
