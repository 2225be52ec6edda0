import type { PersonRef, Priority, Status } from "../api/types";
import { t, tMaybe } from "../i18n/texts";

const HUES = ["blue", "teal", "green", "amber", "red", "purple"] as const;

function hue(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return HUES[sum % HUES.length] ?? "blue";
}

/** Two characters of a name as people know them: 「林晓」 from 林晓, 「思远」 from 陈思远, «AL» from Ada Lovelace. */
export function initials(name: string): string {
  const trimmed = name.trim();
  if (/[\u3400-\u9fff]/.test(trimmed)) return [...trimmed].slice(-2).join("");
  const words = trimmed.split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

export function Avatar({ name, size = 24 }: { name: string; size?: number }) {
  return (
    <span
      className={`avatar ${hue(name)}`}
      style={{ width: size, height: size, fontSize: size <= 26 ? size * 0.5 : Math.max(9, size * 0.38) }}
      aria-hidden="true"
    >
      {size <= 26 ? [...initials(name)].at(-1) : initials(name)}
    </span>
  );
}

export function PersonMark({ person, job, size = 20 }: { person: PersonRef; job?: boolean; size?: number }) {
  return (
    <span className="person-mark" title={[person.name, person.department, person.job].filter(Boolean).join(" · ")}>
      <Avatar name={person.name} size={size} />
      <span className="clip">
        {person.name}
        {job && person.job && <span className="faint"> {person.job}</span>}
      </span>
    </span>
  );
}

export const STATUSES: Status[] = ["pending", "in_progress", "awaiting_feedback", "blocked", "done"];

export const statusText = (status: Status) => t(`domain.status.${status}`);

export function StatusTag({ status }: { status: Status }) {
  return (
    <span className={`tag status-${status}`}>
      <i aria-hidden="true" />
      {statusText(status)}
    </span>
  );
}

export function PriorityTag({ priority }: { priority: Priority }) {
  if (priority === "normal") return null;
  return <span className={`tag priority-${priority}`}>{t(`domain.priority.${priority}`)}</span>;
}

export const platformText = (platform: string) => tMaybe(`domain.platform.${platform}`, platform);

const MARKS: Record<string, string> = {
  dingtalk: "钉",
  dingtalk_hook: "钉",
  feishu: "飞",
  feishu_hook: "飞",
  teambition: "T",
  wecom: "微",
  telephone: "☏",
  mail: "@",
  web: "环",
};

/** The mark of a platform, with its name beside it (`text`), for those who listen, or – where the name stands beside it anyway – alone. */
export function PlatformMark({ platform, text, alone }: { platform: string; text?: boolean; alone?: boolean }) {
  const name = platformText(platform);
  return (
    <span className="platform" title={alone ? undefined : name}>
      <span className={`platform-mark p-${platform.replace("_hook", "")}`} aria-hidden="true">
        {MARKS[platform] ?? [...name][0]}
      </span>
      {text ? <span className="clip">{name}</span> : !alone && <span className="sr">{name}</span>}
    </span>
  );
}
