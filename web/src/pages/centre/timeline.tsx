import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { centreApi, type Moment } from "../../api/centre";
import type { Collaboration } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { platformText, PlatformMark } from "../../ui/marks";
import { Select } from "../../ui/select";

const KINDS = ["all", "message", "task", "problem", "minutes", "record", "entry", "document", "emergency"] as const;
type Kind = (typeof KINDS)[number];

function placeOf(collaboration: string, moment: Moment): string | null {
  const { kind, subject } = moment;
  if (!subject) return null;
  if (kind === "task") return `/tasks/${subject}`;
  if (kind === "problem") return `/problems/${subject}`;
  if (kind === "minutes") return `/minutes/${subject}`;
  if (kind === "entry") return `/entries/${subject}`;
  if (kind === "document") return `/documents/${subject}`;
  if (kind === "emergency") return `/emergencies/${subject}`;
  if (kind === "record") return `/c/${collaboration}/records?row=${subject}`;
  return null;
}

/** What was said and done, on all platforms, the newest first. */
export function Timeline({ collaboration }: { collaboration: Collaboration }) {
  const { id } = collaboration;
  const [kind, setKind] = useState<Kind>("all");
  const [platform, setPlatform] = useState("all");
  const platforms = [...new Set(collaboration.channels.map((channel) => channel.platform))];
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["centre", id, "timeline", kind, platform],
    queryFn: ({ pageParam }) =>
      centreApi.timeline(
        id,
        { kind: kind === "all" ? undefined : kind, platform: platform === "all" ? undefined : platform },
        pageParam,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const moments = data?.pages.flatMap((page) => page.items);
  return (
    <section className="card centre-part wide" aria-label={t("centre.timeline")}>
      <header className="row wrap">
        <Icon name="history" size={15} />
        <h2 className="grow">{t("centre.timeline")}</h2>
        <Select
          bare
          label={t("centre.timeline.kind")}
          value={kind}
          onChange={setKind}
          options={KINDS.map((each) => ({ value: each, label: t(`centre.timeline.kind.${each}`) }))}
        />
        {platforms.length > 1 && (
          <Select
            bare
            label={t("centre.timeline.platform")}
            value={platform}
            onChange={setPlatform}
            options={[
              { value: "all", label: t("centre.timeline.platform.all") },
              ...platforms.map((each) => ({ value: each, label: platformText(each) })),
            ]}
          />
        )}
      </header>
      {error && !moments ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !moments ? (
        <Bones rows={4} height={40} />
      ) : moments.length === 0 ? (
        <p className="faint small centre-teach">{t("centre.timeline.none")}</p>
      ) : (
        <ol className="centre-timeline">
          {moments.map((moment) => (
            <MomentLine key={moment.id} collaboration={id} moment={moment} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <p className="centre-more">
          <Button small isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t("centre.timeline.more")}
          </Button>
        </p>
      )}
    </section>
  );
}

function MomentLine({ collaboration, moment }: { collaboration: string; moment: Moment }) {
  const place = placeOf(collaboration, moment);
  const name = moment.title || tMaybe(`centre.timeline.kind.${moment.kind}`, "");
  return (
    <li className={moment.kind === "message" ? "said" : "did"}>
      <PlatformMark platform={moment.platform ?? "web"} />
      <div className="grow">
        <p className="moment-text">
          {moment.actor && <strong>{moment.actor} </strong>}
          <span className={moment.kind === "message" ? "pre" : "quiet"}>{moment.text}</span>
        </p>
        <p className="row wrap tiny faint">
          <time dateTime={moment.at} title={fullTime(moment.at)}>
            {shortTime(moment.at)}
          </time>
          {name && place && (
            <Link href={place} className="link row">
              {name}
            </Link>
          )}
          {moment.kind === "message" && (
            <Link href={`/messages/${moment.id}`} className="link">
              {t("web.origin.message")}
            </Link>
          )}
          {moment.conversation && <span className="clip">{moment.conversation}</span>}
          {moment.link && (
            <a className="link row" href={moment.link} target="_blank" rel="noreferrer">
              {t("web.origin.open")} <Icon name="open" size={12} />
            </a>
          )}
        </p>
      </div>
    </li>
  );
}
