import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { api } from "../api/api";
import { t } from "../i18n/texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { sayProblem } from "../ui/toast";
import { draftsOf, noteSignedOut } from "./kept";
import { useMe } from "./me";
import { changeReader } from "./reader";

/** Signs out at once, or asks first when drafts would go with that. */
export default function SignOut({ onStay }: { onStay: () => void }) {
  const me = useMe().person.id;
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [drafts] = useState(() => draftsOf(localStorage, me));
  const { mutate, isPending } = useMutation({
    mutationFn: api.signOut,
    onError: (error) => {
      sayProblem(error);
      onStay();
    },
    onSuccess: () => {
      noteSignedOut();
      changeReader(client, null);
      navigate("/");
    },
  });
  const begun = useRef(false);
  useEffect(() => {
    if (drafts > 0 || begun.current) return;
    begun.current = true;
    mutate();
  }, [drafts, mutate]);
  if (drafts === 0) return null;
  return (
    <Dialog
      open
      onClose={onStay}
      title={t("web.sign_out")}
      footer={
        <>
          <Button onPress={onStay}>{t("web.back")}</Button>
          <Button tone="danger" icon="out" isDisabled={isPending} onPress={() => mutate()}>
            {t("documents.draft.leave")}
          </Button>
        </>
      }
    >
      <p>{t("documents.draft.leaving", { count: drafts })}</p>
    </Dialog>
  );
}
