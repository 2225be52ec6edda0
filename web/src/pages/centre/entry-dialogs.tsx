import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { type CentreEntry, centreApi, type Section } from "../../api/centre";
import { Problem } from "../../api/client";
import type { Level } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { type Choice, ChoiceList } from "../../ui/picker";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import { takeEntry } from "./take";

const LEVELS: Level[] = ["public", "internal", "confidential"];

/** Takes words, or a message, into the centre. */
export function NewEntry({
  collaboration,
  sections,
  section,
  message,
  said = "",
  onClose,
}: {
  collaboration: string;
  sections: Section[];
  section?: string;
  message?: string;
  said?: string;
  onClose: () => void;
}) {
  const client = useQueryClient();
  return (
    <EntryForm
      title={t("centre.new")}
      submit={t("centre.file")}
      sections={sections}
      initial={{ text: said, section: section ?? sections[0]?.key ?? "", level: "internal" }}
      send={(given) =>
        centreApi.file({ collaboration, message, text: given.text, section: given.section, level: given.level })
      }
      onDone={(entry) => {
        takeEntry(client, entry);
        say(t("centre.filed", { section: entry.section_name }));
      }}
      onClose={onClose}
    />
  );
}

/** Changes what an entry says; why stands in its history. */
export function EditEntry({
  entry,
  sections,
  onClose,
}: {
  entry: CentreEntry;
  sections: Section[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  return (
    <EntryForm
      title={t("centre.edit_title", { number: entry.number })}
      submit={t("web.save")}
      sections={sections}
      noted
      initial={{ text: entry.text, section: entry.section, level: entry.level }}
      send={(given) => centreApi.edit(entry.id, { version: entry.version, ...given })}
      onDone={(changed) => takeEntry(client, changed)}
      onClose={onClose}
    />
  );
}

interface Given {
  text: string;
  section: string;
  level: Level;
  note?: string;
}

function EntryForm({
  title,
  submit,
  sections,
  initial,
  noted,
  send,
  onDone,
  onClose,
}: {
  title: string;
  submit: string;
  sections: Section[];
  initial: Given;
  noted?: boolean;
  send: (given: Given) => Promise<CentreEntry>;
  onDone: (entry: CentreEntry) => void;
  onClose: () => void;
}) {
  const [given, setGiven] = useState(initial);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const step = useMutation({
    mutationFn: () => send(noted ? { ...given, note } : given),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (entry) => {
      onDone(entry);
      onClose();
    },
  });
  const field = (wanted: string) => (step.error instanceof Problem ? step.error.field(wanted) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="entry" isDisabled={step.isPending}>
            {submit}
          </Button>
        </>
      }
    >
      <Form
        id="entry"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (given.text.trim()) step.mutate();
        }}
      >
        <TextField
          label={t("centre.text")}
          lines={4}
          value={given.text}
          onChange={(text) => setGiven({ ...given, text })}
          isRequired
          autoFocus
          placeholder={t("centre.text.example")}
          error={field("text") ?? (tried && !given.text.trim() ? t("web.words.missing") : undefined)}
        />
        <Field label={t("centre.section")} error={field("section")}>
          <Select
            label={t("centre.section")}
            value={given.section}
            onChange={(section) => setGiven({ ...given, section })}
            options={sections.map((section) => ({ value: section.key, label: section.title }))}
          />
        </Field>
        <Field label={t("centre.level")} hint={t("centre.level.hint")}>
          <Select
            label={t("centre.level")}
            value={given.level}
            onChange={(level) => setGiven({ ...given, level })}
            options={LEVELS.map((level) => ({ value: level, label: t(`domain.level.${level}`) }))}
          />
        </Field>
        {noted && (
          <TextField
            label={t("centre.note")}
            value={note}
            onChange={setNote}
            placeholder={t("centre.note.example")}
            error={field("note")}
          />
        )}
      </Form>
    </Dialog>
  );
}

/** Finds a task, a row or a problem of the collaboration with which an entry belongs together. */
export function LinkEntry({
  entry,
  onChoose,
  onClose,
}: {
  entry: CentreEntry;
  onChoose: (target: string) => void;
  onClose: () => void;
}) {
  const collaboration = entry.collaboration.id;
  const [words, setWords] = useState("");
  const { data: tasks } = useQuery({
    queryKey: ["tasks", { collaboration, all: true }],
    queryFn: () => api.allTasks({ collaboration }),
  });
  const { data: problems } = useQuery({
    queryKey: ["problems", { collaboration, all: true }],
    queryFn: () => api.problems({ collaboration }),
  });
  const { data: records } = useQuery({
    queryKey: ["records", { collaboration, candidates: words }],
    queryFn: () => api.records({ collaboration, query: words || undefined }),
    placeholderData: (before) => before,
  });
  const choices: Choice[] = [
    ...(tasks ?? []).map((task) => ({ id: task.id, text: `#${task.number} ${task.name}` })),
    ...(problems?.items ?? []).map((issue) => ({ id: issue.id, text: `P${issue.number} ${issue.title}` })),
    ...(records?.items ?? []).map((record) => ({ id: record.id, text: `${record.number} ${record.topic}` })),
  ].filter((choice) => !entry.links.some((link) => link.id === choice.id));
  return (
    <Dialog open onClose={onClose} title={t("centre.link")}>
      <ChoiceList
        label={t("centre.link.search")}
        choices={choices}
        selected={[]}
        onSearch={setWords}
        onChange={([chosen]) => {
          if (!chosen) return;
          onChoose(chosen);
          onClose();
        }}
      />
    </Dialog>
  );
}
