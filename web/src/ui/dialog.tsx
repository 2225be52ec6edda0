import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { t } from "../i18n/texts";
import { IconButton } from "./button";

/** A dialog in the middle, a sheet from below on a phone, or a panel at the side. */
export function Dialog({
  open,
  onClose,
  title,
  shape = "dialog",
  actions,
  footer,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  shape?: "dialog" | "panel";
  actions?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(next) => !next && onClose()}
      isDismissable
      className={`overlay over-${shape}`}
    >
      <Modal className={`modal ${shape}`}>
        <AriaDialog className="dialog-body">
          <header className="dialog-head">
            <Heading slot="title" className="grow">
              {title}
            </Heading>
            {actions}
            <IconButton icon="x" label={t("web.close")} onPress={onClose} />
          </header>
          <div className="dialog-content">{children}</div>
          {footer && <footer className="dialog-foot">{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
