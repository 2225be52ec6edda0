import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Delivery } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PlatformMark } from "../../ui/marks";
import { PersonPicker } from "../../ui/people";
import { Select } from "../../ui/select";
import { placeOf } from "../../ui/place";
import { DeliveryLine } from "./delivery-line";

/** Which states stand behind each choice of the filter. */
const CHOICES = {
  stuck: "failed,uncertain",
  waiting: "queued,sending",
  arrived: "sent,delivered,read,answered",
  all: "",
} as const;
type Choice = keyof typeof CHOICES;

function About({ delivery, name }: { delivery: Delivery; name: string }) {
  const whole = delivery.collaboration ? `/c/${delivery.collaboration}` : null;
  const page = placeOf(delivery.subject, delivery.collaboration) ?? whole;
  return page ? (
    <Link href={page} className="link">
      {name}
    </Link>
  ) : (
    name
  );
}

/** 投递: every message, how far it got, and what to do about those that are stuck. */
export default function Deliveries() {
  const [choice, setChoice] = useState<Choice>("stuck");
  const [account, setAccount] = useState("");
  const [person, setPerson] = useState<string | null>(null);
  const { data: accounts } = useQuery({ queryKey: ["accounts"], queryFn: api.accounts });
  const { data: resting } = useQuery({ queryKey: ["deliveries", "resting"], queryFn: api.restingSenders });
  const filter = { state: CHOICES[choice] || null, account: account || null, person };
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["deliveries", "all", filter],
    queryFn: ({ pageParam }) => api.allDeliveries(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const deliveries = data?.pages.flatMap((page) => page.items);
  useTitle(t("web.nav.deliveries"));
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{t("web.nav.deliveries")}</h1>
          <p className="quiet small">{t("web.deliveries.text")}</p>
        </div>
      </header>
      {resting && resting.length > 0 && (
        <section className="section" aria-label={t("web.deliveries.resting")}>
          <ul className="card lines">
            {resting.map((each) => (
              <li key={each.platform + each.account + each.until} className="resting small">
                <PlatformMark platform={each.platform} /> {each.account}
                <span className="tag warn">{t("web.deliveries.rests", { time: shortTime(each.until) })}</span>
                <span className="quiet">{each.reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="delivery-filters">
        <ToggleButtonGroup
          className="segments"
          aria-label={t("web.deliveries.states")}
          selectedKeys={[choice]}
          disallowEmptySelection
          onSelectionChange={(keys) => setChoice([...keys][0] as Choice)}
        >
          {(Object.keys(CHOICES) as Choice[]).map((each) => (
            <ToggleButton key={each} id={each}>
              {t(`web.deliveries.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <Select
          label={t("web.deliveries.account")}
          value={account}
          onChange={setAccount}
          options={[
            { value: "", label: t("web.deliveries.any_account") },
            ...(accounts ?? []).map((each) => ({ value: each.id, label: each.name })),
          ]}
        />
        <div className="delivery-person">
          <PersonPicker label={t("web.deliveries.person")} value={person} onChange={setPerson} optional />
        </div>
      </div>
      {error && !deliveries ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !deliveries ? (
        <Bones rows={6} height={56} />
      ) : deliveries.length === 0 ? (
        <div className="card">
          <Empty icon="check" title={t(`web.deliveries.none.${choice}`)}>
            {t("web.deliveries.none.text")}
          </Empty>
        </div>
      ) : (
        <>
          <ul className="card lines">
            {deliveries.map((delivery) => (
              <DeliveryLine key={delivery.id} delivery={delivery}>
                {delivery.about && <About delivery={delivery} name={delivery.about} />}
              </DeliveryLine>
            ))}
          </ul>
          {hasNextPage && (
            <div>
              <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
                {t("web.more")}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
