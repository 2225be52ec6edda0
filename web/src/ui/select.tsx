import { Button, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue } from "react-aria-components";
import type { ReactNode } from "react";
import { Icon } from "./icon";

export interface Option<V extends string> {
  value: V;
  label: string;
  show?: ReactNode;
}

export function Select<V extends string>({
  label,
  value,
  options,
  onChange,
  bare,
  disabled,
}: {
  label: string;
  value: V | null;
  options: Option<V>[];
  onChange: (value: V) => void;
  bare?: boolean;
  disabled?: boolean;
}) {
  return (
    <AriaSelect
      aria-label={label}
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(key as V)}
      isDisabled={disabled}
      className="select"
    >
      <Button className={bare ? "select-button bare" : "select-button"}>
        <SelectValue className="clip">
          {() =>
            options.find((option) => option.value === value)?.show ??
            options.find((option) => option.value === value)?.label ??
            label
          }
        </SelectValue>
        <Icon name="down" size={14} />
      </Button>
      <Popover className="popover" offset={4}>
        <ListBox className="list" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="option">
              <span className="grow clip">{option.show ?? option.label}</span>
              <span className="tick">
                <Icon name="check" size={14} />
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
