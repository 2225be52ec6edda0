import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { documentsApi } from "../../api/documents";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { Files } from "./files";
import NewDocument, { useShipped } from "./new-document";
import "./documents.css";

type Scope = "pages" | "files" | "templates" | "trash";

const filters: Record<Scope, { template?: boolean; trashed?: boolean }> = {
  pages: { template: false },
  files: {},
  templates: { template: true },
  trash: { trashed: true },
};

/** The library of the collaboration: its documents, the one that changed last first. */
export default function LibraryTab({ id, writes }: { id: string; writes: boolean }) {
  const [scope, setScope] = useState<Scope>("pages");
  const [words, setWords] = useState("");
  const sought = useDeferredValue(words.trim());
  const [beginning, setBeginning] = useState<{ from?: string } | null>(null);
  const filter = { collaboration: id, ...filters[scope], query: sought || undefined };
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["documents", filter],
    queryFn: ({ pageParam }) => documentsApi.list(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    enabled: scope !== "files",
  });
  const all = data?.pages.flatMap((page) => page.items);
  const empty = sought ? "found" : scope === "templates" || scope === "trash" ? scope : null;
  return (
    <div className="tab-body">
      <div className="toolbar" role="toolbar" aria-label={t("documents.tools")}>
        {writes && (
          <Button tone="primary" icon="plus" small onPress={() => setBeginning({})}>
            {t("documents.new")}
          </Button>
        )}
        <ToggleButtonGroup
          className="segments"
          aria-label={t("documents.scope")}
          selectedKeys={[scope]}
          disallowEmptySelection
          onSelectionChange={(keys) => setScope([...keys][0] as Scope)}
        >
          {(["pages", "files", "templates", "trash"] as const).map((each) => (
            <ToggleButton key={each} id={each}>
              {t(`documents.scope.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <label className="tool-search">
          <Icon name="search" />
          <input
            type="search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            aria-label={t("documents.search")}
            placeholder={t("documents.search")}
          />
        </label>
      </div>
      <div className="tab-scroll">
        {scope === "templates" && !sought && <Shipped onUse={writes ? (from) => setBeginning({ from }) : undefined} />}
        {scope === "files" ? (
          <Files filter={{ collaboration: id, query: sought || undefined }} writes={writes} />
        ) : error && !all ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !all ? (
          <Bones rows={8} height={40} />
        ) : all.length === 0 ? (
          <Empty icon="copy" title={t(empty ? `documents.empty.${empty}` : "documents.empty")}>
            {t(empty ? `documents.empty.${empty}.text` : "documents.empty.text")}
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="th-number">
                  #
                </th>
                <th scope="col">{t("documents.column.title")}</th>
                <th scope="col">{t("documents.column.level")}</th>
                <th scope="col" className="wide-only">
                  {t("documents.column.edition")}
                </th>
                <th scope="col">{t("documents.column.changed")}</th>
              </tr>
            </thead>
            <tbody>
              {all.map((document) => (
                <tr key={document.id}>
                  <td className="faint">D{document.number}</td>
                  <td className="td-main">
                    <Link href={`/documents/${document.id}`} className="row-link">
                      <span className="clip">{document.title}</span>
                    </Link>
                    {document.template && <span className="tag">{t("documents.template")}</span>}
                  </td>
                  <td>
                    <span className={document.level === "confidential" ? "tag bad" : "tag"}>
                      {t(`domain.level.${document.level}`)}
                    </span>
                  </td>
                  <td className="wide-only">{t("documents.edition", { number: document.edition })}</td>
                  <td>
                    <span className="row">
                      <PersonMark person={document.changed_by} />
                      <time className="faint" dateTime={document.updated_at} title={fullTime(document.updated_at)}>
                        {shortTime(document.updated_at)}
                      </time>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {scope === "trash" && <Files filter={{ collaboration: id, trashed: true }} writes={false} />}
        {scope !== "files" && hasNextPage && (
          <p className="pad">
            <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
              {t("documents.more")}
            </Button>
          </p>
        )}
      </div>
      {beginning && <NewDocument collaboration={id} from={beginning.from} onClose={() => setBeginning(null)} />}
    </div>
  );
}

/** The templates that are shipped, each to be copied. */
function Shipped({ onUse }: { onUse?: (key: string) => void }) {
  return (
    <section className="document-shipped" aria-label={t("documents.shipped")}>
      <h2>{t("documents.shipped")}</h2>
      <ul>
        {useShipped().map((template) => (
          <li key={template.key} className="card stack tight">
            <strong>{template.title}</strong>
            <span className="small quiet grow">{template.summary}</span>
            {onUse && (
              <div>
                <Button small icon="copy" onPress={() => onUse(template.key)}>
                  {t("documents.use_template")}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      <h2>{t("documents.own_templates")}</h2>
    </section>
  );
}
