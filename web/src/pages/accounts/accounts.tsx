import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { directory } from "../../api/directory";
import { Source } from "../directory/source";
import { Problem } from "../../api/client";
import type { Account, CheckFinding, PlatformDescriptor, Setting } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Field, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PlatformMark, platformText } from "../../ui/marks";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import "./accounts.css";

const TONES = { idle: "", connecting: "info", connected: "good", waiting: "warn", refused: "bad" } as const;

function State({ account }: { account: Account }) {
  const { state } = account;
  const kind = account.enabled ? state.kind : "idle";
  return (
    <span className={`tag ${TONES[kind]}`}>
      <i aria-hidden="true" className={kind === "connecting" ? "pulse" : ""} />
      {account.enabled ? t(`web.account.${kind}`) : t("web.account.off")}
    </span>
  );
}

function SettingInput({
  setting,
  account,
  value,
  onChange,
  error,
}: {
  setting: Setting;
  account: Account | null;
  value: string | undefined;
  onChange: (value: string) => void;
  error?: string;
}) {
  const kept = account?.settings[setting.key];
  const isSet = typeof kept === "object" && kept !== null && kept.set;
  const shown = value ?? (typeof kept === "string" ? kept : (setting.default ?? ""));
  if (setting.kind === "choice")
    return (
      <Field label={setting.label} hint={setting.help} error={error}>
        <Select
          label={setting.label}
          value={shown || null}
          onChange={onChange}
          options={(setting.choices ?? []).map((choice) => ({
            value: choice,
            label: tMaybe(`web.choice.${choice}`, choice),
          }))}
        />
      </Field>
    );
  const secret = setting.kind === "secret";
  return (
    <TextField
      label={setting.label}
      type={secret ? "password" : setting.kind === "url" ? "url" : "text"}
      autoComplete="off"
      value={secret ? (value ?? "") : shown}
      onChange={onChange}
      placeholder={secret && isSet ? t("web.account.secret_kept") : undefined}
      hint={setting.help}
      error={error}
      isRequired={setting.required && !(secret && isSet)}
    />
  );
}

/** When something last came in by it, where that is known. */
function heard(account: Account): string {
  if (account.last_heard_at === undefined) return "";
  return account.last_heard_at
    ? t("web.account.heard", { time: shortTime(account.last_heard_at) })
    : t("web.account.not_heard");
}

const SEVERITIES: Record<string, "good" | "warn" | "bad" | ""> = {
  good: "good",
  ok: "good",
  info: "",
  note: "",
  warning: "warn",
  warn: "warn",
  error: "bad",
  problem: "bad",
};

