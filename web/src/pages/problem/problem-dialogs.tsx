import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Instant, Issue, Severity } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { CallOrder } from "./call-order";

/** Shows the new state at once everywhere; the live update that follows confirms it. */
export function takeIssue(client: QueryClient, issue: Issue) {
  client.setQueryData(["problem", issue.id], issue);
  for (const queryKey of [["desk"], ["problems"], ["history", issue.id], ["deliveries", issue.id]])
    void client.invalidateQueries({ queryKey });
}

export const SEVERITIES: Severity[] = ["one", "two", "three"];
type Pressing = "ordinary" | Severity;

/** Raises a problem: somebody is asked, and the clock runs. */
export function NewProblem({
  collaboration,
  about,
  titled = "",
  detailed = "",
  entry,
  onMade,
  onClose,
}: {
  collaboration: string;
  /** What it is called and says to begin with. */
  titled?: string;
  detailed?: string;
  /** The entry of the centre that it comes of. */
  entry?: string;
  onMade?: (issue: Issue) => void;
  /** The tasks and rows of the record table that it concerns. */
  about?: { tasks: string[]; records: string[] };
  onClose: () => void;
}) {
  const client = useQueryClient();
  const members = useMembers(collaboration);
  const [title, setTitle] = useState(titled);
  const [detail, setDetail] = useState(detailed);
  const [owner, setOwner] = useState<string | null>(null);
  const [pressing, setPressing] = useState<Pressing>("ordinary");
  const [tried, setTried] = useState(false);
  const urgent = pressing !== "ordinary";
  const raise = useMutation({
    mutationFn: () =>
      api.raiseProblem({
        collaboration,
        title: title.trim(),
        detail,
        owner: owner ?? undefined,
        urgency: urgent ? "urgent" : "ordinary",
        severity: urgent ? pressing : undefined,
        entry,
        ...about,
      }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (issue) => {
      takeIssue(client, issue);
      onMade?.(issue);
      say(t("web.problems.raised", { number: issue.number, name: issue.owner.name }));
      onClose();
    },
  });
  const field = (name: string) => (raise.error instanceof Problem ? raise.error.field(name) : undefined);
  const complete = title.trim() && (owner || urgent);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.problems.new")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone={urgent ? "danger" : "primary"} type="submit" form="new-problem" isDisabled={raise.isPending}>
            {t(urgent ? "web.problems.raise_urgent" : "web.problems.raise")}
          </Button>
        </>
      }
    >
      <Form
        id="new-problem"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (complete) raise.mutate();
        }}
      >
        <TextField
          label={t("web.problems.title")}
          value={title}
          onChange={setTitle}
          isRequired
          autoFocus
          placeholder={t("web.problems.title.example")}
          error={field("title") ?? (tried && !title.trim() ? t("web.words.missing") : undefined)}
        />
        <Field
          label={t("web.problems.owner")}
          hint={t(urgent ? "web.problems.owner.urgent" : "web.problems.owner.hint")}
          error={field("owner") ?? (tried && !owner && !urgent ? t("web.picker.person") : undefined)}
        >
          <PersonPicker label={t("web.problems.owner")} value={owner} onChange={setOwner} among={members} />
        </Field>
        <Field label={t("web.problems.urgency")} hint={urgent ? t("web.problems.urgency.hint") : undefined}>
          <Select
            label={t("web.problems.urgency")}
            value={pressing}
            onChange={(value: Pressing) => setPressing(value)}
            options={[
              { value: "ordinary" as Pressing, label: t("domain.urgency.ordinary") },
              ...SEVERITIES.map((severity) => ({
                value: severity as Pressing,
                label: `${t("domain.urgency.urgent")} · ${t(`domain.severity.${severity}`)}`,
              })),
            ]}
          />
        </Field>
        {urgent && <CallOrder collaboration={collaboration} owner={members.find((member) => member.id === owner)} />}
        <TextField
          label={t("web.problems.detail")}
          lines={3}
          value={detail}
          onChange={setDetail}
          error={field("detail")}
        />
      </Form>
    </Dialog>
  );
}

export type ProblemStep = "answer" | "close" | "reassign";

/** Asks for the words that a step needs. */
export function ProblemStepDialog({ issue, step, onClose }: { issue: Issue; step: ProblemStep; onClose: () => void }) {
  const client = useQueryClient();
  const members = useMembers(issue.collaboration.id);
  const [words, setWords] = useState("");
  const [owner, setOwner] = useState<string | null>(null);
  const [promised, setPromised] = useState<Instant | null>(null);
  const [tried, setTried] = useState(false);
  const missing = step === "reassign" ? !owner : !words.trim();
  const run = useMutation({
    mutationFn: () => {
      if (step === "answer") return api.answerProblem(issue.id, words.trim(), promised ?? undefined);
      if (step === "close") return api.closeProblem(issue.id, words.trim());
      return api.reassignProblem(issue.id, owner ?? "");
    },
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (changed) => {
      takeIssue(client, changed);
      say(t(`web.problems.did.${step}`, { number: changed.number }));
      onClose();
    },
  });
  const field = (name: string) => (run.error instanceof Problem ? run.error.field(name) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing) run.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t(`web.problems.${step}`)} · P${issue.number}`}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="problem-step" isDisabled={run.isPending}>
            {t(`web.problems.${step}`)}
          </Button>
        </>
      }
    >
      <Form id="problem-step" className="stack" onSubmit={submit}>
        <p className="quiet">
          <strong>{issue.title}</strong>
        </p>
        {step === "reassign" ? (
          <Field
            label={t("web.problems.owner")}
            error={field("owner") ?? (tried && missing ? t("web.picker.person") : undefined)}
          >
            <PersonPicker
              label={t("web.problems.owner")}
              value={owner}
              onChange={setOwner}
              without={issue.owner.id}
              among={members}
            />
          </Field>
        ) : (
          <TextField
            label={t(`web.problems.${step}.words`)}
            lines={3}
            value={words}
            onChange={setWords}
            isRequired
            autoFocus
            placeholder={t(`web.problems.${step}.example`)}
            error={field("text") ?? field("solution") ?? (tried && missing ? t("web.words.missing") : undefined)}
          />
        )}
        {step === "answer" && (
          <TimeField
            label={t("web.problems.promise")}
            value={promised}
            onChange={setPromised}
            error={field("promised_at")}
          />
        )}
      </Form>
    </Dialog>
  );
}
