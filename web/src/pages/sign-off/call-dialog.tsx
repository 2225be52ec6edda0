import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import { minutesApi } from "../../api/minutes";
import { type BeforeSignOff, type EvidenceInput, type OpenThings, type SignOff, signOffs } from "../../api/sign-offs";
import type { Collaboration } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PeoplePicker } from "../../ui/people";
import { type Choice, Picker } from "../../ui/picker";
import { say, sayProblem } from "../../ui/toast";
import { useMe } from "../../shell/me";
import { signOffChanged } from "./take";

/** The tasks, rows and minutes that can show that the goal is reached; `words` find more of them. */
function useThings(collaboration: string, words: string): Choice[] {
  const { data } = useQuery({
    queryKey: ["sign-offs", collaboration, "things", words],
    queryFn: async (): Promise<Choice[]> => {
      const query = words || undefined;
      const [tasks, records, minutes] = await Promise.all([
        api.tasks({ collaboration, query }),
        api.records({ collaboration, query }),
        minutesApi.list({ collaboration, stage: "filed" }),
      ]);
      const choice = (kind: "task" | "record" | "minutes", id: string, name: string): Choice => ({
        id,
        text: `${t(`sign_off.evidence.${kind}`)} ${name}`,
      });
      return [
        ...tasks.items.map((task) => choice("task", task.id, `#${task.number} ${task.name}`)),
        ...minutes.items.map((one) => choice("minutes", one.id, `M${one.number} ${one.title}`)),
        ...records.items.map((row) => choice("record", row.id, `${row.number} ${row.topic}`)),
      ];
    },
    staleTime: 30_000,
  });
  return data ?? [];
}

function thing(id: string): EvidenceInput {
  if (id.startsWith("tsk_")) return { kind: "task", task: id };
  if (id.startsWith("min_")) return { kind: "minutes", minutes: id };
  return { kind: "record", record: id };
}

function StillOpen({ kind, things }: { kind: "tasks" | "problems" | "minutes"; things: OpenThings }) {
  if (things.named.length === 0) return null;
  const mark = { tasks: "#", problems: "P", minutes: "M" }[kind];
  return (
    <li>
      {t(`sign_off.open.${kind}`)}{" "}
      {things.named.slice(0, 5).map((one) => (
        <Link key={one.id} className="link sign-off-open" href={`/${kind}/${one.id}`}>
          {mark}
          {one.number} {one.name}
        </Link>
      ))}
      {(things.more || things.named.length > 5) && t("sign_off.open.more")}
    </li>
  );
}

