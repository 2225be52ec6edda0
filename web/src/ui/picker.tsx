import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  type Selection,
} from "react-aria-components";
import { t } from "../i18n/texts";
import { Icon } from "./icon";

export interface Choice {
  id: string;
  /** What is searched. */
  text: string;
  show?: ReactNode;
}

/** A searchable list; one choice or several. `Enter` picks, typing searches, `Escape` leaves. */
export function ChoiceList({
  label,
  choices,
  selected,
  multiple,
  onChange,
  onAdd,
  onSearch,
}: {
  label: string;
  choices: Choice[];
  selected: string[];
  multiple?: boolean;
  onChange: (selected: string[]) => void;
  /** Takes words that are in no choice. */
  onAdd?: (text: string) => void;
  /** Finds more choices with these words. */
  onSearch?: (words: string) => void;
}) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const asked = useDeferredValue(wanted);
  useEffect(() => {
    if (asked) onSearch?.(asked);
  }, [asked, onSearch]);
  const shown = useMemo(() => {
    const found = wanted ? choices.filter((choice) => choice.text.toLowerCase().includes(wanted)) : choices;
    return found.slice(0, 100);
  }, [choices, wanted]);
  const addable = onAdd && wanted && !choices.some((choice) => choice.text.toLowerCase() === wanted);
  const list: Choice[] = addable ? [...shown, { id: "+add", text: search.trim() }] : shown;
  const change = (keys: Selection) => {
    if (keys === "all") return;
    const next = [...keys].map(String);
    if (next.includes("+add")) {
      onAdd?.(search.trim());
      setSearch("");
      return;
    }
    if (!multiple && next.length === 0) {
      // Choosing what is chosen already.
      onChange(selected);
      return;
    }
    // What is selected but filtered out of sight stays selected.
    const hidden = multiple ? selected.filter((id) => !shown.some((choice) => choice.id === id)) : [];
    onChange([...hidden, ...next]);
  };
  return (
    <Autocomplete inputValue={search} onInputChange={setSearch}>
      <SearchField aria-label={label} className="search-field" autoFocus>
        <Icon name="search" />
        <Input placeholder={label} />
      </SearchField>
      <ListBox
        aria-label={label}
        className="list"
        items={list}
        selectionMode={multiple ? "multiple" : "single"}
        escapeKeyBehavior="none"
        selectedKeys={selected.filter((id) => shown.some((choice) => choice.id === id))}
        onSelectionChange={change}
        renderEmptyState={() => <div className="list-empty">{t("web.picker.nothing")}</div>}
      >
        {(choice) => (
          <ListBoxItem id={choice.id} textValue={choice.text} className="option">
            <span className="grow clip">
              {choice.id === "+add" ? t("web.picker.add", { text: choice.text }) : (choice.show ?? choice.text)}
            </span>
            <span className="tick">
              <Icon name="check" size={14} />
            </span>
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
}

/** A button that shows what is chosen and opens the list. */
export function Picker({
  label,
  placeholder,
  choices,
  selected,
  multiple,
  onChange,
  onAdd,
  onSearch,
  show,
  disabled,
}: {
  label: string;
  placeholder?: string;
  choices: Choice[];
  selected: string[];
  multiple?: boolean;
  onChange: (selected: string[]) => void;
  onAdd?: (text: string) => void;
  /** Finds more choices with these words. */
  onSearch?: (words: string) => void;
  /** What the button shows; else the chosen ones. */
  show?: ReactNode;
  disabled?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const chosen = selected
    .map((id) => choices.find((choice) => choice.id === id))
    .filter((choice) => choice !== undefined);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button ref={trigger} className="picker-button" isDisabled={disabled}>
        <span className="sr">{label}</span>
        <span className="picker-values">
          {show ??
            (chosen.length > 0
              ? chosen.map((choice) => <span key={choice.id}>{choice.show ?? choice.text}</span>)
              : null)}
          {!show && chosen.length === 0 && <span className="faint">{placeholder ?? label}</span>}
        </span>
        <Icon name="down" size={14} />
      </Button>
      <Popover className="popover" offset={4} placement="bottom start">
        <Dialog className="popover-body" aria-label={label}>
          <ChoiceList
            label={label}
            choices={choices}
            selected={selected}
            multiple={multiple}
            onAdd={onAdd}
            onSearch={onSearch}
            onChange={(next) => {
              onChange(next);
              if (!multiple) setOpen(false);
            }}
          />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
