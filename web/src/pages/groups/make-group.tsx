import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Collaboration } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PeoplePicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import { makerName, useMakers } from "./makers";

/** Has a group made on a platform and bound to a collaboration. */
export function MakeGroup({ collaboration, onClose }: { collaboration: Collaboration; onClose: () => void }) {
  const client = useQueryClient();
  const makers = useMakers();
  const members = useMembers(collaboration.id);
  const able = makers.filter((one) => one.able);
  const [chosen, setChosen] = useState<string | null>(null);
  const account = chosen ?? able[0]?.account ?? null;
  const [title, setTitle] = useState(collaboration.name);
  const [people, setPeople] = useState<string[]>([]);
  const make = useMutation({
    mutationFn: (account: string) => api.makeGroup(collaboration.id, { account, title: title.trim(), people }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: () => {
      say(t("later.group.asked"));
      void client.invalidateQueries({ queryKey: ["groups"] });
      onClose();
    },
  });
  const field = (name: string) => (make.error instanceof Problem ? make.error.field(name) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("later.group.make")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="make-group" isDisabled={!account || make.isPending}>
            {t("later.group.make")}
          </Button>
        </>
      }
    >
      <Form
        id="make-group"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (account) make.mutate(account);
        }}
      >
        <Field label={t("later.group.account")} error={field("account")}>
          <Select
            label={t("later.group.account")}
            value={account}
            onChange={setChosen}
            options={able.map((one) => ({ value: one.account, label: makerName(one, makers) }))}
          />
        </Field>
        {makers
          .filter((one) => !one.able)
          .map((one) => (
            <p key={one.account} className="small quiet">
              {t("later.group.unable", { account: `${makerName(one, makers)}`, reason: one.reason ?? "" })}
            </p>
          ))}
        <TextField
          label={t("later.group.title")}
          hint={t("later.group.title.hint")}
          value={title}
          onChange={setTitle}
          isRequired
          error={field("title")}
        />
        <Field label={t("later.group.people")} hint={t("later.group.people.hint")} error={field("people")}>
          <PeoplePicker label={t("later.group.people")} value={people} onChange={setPeople} among={members} />
        </Field>
      </Form>
    </Dialog>
  );
}
