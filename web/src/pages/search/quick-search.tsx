import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Input,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  SearchField,
} from "react-aria-components";
import { useLocation } from "wouter";
import { api } from "../../api/api";
import type { Hit } from "../../api/types";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { shortTime } from "../../time/format";
import { Icon, type IconName } from "../../ui/icon";
import { besides, ICONS, Marked, nameOf, noteOpened, plain, stateText, targetOf, openedBy } from "./found";
import "./search.css";

interface Goal {
  id: string;
  icon: IconName;
  /** As it is read out. */
  text: string;
  show?: ReactNode;
  below?: string;
  beside?: string;
  href: string;
  hit?: Hit;
}

/** Typing rests so long before it is looked for, in milliseconds. */
const PAUSE = 150;
const MOST = 8;

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** Ctrl+K or /: find anything, or go anywhere, by typing. */
export default function QuickSearch({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState("");
  const words = typed.trim();
  const wanted = useRested(words);
  const [opened] = useState(() => openedBy(me.person.id));
  const { data: collaborations } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const { data: found } = useQuery({
    queryKey: ["search", "quick", wanted],
    queryFn: () => api.search({ query: wanted, limit: MOST }),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
  });
  const places: Goal[] = [
    { id: "desk", icon: "desk" as const, text: t("web.nav.desk"), href: "/" },
    ...(collaborations ?? []).flatMap((each): Goal[] => [
      { id: each.id, icon: "goal", text: each.name, beside: t("web.tab.centre"), href: `/c/${each.id}` },
      {
        id: `${each.id}r`,
        icon: "table",
        text: each.name,
        beside: t("web.tab.records"),
        href: `/c/${each.id}/records`,
      },
      { id: `${each.id}b`, icon: "board", text: each.name, beside: t("web.tab.board"), href: `/c/${each.id}/board` },
    ]),
    { id: "people", icon: "people" as const, text: t("web.nav.people"), href: "/people" },
    ...(me.administrator
      ? [{ id: "accounts", icon: "plug" as const, text: t("web.nav.accounts"), href: "/accounts" }]
      : []),
    { id: "settings", icon: "gear" as const, text: t("web.nav.settings"), href: "/settings" },
  ].filter((place) => place.text.toLowerCase().includes(words.toLowerCase()));
  const hits: Goal[] = (words && wanted ? (found?.items ?? []) : []).flatMap((hit) => {
    const href = targetOf(hit);
    if (!href) return [];
    const number = hit.number ? `${hit.number} ` : "";
    return {
      id: hit.id,
      icon: ICONS[hit.kind],
      text: `${t(`search.kind.${hit.kind}`)} ${number}${plain(nameOf(hit))}`,
      show: (
        <>
          {number && <span className="faint">{number}</span>}
          <Marked text={nameOf(hit)} />
        </>
      ),
      below: [besides(hit), shortTime(hit.at)].filter(Boolean).join(" · "),
      beside: stateText(hit) ?? t(`search.kind.${hit.kind}`),
      href,
      hit,
    };
  });
  const recent: Goal[] = words
    ? []
    : opened.map(({ id, kind, name, beside, href }) => ({
        id,
        icon: ICONS[kind],
        text: name,
        below: beside,
        beside: t("search.recent"),
        href,
      }));
  const all: Goal[] = words
    ? [
        {
          id: "all",
          icon: "search",
          text: t("search.all", { words }),
          href: `/search?q=${encodeURIComponent(words)}`,
        },
      ]
    : [];
  const goals = [...recent, ...places, ...hits, ...all];
  const go = (key: React.Key) => {
    const goal = goals.find((each) => each.id === key);
    if (goal?.hit) noteOpened(me.person.id, goal.hit);
    if (goal?.href.startsWith("/")) navigate(goal.href);
    else if (goal) window.open(goal.href, "_blank", "noreferrer");
    onClose();
  };
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className="overlay over-palette">
      <Modal className="modal palette">
        <Dialog className="dialog-body" aria-label={t("web.palette.open")}>
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField className="search-field" aria-label={t("web.palette.open")} autoFocus>
              <Icon name="search" />
              <Input placeholder={t("search.placeholder")} maxLength={200} />
              <kbd>Esc</kbd>
            </SearchField>
            <ListBox
              className="list"
              aria-label={t("search.results")}
              items={goals}
              onAction={go}
              renderEmptyState={() => <div className="list-empty">{t("web.picker.nothing")}</div>}
            >
              {(goal) => (
                <ListBoxItem id={goal.id} textValue={goal.text} className="option">
                  <Icon name={goal.icon} />
                  <span className="quick-text">
                    <span className="clip">{goal.show ?? goal.text}</span>
                    {goal.below && <span className="faint tiny clip">{goal.below}</span>}
                  </span>
                  <span className="faint small">{goal.beside}</span>
                </ListBoxItem>
              )}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
