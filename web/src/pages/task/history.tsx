import { Link } from "wouter";
import type { HistoryEntry } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Icon } from "../../ui/icon";
import { Avatar, PlatformMark } from "../../ui/marks";

/** What happened, the newest first: who, by which way, when, and a link back to the message. */
export function HistoryList({ entries }: { entries: HistoryEntry[] }) {
  if (entries.length === 0) return <p className="faint small">{t("web.history.none")}</p>;
  const newest = [...entries].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <ol className="history">
      {newest.map((entry) => {
        const { source } = entry;
        return (
          <li key={entry.id} className={entry.actor ? "" : "by-huan"}>
            <span className="history-who">
              {entry.actor ? (
                <Avatar name={entry.actor.name} size={24} />
              ) : (
                <img src="/mark.svg" width="20" height="20" alt={t("web.huan")} />
              )}
            </span>
            <div className="grow">
              <p className="pre">{entry.text}</p>
              <p className="row wrap tiny faint">
                {source.platform ? <PlatformMark platform={source.platform} text /> : null}
                <span>{tMaybe(`web.source.${source.kind}`, source.kind)}</span>
                {source.conversation && <span>{source.conversation}</span>}
                <time dateTime={entry.at} title={fullTime(entry.at)}>
                  {shortTime(entry.at)}
                </time>
                {source.message_id && (
                  <Link className="link" href={`/messages/${source.message_id}`}>
                    {t("web.origin.message")}
                  </Link>
                )}
                {source.link && (
                  <a className="link row" href={source.link} target="_blank" rel="noreferrer">
                    {t("web.origin.open")} <Icon name="open" size={12} />
                  </a>
                )}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
