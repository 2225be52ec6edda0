import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/client";
import { type Rules, rulesApi } from "../../api/rules";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { EverybodyChoice } from "../groups/everybody-choice";
import { takeRules } from "./take";

/** The usage rules of a collaboration: read, confirmed, written, and who has not read them. */
export default function UsageRules({ collaboration }: { collaboration: string }) {
  const { data: rules } = useQuery({
    queryKey: ["rules", collaboration],
    queryFn: () => rulesApi.of(collaboration),
  });
  return (
    <section className="section" aria-labelledby="usage-rules">
      <div className="section-head">
        <h2 id="usage-rules">{t("rules.title")}</h2>
      </div>
      {rules ? <Shown rules={rules} /> : <Bones rows={2} height={48} />}
    </section>
  );
}

function Shown({ rules }: { rules: Rules }) {
  const client = useQueryClient();
  const id = rules.collaboration.id;
  const [text, setText] = useState<string | null>(null);
  const [base, setBase] = useState(rules.version);
  const [everybody, setEverybody] = useState(false);
  const confirm = useMutation({
    mutationFn: () => rulesApi.confirm(id, rules.revision),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeRules(client, changed);
      say(t("rules.confirmed"));
    },
  });
  const save = useMutation({
    mutationFn: (announce: boolean) =>
      rulesApi.set(id, {
        text: (text ?? rules.text).trim(),
        announce,
        everybody: announce && everybody,
        version: base,
      }),
    onError: (error) => {
      if (error instanceof Problem && error.code === "version_conflict") {
        // What was typed stays; the next press writes over what somebody else saved.
        const current = (error.body as { current?: Rules }).current;
        if (current) {
          takeRules(client, current);
          setBase(current.version);
        }
        say(t("rules.changed"), { tone: "bad" });
      } else sayProblem(error);
    },
    onSuccess: (changed, announce) => {
      takeRules(client, changed);
      setBase(changed.version);
      setText(null);
      setEverybody(false);
      void client.invalidateQueries({ queryKey: ["everybody", id] });
      say(t(announce ? "rules.announced" : "web.saved"));
    },
  });
  const waiting = rules.readings.filter((reading) => !reading.confirmed_at);
  return (
    <div className="card pad stack">
      {text === null ? (
        <p className="pre">{rules.text}</p>
      ) : (
        <TextField label={t("rules.text")} lines={6} value={text} onChange={setText} autoFocus />
      )}
      {rules.announced_at && (
        <p className="small quiet" title={fullTime(rules.announced_at)}>
          {t("rules.announced_at", { at: shortTime(rules.announced_at) })}
        </p>
      )}
      {rules.may_manage && (text !== null || rules.revision === 0) && (
        <EverybodyChoice collaboration={id} on={everybody} onChange={setEverybody} />
      )}
      <div className="row wrap">
        {rules.may_confirm && (
          <Button tone="primary" icon="check" isDisabled={confirm.isPending} onPress={() => confirm.mutate()}>
            {t("rules.confirm")}
          </Button>
        )}
        {rules.may_manage && text === null && (
          <>
            <Button
              onPress={() => {
                setBase(rules.version);
                setText(rules.text);
              }}
            >
              {t("web.edit")}
            </Button>
            {rules.revision === 0 && (
              <Button icon="send" isDisabled={save.isPending} onPress={() => save.mutate(true)}>
                {t("rules.announce")}
              </Button>
            )}
          </>
        )}
        {text !== null && (
          <>
            <Button
              tone="primary"
              icon="send"
              isDisabled={save.isPending || !text.trim()}
              onPress={() => save.mutate(true)}
            >
              {t("rules.save_and_announce")}
            </Button>
            <Button isDisabled={save.isPending || !text.trim()} onPress={() => save.mutate(false)}>
              {t("rules.save_quietly")}
            </Button>
            <Button tone="ghost" onPress={() => setText(null)}>
              {t("web.back")}
            </Button>
          </>
        )}
      </div>
      {rules.readings.length > 0 && (
        <div className="stack tight">
          <h3>{t("rules.count", { read: rules.readings.length - waiting.length, all: rules.readings.length })}</h3>
          {waiting.length > 0 ? (
            <ul className="row wrap" aria-label={t("rules.waiting")}>
              <li className="small quiet">{t("rules.waiting")}</li>
              {waiting.map((reading) => (
                <li key={reading.person.id}>
                  <PersonMark person={reading.person} />
                </li>
              ))}
            </ul>
          ) : (
            <p className="small quiet">{t("rules.all_read")}</p>
          )}
        </div>
      )}
    </div>
  );
}
