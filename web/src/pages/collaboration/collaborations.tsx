import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { api } from "../../api/api";
import type { Counts } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { dayText } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { STATUSES, statusText } from "../../ui/marks";
import "./collaboration.css";

function Share({ counts }: { counts: Counts }) {
  const total = STATUSES.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const text = STATUSES.map((status) => `${statusText(status)} ${counts[status] ?? 0}`).join(" · ");
  return (
    <span className="share" role="img" aria-label={text} title={text}>
      {total > 0 &&
        STATUSES.map((status) =>
          counts[status] ? (
            <i key={status} className={`status-${status}`} style={{ flexGrow: counts[status] }} />
          ) : null,
        )}
    </span>
  );
}

const Start = lazy(() => withTexts("start", import("../start/start")));

/** The collaborations, and the start of a new one. */
export default function Collaborations() {
  const [starts, params] = useRoute("/collaborations/new/:id?");
  if (!starts) return <List />;
  return (
    <Suspense
      fallback={
        <div className="page">
          <Bones rows={6} />
        </div>
      }
    >
      <Start key={params.id} id={params.id} />
    </Suspense>
  );
}

function List() {
  const { data, error, refetch } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const [, navigate] = useLocation();
  useTitle(t("web.nav.collaborations"));
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="grow">{t("web.nav.collaborations")}</h1>
        <Button tone="primary" icon="plus" onPress={() => navigate("/collaborations/new")}>
          {t("web.collaborations.new")}
        </Button>
      </header>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Bones rows={4} height={96} />
      ) : data.length === 0 ? (
        <div className="card">
          <Empty icon="goal" title={t("web.collaborations.empty")}>
            {t("web.collaborations.empty.text")}
          </Empty>
        </div>
      ) : (
        <ul className="collaboration-cards">
          {data.map((each) => (
            <li key={each.id}>
              <Link href={`/c/${each.id}`} className="card collaboration-card">
                <span className="row">
                  <strong className="grow clip">{each.name}</strong>
                  {each.counts.overdue > 0 && (
                    <span className="tag bad">{t("web.overdue", { count: each.counts.overdue })}</span>
                  )}
                </span>
                <span className="row quiet small">
                  <Icon name="goal" size={14} />
                  <span className="clip grow">{each.goal || t("web.goal.none")}</span>
                  {each.goal_on && <span className="nowrap">{dayText(each.goal_on)}</span>}
                </span>
                <span className="share-lines small faint">
                  <span>{t("web.tab.tasks")}</span>
                  <Share counts={each.counts.tasks} />
                  <span>{t("web.tab.records")}</span>
                  <Share counts={each.counts.records} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
