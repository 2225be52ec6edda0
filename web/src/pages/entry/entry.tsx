import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { Form } from "react-aria-components";
import { useLocation, useSearch } from "wouter";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Me } from "../../api/types";
import { language, loadTexts, t } from "../../i18n/texts";
import { setReaderZone } from "../../time/format";
import { forgetWhoSignedOut } from "../../shell/kept";
import { changeReader } from "../../shell/reader";
import { setServerTime } from "../../time/now";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { problemText } from "../../ui/toast";
import "./entry.css";

function Frame({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  const [, redraw] = useState(0);
  const other = language() === "en" ? "zh-CN" : "en";
  return (
    <main className="entry">
      <div className="entry-card">
        <img src="/mark.svg" width="40" height="40" alt="" />
        <h1>{title}</h1>
        {text && <p className="quiet">{text}</p>}
        {children}
      </div>
      <button
        type="button"
        className="link small"
        lang={other}
        onClick={() =>
          void loadTexts(other)
            .then(() => redraw((count) => count + 1))
            .then(() => location.reload())
        }
      >
        {other === "en" ? "English" : "中文"}
      </button>
    </main>
  );
}

function useEnter() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return (me: Me, to: string) => {
    setServerTime(me.server_time);
    setReaderZone(me.person.zone);
    changeReader(client, me);
    navigate(to, { replace: true });
    // The session's language may differ from the one this page was read in.
    if (me.language !== language()) void client.invalidateQueries({ queryKey: ["me"] });
  };
}

function useForm() {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = (run: () => Promise<void>) => (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    run()
      .catch(setProblem)
      .finally(() => setBusy(false));
  };
  const fieldError = (name: string) => (problem instanceof Problem ? problem.field(name) : undefined);
  const general = problem && !(problem instanceof Problem && problem.fields.length > 0) ? problem : null;
  return { busy, submit, fieldError, general };
}

function Wrong({ problem }: { problem: unknown }) {
  if (!problem) return null;
  return (
    <div className="notice bad" role="alert">
      <Icon name="warn" />
      <span>{problemText(problem)}</span>
    </div>
  );
}

function SignIn() {
  const enter = useEnter();
  const [location] = useLocation();
  const [mail, setMail] = useState("");
  const [password, setPassword] = useState("");
  const { busy, submit, fieldError, general } = useForm();
  return (
    <Frame title={t("web.sign_in.title")} text={t("web.sign_in.text")}>
      <Form
        className="stack"
        onSubmit={submit(async () =>
          enter(await api.signIn(mail.trim(), password), location === "/sign-in" ? "/" : location),
        )}
      >
        <Wrong problem={general} />
        <TextField
          label={t("web.mail")}
          type="email"
          name="username"
          autoComplete="username"
          value={mail}
          onChange={setMail}
          error={fieldError("mail")}
          isRequired
          autoFocus
        />
        <TextField
          label={t("web.password")}
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={fieldError("password")}
          isRequired
        />
        <Button type="submit" tone="primary" wide isDisabled={busy}>
          {t("web.sign_in")}
        </Button>
        <p className="faint small">{t("web.sign_in.help")}</p>
      </Form>
    </Frame>
  );
}

const MINIMUM = 10;

function Setup({ link, kind }: { link: string; kind: "first" | "invite" }) {
  const enter = useEnter();
  const [name, setName] = useState("");
  const [workspace, setWorkspace] = useState("");
  const [mail, setMail] = useState("");
  const [password, setPassword] = useState("");
  const { busy, submit, fieldError, general } = useForm();
  const { data, error, isPending } = useQuery({
    queryKey: ["link", link],
    queryFn: () => api.link(link),
    staleTime: 0,
  });
  if (isPending)
    return (
      <Frame title={t("web.setup.title")}>
        <Bones rows={3} height={40} />
      </Frame>
    );
  if (error || !data.valid)
    return (
      <Frame
        title={t("web.setup.bad_title")}
        text={t(kind === "first" ? "web.setup.bad_first" : "web.setup.bad_invite")}
      >
        <a className="button primary wide" href="/">
          {t("web.sign_in")}
        </a>
      </Frame>
    );
  const first = (data.kind ?? kind) === "first";
  const short =
    password.length > 0 && password.length < MINIMUM ? t("web.password.short", { count: MINIMUM }) : undefined;
  return (
    <Frame
      title={first ? t("web.setup.title") : t("web.invite.title", { name: data.name ?? "" })}
      text={t(first ? "web.setup.text" : "web.invite.text")}
    >
      <Form
        className="stack"
        onSubmit={submit(async () => {
          if (password.length < MINIMUM) return;
          const me = first
            ? await api.setup({
                link,
                name: name.trim(),
                mail: mail.trim(),
                password,
                workspace_name: workspace.trim() || undefined,
                language: language(),
              })
            : await api.acceptInvite(link, password);
          enter(me, "/");
        })}
      >
        <Wrong problem={general} />
        {first && (
          <>
            <TextField
              label={t("web.setup.workspace")}
              value={workspace}
              onChange={setWorkspace}
              placeholder={t("web.setup.workspace_example")}
              error={fieldError("workspace_name")}
              autoFocus
            />
            <TextField
              label={t("web.name")}
              autoComplete="name"
              value={name}
              onChange={setName}
              error={fieldError("name")}
              isRequired
            />
            <TextField
              label={t("web.mail")}
              type="email"
              autoComplete="username"
              value={mail}
              onChange={setMail}
              error={fieldError("mail")}
              isRequired
            />
          </>
        )}
        <TextField
          label={t("web.password.new")}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={t("web.password.hint", { count: MINIMUM })}
          error={fieldError("password") ?? short}
          isRequired
        />
        <Button type="submit" tone="primary" wide isDisabled={busy}>
          {t("web.setup.begin")}
        </Button>
      </Form>
    </Frame>
  );
}

export default function Entry({ signedIn }: { signedIn: Me | null }) {
  useEffect(forgetWhoSignedOut, []);
  const [location, navigate] = useLocation();
  const link = new URLSearchParams(useSearch()).get("link") ?? "";
  if (location === "/setup" || location === "/invite")
    return <Setup link={link} kind={location === "/setup" ? "first" : "invite"} />;
  if (signedIn) {
    navigate("/", { replace: true });
    return null;
  }
  return <SignIn />;
}
