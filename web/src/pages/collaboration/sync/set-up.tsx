import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../../api/api";
import type { ProjectSetUp, TaskBinding, TaskMapping } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Bones, Empty, Failed } from "../../../ui/empty";
import { Field } from "../../../ui/field";
import { Select } from "../../../ui/select";
import { say, sayProblem } from "../../../ui/toast";
import { byField, CHOICES, chooses, lacks, PRIORITIES, priorityOf, STAGES, stageOf } from "./mapping";

/** Which project, as one text: an account's id holds no bar. */
const keyOf = (account: string, project: string) => `${account}|${project}`;

function Statuses({ read, mapping, onChange }: FormProps) {
  const missing = lacks(mapping);
  return (
    <Field
      label={t("later.sync.statuses")}
      hint={t("later.sync.statuses.text")}
      error={missing && t("later.sync.statuses.lacks", { stage: t(`domain.stage.${missing}`) })}
    >
      <ul className="mapping">
        {read.statuses.map((status) => (
          <li key={status.id}>
            <span className="clip">{status.name}</span>
            <Select
              label={t("later.sync.meaning_of", { name: status.name })}
              value={mapping.statuses.find((each) => each.id === status.id)?.stage ?? "none"}
              onChange={(stage) => onChange(stageOf(mapping, status, stage === "none" ? null : stage))}
              options={[
                ...STAGES.map((stage) => ({ value: stage, label: t(`domain.stage.${stage}`) })),
                { value: "none" as const, label: t("later.sync.not_mapped") },
              ]}
            />
          </li>
        ))}
      </ul>
    </Field>
  );
}

function Acceptance({ read, mapping, onChange }: FormProps) {
  const { acceptance } = mapping;
  const fields = read.fields.filter((field) => field.kind === "select" && field.choices.length > 0);
  const field = acceptance.kind === "field" ? fields.find((each) => each.id === acceptance.field) : undefined;
  return (
    <Field label={t("later.sync.acceptance")} hint={t("later.sync.acceptance.text")}>
      <Select
        label={t("later.sync.acceptance")}
        value={acceptance.kind === "field" ? acceptance.field : "status"}
        onChange={(id) => onChange(byField(mapping, id === "status" ? null : fields.find((each) => each.id === id)))}
        options={[
          { value: "status", label: t("later.sync.acceptance.by_status") },
          ...fields.map((each) => ({
            value: each.id,
            label: t("later.sync.acceptance.by_field", { name: each.name }),
          })),
        ]}
      />
      {acceptance.kind === "field" && field && (
        <ul className="mapping">
          {CHOICES.map((role) => (
            <li key={role}>
              <span className="clip">{t(`later.sync.acceptance.${role}`)}</span>
              <Select
                label={t(`later.sync.acceptance.${role}`)}
                value={acceptance[role]?.id ?? "none"}
                onChange={(id) =>
                  onChange(
                    chooses(
                      mapping,
                      role,
                      field.choices.find((each) => each.id === id),
                    ),
                  )
                }
                options={[
                  ...field.choices.map((each) => ({ value: each.id, label: each.name })),
                  ...(role === "accepted" ? [] : [{ value: "none", label: t("later.sync.acceptance.empty") }]),
                ]}
              />
            </li>
          ))}
        </ul>
      )}
    </Field>
  );
}

function Priorities({ read, mapping, onChange }: FormProps) {
  if (read.priorities.length === 0) return null;
  return (
    <Field label={t("later.sync.priorities")}>
      <ul className="mapping">
        {read.priorities.map((level) => (
          <li key={level.value}>
            <span className="clip">{level.name}</span>
            <Select
              label={t("later.sync.meaning_of", { name: level.name })}
              value={mapping.priorities.find((each) => each.value === level.value)?.priority ?? "none"}
              onChange={(priority) => onChange(priorityOf(mapping, level, priority === "none" ? null : priority))}
              options={[
                ...PRIORITIES.map((each) => ({ value: each, label: t(`domain.priority.${each}`) })),
                { value: "none" as const, label: t("later.sync.not_mapped") },
              ]}
            />
          </li>
        ))}
      </ul>
    </Field>
  );
}

function Reference({ read, mapping, onChange }: FormProps) {
  const fields = read.fields.filter((field) => field.kind === "text");
  return (
    <Field label={t("later.sync.reference")} hint={t("later.sync.reference.text")}>
      <Select
        label={t("later.sync.reference")}
        value={mapping.reference ?? "none"}
        onChange={(id) => onChange({ ...mapping, reference: id === "none" ? null : id })}
        options={[
          { value: "none", label: t("later.sync.reference.none") },
          ...fields.map((field) => ({ value: field.id, label: field.name })),
        ]}
      />
    </Field>
  );
}

