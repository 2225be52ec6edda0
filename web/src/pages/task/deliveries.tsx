import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api";
import { t } from "../../i18n/texts";
import { DeliveryLine } from "../deliveries/delivery-line";

/** Every message about it. */
export function Deliveries({ subject }: { subject: string }) {
  const { data } = useQuery({ queryKey: ["deliveries", subject], queryFn: () => api.deliveries(subject) });
  if (!data || data.length === 0) return null;
  const newest = [...data].sort((a, b) => b.queued_at.localeCompare(a.queued_at));
  return (
    <section className="section">
      <h2>{t("web.deliveries")}</h2>
      <ul className="card lines">
        {newest.map((delivery) => (
          <DeliveryLine key={delivery.id} delivery={delivery} />
        ))}
      </ul>
    </section>
  );
}
