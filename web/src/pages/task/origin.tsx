import type { Origin } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";

/** Where it was said, and the way back there. */
export function OriginQuote({ origin }: { origin: Origin }) {
  return (
    <figure className="origin">
      <figcaption className="row wrap small quiet">
        <PlatformMark platform={origin.platform} />
        <span>{origin.conversation_title}</span>
        <span>{origin.speaker}</span>
        <time dateTime={origin.sent_at} title={fullTime(origin.sent_at)}>
          {shortTime(origin.sent_at)}
        </time>
        {origin.link && (
          <a className="link row" href={origin.link} target="_blank" rel="noreferrer">
            {t("web.origin.open")} <Icon name="open" size={13} />
          </a>
        )}
      </figcaption>
      <blockquote className="pre">{origin.text}</blockquote>
    </figure>
  );
}
