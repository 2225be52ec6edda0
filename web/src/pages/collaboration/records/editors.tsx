import { useMemo, useState } from "react";
import { participantInput, type RecordPatch } from "../../../api/api";
import type { Column, Instant, PersonRef, RecordRow, Status } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { Button } from "../../../ui/button";
import { PlatformMark, platformText, STATUSES, StatusTag, statusText } from "../../../ui/marks";
import { personChoice, useMembers, useSearchPeople } from "../../../ui/people";
import { type Choice, ChoiceList } from "../../../ui/picker";
import { TimeField } from "../../../ui/time-field";

const PLATFORMS = ["dingtalk", "feishu", "teambition", "wecom", "telephone", "mail"];

export const platformChoices = (chosen: string[]): Choice[] =>
  [...new Set([...PLATFORMS, ...chosen])].map((platform) => ({
    id: platform,
    text: platformText(platform),
    show: <PlatformMark platform={platform} text />,
  }));

const named = (text: string) => `named:${text}`;

/** Participants are people of the directory or just a name. */
export function participantChoices(record: RecordRow, people: PersonRef[]): { choices: Choice[]; selected: string[] } {
  const choices = people.map(personChoice);
  for (const each of record.participants) {
    if (each.kind === "named") choices.unshift({ id: named(each.text), text: each.text });
    else if (!people.some((person) => person.id === each.person.id)) choices.unshift(personChoice(each.person));
  }
  return {
    choices,
    selected: record.participants.map((each) => (each.kind === "person" ? each.person.id : named(each.text))),
  };
}

export const participantPatch = (ids: string[]): RecordPatch => ({
  participants: ids.map((id) =>
    id.startsWith("named:") ? { kind: "named", text: id.slice(6) } : { kind: "person", person: id },
  ),
});

/** The editor of a cell whose value is chosen. */
export function ChoiceEditor({
  record,
  column,
  people,
  onSave,
  onClose,
}: {
  record: RecordRow;
  column: Column;
  people: PersonRef[];
  onSave: (patch: RecordPatch) => void;
  onClose: () => void;
}) {
  const label = t(`domain.column.${column}`);
  const [due, setDue] = useState<Instant | null>(record.due_at);
  const members = useMembers(record.collaboration);
  const search = useSearchPeople();
  const personChoices = useMemo(() => members.map(personChoice), [members]);
  switch (column) {
    case "status":
      return (
        <ChoiceList
          label={label}
          choices={STATUSES.map((status) => ({
            id: status,
            text: statusText(status),
            show: <StatusTag status={status} />,
          }))}
          selected={[record.status]}
          onChange={([status]) => {
            if (status) onSave({ status: status as Status });
            onClose();
          }}
        />
      );
    case "owner":
      return (
        <ChoiceList
          label={label}
          choices={personChoices}
          selected={[record.owner.id]}
          onChange={([owner]) => {
            if (owner) onSave({ owner });
            onClose();
          }}
        />
      );
    case "platforms":
      return (
        <ChoiceList
          label={label}
          choices={platformChoices(record.platforms)}
          selected={record.platforms}
          multiple
          onChange={(platforms) => onSave({ platforms })}
          onAdd={(text) => onSave({ platforms: [...record.platforms, text] })}
        />
      );
    case "participants": {
      const { choices, selected } = participantChoices(record, people);
      return (
        <ChoiceList
          label={label}
          choices={choices}
          selected={selected}
          multiple
          onSearch={search}
          onChange={(ids) => onSave(participantPatch(ids))}
          onAdd={(text) =>
            onSave({ participants: [...record.participants.map(participantInput), { kind: "named", text }] })
          }
        />
      );
    }
    default:
      return (
        <form
          className="popover-pad"
          onSubmit={(event) => {
            event.preventDefault();
            onSave({ due_at: due });
            onClose();
          }}
        >
          <TimeField label={label} value={due} onChange={setDue} autoFocus hideLabel />
          <div className="row">
            <Button type="submit" tone="primary" small>
              {t("web.save")}
            </Button>
            <Button
              small
              tone="ghost"
              onPress={() => {
                onSave({ due_at: null });
                onClose();
              }}
            >
              {t("web.clear")}
            </Button>
          </div>
        </form>
      );
  }
}
