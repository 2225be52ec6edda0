import type { ReactNode } from "react";
import { problemText } from "./toast";
import { t } from "../i18n/texts";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={24} />
      </span>
      <strong>{title}</strong>
      {children && <div className="quiet small">{children}</div>}
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again: () => void }) {
  return (
    <div className="empty" role="alert">
      <span className="empty-icon bad">
        <Icon name="warn" size={24} />
      </span>
      <strong>{problemText(error)}</strong>
      <Button onPress={again}>{t("web.try_again")}</Button>
    </div>
  );
}

/** Holds the place of what is on its way, so that nothing jumps. */
export function Bones({ rows = 3, height = 56 }: { rows?: number; height?: number }) {
  return (
    <div className="bones" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={index} className="bone" style={{ height }} />
      ))}
    </div>
  );
}
