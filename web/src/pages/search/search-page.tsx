import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Input, SearchField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link, useSearchParams } from "wouter";
import { api } from "../../api/api";
import type { Hit, HitKind } from "../../api/types";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { now } from "../../time/now";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark, PlatformMark, platformText } from "../../ui/marks";
import { PersonPicker } from "../../ui/people";
import { Select } from "../../ui/select";
import { ICONS, KINDS, Marked, noteOpened, placeOf, stateText } from "./found";
import "./search.css";

/** Typing rests so long before it is looked for, in milliseconds. */
const PAUSE = 180;
const DAY = 86_400_000;
const PLATFORMS = ["dingtalk", "feishu", "teambition", "telephone", "mail"];

function Found({ hit }: { hit: Hit }) {
  const place = placeOf(hit);
  const me = useMe();
  const note = () => noteOpened(me.person.id, hit);
  const state = stateText(hit);
  const name = (
    <>
      {hit.number && <span className="faint">{hit.number} </span>}
      {hit.title.length > 0 ? <Marked text={hit.title} /> : t("search.direct")}
    </>
  );
  return (
    <li className="found">
      <span className="found-kind" title={t(`search.kind.${hit.kind}`)}>
        <Icon name={ICONS[hit.kind]} size={18} />
        <span className="sr">{t(`search.kind.${hit.kind}`)}</span>
      </span>
      <div className="found-body">
        <div className="found-head">
          {hit.platform && <PlatformMark platform={hit.platform} />}
          {place ? (
            <Link href={place} className="found-name" onClick={note}>
              {name}
            </Link>
          ) : (
            <span className="found-name">{name}</span>
          )}
          {state && <span className="tag">{state}</span>}
        </div>
        {hit.snippet.length > 0 && (
          <p className="found-text">
            <Marked text={hit.snippet} />
          </p>
        )}
        <div className="found-beside small quiet">
          {hit.person ? <PersonMark person={hit.person} size={18} /> : hit.speaker && <span>{hit.speaker}</span>}
          {hit.collaboration && <span className="clip">{hit.collaboration.name}</span>}
          <time dateTime={hit.at} title={fullTime(hit.at)}>
            {shortTime(hit.at)}
          </time>
          {hit.link && (
            <a href={hit.link} className="link" target="_blank" rel="noreferrer" onClick={note}>
              {t("search.original")}
            </a>
          )}
        </div>
      </div>
    </li>
  );
}

/** 搜索: everything that holds the words, as far as the reader may see, the newest first. */
export default function SearchPage() {
  const [wanted, setWanted] = useSearchParams();
  const get = (name: string) => wanted.get(name) ?? "";
  const set = (name: string, value: string) =>
    setWanted(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const words = get("q");
  const [typed, setTyped] = useState(words);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows what is typed, not the other way round
  useEffect(() => {
    if (typed.trim() === words) return;
    const timer = setTimeout(() => set("q", typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  // The quick search may bring other words while this page is open.
  useEffect(() => setTyped((before) => (before.trim() === words ? before : words)), [words]);

  const { data: collaborations } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const filter = {
    query: words,
    kind: get("kind"),
    collaboration: get("in"),
    person: get("who"),
    platform: get("on"),
    // By the day, so that the same question has the same answer for a while.
    from: get("days") ? new Date(Math.floor(now() / DAY - Number(get("days"))) * DAY).toISOString() : "",
  };
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["search", filter],
    queryFn: ({ pageParam }) => api.search(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    enabled: words !== "",
  });
  const hits = data?.pages.flatMap((page) => page.items);
  useTitle(words || t("web.nav.search"));
  return (
    <div className="page search-page">
      <header className="page-head">
        <div className="grow">
          <h1>{t("web.nav.search")}</h1>
          <p className="quiet small">{t("search.text")}</p>
        </div>
      </header>
      <search className="search-wanted">
        <SearchField
          className="search-field card"
          aria-label={t("search.words")}
          value={typed}
          onChange={setTyped}
          autoFocus={!words}
        >
          <Icon name="search" />
          <Input placeholder={t("search.placeholder")} maxLength={200} />
        </SearchField>
        <div className="search-filters">
          <ToggleButtonGroup
            className="segments"
            aria-label={t("search.kinds")}
            selectedKeys={[get("kind") || "all"]}
            disallowEmptySelection
            onSelectionChange={(keys) => set("kind", [...keys][0] === "all" ? "" : String([...keys][0]))}
          >
            {(["all", ...KINDS] as ("all" | HitKind)[]).map((kind) => (
              <ToggleButton key={kind} id={kind}>
                {t(`search.kind.${kind}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
          <Select
            label={t("search.collaboration")}
            value={get("in")}
            onChange={(value) => set("in", value)}
            options={[
              { value: "", label: t("search.any_collaboration") },
              ...(collaborations ?? []).map((each) => ({ value: each.id, label: each.name })),
            ]}
          />
          <Select
            label={t("search.platform")}
            value={get("on")}
            onChange={(value) => set("on", value)}
            options={[
              { value: "", label: t("search.any_platform") },
              ...PLATFORMS.map((each) => ({ value: each, label: platformText(each) })),
            ]}
          />
          <Select
            label={t("search.time")}
            value={get("days")}
            onChange={(value) => set("days", value)}
            options={[
              { value: "", label: t("search.time.any") },
              { value: "7", label: t("search.time.7") },
              { value: "30", label: t("search.time.30") },
              { value: "90", label: t("search.time.90") },
            ]}
          />
          <div className="search-person">
            <PersonPicker
              label={t("search.person")}
              value={get("who") || null}
              onChange={(person) => set("who", person ?? "")}
              optional
            />
          </div>
        </div>
      </search>
      {words === "" ? (
        <div className="card">
          <Empty icon="search" title={t("search.begin")}>
            {t("search.begin.text")}
          </Empty>
        </div>
      ) : error && !hits ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !hits ? (
        <Bones rows={5} height={72} />
      ) : hits.length === 0 && !hasNextPage ? (
        <div className="card">
          <Empty icon="search" title={t("search.none")}>
            {t("search.none.text")}
          </Empty>
        </div>
      ) : (
        <>
          <ul className="card lines" aria-label={t("search.results")}>
            {hits.map((hit) => (
              <Found key={hit.id} hit={hit} />
            ))}
          </ul>
          {hasNextPage && (
            <div>
              <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
                {t("web.more")}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
