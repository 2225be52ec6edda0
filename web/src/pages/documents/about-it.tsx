import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import { documentsApi } from "../../api/documents";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { say, sayProblem } from "../../ui/toast";
import "./documents.css";
import { takeDocument } from "./take";

const NewDocument = lazy(() => import("./new-document"));

/** The documents that a thing is linked with, and the ways to add one. */
export default function DocumentsAbout({
  collaboration,
  linked,
  heading: Heading = "h2",
}: {
  collaboration: string;
  linked: string;
  heading?: "h2" | "h3";
}) {
  const [adding, setAdding] = useState<"new" | "known" | null>(null);
  const { data } = useQuery({ queryKey: ["documents", { linked }], queryFn: () => documentsApi.list({ linked }) });
  const documents = data?.items ?? [];
  return (
    <section className="section">
      <div className="section-head">
        <Heading className="grow">
          {t("documents.about")} {documents.length > 0 && <span className="count">{documents.length}</span>}
        </Heading>
        <Button small icon="link" onPress={() => setAdding("known")}>
          {t("documents.about.link")}
        </Button>
        <Button small icon="plus" onPress={() => setAdding("new")}>
          {t("documents.about.new")}
        </Button>
      </div>
      {documents.length > 0 && (
        <ul className="card lines">
          {documents.map((document) => (
            <li key={document.id} className="row document-line">
              <Link className="link clip grow" href={`/documents/${document.id}`}>
                <span className="faint">D{document.number}</span> {document.title}
              </Link>
              <span className="small quiet">
                {document.changed_by.name} · {shortTime(document.updated_at)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding === "new" && (
        <Suspense>
          <NewDocument collaboration={collaboration} about={linked} onClose={() => setAdding(null)} />
        </Suspense>
      )}
      {adding === "known" && (
        <LinkDialog
          collaboration={collaboration}
          linked={linked}
          without={documents.map((document) => document.id)}
          onClose={() => setAdding(null)}
        />
      )}
    </section>
  );
}

function LinkDialog({
  collaboration,
  linked,
  without,
  onClose,
}: {
  collaboration: string;
  linked: string;
  without: string[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [words, setWords] = useState("");
  const { data } = useQuery({
    queryKey: ["documents", { collaboration, words }],
    queryFn: () => documentsApi.list({ collaboration, query: words || undefined }),
    placeholderData: (before) => before,
  });
  const link = useMutation({
    mutationFn: (id: string) => documentsApi.link(id, linked, true),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeDocument(client, changed);
      void client.invalidateQueries({ queryKey: ["history", linked] });
      say(t("documents.about.linked"));
      onClose();
    },
  });
  const found = data?.items.filter(
    (document) => !without.includes(document.id) && document.may.write && document.id !== linked,
  );
  return (
    <Dialog open onClose={onClose} title={t("documents.about.pick")}>
      <div className="stack">
        <TextField label={t("documents.search")} value={words} onChange={setWords} autoFocus />
        {found?.length === 0 && <p className="quiet">{t("documents.about.none")}</p>}
        <ul className="stack tight document-links">
          {found?.map((document) => (
            <li key={document.id} className="row">
              <span className="clip grow">
                <span className="faint">D{document.number}</span> {document.title}
              </span>
              <Button
                small
                aria-label={`${t("documents.about.link")} D${document.number} ${document.title}`}
                isDisabled={link.isPending}
                onPress={() => link.mutate(document.id)}
              >
                {t("documents.about.link")}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
