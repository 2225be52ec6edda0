import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { directory } from "../../api/directory";
import type { Person } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { Avatar, PlatformMark } from "../../ui/marks";
import "./people.css";
import { PersonPanel } from "./person-panel";

function Standing({ person }: { person: Person }) {
  if (person.standing.kind === "active")
    return person.administrator ? <span className="tag info">{t("web.people.administrator")}</span> : null;
  return (
    <span className={person.standing.kind === "guest" ? "tag warn" : "tag"}>
      {t(`web.people.${person.standing.kind}`)}
    </span>
  );
}

/** The end of what was loaded: when it comes into sight, the next page is fetched. */
function More({ busy, onSeen, children }: { busy: boolean; onSeen: () => void; children: ReactNode }) {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (busy || !place.current) return;
    const watching = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && onSeen());
    watching.observe(place.current);
    return () => watching.disconnect();
  }, [busy, onSeen]);
  return (
    <li ref={place} className="lines-empty">
      <Button tone="ghost" small onPress={onSeen} isDisabled={busy}>
        {children}
      </Button>
    </li>
  );
}

/** Everybody, and who they are on each platform. */
export default function People({ open }: { open?: string }) {
  const me = useMe();
  const [, navigate] = useLocation();
  const [search, setSearch] = useState("");
  const [left, setLeft] = useState(false);
  const [adding, setAdding] = useState(false);
  useTitle(t("web.nav.people"));
  const words = useDeferredValue(search.trim());
  const filter = { include_left: left, query: words };
  const { data, error, refetch, fetchNextPage, isFetchingNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ["people", filter],
    queryFn: ({ pageParam }) => api.people(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const shown = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const { data: waiting } = useQuery({
    queryKey: ["directory", "waiting"],
    queryFn: () => directory.waiting(null),
    enabled: me.administrator,
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="grow">{t("web.nav.people")}</h1>
        <label className="people-search">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t("web.people.search")}
            aria-label={t("web.people.search")}
          />
        </label>
        <label className="row small quiet">
          <input type="checkbox" checked={left} onChange={(event) => setLeft(event.target.checked)} />{" "}
          {t("web.people.include_left")}
        </label>
        {me.administrator && (
          <Link href="/directory" className="button plain">
            {t("web.people.keep")}
          </Link>
        )}
        {me.administrator && (
          <Button tone="primary" icon="plus" onPress={() => setAdding(true)}>
            {t("web.people.add")}
          </Button>
        )}
      </header>
      {waiting && waiting.items.length > 0 && (
        <Link href="/directory/waiting" className="notice warn">
          <Icon name="people" />
          <span className="grow">{t("web.people.some_wait")}</span>
          <Icon name="right" />
        </Link>
      )}
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !shown ? (
        <Bones rows={8} height={44} />
      ) : shown.length === 0 ? (
        <Empty icon="people" title={t("web.picker.nothing")} />
      ) : (
        <ul className="card lines" aria-label={t("web.nav.people")}>
          {shown.map((person) => (
            <li key={person.id}>
              <Link href={`/people/${person.id}`} className="person-line">
                <Avatar name={person.name} size={32} />
                <span className="person-name">
                  <span className="row">
                    <strong className="clip">{person.name}</strong> <Standing person={person} />
                  </span>
                  <span className="faint tiny clip">
                    {[person.department?.name, person.job].filter(Boolean).join(" · ")}
                  </span>
                </span>
                <span className="person-superior quiet small clip">
                  {person.superior ? t("web.people.reports_to", { name: person.superior.name }) : ""}
                </span>
                <span className="row person-platforms">
                  {[...new Set(person.identities.map((identity) => identity.platform))].map((platform) => (
                    <PlatformMark key={platform} platform={platform} />
                  ))}
                  {person.identities.length === 0 && <span className="faint tiny">{t("web.people.no_identity")}</span>}
                </span>
                <Icon name="right" size={14} />
              </Link>
            </li>
          ))}
          {hasNextPage && (
            <More busy={isFetchingNextPage} onSeen={() => void fetchNextPage()}>
              {t("web.people.more")}
            </More>
          )}
        </ul>
      )}
      {(open || adding) && (
        <PersonPanel
          key={open ?? "new"}
          id={open ?? null}
          onClose={() => {
            setAdding(false);
            navigate("/people");
          }}
          onMade={(id) => {
            setAdding(false);
            navigate(`/people/${id}`);
          }}
        />
      )}
    </div>
  );
}
