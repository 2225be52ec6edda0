import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { PersonMark } from "../../ui/marks";
import { NewProblem } from "./problem-dialogs";
import { StageTag, UrgencyTag } from "./problem-marks";
import "./problem.css";

/** The problems that concern a task or a row of the record table, and the way to raise another. */
export function ProblemsAbout({
  collaboration,
  task,
  record,
  heading: Heading = "h2",
}: {
  collaboration: string;
  task?: string;
  record?: string;
  heading?: "h2" | "h3";
}) {
  const [raising, setRaising] = useState(false);
  const linked = task ?? record ?? "";
  const { data } = useQuery({ queryKey: ["problems", { linked }], queryFn: () => api.problems({ linked }) });
  const issues = data?.items ?? [];
  return (
    <section className="section">
      <div className="section-head">
        <Heading className="grow">
          {t("web.tab.problems")} {issues.length > 0 && <span className="count">{issues.length}</span>}
        </Heading>
        <Button small icon="warn" onPress={() => setRaising(true)}>
          {t("web.problems.new")}
        </Button>
      </div>
      {issues.length > 0 && (
        <ul className="card lines">
          {issues.map((issue) => (
            <li key={issue.id} className="row wrap issue-line">
              <StageTag issue={issue} />
              <Link className="link clip" href={`/problems/${issue.id}`}>
                <span className="faint">P{issue.number}</span> {issue.title}
              </Link>
              <UrgencyTag issue={issue} />
              <span className="grow" />
              <PersonMark person={issue.owner} />
            </li>
          ))}
        </ul>
      )}
      {raising && (
        <NewProblem
          collaboration={collaboration}
          about={{ tasks: task ? [task] : [], records: record ? [record] : [] }}
          onClose={() => setRaising(false)}
        />
      )}
    </section>
  );
}