function Findings({ findings }: { findings: CheckFinding[] }) {
  if (findings.length === 0)
    return (
      <div className="notice good">
        <Icon name="check" /> {t("web.account.check.good")}
      </div>
    );
  return (
    <ul className="findings" aria-live="polite">
      {findings.map((finding) => {
        const tone = SEVERITIES[finding.severity] ?? "warn";
        return (
          <li key={finding.text} className={`notice ${tone}`}>
            <Icon name={tone === "good" ? "check" : "warn"} />
            <span className="grow">
              {finding.text}
              {finding.advice && tone !== "good" && (
                <>
                  <br />
                  <strong>{finding.advice}</strong>
                </>
              )}
              {finding.detail && <span className="tiny faint mono finding-detail">{finding.detail}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function AccountPanel({
  platform,
  account,
  onClose,
  onMade,
}: {
  platform: PlatformDescriptor;
  account: Account | null;
  onClose: () => void;
  onMade: (id: string) => void;
}) {
  const client = useQueryClient();
  const [name, setName] = useState(account?.name ?? platform.name);
  const [values, setValues] = useState<Record<string, string>>({});
  const { data: channels } = useQuery({
    queryKey: ["channels", "of", account?.id],
    queryFn: () => api.channels({ account: account?.id }),
    enabled: Boolean(account),
  });
  const seen = channels ?? [];
  const { data: sources } = useQuery({
    queryKey: ["directory", "sources"],
    queryFn: directory.sources,
    enabled: account !== null && account !== undefined,
  });
  const source = sources?.find((each) => each.account === account?.id);
  const again = () => void client.invalidateQueries({ queryKey: ["accounts"] });
  const withDefaults = () => {
    const all: Record<string, string> = {};
    for (const setting of platform.settings) {
      const value = values[setting.key] ?? setting.default;
      if (value) all[setting.key] = value;
    }
    return all;
  };
  const save = useMutation({
    mutationFn: () =>
      account
        ? api.editAccount(account.id, account.version, { name, settings: values })
        : api.addAccount({ platform: platform.key, name, enabled: true, settings: withDefaults() }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (saved) => {
      again();
      setValues({});
      say(t("web.saved"), { seconds: 3 });
      if (!account) onMade(saved.id);
    },
  });
  const check = useMutation({ mutationFn: () => api.checkAccount(account?.id ?? ""), onError: sayProblem });
  const toggle = useMutation({
    mutationFn: (enabled: boolean) => api.editAccount(account?.id ?? "", account?.version ?? 0, { enabled }),
    onError: sayProblem,
    onSuccess: again,
  });
  const refresh = useMutation({
    mutationFn: () => api.refreshGroups(account?.id ?? ""),
    onError: sayProblem,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["channels"] }),
  });
  const field = (key: string) =>
    save.error instanceof Problem ? (save.error.field(`settings.${key}`) ?? save.error.field(key)) : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      shape="panel"
      title={
        <span className="row">
          <PlatformMark platform={platform.key} alone={!account} />{" "}
          {account ? account.name : t("web.account.connect", { name: platform.name })}
        </span>
      }
    >
      {account && (
        <div className="card pad stack">
          <div className="row wrap">
            <State account={account} />
            {account.state.since && account.state.kind === "connected" && (
              <span className="faint small">{t("web.account.since", { time: shortTime(account.state.since) })}</span>
            )}
            <span className="grow" />
            <Button small isDisabled={check.isPending} onPress={() => check.mutate()}>
              {t(check.isPending ? "web.account.checking" : "web.account.check")}
            </Button>
            <Button small isDisabled={toggle.isPending} onPress={() => toggle.mutate(!account.enabled)}>
              {t(account.enabled ? "web.account.disable" : "web.account.enable")}
            </Button>
          </div>
          {account.state.reason && <p className="small quiet">{account.state.reason}</p>}
          {account.state.until && account.state.kind === "waiting" && (
            <p className="small quiet">{t("web.account.again_at", { time: shortTime(account.state.until) })}</p>
          )}
          <p className="small quiet">{heard(account)}</p>
          {check.data && <Findings findings={check.data.findings} />}
        </div>
      )}
      {source && (
        <section className="section">
          <h3>{t("web.directory")}</h3>
          <ul className="card lines">
            <Source source={source} />
          </ul>
        </section>
      )}
      <form
        className="stack"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label={t("web.account.name")}
          value={name}
          onChange={setName}
          isRequired
          error={save.error instanceof Problem ? save.error.field("name") : undefined}
        />
        {platform.settings.map((setting) => (
          <SettingInput
            key={setting.key}
            setting={setting}
            account={account}
            value={values[setting.key]}
            onChange={(value) => setValues((before) => ({ ...before, [setting.key]: value }))}
            error={field(setting.key)}
          />
        ))}
        <div>
          <Button
            type="submit"
            tone="primary"
            isDisabled={
              save.isPending || (account !== null && name === account.name && Object.keys(values).length === 0)
            }
          >
            {t(account ? "web.save" : "web.account.connect_now")}
          </Button>
        </div>
      </form>
      {account?.callback_url && (
        <Field label={t("web.account.callback")} hint={t("web.account.callback.hint")}>
          <div className="row">
            <code className="mono copy-box grow">{account.callback_url}</code>
            <IconButton icon="copy" label={t("web.copy")} onPress={() => void copy(account.callback_url ?? "")} />
          </div>
        </Field>
      )}
      {platform.permissions.length > 0 && (
        <section className="section">
          <h3>{t("web.account.permissions")}</h3>
          <p className="quiet small">{t("web.account.permissions.text", { name: platform.name })}</p>
          <ul className="card lines">
            {platform.permissions.map((permission) => (
              <li key={permission.scope} className="permission">
                <span className="grow">
                  <code className="mono">{permission.scope}</code>
                  <br />
                  <span className="quiet small">{permission.reason}</span>
                </span>
                <IconButton
                  icon="copy"
                  label={t("web.account.copy_scope", { scope: permission.scope })}
                  onPress={() => void copy(permission.scope)}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      {account && (
        <section className="section">
          <div className="section-head">
            <h3 className="grow">{t("web.account.channels")}</h3>
            <Button small tone="ghost" isDisabled={refresh.isPending} onPress={() => refresh.mutate()}>
              {t("web.account.refresh")}
            </Button>
          </div>
          <ul className="card lines">
            {seen.map((channel) => (
              <li key={channel.id} className="permission">
                <span className="grow clip">{channel.title}</span>
                {channel.collaboration ? (
                  <Link className="link small" href={`/c/${channel.collaboration.id}/members`}>
                    {channel.collaboration.name}
                  </Link>
                ) : (
                  <span className="faint small">{t("web.channels.free")}</span>
                )}
              </li>
            ))}
            {seen.length === 0 && <li className="lines-empty">{t("web.account.channels.empty")}</li>}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

/** The accounts by which Huan listens and speaks on the platforms. */
export default function Accounts({ open }: { open?: string }) {
  const me = useMe();
  const [, navigate] = useLocation();
  const [adding, setAdding] = useState<string | null>(null);
  const { data: platforms } = useQuery({ queryKey: ["platforms"], queryFn: api.platforms });
  const { data: accounts, error, refetch } = useQuery({ queryKey: ["accounts"], queryFn: api.accounts });
  const opened = accounts?.find((account) => account.id === open);
  useTitle(t("web.nav.accounts"));
  const descriptor = platforms?.find((platform) => platform.key === (opened?.platform ?? adding));
  if (!me.administrator)
    return (
      <div className="page">
        <Empty icon="plug" title={t("web.accounts.administrators")} />
      </div>
    );
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{t("web.nav.accounts")}</h1>
          <p className="quiet small">{t("web.accounts.text")}</p>
        </div>
      </header>
      {error && !accounts ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !accounts ? (
        <Bones rows={2} height={88} />
      ) : (
        <ul className="account-cards">
          {accounts.map((account) => (
            <li key={account.id}>
              <Link href={`/accounts/${account.id}`} className="card account-card">
                <span className="row">
                  <PlatformMark platform={account.platform} />
                  <strong className="grow clip">{account.name}</strong>
                  <State account={account} />
                </span>
                <span className="small quiet clip">
                  {account.state.kind !== "connected" && account.state.reason ? account.state.reason : heard(account)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {platforms && (
        <section className="section">
          <h2>{t("web.accounts.add")}</h2>
          <div className="row wrap">
            {platforms.map((platform) => (
              <Button key={platform.key} onPress={() => setAdding(platform.key)}>
                <PlatformMark platform={platform.key} alone /> {platform.name || platformText(platform.key)}
              </Button>
            ))}
          </div>
        </section>
      )}
      {descriptor && (opened || adding) && (
        <AccountPanel
          key={opened?.id ?? adding}
          platform={descriptor}
          account={opened ?? null}
          onClose={() => {
            setAdding(null);
            navigate("/accounts");
          }}
          onMade={(id) => {
            setAdding(null);
            navigate(`/accounts/${id}`);
          }}
        />
      )}
    </div>
  );
}
