import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { minutesApi } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { PersonMark } from "../../ui/marks";
import { StageMark } from "./marks";
import "./minutes.css";

/** The minutes from which a task came, or of the decision that a message was. */
export default function MinutesAbout({ linked }: { linked: string }) {
  const { data } = useQuery({ queryKey: ["minutes", { linked }], queryFn: () => minutesApi.list({ linked }) });
  if (!data || data.items.length === 0) return null;
  return (
    <section className="section">
      <h2>{t("minutes.of_task")}</h2>
      <ul className="card lines">
        {data.items.map((minutes) => (
          <li key={minutes.id} className="row wrap minutes-action">
            <StageMark minutes={minutes} />
            <Link className="link clip grow" href={`/minutes/${minutes.id}`}>
              <span className="faint">M{minutes.number}</span> {minutes.title}
            </Link>
            <PersonMark person={minutes.recorder} />
          </li>
        ))}
      </ul>
    </section>
  );
}
