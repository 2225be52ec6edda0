import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useReducer } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Route, Switch, useLocation } from "wouter";
import { api } from "./api/api";
import { Problem, whenSignedOut } from "./api/client";
import { listen } from "./api/live";
import type { Me } from "./api/types";
import { language, loadTexts, withTexts } from "./i18n/texts";
import Desk from "./pages/desk/desk";
import { Failure } from "./shell/failure";
import { MeProvider } from "./shell/me";
import { Shell } from "./shell/shell";
import { setReaderZone } from "./time/format";
import { setServerTime } from "./time/now";
import { Bones, Failed } from "./ui/empty";
import { Toasts } from "./ui/toast";

const Entry = lazy(() => import("./pages/entry/entry"));
const CollaborationPage = lazy(() => import("./pages/collaboration/collaboration"));
const Collaborations = lazy(() => import("./pages/collaboration/collaborations"));
const TaskPage = lazy(() => withTexts("later", withTexts("history", import("./pages/task/task-page"))));
const ProblemPage = lazy(() => withTexts("later", withTexts("history", import("./pages/problem/problem-page"))));
const MinutesPage = lazy(() => withTexts("minutes", withTexts("history", import("./pages/minutes/minutes-page"))));
const MeetingPage = lazy(() => withTexts("meeting", withTexts("history", import("./pages/meetings/meeting-page"))));
const DocumentPage = lazy(() =>
  withTexts("documents", withTexts("history", import("./pages/documents/document-page"))),
);
const MessagePage = lazy(() =>
  withTexts("minutes", withTexts("centre", withTexts("history", import("./pages/message/message-page")))),
);
const EntryPage = lazy(() => withTexts("centre", withTexts("history", import("./pages/centre/entry-page"))));
const Emergencies = lazy(() => withTexts("later", import("./pages/emergency/emergencies")));
const WarRoom = lazy(() => withTexts("later", withTexts("history", import("./pages/emergency/war-room"))));
const People = lazy(() => withTexts("history", import("./pages/people/people")));
const Directory = lazy(() => withTexts("directory", import("./pages/directory/directory")));
const Accounts = lazy(() => withTexts("directory", import("./pages/accounts/accounts")));
const Deliveries = lazy(() => withTexts("later", withTexts("history", import("./pages/deliveries/deliveries"))));
const SearchPage = lazy(() => withTexts("search", withTexts("minutes", import("./pages/search/search-page"))));
const Settings = lazy(() => withTexts("later", import("./pages/settings/settings")));
const Missing = lazy(() => import("./pages/entry/missing"));

function Inside({ me }: { me: Me }) {
  const [place] = useLocation();
  const client = useQueryClient();
  useEffect(() => listen(client), [client]);
  useEffect(() => {
    // What is likely next is fetched while nothing else is to be done.
    const timer = setTimeout(() => {
      void import("./pages/collaboration/collaboration");
      void import("./pages/centre/centre-tab");
      void import("./pages/task/task-page");
    }, 3000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <MeProvider value={me}>
      <Shell>
        <Failure place={place}>
          <Suspense
            fallback={
              <div className="page">
                <Bones rows={6} />
              </div>
            }
          >
            <Switch>
              <Route path="/">
                <Desk />
              </Route>
              <Route path="/collaborations/*?">
                <Collaborations />
              </Route>
              <Route path="/c/:id/:tab?">{({ id, tab }) => <CollaborationPage key={id} id={id} tab={tab} />}</Route>
              <Route path="/tasks/:id">{({ id }) => <TaskPage key={id} id={id} />}</Route>
              <Route path="/problems/:id">{({ id }) => <ProblemPage key={id} id={id} />}</Route>
              <Route path="/minutes/:id">{({ id }) => <MinutesPage key={id} id={id} />}</Route>
              <Route path="/meetings/:id">{({ id }) => <MeetingPage key={id} id={id} />}</Route>
              <Route path="/documents/:id">{({ id }) => <DocumentPage key={id} id={id} />}</Route>
              <Route path="/entries/:id">{({ id }) => <EntryPage key={id} id={id} />}</Route>
              <Route path="/messages/:id">{({ id }) => <MessagePage key={id} id={id} />}</Route>
              <Route path="/emergencies">
                <Emergencies />
              </Route>
              <Route path="/emergencies/:id">{({ id }) => <WarRoom key={id} id={id} />}</Route>
              <Route path="/search">
                <SearchPage />
              </Route>
              <Route path="/people/:id?">{({ id }) => <People open={id} />}</Route>
              <Route path="/directory/:tab?/:open?">{({ tab, open }) => <Directory tab={tab} open={open} />}</Route>
              <Route path="/accounts/:id?">{({ id }) => <Accounts open={id} />}</Route>
              <Route path="/deliveries">
                <Deliveries />
              </Route>
              <Route path="/settings/:part?">{({ part }) => <Settings part={part} />}</Route>
              <Route>
                <Missing />
              </Route>
            </Switch>
          </Suspense>
        </Failure>
      </Shell>
    </MeProvider>
  );
}

export function App() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [location] = useLocation();
  const [spoken, again] = useReducer((count: number) => count + 1, 0);
  const entry = location === "/setup" || location === "/invite" || location === "/sign-in";

  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["me"],
    queryFn: async () => {
      try {
        const me = await api.me();
        setServerTime(me.server_time);
        setReaderZone(me.person.zone);
        if (me.language !== language()) {
          await loadTexts(me.language);
          again();
        }
        return me;
      } catch (problem) {
        if (problem instanceof Problem && problem.status === 401) return null;
        throw problem;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

  useEffect(
    () =>
      whenSignedOut(() => {
        client.setQueryData(["me"], null);
      }),
    [client],
  );

  let view = null;
  if (isPending && !entry) view = null;
  else if (error && data === undefined && !entry) view = <Failed error={error} again={() => void refetch()} />;
  else if (entry || !data)
    view = (
      <Suspense>
        <Entry signedIn={data ?? null} />
      </Suspense>
    );
  else view = <Inside key={spoken} me={data} />;

  return (
    <I18nProvider locale={language() === "en" ? "en-US" : "zh-CN"}>
      <RouterProvider navigate={navigate}>
        {view}
        <Toasts />
      </RouterProvider>
    </I18nProvider>
  );
}
