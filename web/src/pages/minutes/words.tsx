import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type MinutesPage, minutesApi, type Word } from "../../api/minutes";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { StandMark } from "./marks";
import { takeMinutes } from "./take";
import { WordsDialog } from "../../ui/words-dialog";

/** How each participant stands to the newest edition, and the reader's own word. */
export function Words({ minutes }: { minutes: MinutesPage }) {
  const client = useQueryClient();
  const [objecting, setObjecting] = useState(false);
  const confirm = useMutation({
    mutationFn: () => minutesApi.confirm(minutes.id, minutes.edition),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeMinutes(client, changed);
      say(t("minutes.confirmed"));
    },
  });
  return (
    <section className="card pad stack" aria-label={t("minutes.words")}>
      <h2>
        {t("minutes.words")}{" "}
        <span className="count">
          {minutes.confirmed}/{minutes.asked}
        </span>
      </h2>
      {minutes.may.confirm && (
        <div className="row wrap">
          <Button tone="primary" icon="check" isDisabled={confirm.isPending} onPress={() => confirm.mutate()}>
            {t("minutes.confirm")}
          </Button>
          <Button onPress={() => setObjecting(true)}>{t("minutes.object")}</Button>
        </div>
      )}
      {minutes.words.length === 0 ? (
        <p className="faint small">{t("minutes.words.none")}</p>
      ) : (
        <ul className="stack tight minutes-words">
          {minutes.words.map((word) => (
            <WordLine key={word.person.id} minutes={minutes} word={word} />
          ))}
        </ul>
      )}
      {objecting && (
        <WordsDialog
          title={t("minutes.object")}
          label={t("minutes.object.words")}
          placeholder={t("minutes.object.example")}
          submit={t("minutes.object.send")}
          send={(words) => minutesApi.object(minutes.id, minutes.edition, words)}
          onDone={(changed) => {
            takeMinutes(client, changed);
            say(t("minutes.objected"));
          }}
          onClose={() => setObjecting(false)}
        />
      )}
    </section>
  );
}

function WordLine({ minutes, word }: { minutes: MinutesPage; word: Word }) {
  const client = useQueryClient();
  const [answering, setAnswering] = useState(false);
  return (
    <li className="stack tight">
      <div className="row">
        <PersonMark person={word.person} job />
        <span className="grow" />
        {word.at && (
          <time className="small quiet" dateTime={word.at} title={fullTime(word.at)}>
            {shortTime(word.at)}
          </time>
        )}
        <StandMark stand={word.stand} />
      </div>
      {word.words && <p className="pre minutes-objection">{word.words}</p>}
      {word.reply && (
        <p className="pre small quiet">
          {word.replied_by?.name}：{word.reply}
        </p>
      )}
      {word.stand === "objected" && minutes.may.record && (
        <div>
          <Button small onPress={() => setAnswering(true)}>
            {t("minutes.answer")}
          </Button>
        </div>
      )}
      {answering && (
        <WordsDialog
          title={t("minutes.answer")}
          label={t("minutes.answer.words")}
          placeholder={t("minutes.answer.example")}
          submit={t("minutes.answer")}
          send={(words) => minutesApi.answer(minutes.id, word.person.id, words)}
          onDone={(changed) => {
            takeMinutes(client, changed);
            say(t("minutes.answered"));
          }}
          onClose={() => setAnswering(false)}
        />
      )}
    </li>
  );
}
