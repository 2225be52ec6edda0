import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
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
import { api } from "../api/api";
import { t } from "../i18n/texts";
import { Icon, type IconName } from "../ui/icon";
import { useMe } from "./me";

interface Goal {
  id: string;
  icon: IconName;
  text: string;
  beside?: string;
  href: string;
}

/** Ctrl+K: go anywhere by typing. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const [, navigate] = useLocation();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const { data: collaborations } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const { data: tasks } = useQuery({
    queryKey: ["tasks", "palette", wanted],
    queryFn: () => api.tasks({ query: wanted }),
    enabled: wanted.length > 0,
  });
  const goals: Goal[] = [
    { id: "desk", icon: "desk" as const, text: t("web.nav.desk"), href: "/" },
    ...(collaborations ?? []).flatMap((each): Goal[] => [
      { id: each.id, icon: "table", text: each.name, beside: t("web.tab.records"), href: `/c/${each.id}` },
      { id: `${each.id}b`, icon: "board", text: each.name, beside: t("web.tab.board"), href: `/c/${each.id}/board` },
    ]),
    { id: "people", icon: "people" as const, text: t("web.nav.people"), href: "/people" },
    ...(me.administrator
      ? [{ id: "accounts", icon: "plug" as const, text: t("web.nav.accounts"), href: "/accounts" }]
      : []),
    { id: "settings", icon: "gear" as const, text: t("web.nav.settings"), href: "/settings" },
  ].filter((goal) => !wanted || goal.text.toLowerCase().includes(wanted));
  for (const task of (tasks?.items ?? []).slice(0, 20))
    goals.push({
      id: task.id,
      icon: "task",
      text: `#${task.number} ${task.name}`,
      beside: task.owner.name,
      href: `/tasks/${task.id}`,
    });
  const go = (key: React.Key) => {
    const goal = goals.find((each) => each.id === key);
    if (goal) navigate(goal.href);
    onClose();
  };
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className="overlay over-palette">
      <Modal className="modal palette">
        <Dialog className="dialog-body" aria-label={t("web.palette.open")}>
          <Autocomplete inputValue={search} onInputChange={setSearch}>
            <SearchField className="search-field" aria-label={t("web.palette.open")} autoFocus>
              <Icon name="search" />
              <Input placeholder={t("web.palette.placeholder")} />
              <kbd>Esc</kbd>
            </SearchField>
            <ListBox
              className="list"
              aria-label={t("web.palette.open")}
              items={goals}
              onAction={go}
              renderEmptyState={() => <div className="list-empty">{t("web.picker.nothing")}</div>}
            >
              {(goal) => (
                <ListBoxItem id={goal.id} textValue={goal.text} className="option">
                  <Icon name={goal.icon} />
                  <span className="grow clip">{goal.text}</span>
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
