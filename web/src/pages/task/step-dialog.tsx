import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api, type ProposalInput } from "../../api/api";
import { Problem } from "../../api/client";
import type { Instant, Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PersonPicker, useMembers } from "../../ui/people";
import { TimeField } from "../../ui/time-field";
import { problemText, say } from "../../ui/toast";
import { Refusal } from "./refusal";
import type { Step } from "./steps";
import { takeTask } from "./use-steps";

/** Asks for the words that a step needs. */
export default function StepDialog({ task, step, onClose }: { task: Task; step: Step; onClose: () => void }) {
  const client = useQueryClient();
  const members = useMembers(task.collaboration.id);
  const proposed = step === "change" ? task.refusal?.proposal : undefined;
  const [words, setWords] = useState("");
  const [reason, setReason] = useState("");
  const [percent, setPercent] = useState<number | null>(task.progress?.percent ?? null);
  const [owner, setOwner] = useState<string | null>(proposed?.owner?.id ?? null);
  const [due, setDue] = useState<Instant | null>(proposed?.due_at ?? null);
  const [problem, setProblem] = useState<unknown>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);

  const asksReason = step === "decline" || step === "block" || step === "cancel";
  const asksProposal = step === "decline" || step === "change";
  const noReason = asksReason && !reason.trim();
  const noProposal = asksProposal && !owner && !due && !words.trim();
  const noOwner = step === "reassign" && !owner;
  const noWords = (step === "progress" || step === "insist") && !words.trim();
  const missing = noReason || noProposal || noOwner || noWords;

  const proposal: ProposalInput = {
    owner: owner ?? undefined,
    due_at: due ?? undefined,
    words: words.trim() || undefined,
  };
  const run = (): Promise<Task> => {
    switch (step) {
      case "decline":
        return api.decline(task.id, reason.trim(), proposal);
      case "change":
        return api.answer(task.id, { kind: "change", ...proposal });
      case "insist":
        return api.answer(task.id, { kind: "insist", words: words.trim() });
      case "block":
        return api.block(task.id, reason.trim());
      case "reassign":
        return api.reassign(task.id, owner ?? "", words.trim() || undefined);
      case "cancel":
        return api.cancel(task.id, reason.trim());
      default:
        return api.progress(task.id, words.trim(), percent ?? undefined);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    setBusy(true);
    run()
      .then((changed) => {
        takeTask(client, changed);
        say(
          t(`web.did.${step as "decline" | "change" | "insist" | "block" | "reassign" | "cancel" | "progress"}`, {
            number: task.number,
          }),
        );
        onClose();
      }, setProblem)
      .finally(() => setBusy(false));
  };
  const field = (name: string) => (problem instanceof Problem ? problem.field(name) : undefined);
  const names = { decline: 1, change: 1, insist: 1, block: 1, reassign: 1, cancel: 1, progress: 1 } as const;
  const key = step as keyof typeof names;
  const explain = t(`web.step.${key}.explain`);

  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t(`web.step.${step}`)} · #${task.number}`}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button type="submit" form="step" tone={step === "cancel" ? "danger" : "primary"} isDisabled={busy}>
            {t(`web.step.${key}.do`)}
          </Button>
        </>
      }
    >
      <Form id="step" onSubmit={submit} className="stack">
        <p className="quiet">
          <strong>{task.name}</strong>
          <br />
          {explain}
        </p>
        {problem !== null && !(problem instanceof Problem && problem.fields.length > 0) && (
          <div className="notice bad" role="alert">
            <Icon name="warn" />
            {problemText(problem)}
          </div>
        )}
        {(step === "change" || step === "insist") && task.refusal && <Refusal task={task} />}
        {asksReason && (
          <TextField
            label={t("web.reason")}
            lines={2}
            value={reason}
            onChange={setReason}
            isRequired
            autoFocus
            placeholder={t(`web.step.${step as "decline" | "block" | "cancel"}.example`)}
            error={field("reason") ?? (tried && noReason ? t("web.reason.missing") : undefined)}
          />
        )}
        {asksProposal && (
          <div className="proposal">
            <div className="row">
              <h3>{t(step === "decline" ? "web.proposal" : "web.change_to")}</h3>
              <span className="faint tiny">{t("web.proposal.hint")}</span>
            </div>
            {tried && noProposal && (
              <span className="field-error" role="alert">
                {t("web.proposal.missing")}
              </span>
            )}
            <TimeField
              label={t("web.proposal.date")}
              value={due}
              onChange={setDue}
              error={field("due_at") ?? field("proposal.due_at")}
            />
            <Field label={t("web.proposal.owner")}>
              <PersonPicker
                label={t("web.proposal.owner")}
                value={owner}
                onChange={setOwner}
                optional
                without={task.owner.id}
                among={members}
              />
            </Field>
            <TextField
              label={t("web.proposal.words")}
              lines={2}
              value={words}
              onChange={setWords}
              placeholder={t("web.proposal.example")}
              error={field("words") ?? field("proposal") ?? field("proposal.words")}
            />
          </div>
        )}
        {step === "reassign" && (
          <Field
            label={t("web.step.reassign.to")}
            error={field("owner") ?? (tried && noOwner ? t("web.picker.person") : undefined)}
          >
            <PersonPicker
              label={t("web.step.reassign.to")}
              value={owner}
              onChange={setOwner}
              without={task.owner.id}
              among={members}
            />
          </Field>
        )}
        {(step === "reassign" || step === "insist" || step === "progress") && (
          <TextField
            label={t(`web.step.${step}.words`)}
            lines={2}
            value={words}
            onChange={setWords}
            isRequired={step !== "reassign"}
            autoFocus={step !== "reassign"}
            placeholder={step === "progress" ? t("web.progress.example") : undefined}
            error={field("text") ?? field("words") ?? (tried && noWords ? t("web.words.missing") : undefined)}
          />
        )}
        {step === "progress" && <PercentField value={percent} onChange={setPercent} />}
      </Form>
    </Dialog>
  );
}

function PercentField({ value, onChange }: { value: number | null; onChange: (value: number | null) => void }) {
  return (
    <label className="field">
      <span className="field-label">
        {t("web.progress.percent")}{" "}
        <span className="faint">{value === null ? t("web.progress.unsaid") : `${value}%`}</span>
      </span>
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={value ?? 0}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}
