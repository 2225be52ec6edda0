import { Component, type ReactNode } from "react";
import { t } from "../i18n/texts";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";

/** When drawing fails: mostly an upgrade took the files of the old page away. Loading anew mends it. */
export class Failure extends Component<{ place: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { place: string }) {
    if (this.state.failed && before.place !== this.props.place) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="empty" role="alert">
        <span className="empty-icon bad">
          <Icon name="warn" size={24} />
        </span>
        <strong>{t("web.failure")}</strong>
        <p className="quiet small">{t("web.failure.text")}</p>
        <Button tone="primary" onPress={() => location.reload()}>
          {t("web.failure.reload")}
        </Button>
      </div>
    );
  }
}
