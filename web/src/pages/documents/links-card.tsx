import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { type DocumentLink, type DocumentPage, documentsApi, type LinkTitle } from "../../api/documents";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime } from "../../time/format";
import { IconButton } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { takeDocument } from "./take";

const ICONS: Record<DocumentLink["kind"], IconName> = {
  task: "task",
  record: "table",
  problem: "warn",
  minutes: "chat",
  document: "copy",
};

function placeOf(link: DocumentLink): string {
  switch (link.kind) {
    case "task":
      return `/tasks/${link.id}`;
    case "record":
      return `/c/${link.collaboration}/records?row=${link.id}`;
    case "problem":
      return `/problems/${link.id}`;
    case "minutes":
      return `/minutes/${link.id}`;
    case "document":
      return `/documents/${link.id}`;
  }
}

/** What the document is linked with, and which documents lead to it. */
export function LinksCard({ document, titles }: { document: DocumentPage; titles: LinkTitle[] }) {
  const client = useQueryClient();
  const { data: back } = useQuery({
    queryKey: ["documents", { linked: document.id }],
    queryFn: () => documentsApi.list({ linked: document.id }),
  });
  const set = useMutation({
    mutationFn: ({ target, linked }: { target: string; linked: boolean }) =>
      documentsApi.link(document.id, target, linked),
    onError: sayProblem,
    onSuccess: (changed, { target, linked }) => {
      takeDocument(client, changed);
      if (!linked)
        say(t("documents.unlinked"), {
          action: { label: t("web.undo"), run: () => set.mutate({ target, linked: true }) },
        });
    },
  });
  return (
    <section className="card pad stack" aria-label={t("documents.links")}>
      <h2>{t("documents.links")}</h2>
      {document.links.length === 0 && titles.length === 0 && <p className="small quiet">{t("documents.links.none")}</p>}
      <ul className="stack tight document-links">
        {document.links.map((link) => (
          <li key={link.id} className="row">
            <Icon name={ICONS[link.kind]} size={14} />
            <Link className="link clip grow" href={placeOf(link)}>
              <span className="faint">{link.name}</span> {link.title}
            </Link>
            {link.by_hand && document.may.write && !document.trashed && (
              <IconButton
                icon="x"
                size={14}
                label={t("documents.unlink")}
                onPress={() => set.mutate({ target: link.id, linked: false })}
              />
            )}
          </li>
        ))}
      </ul>
      {titles.length > 0 && (
        <ul className="stack tight document-links">
          {titles.map((one) => (
            <li key={`${one.platform} ${one.kind} ${one.id}`} className="stack tight">
              <span className="row" title={one.checked_at ? fullTime(one.checked_at) : undefined}>
                <PlatformMark platform={one.platform} />
                <span className="clip grow">{one.title ?? tMaybe(`documents.object.${one.kind}`, one.kind)}</span>
                {one.owner && <span className="faint tiny">{t("documents.title.owner", { name: one.owner })}</span>}
              </span>
              {one.reason && <span className="faint tiny">{one.reason}</span>}
            </li>
          ))}
        </ul>
      )}
      {back && back.items.length > 0 && (
        <>
          <h3 className="small quiet">{t("documents.backlinks")}</h3>
          <ul className="stack tight document-links">
            {back.items.map((other) => (
              <li key={other.id} className="row">
                <Icon name="copy" size={14} />
                <Link className="link clip grow" href={`/documents/${other.id}`}>
                  <span className="faint">D{other.number}</span> {other.title}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
