import { Link } from "wouter";
import type { Waiting } from "../../api/types";
import { t } from "../../i18n/texts";
import { CountdownChip } from "../../ui/countdown-chip";
import { Icon } from "../../ui/icon";
import { AnswerButtons } from "./answer-buttons";

/** An acceptance that waits for the reader: for their signature, or refused and to be mended. */
export default function WaitingSignOff({ waiting }: { waiting: Waiting }) {
  const round = waiting.sign_off;
  if (!round) return null;
  const page = `/c/${round.collaboration.id}/sign_off`;
  const asks = waiting.kind === "sign";
  const refusal = round.signatures.find((one) => one.answer === "refused");
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        <Icon name={asks ? "check" : "warn"} />
        <span className="grow quiet small">{t(asks ? "sign_off.waits.sign" : "sign_off.waits.refused")}</span>
        {waiting.clock && <CountdownChip clock={waiting.clock} />}
      </div>
      <p className="waiting-title">
        <Link href={page}>
          <strong>{round.collaboration.name}</strong>
        </Link>
        <span className="tag">{t("sign_off.round", { round: round.round })}</span>
      </p>
      <p className="pre">{asks ? round.statement : `${refusal?.person.name}：${refusal?.words}`}</p>
      {asks && <p className="quiet small">{t("sign_off.waits.by", { name: round.called_by.name })}</p>}
      <div className="waiting-actions">
        {asks && round.may.sign && <AnswerButtons round={round} />}
        <Link className={asks ? "button plain" : "button primary"} href={page}>
          {t(asks ? "sign_off.waits.read" : "sign_off.waits.mend")}
        </Link>
      </div>
    </li>
  );
}
