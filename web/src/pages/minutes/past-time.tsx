import type { Instant } from "../../api/types";
import { readerZone } from "../../time/format";
import { fromLocalInput, toLocalInput } from "../../time/zone";

/** A moment that has passed: from the calendar, since words such as 「周五」 mean what is to come. */
export function PastTime({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Instant | null;
  onChange: (value: Instant | null) => void;
}) {
  return (
    <input
      type="datetime-local"
      className="input minutes-time"
      aria-label={label}
      value={value ? toLocalInput(value, readerZone()) : ""}
      onChange={(event) => onChange(event.target.value ? fromLocalInput(event.target.value, readerZone()) : null)}
    />
  );
}
