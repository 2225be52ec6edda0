import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Issue } from "../../api/types";
import { t } from "../../i18n/texts";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { type Choice, Picker } from "../../ui/picker";
import { sayProblem } from "../../ui/toast";
import { takeIssue } from "./problem-dialogs";

type Target = { task: string } | { record: string };

/** The tasks and rows of the record table that a problem concerns; who settles it may add and take away. */
export function ProblemLinks({ issue }: { issue: Issue }) {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const link = useMutation({
    mutationFn: ({ to, linked }: { to: Target; linked: boolean }) => api.linkProblem(issue.id, to, linked),
    onError: sayProblem,
    onSuccess: (changed) => takeIssue(client, changed),
  });
  const settles = issue.may.settle;
  const lines = [
    ...issue.tasks.map((task) => ({
      ...task,
      icon: "task" as const,
      to: { task: task.id },
      href: `/tasks/${task.id}`,
    })),
    ...issue.records.map((record) => ({
      ...record,
      icon: "table" as const,
      to: { record: record.id },
      href: `/c/${issue.collaboration.id}/records?row=${record.id}`,
    })),
  ];
  if (lines.length === 0 && !settles) return null;
  return (
    <section className="card pad stack">
      <div className="row">
        <h2 className="grow">{t("web.problems.links")}</h2>
        {settles && !adding && (
          <IconButton icon="plus" label={t("web.problems.links.add")} onPress={() => setAdding(true)} />
        )}
      </div>
      {lines.length > 0 ? (
        <ul className="stack" aria-label={t("web.problems.links")}>
          {lines.map((line) => (
            <li key={line.id} className="row">
              <Icon name={line.icon} size={14} />
              <Link className="link clip" href={line.href}>
                <span className="faint">{line.number}</span> {line.name}
              </Link>
              <span className="grow" />
              {settles && (
                <IconButton
                  icon="x"
                  label={t("web.problems.links.remove", { name: line.number })}
                  isDisabled={link.isPending}
                  onPress={() => link.mutate({ to: line.to, linked: false })}
                />
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="faint small">{t("web.problems.links.none")}</p>
      )}
      {adding && (
        <Candidates
          issue={issue}
          onChoose={(to) => {
            setAdding(false);
            link.mutate({ to, linked: true });
          }}
        />
      )}
    </section>
  );
}

/** Finds what is to be linked among the tasks and rows of the collaboration. */
function Candidates({ issue, onChoose }: { issue: Issue; onChoose: (to: Target) => void }) {
  const collaboration = issue.collaboration.id;
  const [words, setWords] = useState("");
  const { data: tasks } = useQuery({
    queryKey: ["tasks", { collaboration, all: true }],
    queryFn: () => api.allTasks({ collaboration }),
  });
  const { data: records } = useQuery({
    queryKey: ["records", { collaboration, candidates: words }],
    queryFn: () => api.records({ collaboration, query: words || undefined }),
    placeholderData: (before) => before,
  });
  const choices: Choice[] = [
    ...(tasks ?? [])
      .filter((task) => !issue.tasks.some((linked) => linked.id === task.id))
      .map((task) => ({ id: `task ${task.id}`, text: `#${task.number} ${task.name}` })),
    ...(records?.items ?? [])
      .filter((record) => !issue.records.some((linked) => linked.id === record.id))
      .map((record) => ({ id: `record ${record.id}`, text: `${record.number} ${record.topic}` })),
  ];
  return (
    <Picker
      label={t("web.problems.links.add")}
      placeholder={t("web.problems.choose")}
      choices={choices}
      selected={[]}
      onSearch={setWords}
      onChange={([chosen]) => {
        const [kind, id] = chosen?.split(" ") ?? [];
        if (id) onChoose(kind === "task" ? { task: id } : { record: id });
      }}
    />
  );
}