interface FormProps {
  read: ProjectSetUp;
  mapping: TaskMapping;
  onChange: (mapping: TaskMapping) => void;
}

/** Chooses the project, and what in it means what. */
export default function SetUp({
  id,
  binding,
  onClose,
}: {
  id: string;
  binding: TaskBinding | null;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const before = binding && keyOf(binding.account, binding.project);
  const [project, setProject] = useState<string | null>(before);
  const [changed, setChanged] = useState<TaskMapping | null>(binding?.mapping ?? null);
  const [take, setTake] = useState(binding?.take_existing ?? true);
  const [send, setSend] = useState(binding === null);
  const { data: accounts, error: unlisted } = useQuery({
    queryKey: ["sync", id, "projects"],
    queryFn: () => api.syncProjects(id),
  });
  const [account = "", foreign = ""] = project?.split("|") ?? [];
  const {
    data: read,
    error: unread,
    refetch,
  } = useQuery({
    queryKey: ["sync", id, "project", project],
    queryFn: () => api.syncProject(id, account, foreign),
    enabled: project !== null,
    retry: false,
  });
  const mapping = changed ?? read?.suggestion;
  const save = useMutation({
    mutationFn: () =>
      api.bindSync(id, { account, project: foreign, mapping, take_existing: take, send_existing: send }),
    onError: sayProblem,
    onSuccess: (now) => {
      client.setQueryData(["sync", id], now);
      say(t("web.saved"), { seconds: 3 });
      onClose();
    },
  });
  const projects = accounts?.flatMap((each) =>
    each.projects.map((named) => ({
      value: keyOf(each.account, named.id),
      label: accounts.length > 1 ? `${named.name} · ${each.name}` : named.name,
    })),
  );
  const failing = accounts?.filter((each) => each.problem);
  return (
    <Dialog
      open
      onClose={onClose}
      shape="panel"
      title={t("later.sync.set_up")}
      footer={
        <Button
          tone="primary"
          isDisabled={!read || !mapping || lacks(mapping) !== undefined || save.isPending}
          onPress={() => save.mutate()}
        >
          {t(binding ? "web.save" : "later.sync.bind")}
        </Button>
      }
    >
      <div className="stack">
        {unlisted && !accounts ? (
          <Failed
            error={unlisted}
            again={() => void client.invalidateQueries({ queryKey: ["sync", id, "projects"] })}
          />
        ) : !projects ? (
          <Bones rows={3} height={40} />
        ) : projects.length === 0 && !before ? (
          <Empty icon="plug" title={t("later.sync.projects.none")}>
            {t("later.sync.projects.none.text")}
          </Empty>
        ) : (
          <Field label={t("later.sync.project")} hint={t("later.sync.project.text")}>
            <Select
              label={t("later.sync.project")}
              value={project}
              onChange={(next) => {
                setProject(next);
                setChanged(next === before ? (binding?.mapping ?? null) : null);
              }}
              options={
                before && !projects.some((each) => each.value === before)
                  ? [{ value: before, label: binding?.project_name ?? "" }, ...projects]
                  : projects
              }
            />
          </Field>
        )}
        {failing?.map((each) => (
          <p key={each.account} className="small sync-reason">
            {each.name}: {each.problem}
          </p>
        ))}
        {unread && !read && <Failed error={unread} again={() => void refetch()} />}
        {project !== null && !read && !unread && <Bones rows={5} height={36} />}
        {read && mapping && (
          <>
            <Statuses read={read} mapping={mapping} onChange={setChanged} />
            <Acceptance read={read} mapping={mapping} onChange={setChanged} />
            <Priorities read={read} mapping={mapping} onChange={setChanged} />
            <Reference read={read} mapping={mapping} onChange={setChanged} />
            <Field label={t("later.sync.existing")}>
              <label className="row">
                <input type="checkbox" checked={take} onChange={(event) => setTake(event.target.checked)} />
                {t("later.sync.take_existing")}
              </label>
              <label className="row">
                <input type="checkbox" checked={send} onChange={(event) => setSend(event.target.checked)} />
                {t("later.sync.send_existing")}
              </label>
            </Field>
            <p className="quiet small">{t("later.sync.rule")}</p>
          </>
        )}
      </div>
    </Dialog>
  );
}