/** Calls for acceptance: what was reached, what shows it, who must sign. */
export default function CallDialog({
  collaboration,
  before,
  last,
  onClose,
}: {
  collaboration: Collaboration;
  before: BeforeSignOff;
  /** The round before: what it said and who was asked stands there already. */
  last?: SignOff;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const me = useMe().person.id;
  const of = (kind: string) => last?.evidence.filter((one) => one.kind === kind) ?? [];
  const [statement, setStatement] = useState(last?.statement ?? "");
  const [things, setThings] = useState<string[]>(last?.evidence.flatMap((one) => (one.id ? [one.id] : [])) ?? []);
  const [note, setNote] = useState(
    of("note")
      .map((one) => one.title)
      .join("\n"),
  );
  const [files, setFiles] = useState(of("address").map((one) => ({ title: one.title, url: one.url ?? "" })));
  const [file, setFile] = useState({ title: "", url: "" });
  const [signers, setSigners] = useState<string[]>(
    last?.signatures
      .filter((one) => one.answer !== "released" || last.stage !== "signed")
      .map((one) => one.person.id) ?? [],
  );
  const [words, setWords] = useState("");
  const [known, setKnown] = useState<Choice[]>(
    last?.evidence.flatMap((one) =>
      one.id ? [{ id: one.id, text: `${t(`sign_off.evidence.${one.kind}`)} ${one.number} ${one.title}` }] : [],
    ) ?? [],
  );
  const found = useThings(collaboration.id, words);
  const choices = useMemo(
    () => [...known.filter((one) => !found.some((each) => each.id === one.id)), ...found],
    [known, found],
  );
  const choose = (ids: string[]) => {
    // What was chosen stays to be shown, whatever is searched for next.
    setKnown(choices.filter((one) => ids.includes(one.id)));
    setThings(ids);
  };
  const members = useMemo(
    () => collaboration.members.map((member) => member.person).filter((person) => person.id !== me),
    [collaboration, me],
  );
  const [tried, setTried] = useState(false);
  const typed = file.url.trim() ? [...files, file] : files;
  const evidence: EvidenceInput[] = [
    ...things.map(thing),
    ...typed.map((one) => ({ kind: "address" as const, title: one.title.trim(), url: one.url.trim() })),
    ...(note.trim() ? [{ kind: "note" as const, text: note.trim() }] : []),
  ];
  const call = useMutation({
    mutationFn: () => signOffs.call(collaboration.id, { statement: statement.trim(), evidence, signers }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (round) => {
      say(t("sign_off.called", { round: round.round }));
      signOffChanged(client, collaboration.id);
      onClose();
    },
  });
  const field = (name: string) => (call.error instanceof Problem ? call.error.field(name) : undefined);
  const missing = (is: boolean, key: "web.words.missing" | "sign_off.evidence.none") =>
    tried && is ? t(key) : undefined;
  const open = before.tasks.named.length + before.problems.named.length + before.minutes.named.length > 0;
  const search = useCallback((typedWords: string) => setWords(typedWords), []);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(last ? "sign_off.call_again" : "sign_off.call")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="call-sign-off" isDisabled={call.isPending}>
            {t("sign_off.call")}
          </Button>
        </>
      }
    >
      <Form
        id="call-sign-off"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (statement.trim() && evidence.length > 0 && signers.length > 0) call.mutate();
        }}
      >
        <p className="quiet small">{t("sign_off.calling")}</p>
        {open && (
          <div className="sign-off-warning" role="note">
            <p className="row">
              <Icon name="warn" /> <strong>{t("sign_off.open.title")}</strong>
            </p>
            <ul>
              <StillOpen kind="tasks" things={before.tasks} />
              <StillOpen kind="problems" things={before.problems} />
              <StillOpen kind="minutes" things={before.minutes} />
            </ul>
            <p className="small">{t("sign_off.open.text")}</p>
          </div>
        )}
        <p>
          <span className="faint small">{t("sign_off.part.goal")}</span> {collaboration.goal}
        </p>
        <TextField
          label={t("sign_off.part.statement")}
          value={statement}
          onChange={setStatement}
          lines={3}
          isRequired
          autoFocus
          placeholder={t("sign_off.statement.example")}
          error={field("statement") ?? missing(!statement.trim(), "web.words.missing")}
        />
        <Field
          label={t("sign_off.part.evidence")}
          error={field("evidence") ?? missing(evidence.length === 0, "sign_off.evidence.none")}
        >
          <Picker
            label={t("sign_off.evidence.search")}
            choices={choices}
            selected={things}
            multiple
            onChange={choose}
            onSearch={search}
          />
        </Field>
        {files.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one address
          <p className="row" key={place}>
            <span className="tag">{t("sign_off.evidence.address")}</span>
            <span className="grow clip">{one.title || one.url}</span>
            <Button
              small
              tone="ghost"
              icon="x"
              aria-label={t("sign_off.evidence.remove")}
              onPress={() => setFiles(files.filter((_, each) => each !== place))}
            />
          </p>
        ))}
        <div className="sign-off-file">
          <TextField
            label={t("sign_off.evidence.url")}
            value={file.url}
            onChange={(url) => setFile({ ...file, url })}
            placeholder="https://…"
            inputMode="url"
          />
          <TextField
            label={t("sign_off.evidence.title")}
            value={file.title}
            onChange={(title) => setFile({ ...file, title })}
          />
          <Button
            isDisabled={!file.url.trim()}
            onPress={() => {
              setFiles(typed);
              setFile({ title: "", url: "" });
            }}
          >
            {t("sign_off.evidence.add")}
          </Button>
        </div>
        <TextField label={t("sign_off.evidence.text")} value={note} onChange={setNote} lines={2} />
        <Field
          label={t("sign_off.part.signers")}
          hint={t("sign_off.signers.hint")}
          error={field("signers") ?? missing(signers.length === 0, "web.words.missing")}
        >
          <PeoplePicker label={t("sign_off.part.signers")} value={signers} onChange={setSigners} among={members} />
        </Field>
      </Form>
    </Dialog>
  );
}
