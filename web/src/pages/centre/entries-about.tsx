import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { centreApi } from "../../api/centre";
import { t } from "../../i18n/texts";
import "./centre.css";
import { Said } from "./entry-card";

/** The entries of the centre from which a task, a row or a problem came. */
export default function EntriesAbout({ linked }: { linked: string }) {
  const { data } = useQuery({ queryKey: ["entries", { linked }], queryFn: () => centreApi.entries({ linked }) });
  if (!data || data.items.length === 0) return null;
  return (
    <section className="section">
      <h2>{t("centre.about")}</h2>
      <ul className="card lines">
        {data.items.map((entry) => (
          <li key={entry.id} className="entry-card">
            <div className="grow">
              <Link className="entry-text" href={`/entries/${entry.id}`}>
                <span className="faint">E{entry.number}</span> {entry.text}{" "}
                <span className="tag">{entry.section_name}</span>
              </Link>
              <Said entry={entry} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
