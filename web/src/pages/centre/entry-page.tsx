import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../../api/api";
import { centreApi } from "../../api/centre";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { HistoryList } from "../task/history";
import { OriginQuote } from "../task/origin";
import "../task/task.css";
import "../task/task-page.css";
import "./centre.css";
import { EntryLinks, EntryMenu, firstWords, Said } from "./entry-card";

/** An entry of the centre: what it says, where it was said, what came of it, and its history. */
export default function EntryPage({ id }: { id: string }) {
  const { data: entry, error, refetch } = useQuery({ queryKey: ["entry", id], queryFn: () => centreApi.entry(id) });
  const collaboration = entry?.collaboration.id;
  const { data: outline } = useQuery({
    queryKey: ["centre", collaboration, "sections"],
    queryFn: () => centreApi.sections(collaboration as string),
    enabled: collaboration !== undefined,
  });
  const { data: history } = useQuery({ queryKey: ["history", id], queryFn: () => api.history(id) });
  useTitle(entry && `E${entry.number} ${firstWords(entry.text)}`);
  if (error && !entry)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!entry)
    return (
      <div className="page task-page">
        <Bones rows={4} height={72} />
      </div>
    );
  return (
    <div className="page entry-page">
      <p className="row small">
        <Link href={`/c/${entry.collaboration.id}`} className="link row">
          <Icon name="left" size={14} /> {entry.collaboration.name} · {t("web.tab.centre")}
        </Link>
      </p>
      <header className="row entry-head">
        <span className="faint">E{entry.number}</span>
        <span className="tag info">{entry.section_name}</span>
        {entry.level !== "internal" && <span className="tag">{t(`domain.level.${entry.level}`)}</span>}
        {entry.removed_at && <span className="tag bad">{t("centre.entry.removed")}</span>}
        <span className="grow" />
        {entry.may_edit && !entry.removed_at && <EntryMenu entry={entry} sections={outline?.sections ?? []} />}
      </header>
      <h1 className="pre entry-title">{entry.text}</h1>
      <EntryLinks entry={entry} />
      {entry.origin ? (
        <OriginQuote origin={entry.origin} collaboration={entry.collaboration.id} filed />
      ) : (
        <Said entry={entry} />
      )}
      <p className="row wrap tiny faint">
        <span>{t(`centre.way.${entry.way}`)}</span>
        {entry.filed_by && <PersonMark person={entry.filed_by} size={16} />}
      </p>
      <section className="section">
        <h2>{t("centre.entry.history")}</h2>
        {history ? <HistoryList entries={history} /> : <Bones rows={2} />}
      </section>
    </div>
  );
}
