import { Link } from "wouter";
import type { RulesUnread } from "../../api/rules";
import { t } from "../../i18n/texts";
import { Avatar } from "../../ui/marks";

/** How many people are shown by their mark. */
const SHOWN = 4;

/** Who has not confirmed the usage rules in the collaborations that the reader leads. */
export function UnreadRules({ unread }: { unread: RulesUnread[] }) {
  return (
    <section className="section" aria-labelledby="rules-unread">
      <div className="section-head">
        <h2 id="rules-unread">{t("rules.unread")}</h2>
      </div>
      <div className="card lines">
        {unread.map(({ collaboration, people }) => (
          <Link
            key={collaboration.id}
            href={`/c/${collaboration.id}/members`}
            className="task-line"
            title={people.map((person) => person.name).join("、")}
          >
            <span className="grow clip">{collaboration.name}</span>
            {people.slice(0, SHOWN).map((person) => (
              <Avatar key={person.id} name={person.name} size={20} />
            ))}
            <span className="small quiet nowrap">{t("rules.unread.count", { count: people.length })}</span>
          </Link>
        ))}
      </div>
    </section>
  );
}
