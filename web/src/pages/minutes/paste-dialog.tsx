import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { minutesApi, type MinutesDraft } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { say, sayProblem } from "../../ui/toast";

/** Takes an excerpt of a chat, or another tool's minutes, and has rules make a draft of it. */
export function PasteDialog({
  collaboration,
  replaces,
  onDraft,
  onClose,
}: {
  collaboration: string;
  /** Whether something is written already. */
  replaces: boolean;
  onDraft: (draft: MinutesDraft) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState("");
  const read = useMutation({
    mutationFn: () => minutesApi.draft(collaboration, text),
    onError: sayProblem,
    onSuccess: (draft) => {
      onDraft(draft);
      say(t("minutes.paste.done"));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("minutes.paste")}
      footer={
        <>
          {replaces && <span className="small quiet grow">{t("minutes.paste.replaces")}</span>}
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" isDisabled={!text.trim() || read.isPending} onPress={() => read.mutate()}>
            {t("minutes.paste.read")}
          </Button>
        </>
      }
    >
      <TextField
        label={t("minutes.paste.text")}
        hint={t("minutes.paste.hint")}
        lines={12}
        value={text}
        onChange={setText}
        autoFocus
        placeholder={t("minutes.paste.example")}
      />
    </Dialog>
  );
}
