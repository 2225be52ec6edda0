import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { api } from "../../api/api";
import { type DocumentPage as Page, documentsApi } from "../../api/documents";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { HistoryList } from "../task/history";
import "../task/task.css";
import "../task/task-page.css";
import "./documents.css";
import { Editor } from "./editor";
import { Files } from "./files";
import { LinksCard } from "./links-card";
import NewDocument from "./new-document";
import { Prose } from "./prose";
import { useTitles } from "./use-titles";
import { ShareCard } from "./share-card";
import { takeDocument } from "./take";
import { Versions } from "./versions";

/** A document: read, written, compared with what it said before. */
export default function DocumentPage({ id }: { id: string }) {
  const {
    data: document,
    error,
    refetch,
  } = useQuery({ queryKey: ["document", id], queryFn: () => documentsApi.one(id) });
  useTitle(document && `D${document.number} ${document.title}`);
  if (error && !document)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!document)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  return <Shown document={document} />;
}

function Shown({ document }: { document: Page }) {
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const writes = document.may.write && !document.trashed;
  const editing = writes && search.has("edit");
  const edit = (on: boolean) => setSearch(on ? { edit: "1" } : {}, { replace: true });
  const [reading, setReading] = useState<number | null>(null);
  const [copying, setCopying] = useState(false);
  const titles = useTitles(document.id, document.edition);
  const { data: history } = useQuery({ queryKey: ["history", document.id], queryFn: () => api.history(document.id) });
  const step = useMutation({
    mutationFn: (trashed: boolean) => (trashed ? documentsApi.trash(document.id) : documentsApi.restore(document.id)),
    onError: sayProblem,
    onSuccess: (changed, trashed) => {
      takeDocument(client, changed);
      if (trashed)
        say(t("documents.trashed", { title: changed.title }), {
          action: { label: t("web.undo"), run: () => step.mutate(false) },
        });
      else say(t("documents.restored"));
    },
  });
  return (
    <div className="page task-page document-page">
      <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
        <Link href={`/c/${document.collaboration.id}/library`} className="link">
          {document.collaboration.name}
        </Link>
        <Icon name="right" size={12} />
        <span>D{document.number}</span>
      </nav>
      {document.trashed && (
        <p className="notice warn row wrap">
          <span className="grow">
            {t("documents.in_trash", { name: document.trashed.by.name, at: shortTime(document.trashed.at) })}
          </span>
          <Button small onPress={() => step.mutate(false)} isDisabled={step.isPending}>
            {t("documents.restore")}
          </Button>
        </p>
      )}
      <header className="task-head">
        <div className="row wrap">
          <span className={document.level === "confidential" ? "tag bad" : "tag"}>
            {t(`domain.level.${document.level}`)}
          </span>
          {document.template && <span className="tag">{t("documents.template")}</span>}
          <span className="tag">{t("documents.edition", { number: document.edition })}</span>
          <span className="small quiet">
            {t("documents.edition.by", { name: document.changed_by.name, at: shortTime(document.updated_at) })}
          </span>
          <span className="grow" />
          <IconButton
            icon="link"
            label={t("web.copy_link")}
            onPress={() => void copy(location.href.split("?")[0] ?? "")}
          />
        </div>
        <h1>{document.title}</h1>
        {!editing && (
          <div className="row wrap">
            {writes && (
              <Button tone="primary" onPress={() => edit(true)}>
                {t("documents.edit")}
              </Button>
            )}
            {document.template && !document.trashed && (
              <Button icon="copy" onPress={() => setCopying(true)}>
                {t("documents.use_template")}
              </Button>
            )}
            {writes && (
              <Button tone="danger" onPress={() => step.mutate(true)} isDisabled={step.isPending}>
                {t("documents.trash")}
              </Button>
            )}
          </div>
        )}
      </header>
      {editing ? (
        <Editor key={document.id} document={document} onDone={() => edit(false)} />
      ) : (
        <div className="task-columns">
          <div className="stack">
            <article className="card document-article">
              {reading !== null && reading !== document.edition ? (
                <Earlier document={document} number={reading} onNewest={() => setReading(null)} writes={writes} />
              ) : document.html ? (
                <Prose html={document.html} titles={titles} />
              ) : (
                <Empty icon="copy" title={t("documents.preview.empty")} />
              )}
            </article>
            <section className="section">
              <h2>{t("web.history")}</h2>
              {history ? <HistoryList entries={history} /> : <Bones rows={4} height={36} />}
            </section>
          </div>
          <div className="stack">
            <Versions document={document} reading={reading} onRead={setReading} />
            <section className="card pad stack" aria-label={t("documents.files")}>
              <h2>{t("documents.files")}</h2>
              <Files
                compact
                writes={writes}
                filter={{ collaboration: document.collaboration.id, document: document.id }}
              />
            </section>
            <LinksCard document={document} titles={titles} />
            <ShareCard document={document} />
            <dl className="card pad facts">
              <dt>{t("documents.made_by")}</dt>
              <dd>
                <PersonMark person={document.created_by} job />
              </dd>
              <dt>{t("web.created")}</dt>
              <dd>
                <time dateTime={document.created_at} title={fullTime(document.created_at)}>
                  {shortTime(document.created_at)}
                </time>
              </dd>
            </dl>
          </div>
        </div>
      )}
      {copying && (
        <NewDocument collaboration={document.collaboration.id} from={document.id} onClose={() => setCopying(false)} />
      )}
    </div>
  );
}

/** What the document said before, and the way to make it say that again. */
function Earlier({
  document,
  number,
  onNewest,
  writes,
}: {
  document: Page;
  number: number;
  onNewest: () => void;
  writes: boolean;
}) {
  const client = useQueryClient();
  const { data: edition } = useQuery({
    queryKey: ["document-edition", document.id, number],
    queryFn: () => documentsApi.edition(document.id, number),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const restore = useMutation({
    mutationFn: () =>
      documentsApi.save(document.id, {
        title: edition?.title ?? document.title,
        text: edition?.text ?? document.text,
        note: t("documents.edition.restored_note", { number }),
        edition: document.edition,
      }),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeDocument(client, changed);
      say(t("documents.saved", { edition: changed.edition }));
      onNewest();
    },
  });
  return (
    <div className="stack">
      <p className="notice row wrap">
        <span className="grow">{t("documents.edition.shown", { number })}</span>
        <Button small onPress={onNewest}>
          {t("documents.edition.newest")}
        </Button>
        {writes && (
          <Button small onPress={() => restore.mutate()} isDisabled={!edition || restore.isPending}>
            {t("documents.edition.restore")}
          </Button>
        )}
      </p>
      {edition ? (
        <>
          {edition.title !== document.title && <h2>{edition.title}</h2>}
          <Prose html={edition.html} />
        </>
      ) : (
        <Bones rows={4} height={32} />
      )}
    </div>
  );
}
