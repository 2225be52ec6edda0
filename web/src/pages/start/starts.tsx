import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { type From, startsApi } from "../../api/starts";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Bones } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { sayProblem } from "../../ui/toast";
import "./start.css";

/** 新建协作: from one of the situations or an earlier collaboration, or one that was begun already. */
export default function Starts() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  useTitle(t("start.title"));
  const { data: unfinished } = useQuery({ queryKey: ["starts"], queryFn: startsApi.list });
  const { data: situations } = useQuery({ queryKey: ["situations"], queryFn: api.situations });
  const { data: all } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const earlier = all?.filter((each) => each.state !== "running") ?? [];
  const begin = useMutation({
    mutationFn: (from: From) => startsApi.begin(from),
    onError: sayProblem,
    onSuccess: (start) => {
      client.setQueryData(["start", start.id], start);
      void client.invalidateQueries({ queryKey: ["starts"] });
      navigate(`/collaborations/new/${start.id}`);
    },
  });
  return (
    <div className="page narrow-page start-page">
      <header className="page-head">
        <div className="grow">
          <h1>{t("start.title")}</h1>
          <p className="quiet small">{t("start.lead")}</p>
        </div>
      </header>
      {unfinished && unfinished.length > 0 && (
        <section className="section" aria-labelledby="unfinished">
          <h2 id="unfinished">{t("start.unfinished")}</h2>
          <ul className="card lines">
            {unfinished.map((start) => (
              <li key={start.id}>
                <Link href={`/collaborations/new/${start.id}`} className="start-row">
                  <span className="grow clip">
                    <strong>{start.name.trim() || t("start.unfinished.unnamed")}</strong>{" "}
                    <span className="faint small">{start.origin}</span>
                  </span>
                  <span className="small quiet nowrap" title={fullTime(start.updated_at)}>
                    {shortTime(start.updated_at)}
                  </span>
                  <span className="link small nowrap">{t("start.continue")}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="section" aria-labelledby="start-from">
        <h2 id="start-from">{t("start.from")}</h2>
        {!situations && <Bones rows={5} height={72} />}
        <ul className="start-choices">
          {situations?.map((situation) => (
            <li key={situation.key}>
              <button
                type="button"
                className="card start-choice"
                disabled={begin.isPending}
                onClick={() => begin.mutate({ kind: "situation", situation: situation.key })}
              >
                <strong>{situation.name}</strong>
                <span className="quiet small">{situation.text}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      {earlier.length > 0 && (
        <section className="section" aria-labelledby="start-earlier">
          <h2 id="start-earlier">{t("start.from.archived")}</h2>
          <p className="quiet small">{t("start.from.archived.text")}</p>
          <ul className="start-choices">
            {earlier.map((collaboration) => (
              <li key={collaboration.id}>
                <button
                  type="button"
                  className="card start-choice"
                  disabled={begin.isPending}
                  onClick={() => begin.mutate({ kind: "collaboration", collaboration: collaboration.id })}
                >
                  <strong>{collaboration.name}</strong>
                  <span className="quiet small row">
                    <Icon name="goal" size={14} /> {collaboration.goal}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
