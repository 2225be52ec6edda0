import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { type CentreEntry, centreApi, type EntryLink, type Section } from "../../api/centre";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Icon, type IconName } from "../../ui/icon";
import { PersonMark, PlatformMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { NewProblem } from "../problem/problem-dialogs";
import { NewTask } from "../task/new-task";
import { takeEntry } from "./take";

const EditEntry = lazy(() => import("./entry-dialogs").then((all) => ({ default: all.EditEntry })));
const LinkEntry = lazy(() => import("./entry-dialogs").then((all) => ({ default: all.LinkEntry })));

/** The first words of a text, for a name. */
export const firstWords = (text: string) => [...(text.split("\n")[0] ?? "")].slice(0, 60).join("");

const LINK_ICONS: Record<EntryLink["kind"], IconName> = { task: "task", record: "table", problem: "warn" };
const LINK_STATES: Record<EntryLink["kind"], string> = {
  task: "domain.stage",
  record: "domain.status",
  problem: "domain.problem_stage",
};

export function linkPlace(entry: CentreEntry, link: EntryLink) {
  if (link.kind === "task") return `/tasks/${link.id}`;
  if (link.kind === "problem") return `/problems/${link.id}`;
  return `/c/${entry.collaboration.id}/records?row=${link.id}`;
}

/** What came of an entry, each a click away. */
export function EntryLinks({ entry }: { entry: CentreEntry }) {
  if (entry.links.length === 0) return null;
  return (
    <p className="row wrap entry-links">
      {entry.links.map((link) => (
        <Link key={link.id} href={linkPlace(entry, link)} className="tag" title={link.title}>
          <Icon name={LINK_ICONS[link.kind]} size={12} /> {link.number}
          <span className="faint">{tMaybe(`${LINK_STATES[link.kind]}.${link.state}`, link.state)}</span>
        </Link>
      ))}
    </p>
  );
}

/** Who said it, where and when, and the way back there. */
export function Said({ entry }: { entry: CentreEntry }) {
  return (
    <p className="row wrap tiny faint entry-said">
      <PlatformMark platform={entry.platform ?? "web"} />
      {entry.origin?.conversation_title && <span className="clip">{entry.origin.conversation_title}</span>}
      {entry.said_by ? <PersonMark person={entry.said_by} size={16} /> : <span>{entry.speaker}</span>}
      <time dateTime={entry.said_at} title={fullTime(entry.said_at)}>
        {shortTime(entry.said_at)}
      </time>
      {entry.origin?.link && (
        <a className="link row" href={entry.origin.link} target="_blank" rel="noreferrer">
          {t("web.origin.open")} <Icon name="open" size={12} />
        </a>
      )}
    </p>
  );
}

type Doing = "edit" | "task" | "problem" | "link" | null;

/** An entry with everything that can be done with it. */
export function EntryCard({ entry, sections }: { entry: CentreEntry; sections: Section[] }) {
  return (
    <li className="entry-card">
      <div className="grow">
        <p className="row wrap tiny faint">
          <Link href={`/entries/${entry.id}`} className="link">
            E{entry.number}
          </Link>
          {entry.level !== "internal" && <span className="tag">{t(`domain.level.${entry.level}`)}</span>}
        </p>
        <Link href={`/entries/${entry.id}`} className="entry-text pre">
          {entry.text}
        </Link>
        <EntryLinks entry={entry} />
        <Said entry={entry} />
      </div>
      {entry.may_edit && <EntryMenu entry={entry} sections={sections} />}
    </li>
  );
}

/** Edit, move, make something of it, remove with undo. */
export function EntryMenu({
  entry,
  sections,
  onGone,
}: {
  entry: CentreEntry;
  sections: Section[];
  onGone?: () => void;
}) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [doing, setDoing] = useState<Doing>(null);
  const take = (changed: CentreEntry) => takeEntry(client, changed);
  const move = useMutation({
    mutationFn: (section: string) => centreApi.edit(entry.id, { version: entry.version, section }),
    onError: sayProblem,
    onSuccess: (changed) => {
      take(changed);
      say(t("centre.moved", { section: changed.section_name }), {
        action: {
          label: t("web.undo"),
          run: () =>
            void centreApi
              .edit(entry.id, { version: changed.version, section: entry.section })
              .then(take)
              .catch(sayProblem),
        },
      });
    },
  });
  const remove = useMutation({
    mutationFn: () => centreApi.remove(entry.id),
    onError: sayProblem,
    onSuccess: (changed) => {
      take(changed);
      onGone?.();
      say(t("centre.removed", { number: entry.number }), {
        action: {
          label: t("web.undo"),
          run: () => void centreApi.restore(entry.id).then(take).catch(sayProblem),
        },
      });
    },
  });
  /** Something was made of it: it names that now. */
  const again = () => void centreApi.entry(entry.id).then(take).catch(sayProblem);
  const link = useMutation({
    mutationFn: (target: string) => centreApi.link(entry.id, target, true),
    onError: sayProblem,
    onSuccess: take,
  });
  const record = useMutation({
    mutationFn: () =>
      api.addRecord(entry.collaboration.id, {
        topic: firstWords(entry.text),
        summary: entry.text,
        platforms: entry.platform ? [entry.platform] : [],
        entry: entry.id,
      }),
    onError: sayProblem,
    onSuccess: (made) => {
      again();
      void client.invalidateQueries({ queryKey: ["records"] });
      say(t("centre.record_made", { number: made.number }), {
        action: {
          label: t("web.open"),
          run: () => navigate(`/c/${entry.collaboration.id}/records?row=${made.id}`),
        },
      });
    },
  });
  const act = (key: string) => {
    if (key.startsWith("to:")) move.mutate(key.slice(3));
    else if (key === "remove") remove.mutate();
    else if (key === "record") record.mutate();
    else setDoing(key as Doing);
  };
  const close = () => setDoing(null);
  return (
    <>
      <MenuTrigger>
        <AriaButton className="icon-button" aria-label={t("centre.entry.more", { number: entry.number })}>
          <Icon name="more" />
        </AriaButton>
        <Popover className="popover">
          <Menu
            className="menu"
            aria-label={t("centre.entry.more", { number: entry.number })}
            onAction={(key) => act(String(key))}
          >
            <MenuItem id="edit" className="option">
              {t("centre.edit")}
            </MenuItem>
            <MenuItem id="task" className="option">
              {t("centre.make.task")}
            </MenuItem>
            <MenuItem id="problem" className="option">
              {t("centre.make.problem")}
            </MenuItem>
            <MenuItem id="record" className="option">
              {t("centre.make.record")}
            </MenuItem>
            <MenuItem id="link" className="option">
              {t("centre.link")}
            </MenuItem>
            <Separator className="separator" />
            {sections
              .filter((section) => section.key !== entry.section)
              .map((section) => (
                <MenuItem key={section.key} id={`to:${section.key}`} className="option">
                  {t("centre.move_to", { section: section.title })}
                </MenuItem>
              ))}
            <Separator className="separator" />
            <MenuItem id="remove" className="option">
              {t("centre.remove")}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <Suspense>
        {doing === "edit" && <EditEntry entry={entry} sections={sections} onClose={close} />}
        {doing === "link" && <LinkEntry entry={entry} onChoose={(target) => link.mutate(target)} onClose={close} />}
        {doing === "task" && (
          <NewTask
            collaboration={entry.collaboration.id}
            named={firstWords(entry.text)}
            described={entry.text}
            entry={entry.id}
            onMade={again}
            onClose={close}
          />
        )}
        {doing === "problem" && (
          <NewProblem
            collaboration={entry.collaboration.id}
            titled={firstWords(entry.text)}
            detailed={entry.text}
            entry={entry.id}
            onMade={again}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  );
}
