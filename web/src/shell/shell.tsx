import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { Link, useLocation } from "wouter";
import { api } from "../api/api";
import { useLink } from "../api/live";
import { t, withTexts } from "../i18n/texts";
import { IconButton } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Avatar } from "../ui/marks";
import { useMe } from "./me";
import { usePlaces } from "./places";
import { applyTheme, type Theme, theme } from "./theme";

const SignOut = lazy(() => withTexts("documents", import("./sign-out")));
// Only the demo has it.
const DemoBox = lazy(() => import("./demo-box"));
const QuickSearch = lazy(() => withTexts("search", withTexts("minutes", import("../pages/search/quick-search"))));

function NavLink({
  href,
  icon,
  children,
  count,
  active,
}: {
  href: string;
  icon?: IconName;
  children: ReactNode;
  count?: number;
  active?: boolean;
}) {
  const [location] = useLocation();
  const here = active ?? (href === "/" ? location === "/" : location.startsWith(href));
  return (
    <Link href={href} className="nav-link" aria-current={here ? "page" : undefined}>
      {icon && <Icon name={icon} size={18} />}
      <span className="clip grow">{children}</span>
      {count ? <span className="nav-count">{count}</span> : null}
    </Link>
  );
}

function UserMenu() {
  const me = useMe();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<Theme>(theme());
  const [leaving, setLeaving] = useState(false);
  const next: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
  return (
    <>
      <MenuTrigger>
        <AriaButton className="user-button">
          <Avatar name={me.person.name} size={28} />
          <span className="user-name clip">
            {me.person.name}
            <span className="faint tiny clip">{me.person.job || me.workspace.name}</span>
          </span>
        </AriaButton>
        <Popover className="popover" placement="top start">
          <Menu
            className="menu"
            onAction={(key) => {
              if (key === "theme") {
                applyTheme(next[chosen]);
                setChosen(next[chosen]);
              } else if (key === "settings") navigate("/settings");
              else if (key === "me") navigate(`/people/${me.person.id}`);
              else setLeaving(true);
            }}
          >
            <MenuItem id="me" className="option" textValue={t("web.profile")}>
              <Icon name="people" /> {t("web.profile")}
            </MenuItem>
            <MenuItem id="theme" className="option" textValue={t("web.theme")}>
              <Icon name={chosen === "auto" ? "half" : chosen === "light" ? "sun" : "moon"} />
              {t("web.theme")}: {t(`web.theme.${chosen}`)}
            </MenuItem>
            <MenuItem id="settings" className="option" textValue={t("web.nav.settings")}>
              <Icon name="gear" /> {t("web.nav.settings")}
            </MenuItem>
            <Separator className="menu-line" />
            <MenuItem id="out" className="option" textValue={t("web.sign_out")}>
              <Icon name="out" /> {t("web.sign_out")}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      {leaving && (
        <Suspense fallback={null}>
          <SignOut onStay={() => setLeaving(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Whether a key belongs to what has the focus: a field, or a cell in which typing begins an edit. */
const isTyping = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest("input, textarea, [contenteditable], [role=grid], [role=dialog]") !== null;

export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const link = useLink();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  usePlaces(main, location);
  const [palette, setPalette] = useState(false);
  const { data: desk } = useQuery({ queryKey: ["desk"], queryFn: api.desk });
  const { data: collaborations } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const { data: emergencies } = useQuery({
    queryKey: ["emergencies", "running"],
    queryFn: () => api.emergencies({ phase: "running" }),
  });
  const running = emergencies?.items ?? [];
  const unanswered = running.filter((each) => each.acknowledged.length === 0);
  const waiting = desk?.waiting.length ?? 0;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette(true);
      } else if (event.key === "/" && !event.defaultPrevented && !isTyping(event.target)) {
        event.preventDefault();
        setPalette(true);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("web.skip")}
      </a>
      <aside className="sidebar">
        <div className="brand">
          <img src="/mark.svg" width="24" height="24" alt="" />
          <span className="clip grow">{me.workspace.name || "环"}</span>
          <IconButton icon="search" label={t("web.palette.open")} onPress={() => setPalette(true)} />
        </div>
        <nav aria-label={t("web.nav")} className="nav">
          <NavLink href="/" icon="desk" count={waiting}>
            {t("web.nav.desk")}
          </NavLink>
          <NavLink href="/search" icon="search">
            {t("web.nav.search")}
          </NavLink>
          <NavLink href="/emergencies" icon="bell" count={running.length}>
            {t("web.nav.emergencies")}
          </NavLink>
          <div className="nav-group">
            <Link href="/collaborations" className="nav-title">
              <span className="grow">{t("web.nav.collaborations")}</span>
              <Icon name="right" size={14} />
            </Link>
            {collaborations?.map((each) => (
              <NavLink key={each.id} href={`/c/${each.id}`} count={each.counts.overdue}>
                {each.name}
              </NavLink>
            ))}
          </div>
          <div className="nav-group nav-foot">
            <NavLink href="/people" icon="people">
              {t("web.nav.people")}
            </NavLink>
            {me.administrator && (
              <NavLink href="/accounts" icon="plug">
                {t("web.nav.accounts")}
              </NavLink>
            )}
            {me.administrator && (
              <NavLink href="/deliveries" icon="send">
                {t("web.nav.deliveries")}
              </NavLink>
            )}
            <NavLink href="/settings" icon="gear">
              {t("web.nav.settings")}
            </NavLink>
          </div>
        </nav>
        <UserMenu />
      </aside>
      <main ref={main} id="main" className="main" tabIndex={-1}>
        {link === "lost" && (
          <div className="lost" role="status">
            <Icon name="warn" /> {t("web.link_lost")}
          </div>
        )}
        {unanswered.map((each) =>
          location === `/emergencies/${each.id}` ? null : (
            <div key={each.id} role="alert">
              <Link href={`/emergencies/${each.id}`} className="alarm">
                <Icon name="bell" />
                <span className="grow clip">
                  {each.drill && `【${t("web.problems.drill")}】`}
                  {t("web.emergency.unanswered", { number: each.problem.number, title: each.problem.title })}
                </span>
                <Icon name="right" size={14} />
              </Link>
            </div>
          ),
        )}
        {children}
      </main>
      <nav className="bottom-nav" aria-label={t("web.nav")}>
        {(
          [
            ["/", "desk", t("web.nav.desk"), location === "/" || location.startsWith("/tasks")],
            ["/collaborations", "table", t("web.nav.collaborations"), location.startsWith("/c")],
            ["/search", "search", t("web.nav.search"), location.startsWith("/search")],
            ["/emergencies", "bell", t("web.nav.emergencies"), location.startsWith("/emergencies")],
            ["/people", "people", t("web.nav.people"), location.startsWith("/people")],
            [
              "/settings",
              "gear",
              t("web.nav.me"),
              location.startsWith("/settings") || location.startsWith("/accounts"),
            ],
          ] as const
        ).map(([href, icon, name, here]) => (
          <Link key={href} href={href} aria-current={here ? "page" : undefined}>
            <span className="bottom-icon">
              <Icon name={icon} size={22} />
              {href === "/" && waiting > 0 && <b>{waiting}</b>}
              {href === "/emergencies" && running.length > 0 && <b>{running.length}</b>}
            </span>
            {name}
          </Link>
        ))}
      </nav>
      {me.features.demo && (
        <Suspense>
          <DemoBox />
        </Suspense>
      )}
      {palette && (
        <Suspense>
          <QuickSearch onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}
