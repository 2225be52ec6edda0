import { Link } from "wouter";
import { t } from "../../i18n/texts";
import { Empty } from "../../ui/empty";

export default function Missing() {
  return (
    <div className="page">
      <Empty icon="search" title={t("web.missing.title")}>
        <p>{t("web.missing.text")}</p>
        <p>
          <Link className="link" href="/">
            {t("web.missing.back")}
          </Link>
        </p>
      </Empty>
    </div>
  );
}
