import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { Problem } from "../api/client";
import { t } from "../i18n/texts";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { TextField } from "./field";
import { sayProblem } from "./toast";

/** Words that a step needs: a stage report, why a point is left out, an objection. `send` gives the thing as it is then. */
export function WordsDialog<Changed>({
  title,
  label,
  hint,
  placeholder,
  initial = "",
  submit,
  send,
  onDone,
  onClose,
}: {
  title: string;
  label: string;
  hint?: string;
  placeholder?: string;
  initial?: string;
  submit: string;
  send: (text: string) => Promise<Changed>;
  onDone: (changed: Changed) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState(initial);
  const [tried, setTried] = useState(false);
  const step = useMutation({
    mutationFn: () => send(text.trim()),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (changed) => {
      onDone(changed);
      onClose();
    },
  });
  const refused = step.error instanceof Problem ? step.error.fields[0]?.message : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="words" isDisabled={step.isPending}>
            {submit}
          </Button>
        </>
      }
    >
      <Form
        id="words"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (text.trim()) step.mutate();
        }}
      >
        <TextField
          label={label}
          hint={hint}
          lines={initial ? 6 : 3}
          value={text}
          onChange={setText}
          isRequired
          placeholder={placeholder}
          autoFocus
          error={refused ?? (tried && !text.trim() ? t("web.words.missing") : undefined)}
        />
      </Form>
    </Dialog>
  );
}
