import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { type Answer, type Evidence, type SignOff, type SignOffStage, signOffs } from "../../api/sign-offs";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { CountdownChip } from "../../ui/countdown-chip";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { say } from "../../ui/toast";
import { WordsDialog } from "../../ui/words-dialog";
import { AnswerButtons } from "./answer-buttons";
import { signOffChanged } from "./take";

const STAGES: Record<SignOffStage, string> = { open: "warn", signed: "good", refused: "bad", withdrawn: "" };
const ANSWERS: Record<Answer, string> = { waiting: "warn", signed: "good", refused: "bad", released: "" };

/** Where a piece of evidence is to be found. */
function address(collaboration: string, one: Evidence): string | undefined {
  if (one.kind === "task") return `/tasks/${one.id}`;
  if (one.kind === "minutes") return `/minutes/${one.id}`;
  if (one.kind === "record") return `/c/${collaboration}/records?row=${one.id}`;
  return undefined;
}

function EvidenceLine({ collaboration, one }: { collaboration: string; one: Evidence }) {
  const inside = address(collaboration, one);
  return (
    <li className="row sign-off-evidence">
      <span className="tag">{t(`sign_off.evidence.${one.kind}`)}</span>
      {one.url ? (
        <a className="link" href={one.url} target="_blank" rel="noopener noreferrer">
          {one.title}
        </a>
      ) : inside ? (
        <Link className="link" href={inside}>
          {one.number} {one.title}
        </Link>
      ) : (
        <span className="pre">{one.title}</span>
      )}
    </li>
  );
}

/** A round of acceptance: what was reached, what shows it, and who has signed. */
export function Round({ round, folded }: { round: SignOff; folded?: boolean }) {
  const client = useQueryClient();
  const [withdrawing, setWithdrawing] = useState(false);
  const signed = round.signatures.filter((one) => one.answer === "signed").length;
  const head = (
    <>
      <strong>{t("sign_off.round", { round: round.round })}</strong>
      <span className={`tag ${STAGES[round.stage]}`}>{t(`sign_off.stage.${round.stage}`)}</span>
      <span className="quiet small">{t("sign_off.count", { signed, all: round.signatures.length })}</span>
      <span className="grow" />
      <PersonMark person={round.called_by} />
      <time className="small quiet" dateTime={round.called_at} title={fullTime(round.called_at)}>
        {shortTime(round.called_at)}
      </time>
    </>
  );
  const body = (
    <div className="stack">
      {round.stage === "signed" && <p className="sign-off-done">{t("sign_off.done")}</p>}
      {round.withdrawn && (
        <p className="pre quiet">
          {t("sign_off.withdrawn")}：{round.withdrawn}
        </p>
      )}
      <section className="stack tight">
        <h3>{t("sign_off.part.statement")}</h3>
        <p className="pre">{round.statement}</p>
      </section>
      <section className="stack tight">
        <h3>{t("sign_off.part.evidence")}</h3>
        <ul className="sign-off-list">
          {round.evidence.map((one) => (
            <EvidenceLine key={one.id ?? one.url ?? one.title} collaboration={round.collaboration.id} one={one} />
          ))}
          {round.hidden > 0 && <li className="quiet small">{t("sign_off.hidden", { count: round.hidden })}</li>}
        </ul>
      </section>
      <section className="stack tight">
        <h3>{t("sign_off.part.signers")}</h3>
        <ul className="sign-off-list">
          {round.signatures.map((one) => (
            <li key={one.id} className="stack tight sign-off-signer">
              <div className="row wrap">
                <PersonMark person={one.person} job />
                <span className="grow" />
                {one.clock && <CountdownChip clock={one.clock} />}
                {one.at && (
                  <time className="small quiet" dateTime={one.at} title={fullTime(one.at)}>
                    {shortTime(one.at)}
                  </time>
                )}
                <span className={`tag ${ANSWERS[one.answer]}`}>{t(`sign_off.answer.${one.answer}`)}</span>
              </div>
              {one.words && (
                <p className={one.answer === "refused" ? "pre sign-off-reason" : "pre quiet"}>{one.words}</p>
              )}
            </li>
          ))}
        </ul>
      </section>
      {(round.may.sign || round.may.withdraw) && (
        <div className="row wrap sign-off-steps">
          {round.may.sign && <AnswerButtons round={round} />}
          {round.may.withdraw && (
            <Button tone={round.may.sign ? "ghost" : "plain"} onPress={() => setWithdrawing(true)}>
              {t("sign_off.withdraw")}
            </Button>
          )}
        </div>
      )}
      {withdrawing && (
        <WordsDialog
          title={t("sign_off.withdraw")}
          label={t("sign_off.withdraw.reason")}
          placeholder={t("sign_off.withdraw.example")}
          submit={t("sign_off.withdraw")}
          send={(reason) => signOffs.withdraw(round.id, reason)}
          onDone={() => {
            say(t("sign_off.withdrawn"));
            signOffChanged(client, round.collaboration.id);
          }}
          onClose={() => setWithdrawing(false)}
        />
      )}
    </div>
  );
  if (folded)
    return (
      <details className="card sign-off-round">
        <summary className="row wrap">
          {head}
          <span className="sign-off-fold">
            <Icon name="down" size={14} />
          </span>
        </summary>
        {body}
      </details>
    );
  return (
    <article className="card sign-off-round" aria-label={t("sign_off.round", { round: round.round })}>
      <header className="row wrap">{head}</header>
      {body}
    </article>
  );
}
