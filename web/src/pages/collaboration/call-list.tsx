import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { PersonRef } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { personChoice, usePeople, useSearchPeople } from "../../ui/people";
import { Picker } from "../../ui/picker";
import { say, sayProblem } from "../../ui/toast";
import { useCallList } from "../problem/call-order";
import "../problem/problem.css";
import { moved } from "./order";

/** Who is rung with an urgent problem of a collaboration, in which order; its leaders may change it. */
export function CallListDialog({
  collaboration,
  manages,
  onClose,
}: {
  collaboration: string;
  manages: boolean;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const people = usePeople();
  const search = useSearchPeople();
  const { data: known, error, refetch } = useCallList(collaboration);
  const [draft, setDraft] = useState<PersonRef[] | null>(null);
  const list = draft ?? known;
  const save = useMutation({
    mutationFn: (wanted: PersonRef[]) =>
      api.setCallList(
        collaboration,
        wanted.map((person) => person.id),
      ),
    onError: sayProblem,
    onSuccess: (saved) => {
      client.setQueryData(["call-list", collaboration], saved.people);
      void client.invalidateQueries({ queryKey: ["problem"] });
      say(t("web.saved"), { seconds: 3 });
      onClose();
    },
  });
  const others = people.filter((person) => !list?.some((each) => each.id === person.id));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.calls.title")}
      footer={
        manages ? (
          <>
            <Button onPress={onClose}>{t("web.back")}</Button>
            <Button tone="primary" isDisabled={!draft || save.isPending} onPress={() => draft && save.mutate(draft)}>
              {t("web.save")}
            </Button>
          </>
        ) : undefined
      }
    >
      <p className="quiet small">{t("web.calls.text")}</p>
      {error && !list ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !list ? (
        <Bones rows={3} height={40} />
      ) : (
        <ol className="card lines call-list" aria-label={t("web.calls.title")}>
          <li className="row faint">
            <span className="call-place">1</span> {t("web.calls.owner")}
          </li>
          {list.map((person, at) => (
            <li key={person.id} className="row">
              <span className="call-place">{at + 2}</span>
              <PersonMark person={person} job />
              <span className="grow" />
              {manages && (
                <>
                  <IconButton
                    icon="up"
                    label={t("web.calls.up", { name: person.name })}
                    isDisabled={at === 0}
                    onPress={() => setDraft(moved(list, at, -1))}
                  />
                  <IconButton
                    icon="down"
                    label={t("web.calls.down", { name: person.name })}
                    isDisabled={at === list.length - 1}
                    onPress={() => setDraft(moved(list, at, 1))}
                  />
                  <IconButton
                    icon="x"
                    label={t("web.calls.remove", { name: person.name })}
                    onPress={() => setDraft(list.filter((each) => each.id !== person.id))}
                  />
                </>
              )}
            </li>
          ))}
          {list.length === 0 && (
            <li className="row faint">
              <span className="call-place">2</span> {t("web.calls.superiors")}
            </li>
          )}
          <li className="row faint">
            <span className="call-place">
              <Icon name="bell" size={14} />
            </span>{" "}
            {t("web.calls.everybody")}
          </li>
        </ol>
      )}
      {manages && list && (
        <Picker
          label={t("web.calls.add")}
          placeholder={t("web.calls.add")}
          choices={others.map(personChoice)}
          selected={[]}
          onSearch={search}
          onChange={([id]) => {
            const person = others.find((each) => each.id === id);
            if (person) setDraft([...list, person]);
          }}
        />
      )}
    </Dialog>
  );
}
