import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Link, useSearch } from "wouter";
import { api } from "../../api/api";
import { t, withTexts } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { useTitle } from "../../shell/title";
import { dayText } from "../../time/format";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon, type IconName } from "../../ui/icon";
import { Avatar, PlatformMark } from "../../ui/marks";
import { StepsProvider } from "../task/use-steps";
import "../task/task.css";
import "./collaboration.css";

const CentreTab = lazy(() => withTexts("minutes", withTexts("centre", import("../centre/centre-tab"))));
const RecordsTab = lazy(() => import("./records/records-tab"));
const TasksTab = lazy(() => import("./tasks-tab"));
const ProblemsTab = lazy(() => import("./problems-tab"));
const MinutesTab = lazy(() => withTexts("minutes", import("../minutes/minutes-tab")));
const DigestsTab = lazy(() => withTexts("rules", withTexts("digest", import("../digests/digests-tab"))));
const LibraryTab = lazy(() => withTexts("documents", import("../documents/library-tab")));
const SignOffTab = lazy(() => withTexts("sign_off", import("../sign-off/sign-off-tab")));
const BoardTab = lazy(() => import("./board-tab"));
const MembersTab = lazy(() => withTexts("later", import("./members-tab")));
const SyncTab = lazy(() => withTexts("later", import("./sync/sync-tab")));
const LevelsTab = lazy(() => import("./levels-tab"));

const TABS: [
  string,
  (
    | "centre"
    | "records"
    | "tasks"
    | "problems"
    | "minutes"
    | "library"
    | "board"
    | "digests"
    | "sign_off"
    | "members"
    | "sync"
    | "settings"
  ),
  IconName,
][] = [
  ["", "centre", "goal"],
  ["/records", "records", "table"],
  ["/tasks", "tasks", "task"],
  ["/problems", "problems", "warn"],
  ["/minutes", "minutes", "chat"],
  ["/library", "library", "copy"],
  ["/board", "board", "board"],
  ["/digests", "digests", "send"],
  ["/sign_off", "sign_off", "check"],
  ["/members", "members", "people"],
  ["/sync", "sync", "swap"],
  ["/settings", "settings", "gear"],
];

/** One collaboration: its goal, its people and groups, and what is in it. */
export default function CollaborationPage({ id, tab: named }: { id: string; tab?: string }) {
  // Addresses in messages that were sent before the centre was the first tab name a row of the record table.
  const row = new URLSearchParams(useSearch()).has("row");
  const tab = named ?? (row ? "records" : "centre");
  const { data, error, refetch } = useQuery({ queryKey: ["collaboration", id], queryFn: () => api.collaboration(id) });
  const { data: sync } = useQuery({ queryKey: ["sync", id], queryFn: () => api.sync(id) });
  const shows = (name: string) =>
    name === "settings" ? data?.may_manage : name === "sync" ? sync?.binding || sync?.may_manage : true;
  const me = useMe().person.id;
  const writes =
    data?.may_manage || data?.members.some((member) => member.person.id === me && member.role !== "guest") || false;
  useTitle(data?.name);
  const tabs = useRef<HTMLElement>(null);
  const shown = TABS.filter(([, name]) => shows(name));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tabs before it may come later than the tab
  useEffect(() => {
    // On a phone the tabs are wider than the screen.
    const strip = tabs.current;
    const here = strip?.querySelector("[aria-current]")?.getBoundingClientRect();
    if (!strip || !here) return;
    const { left, width } = strip.getBoundingClientRect();
    strip.scrollLeft += here.left - left - (width - here.width) / 2;
  }, [tab, shown.length]);
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  return (
    <StepsProvider>
      <div className="collaboration">
        <header className="collaboration-head">
          <div className="row collaboration-title">
            <Link href="/collaborations" className="icon-button only-phone" aria-label={t("web.nav.collaborations")}>
              <Icon name="left" />
            </Link>
            <h1 className="clip">{data?.name ?? "\u00a0"}</h1>
            {data && data.state !== "running" && (
              <span className="tag good">{t(`domain.collaboration_state.${data.state as "done" | "archived"}`)}</span>
            )}
            <span className="grow" />
            {data && data.counts.overdue > 0 && (
              <span className="tag bad">{t("web.overdue", { count: data.counts.overdue })}</span>
            )}
            <Link href={`/c/${id}/members`} className="member-stack">
              <span className="sr">{t("web.members.count", { count: data?.members.length ?? 0 })}</span>
              {data?.members.slice(0, 5).map((member) => (
                <Avatar key={member.id} name={member.person.name} size={26} />
              ))}
              {data && data.members.length > 5 && (
                <span className="avatar more-avatar" aria-hidden="true">
                  +{data.members.length - 5}
                </span>
              )}
            </Link>
          </div>
          <p className="row collaboration-goal quiet small">
            <Icon name="goal" size={15} />
            <span className="clip">{data?.goal || (data ? t("web.goal.none") : "\u00a0")}</span>
            {data?.goal_on && <span className="tag">{dayText(data.goal_on)}</span>}
            {data?.channels.map((channel) => (
              <span key={channel.id} className="row channel-mark" title={channel.title}>
                <PlatformMark platform={channel.platform} /> <span className="clip">{channel.title}</span>
              </span>
            ))}
          </p>
          <nav ref={tabs} className="tabs" aria-label={t("web.tabs")}>
            {shown.map(([path, name, icon]) => (
              <Link key={name} href={`/c/${id}${path}`} aria-current={tab === name ? "page" : undefined}>
                <Icon name={icon} /> {t(`web.tab.${name}`)}
                {name === "sync" && sync && sync.troubles.length > 0 && (
                  <span className="tag bad">{sync.troubles.length}</span>
                )}
              </Link>
            ))}
          </nav>
        </header>
        <Suspense
          fallback={
            <div className="page">
              <Bones rows={8} height={36} />
            </div>
          }
        >
          {tab === "centre" ? (
            data && <CentreTab collaboration={data} />
          ) : tab === "records" ? (
            <RecordsTab id={id} />
          ) : tab === "tasks" ? (
            <TasksTab id={id} />
          ) : tab === "problems" ? (
            <ProblemsTab id={id} manages={data?.may_manage ?? false} />
          ) : tab === "minutes" ? (
            <MinutesTab id={id} manages={data?.may_manage ?? false} />
          ) : tab === "library" ? (
            data && <LibraryTab id={id} writes={writes} />
          ) : tab === "board" ? (
            <BoardTab id={id} />
          ) : tab === "digests" ? (
            data && <DigestsTab collaboration={data} />
          ) : tab === "sign_off" ? (
            data && <SignOffTab collaboration={data} />
          ) : tab === "members" ? (
            data && <MembersTab collaboration={data} />
          ) : tab === "sync" ? (
            <SyncTab id={id} />
          ) : tab === "settings" ? (
            data && <LevelsTab key={data.version} collaboration={data} />
          ) : (
            <Empty icon="search" title={t("web.missing.title")} />
          )}
        </Suspense>
      </div>
    </StepsProvider>
  );
}
