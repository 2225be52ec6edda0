import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Emergency } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PersonMark } from "../../ui/marks";
import { RaiseDialog } from "./raise-dialog";
import { PhaseTag, SeverityTag } from "./emergency-marks";
import "./emergency.css";

/** All emergencies that one may see, and the buttons that raise one. */
export default function Emergencies() {
  const [raising, setRaising] = useState<"real" | "drill" | null>(null);
  useTitle(t("web.nav.emergencies"));
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["emergencies", "all"],
    queryFn: ({ pageParam }) => api.emergencies({}, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const all = data?.pages.flatMap((page) => page.items);
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{t("web.nav.emergencies")}</h1>
          <p className="quiet small">{t("web.emergency.text")}</p>
        </div>
        <div className="row wrap">
          <Button onPress={() => setRaising("drill")}>{t("web.emergency.drill")}</Button>
          <Button tone="danger" icon="bell" onPress={() => setRaising("real")}>
            {t("web.emergency.raise")}
          </Button>
        </div>
      </header>
      {error && !all ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !all ? (
        <Bones rows={4} height={72} />
      ) : all.length === 0 ? (
        <Empty icon="bell" title={t("web.emergency.none")}>
          {t("web.emergency.none.text")}
        </Empty>
      ) : (
        <ul className="card lines" aria-label={t("web.nav.emergencies")}>
          {all.map((each) => (
            <Line key={each.id} emergency={each} />
          ))}
        </ul>
      )}
      {hasNextPage && <Button onPress={() => void fetchNextPage()}>{t("web.more")}</Button>}
      {raising && <RaiseDialog drill={raising === "drill"} onClose={() => setRaising(null)} />}
    </div>
  );
}

function Line({ emergency }: { emergency: Emergency }) {
  const { problem } = emergency;
  const first = emergency.acknowledged[0];
  return (
    <li>
      <Link href={`/emergencies/${emergency.id}`} className="emergency-line">
        <span className="row wrap">
          <SeverityTag emergency={emergency} />
          <PhaseTag emergency={emergency} />
          <strong className="grow clip">
            P{problem.number} {problem.title}
          </strong>
          <time className="small faint" dateTime={emergency.started_at} title={fullTime(emergency.started_at)}>
            {shortTime(emergency.started_at)}
          </time>
        </span>
        <span className="row wrap small quiet">
          <span>{problem.collaboration.name}</span>
          <span>{emergency.plan}</span>
          {first ? <PersonMark person={first.person} /> : <span>{t("web.emergency.nobody")}</span>}
          <span>{t("web.emergency.points", { done: emergency.done, total: emergency.points })}</span>
          {emergency.phase === "all_clear" && !emergency.report_filed && (
            <span className="tag warn">{t("web.emergency.report_owed")}</span>
          )}
        </span>
      </Link>
    </li>
  );
}
