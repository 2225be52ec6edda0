import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import { type Digest, digestsApi, PARTS } from "../../api/digests";
import type { Collaboration } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { DigestSheet } from "./digest-sheet";
import { RhythmCard } from "./rhythm-card";
import "./digests.css";

/** A digest that is over, in the archive. */
function Past({ digest }: { digest: Digest }) {
  return (
    <li>
      <Link href={`/c/${digest.collaboration}/digests?digest=${digest.id}`} className="digest-past row wrap">
        <strong>
          {t(`digest.rhythm.${digest.rhythm}`)} {digest.period}
        </strong>
        {digest.late && <span className="tag warn">{t("digest.page.late")}</span>}
        {digest.state === "skipped" && <span className="tag">{t("digest.page.skipped")}</span>}
        <span className="grow row wrap">
          {PARTS.filter((part) => digest.counts[part]).map((part) => (
            <span key={part} className="quiet small">
              {t(`digest.part.${part}`)} {digest.counts[part]}
            </span>
          ))}
        </span>
        {digest.sent_at && (
          <time className="faint small" dateTime={digest.sent_at} title={fullTime(digest.sent_at)}>
            {shortTime(digest.sent_at)}
          </time>
        )}
        <Icon name="right" size={14} />
      </Link>
    </li>
  );
}

/** The daily and weekly digests of a collaboration: those that go out next, the archive, and the rhythm. */
export default function DigestsTab({ collaboration }: { collaboration: Collaboration }) {
  const { id } = collaboration;
  const [wanted] = useSearchParams();
  const chosen = wanted.get("digest");
  const open = useQuery({ queryKey: ["digests", id, "open"], queryFn: () => digestsApi.open(id) });
  const past = useInfiniteQuery({
    queryKey: ["digests", id, "past"],
    queryFn: ({ pageParam }) => digestsApi.archive(id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (chosen)
    return (
      <div className="page narrow-page">
        <p>
          <Link className="link row" href={`/c/${id}/digests`}>
            <Icon name="left" size={14} /> {t("digest.heading")}
          </Link>
        </p>
        <DigestSheet key={chosen} id={chosen} />
      </div>
    );
  const error = open.error ?? past.error;
  const archived = past.data?.pages.flatMap((page) => page.items);
  return (
    <div className="page narrow-page">
      <section className="section">
        <h2>{t("digest.page.next")}</h2>
        {error && !open.data ? (
          <Failed error={error} again={() => void open.refetch()} />
        ) : !open.data ? (
          <Bones rows={5} height={28} />
        ) : open.data.items.length === 0 ? (
          <Empty icon="send" title={t("digest.page.off")}>
            {t("digest.page.off.text")}
          </Empty>
        ) : (
          open.data.items.map((digest) => <DigestSheet key={digest.id} id={digest.id} />)
        )}
      </section>
      <section className="section">
        <h2>{t("digest.page.archive")}</h2>
        {!archived ? (
          <Bones rows={4} height={36} />
        ) : archived.length === 0 ? (
          <Empty icon="history" title={t("digest.page.empty")}>
            {t("digest.page.empty.text")}
          </Empty>
        ) : (
          <ul className="card digest-archive">
            {archived.map((digest) => (
              <Past key={digest.id} digest={digest} />
            ))}
          </ul>
        )}
        {past.hasNextPage && (
          <div>
            <Button isDisabled={past.isFetchingNextPage} onPress={() => void past.fetchNextPage()}>
              {t("digest.page.more")}
            </Button>
          </div>
        )}
      </section>
      {collaboration.may_manage && <RhythmCard key={collaboration.version} collaboration={collaboration} />}
    </div>
  );
}
