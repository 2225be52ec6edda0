import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import type { MinutesPage } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { sayProblem } from "../../ui/toast";

/** Asks for the words that a step needs. */
export function WordsDialog({
  title,
  label,
  placeholder,
  send,
  run,
  onDone,
  onClose,
}: {
  title: string;
  label: string;
  placeholder: string;
  send: string;
  run: (words: string) => Promise<MinutesPage>;
  onDone: (changed: MinutesPage) => void;
  onClose: () => void;
}) {
  const [words, setWords] = useState("");
  const [tried, setTried] = useState(false);
  const step = useMutation({
    mutationFn: () => run(words.trim()),
    onError: sayProblem,
    onSuccess: (changed) => {
      onDone(changed);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="minutes-words" isDisabled={step.isPending}>
            {send}
          </Button>
        </>
      }
    >
      <Form
        id="minutes-words"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (words.trim()) step.mutate();
        }}
      >
        <TextField
          label={label}
          lines={3}
          value={words}
          onChange={setWords}
          isRequired
          autoFocus
          placeholder={placeholder}
          error={tried && !words.trim() ? t("web.words.missing") : undefined}
        />
      </Form>
    </Dialog>
  );
}
