import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type SignOff, signOffs } from "../../api/sign-offs";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import { WordsDialog } from "../../ui/words-dialog";
import { signOffChanged } from "./take";

/** 「签字确认」 and 「驳回」. */
export function AnswerButtons({ round }: { round: SignOff }) {
  const client = useQueryClient();
  const [refusing, setRefusing] = useState(false);
  const again = () => signOffChanged(client, round.collaboration.id);
  const sign = useMutation({
    mutationFn: () => signOffs.sign(round.id),
    onError: sayProblem,
    onSuccess: () => say(t("sign_off.signed")),
    onSettled: again,
  });
  return (
    <>
      <Button tone="primary" icon="check" isDisabled={sign.isPending} onPress={() => sign.mutate()}>
        {t("sign_off.sign")}
      </Button>
      <Button onPress={() => setRefusing(true)}>{t("sign_off.refuse")}</Button>
      {refusing && (
        <WordsDialog
          title={t("sign_off.refuse")}
          label={t("sign_off.refuse.reason")}
          placeholder={t("sign_off.refuse.example")}
          submit={t("sign_off.refuse")}
          send={(reason) => signOffs.refuse(round.id, reason)}
          onDone={() => {
            say(t("sign_off.refused"));
            again();
          }}
          onClose={() => setRefusing(false)}
        />
      )}
    </>
  );
}
