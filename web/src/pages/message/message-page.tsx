import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { messagesApi, type Thing } from "../../api/messages";
import { t, tMaybe } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Bones, Failed } from "../../ui/empty";
import { Icon, type IconName } from "../../ui/icon";
import { firstWords } from "../centre/entry-card";
import { OriginQuote } from "../task/origin";
import "../task/task.css";
import "../task/task-page.css";
import "../centre/centre.css";
import "../minutes/minutes.css";

const ICONS: Record<Thing["kind"], IconName> = {
  task: "task",
  record: "table",
  problem: "warn",
  minutes: "chat",
  entry: "goal",
  emergency: "bell",
  document: "copy",
};
const STATES: Partial<Record<Thing["kind"], string>> = {
  task: "domain.stage",
  record: "domain.status",
  problem: "domain.problem_stage",
  minutes: "minutes.stage",
};
const PLACES: Record<Exclude<Thing["kind"], "record">, string> = {
  task: "tasks",
  problem: "problems",
  minutes: "minutes",
  entry: "entries",
  emergency: "emergencies",
  document: "documents",
};

const placeOf = (thing: Thing) =>
  thing.kind === "record" ? `/c/${thing.collaboration}/records?row=${thing.id}` : `/${PLACES[thing.kind]}/${thing.id}`;

/** A message that was heard, the way back to it on its platform, and everything that came of it. */
export default function MessagePage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ queryKey: ["message", id], queryFn: () => messagesApi.one(id) });
  useTitle(data && firstWords(data.text));
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!data)
    return (
      <div className="page task-page">
        <Bones rows={4} height={72} />
      </div>
    );
  return (
    <div className="page entry-page">
      {data.collaboration && (
        <p className="row small">
          <Link href={`/c/${data.collaboration.id}`} className="link row">
            <Icon name="left" size={14} /> {data.collaboration.name} · {t("web.tab.centre")}
          </Link>
        </p>
      )}
      <h1>{t("centre.message")}</h1>
      <OriginQuote
        origin={data}
        here
        collaboration={data.collaboration?.id}
        filed={data.made.some((thing) => thing.kind === "entry")}
      />
      <section className="section" aria-label={t("centre.message.made")}>
        <h2>{t("centre.message.made")}</h2>
        {data.made.length === 0 ? (
          <p className="faint small">{t("centre.message.none")}</p>
        ) : (
          <ul className="card lines">
            {data.made.map((thing) => (
              <ThingLine key={thing.id} thing={thing} />
            ))}
          </ul>
        )}
      </section>
      {data.done.length > 0 && (
        <section className="section" aria-label={t("centre.message.done")}>
          <h2>{t("centre.message.done")}</h2>
          <ul className="card lines">
            {data.done.map((deed) => (
              <li key={deed.id} className="row wrap minutes-action">
                <span className="grow pre">{deed.text}</span>
                {deed.about && (
                  <Link className="link clip" href={placeOf(deed.about)}>
                    <span className="faint">{deed.about.number}</span> {firstWords(deed.about.title)}
                  </Link>
                )}
                <time className="small faint" dateTime={deed.at} title={fullTime(deed.at)}>
                  {shortTime(deed.at)}
                </time>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function ThingLine({ thing }: { thing: Thing }) {
  const state = STATES[thing.kind];
  return (
    <li className="row wrap minutes-action">
      <Icon name={ICONS[thing.kind]} size={14} />
      <Link className="link clip grow" href={placeOf(thing)}>
        <span className="faint">{thing.number}</span> {firstWords(thing.title)}
      </Link>
      {state && thing.state && <span className="tag">{tMaybe(`${state}.${thing.state}`, thing.state)}</span>}
    </li>
  );
}
