import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useLocation } from "wouter";
import { Problem } from "../../api/client";
import { minutesApi, NOTHING, type Occasion } from "../../api/minutes";
import type { Instant, Level } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import { PastTime } from "./past-time";
import { takeMinutes } from "./take";

export const LEVELS: Level[] = ["public", "internal", "confidential"];

/** Says that a decision was taken or a meeting ended: somebody owes the minutes, and their clock runs. */
export default function BeginMinutes({
  collaboration,
  message,
  title: given = "",
  level: givenLevel = "internal",
  onClose,
}: {
  collaboration: string;
  /** The message in which it was decided. */
  message?: string;
  title?: string;
  level?: Level;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const members = useMembers(collaboration);
  const [occasion, setOccasion] = useState<Occasion>("decision");
  const [title, setTitle] = useState(given);
  const [recorder, setRecorder] = useState<string | null>(null);
  const [happened, setHappened] = useState<Instant | null>(null);
  const [level, setLevel] = useState<Level>(givenLevel);
  const [tried, setTried] = useState(false);
  const begin = useMutation({
    mutationFn: () =>
      minutesApi.begin({
        collaboration,
        occasion,
        title: title.trim(),
        recorder: recorder ?? undefined,
        happened_at: happened ?? undefined,
        level,
        message,
        content: occasion === "decision" ? { ...NOTHING, conclusions: title.trim() } : undefined,
      }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (minutes) => {
      takeMinutes(client, minutes);
      say(t("minutes.begun", { number: minutes.number, name: minutes.recorder.name }));
      onClose();
      navigate(`/minutes/${minutes.id}`);
    },
  });
  const field = (name: string) => (begin.error instanceof Problem ? begin.error.field(name) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("minutes.new")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="begin-minutes" isDisabled={begin.isPending}>
            {t("minutes.begin")}
          </Button>
        </>
      }
    >
      <Form
        id="begin-minutes"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (title.trim()) begin.mutate();
        }}
      >
        <Field label={t("minutes.occasion")}>
          <Select
            label={t("minutes.occasion")}
            value={occasion}
            onChange={(value: Occasion) => setOccasion(value)}
            options={(["decision", "meeting"] as Occasion[]).map((each) => ({
              value: each,
              label: t(`minutes.occasion.${each}`),
            }))}
          />
        </Field>
        <TextField
          label={t(occasion === "meeting" ? "minutes.title.meeting" : "minutes.title")}
          value={title}
          onChange={setTitle}
          isRequired
          autoFocus
          placeholder={t("minutes.title.example")}
          error={field("title") ?? (tried && !title.trim() ? t("web.words.missing") : undefined)}
        />
        <Field label={t("minutes.recorder")} hint={t("minutes.recorder.hint")} error={field("recorder")}>
          <PersonPicker
            label={t("minutes.recorder")}
            value={recorder}
            onChange={setRecorder}
            among={members}
            optional
          />
        </Field>
        <Field label={t("minutes.happened_at")} hint={t("minutes.happened_at.hint")} error={field("happened_at")}>
          <PastTime label={t("minutes.happened_at")} value={happened} onChange={setHappened} />
        </Field>
        <Field label={t("web.level")}>
          <Select
            label={t("web.level")}
            value={level}
            onChange={(value: Level) => setLevel(value)}
            options={LEVELS.map((each) => ({ value: each, label: t(`domain.level.${each}`) }))}
          />
        </Field>
      </Form>
    </Dialog>
  );
}
