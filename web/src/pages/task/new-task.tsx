import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Instant, Priority, Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PeoplePicker, PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { takeTask } from "./use-steps";

export const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

export function NewTask({
  collaboration,
  named = "",
  described = "",
  entry,
  onMade,
  onClose,
}: {
  collaboration: string;
  /** What it is called and says to begin with. */
  named?: string;
  described?: string;
  /** The entry of the centre that it comes of. */
  entry?: string;
  onMade?: (task: Task) => void;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const members = useMembers(collaboration);
  const [name, setName] = useState(named);
  const [description, setDescription] = useState(described);
  const [criteria, setCriteria] = useState("");
  const [owner, setOwner] = useState<string | null>(null);
  const [helpers, setHelpers] = useState<string[]>([]);
  const [due, setDue] = useState<Instant | null>(null);
  const [priority, setPriority] = useState<Priority>("normal");
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      api.addTask({
        collaboration,
        name: name.trim(),
        description,
        criteria,
        owner: owner ?? "",
        helpers,
        due_at: due,
        priority,
        entry,
      }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (task) => {
      takeTask(client, task);
      onMade?.(task);
      say(t("web.tasks.made", { number: task.number, name: task.owner.name }));
      onClose();
    },
  });
  const field = (wanted: string) => (make.error instanceof Problem ? make.error.field(wanted) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.tasks.new")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="new-task" isDisabled={make.isPending}>
            {t("web.tasks.make")}
          </Button>
        </>
      }
    >
      <Form
        id="new-task"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim() && owner) make.mutate();
        }}
      >
        <TextField
          label={t("web.task.name")}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
          placeholder={t("web.task.name.example")}
          error={field("name") ?? (tried && !name.trim() ? t("web.words.missing") : undefined)}
        />
        <Field
          label={t("domain.column.owner")}
          hint={t("web.task.owner.hint")}
          error={field("owner") ?? (tried && !owner ? t("web.picker.person") : undefined)}
        >
          <PersonPicker label={t("domain.column.owner")} value={owner} onChange={setOwner} among={members} />
        </Field>
        <TimeField label={t("web.due")} value={due} onChange={setDue} error={field("due_at")} />
        <details className="more-fields">
          <summary>{t("web.task.more")}</summary>
          <div className="stack">
            <Field label={t("web.task.priority")}>
              <Select
                label={t("web.task.priority")}
                value={priority}
                onChange={setPriority}
                options={PRIORITIES.map((each) => ({ value: each, label: t(`domain.priority.${each}`) }))}
              />
            </Field>
            <Field label={t("web.task.helpers")}>
              <PeoplePicker label={t("web.task.helpers")} among={members} value={helpers} onChange={setHelpers} />
            </Field>
            <TextField
              label={t("web.task.description")}
              lines={3}
              value={description}
              onChange={setDescription}
              error={field("description")}
            />
            <TextField
              label={t("web.task.criteria")}
              lines={2}
              value={criteria}
              onChange={setCriteria}
              placeholder={t("web.task.criteria.example")}
              error={field("criteria")}
            />
          </div>
        </details>
      </Form>
    </Dialog>
  );
}
