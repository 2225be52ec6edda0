import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Instant, Language, Token } from "../../api/types";
import { language, loadTexts, t, withTexts } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { applyTheme, type Theme, theme } from "../../shell/theme";
import { shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Bones } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { TimeField } from "../../ui/time-field";
import { later, say, sayProblem } from "../../ui/toast";
import { PlanTemplates } from "../emergency/templates";
import { Situations } from "./situations";
import "./settings.css";

const SignOut = lazy(() => withTexts("documents", import("../../shell/sign-out")));
const Notices = lazy(() => withTexts("notices", import("./notices")));

function Looks() {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Theme>(theme());
  const speak = useMutation({
    mutationFn: async (next: Language) => {
      await api.preferences(next);
      await loadTexts(next);
    },
    onError: sayProblem,
    // Reading who is signed in draws the whole page anew in the language.
    onSuccess: () => location.reload(),
  });
  void client;
  return (
    <section className="section">
      <h2>{t("web.settings.looks")}</h2>
      <div className="card lines">
        <div className="setting">
          <span className="grow">{t("web.language")}</span>
          <ToggleButtonGroup
            className="segments"
            aria-label={t("web.language")}
            selectedKeys={[language()]}
            disallowEmptySelection
            onSelectionChange={(keys) => speak.mutate([...keys][0] as Language)}
          >
            <ToggleButton id="zh-CN">中文</ToggleButton>
            <ToggleButton id="en">English</ToggleButton>
          </ToggleButtonGroup>
        </div>
        <div className="setting">
          <span className="grow">{t("web.theme")}</span>
          <ToggleButtonGroup
            className="segments"
            aria-label={t("web.theme")}
            selectedKeys={[chosen]}
            disallowEmptySelection
            onSelectionChange={(keys) => {
              const next = [...keys][0] as Theme;
              applyTheme(next);
              setChosen(next);
            }}
          >
            {(["auto", "light", "dark"] as const).map((each) => (
              <ToggleButton key={each} id={each}>
                <Icon name={each === "auto" ? "half" : each === "light" ? "sun" : "moon"} size={14} />{" "}
                {t(`web.theme.${each}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
      </div>
    </section>
  );
}

function Calendar() {
  const client = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const { data: years } = useQuery({ queryKey: ["years"], queryFn: api.years });
  const again = () => void client.invalidateQueries({ queryKey: ["years"] });
  const put = useMutation({
    mutationFn: ({ year, text }: { year: number; text: string }) => api.putYear(year, text),
    onError: sayProblem,
    onSuccess: (made) => {
      again();
      say(t("web.calendar.imported", { year: made.year }));
    },
  });
  const remove = useMutation({ mutationFn: api.removeYear, onError: sayProblem, onSuccess: again });
  const read = async (chosen: File) => {
    const text = await chosen.text();
    // The file names its year inside; else its name does.
    const year = Number(
      /"?year"?\s*[:=]\s*"?(20\d\d)/.exec(text)?.[1] ??
        /(20\d\d)/.exec(chosen.name)?.[1] ??
        /\b(20\d\d)-\d\d-\d\d/.exec(text)?.[1],
    );
    if (!year) say(t("web.calendar.no_year"), { tone: "bad" });
    else put.mutate({ year, text });
  };
  return (
    <section className="section">
      <div className="section-head">
        <h2 className="grow">{t("web.calendar")}</h2>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={t("web.calendar.import")}
          accept=".json,.txt,.csv,.toml"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            if (chosen) void read(chosen);
            event.target.value = "";
          }}
        />
        <Button small icon="plus" isDisabled={put.isPending} onPress={() => file.current?.click()}>
          {t("web.calendar.import")}
        </Button>
      </div>
      <p className="quiet small">{t("web.calendar.text")}</p>
      {!years ? (
        <Bones rows={1} height={48} />
      ) : (
        <ul className="card lines">
          {years.map((year) => (
            <li key={year.year} className="setting">
              <strong>{year.year}</strong>
              <span className="grow quiet small clip">{year.source}</span>
              <span className={year.verified ? "tag good" : "tag warn"}>
                {t(year.verified ? "web.calendar.verified" : "web.calendar.unverified")}
              </span>
              {year.imported && (
                <IconButton
                  icon="x"
                  label={t("web.calendar.remove", { year: year.year })}
                  isDisabled={remove.isPending}
                  onPress={() => remove.mutate(year.year)}
                />
              )}
            </li>
          ))}
          {years.length === 0 && <li className="lines-empty">{t("web.calendar.empty")}</li>}
        </ul>
      )}
    </section>
  );
}

function Tokens() {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [expires, setExpires] = useState<Instant | null>(null);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Token | null>(null);
  const [going, setGoing] = useState<string[]>([]);
  const { data } = useQuery({ queryKey: ["tokens"], queryFn: api.tokens });
  const again = () => void client.invalidateQueries({ queryKey: ["tokens"] });
  const add = useMutation({
    mutationFn: () => api.addToken(name.trim(), expires),
    onError: sayProblem,
    onSuccess: (token) => {
      setMade(token);
      setMaking(false);
      setName("");
      setExpires(null);
      again();
    },
  });
  const remove = (token: Token) => {
    setGoing((list) => [...list, token.id]);
    const back = () => setGoing((list) => list.filter((each) => each !== token.id));
    later(
      t("web.tokens.removed", { name: token.name }),
      (leaving) =>
        void api.removeToken(token.id, leaving).then(again, (error) => {
          back();
          sayProblem(error);
        }),
      back,
    );
  };
  const tokens = data?.filter((token) => !going.includes(token.id));
  return (
    <section className="section">
      <div className="section-head">
        <h2 className="grow">{t("web.tokens")}</h2>
        <a className="link small" href="/api/openapi.json" target="_blank" rel="noreferrer">
          OpenAPI
        </a>
        {!making && (
          <Button small icon="plus" onPress={() => setMaking(true)}>
            {t("web.tokens.add")}
          </Button>
        )}
      </div>
      <p className="quiet small">{t("web.tokens.text")}</p>
      {made?.token && (
        <div className="notice good">
          <Icon name="check" />
          <span className="grow">
            {t("web.tokens.once")}
            <br />
            <code className="mono">{made.token}</code>
          </span>
          <Button small icon="copy" onPress={() => void copy(made.token ?? "")}>
            {t("web.copy")}
          </Button>
        </div>
      )}
      {making && (
        <form
          className="card pad stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) add.mutate();
          }}
        >
          <TextField
            label={t("web.tokens.name")}
            value={name}
            onChange={setName}
            placeholder={t("web.tokens.name.example")}
            isRequired
            autoFocus
          />
          <TimeField label={t("web.tokens.expires")} value={expires} onChange={setExpires} />
          <div className="row">
            <Button type="submit" tone="primary" isDisabled={add.isPending || !name.trim()}>
              {t("web.tokens.make")}
            </Button>
            <Button onPress={() => setMaking(false)}>{t("web.back")}</Button>
          </div>
        </form>
      )}
      {!tokens ? (
        <Bones rows={1} height={48} />
      ) : (
        <ul className="card lines">
          {tokens.map((token) => (
            <li key={token.id} className="setting">
              <span className="grow">
                {token.name}
                <br />
                <span className="faint tiny">
                  {t("web.tokens.made", { time: shortTime(token.created_at) })}
                  {token.last_used_at && ` · ${t("web.tokens.used", { time: shortTime(token.last_used_at) })}`}
                  {token.expires_at && ` · ${t("web.tokens.until", { time: shortTime(token.expires_at) })}`}
                </span>
              </span>
              <IconButton icon="x" label={t("web.tokens.remove", { name: token.name })} onPress={() => remove(token)} />
            </li>
          ))}
          {tokens.length === 0 && <li className="lines-empty">{t("web.tokens.empty")}</li>}
        </ul>
      )}
    </section>
  );
}

export default function Settings({ part }: { part?: string }) {
  const me = useMe();
  const [leaving, setLeaving] = useState(false);
  void part;
  useTitle(t("web.nav.settings"));
  return (
    <div className="page settings">
      <h1>{t("web.nav.settings")}</h1>
      <section className="card lines only-small">
        <Link href={`/people/${me.person.id}`} className="setting">
          <Icon name="people" /> <span className="grow">{me.person.name}</span> <Icon name="right" size={14} />
        </Link>
        {me.administrator && (
          <Link href="/accounts" className="setting">
            <Icon name="plug" /> <span className="grow">{t("web.nav.accounts")}</span> <Icon name="right" size={14} />
          </Link>
        )}
        {me.administrator && (
          <Link href="/deliveries" className="setting">
            <Icon name="send" /> <span className="grow">{t("web.nav.deliveries")}</span> <Icon name="right" size={14} />
          </Link>
        )}
      </section>
      <Looks />
      <Suspense fallback={<Bones rows={5} height={44} />}>
        <Notices />
      </Suspense>
      {me.administrator && <Situations />}
      {me.administrator && <PlanTemplates />}
      {me.administrator && <Calendar />}
      <Tokens />
      <div className="only-small">
        <Button wide icon="out" onPress={() => setLeaving(true)}>
          {t("web.sign_out")}
        </Button>
        {leaving && (
          <Suspense fallback={null}>
            <SignOut onStay={() => setLeaving(false)} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
