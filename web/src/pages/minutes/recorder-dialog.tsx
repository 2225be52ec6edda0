import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type MinutesPage, minutesApi } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { PersonPicker, useMembers } from "../../ui/people";
import { say, sayProblem } from "../../ui/toast";
import { takeMinutes } from "./take";

/** Has somebody else write the minutes. */
export function RecorderDialog({ minutes, onClose }: { minutes: MinutesPage; onClose: () => void }) {
  const client = useQueryClient();
  const members = useMembers(minutes.collaboration.id);
  const [recorder, setRecorder] = useState<string | null>(null);
  const pass = useMutation({
    mutationFn: (person: string) => minutesApi.reassign(minutes.id, person),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeMinutes(client, changed);
      say(t("minutes.reassigned", { name: changed.recorder.name }));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("minutes.reassign")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button
            tone="primary"
            isDisabled={!recorder || pass.isPending}
            onPress={() => recorder && pass.mutate(recorder)}
          >
            {t("minutes.reassign")}
          </Button>
        </>
      }
    >
      <Field label={t("minutes.recorder")} hint={t("minutes.recorder.hint")}>
        <PersonPicker
          label={t("minutes.recorder")}
          value={recorder}
          onChange={setRecorder}
          without={minutes.recorder.id}
          among={members}
        />
      </Field>
    </Dialog>
  );
}
