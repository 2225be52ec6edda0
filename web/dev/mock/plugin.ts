// A stand-in for the server while the page is being developed. It lives in memory, belongs to the dev server
// only and is no part of the build.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type { HistoryEntry, RecordRow, Status, Task, Topic } from "../../src/api/types";
import { makeWorld, type World } from "./world.ts";

type Body = Record<string, unknown>;
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly more: Body = {},
  ) {
    super(title);
  }
}

const STATUS: Record<string, Status | null> = {
  offered: "pending",
  declined: "awaiting_feedback",
  in_progress: "in_progress",
  blocked: "blocked",
  done: "done",
  cancelled: null,
};

export function mock(): Plugin {
  return {
    name: "huan-mock",
    configureServer(server) {
      let world = makeWorld();
      const streams = new Set<ServerResponse>();
      let seq = 1;
      const changed = (...topics: Topic[]) => {
        seq++;
        for (const stream of streams)
          stream.write(`id: ${seq}\nevent: changed\ndata: ${JSON.stringify({ seq, topics })}\n\n`);
      };
      server.middlewares.use("/api/v1", (request, response) => {
        if (request.url === "/reset") {
          world = makeWorld();
          response.end("{}");
          return;
        }
        void answer(world, request, response, streams, changed);
      });
    },
  };
}

async function read(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request) text += chunk;
  try {
    return text ? (JSON.parse(text) as Body) : {};
  } catch {
    return { text };
  }
}

async function answer(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  streams: Set<ServerResponse>,
  changed: (...topics: Topic[]) => void,
) {
  const url = new URL(request.url ?? "/", "http://mock");
  const method = request.method ?? "GET";
  if (url.pathname === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(`event: hello\ndata: ${JSON.stringify({ seq: 1, server_time: world.now() })}\n\n`);
    streams.add(response);
    request.on("close", () => streams.delete(response));
    return;
  }
  const send = (status: number, body?: unknown) => {
    response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
  };
  try {
    const body = method === "GET" ? {} : await read(request);
    send(200, route(world, method, url, body, changed));
  } catch (error) {
    if (error instanceof Refused)
      send(error.status, { status: error.status, code: error.code, title: error.title, detail: "", ...error.more });
    else {
      console.error(error);
      send(500, { status: 500, code: "unavailable", title: String(error), detail: "" });
    }
  }
}

function route(world: World, method: string, url: URL, body: Body, changed: (...topics: Topic[]) => void): unknown {
  const path = url.pathname.split("/").filter(Boolean);
  const key = `${method} ${path.map((part) => (/_\w|^\d+$/.test(part) && !/^follow_ups$/.test(part) ? ":id" : part)).join("/")}`;
  const id = path[1] ?? "";
  const find = <T extends { id: string }>(list: T[], wanted = id): T => {
    const found = list.find((each) => each.id === wanted);
    if (!found) throw new Refused(404, "not_found", "没有找到");
    return found;
  };
  const me = world.people.find((person) => person.id === world.me);
  if (!me && !(key === "POST session" || path[0] === "setup" || path[0] === "invite"))
    throw new Refused(401, "not_signed_in", "请先登录");
  const session = () => ({
    person: world.people.find((person) => person.id === world.me),
    workspace: world.workspace,
    administrator: true,
    language: world.language,
    features: { demo: true, simulator_url: "http://127.0.0.1:9100/" },
    server_time: world.now(),
  });
  const note = (subject: string, event: HistoryEntry["event"], text: string) => {
    (world.history[subject] ??= []).push({
      id: `his_${Math.random()}`,
      at: world.now(),
      actor: me ? world.ref(me.id) : null,
      source: { kind: "web" },
      event,
      text,
    });
  };
  const taskStep = (stage: Task["stage"] | null, text: string, mend: (task: Task) => void = () => {}) => {
    const task = find(world.tasks);
    if (stage) {
      task.stage = stage;
      task.status = STATUS[stage] ?? null;
    }
    if (stage === "offered") task.clock = world.clock("acceptance", 0, 120);
    else if (stage && stage !== "declined") task.clock = null;
    mend(task);
    task.version++;
    task.updated_at = world.now();
    note(task.id, { kind: "changed" }, text);
    changed({ kind: "task", id: task.id, collaboration: task.collaboration.id }, { kind: "desk", id: world.me ?? "" });
    return task;
  };
  switch (key) {
    case "POST session":
      if (body.password === "wrong")
        throw new Refused(401, "not_signed_in", "邮箱或密码不对", { detail: "检查大小写后再试一次。" });
      world.me = world.people[0]?.id ?? null;
      return session();
    case "DELETE session":
      world.me = null;
      return {};
    case "GET session":
      return session();
    case "PATCH session/preferences":
      world.language = body.language as World["language"];
      return {};
    case "GET setup":
      return {
        valid: url.searchParams.get("link") !== "old",
        kind: url.searchParams.get("link") === "first" ? "first" : "invite",
        name: "林晓",
      };
    case "POST setup":
    case "POST invite/accept":
      world.me = world.people[0]?.id ?? null;
      return session();
    case "GET desk":
      return world.desk();
    case "GET people":
      return { items: world.people, next: null };
    case "GET people/:id":
      return find(world.people);
    case "PATCH people/:id": {
      const person = find(world.people);
      const { version: _, superior, department, ...rest } = body;
      Object.assign(person, rest);
      if (superior !== undefined) person.superior = superior ? world.ref(superior as string) : null;
      if (department !== undefined)
        person.department = world.departments.find((each) => each.id === department) ?? null;
      person.version++;
      changed({ kind: "person", id: person.id });
      return person;
    }
    case "POST people/:id/invite":
      return { url: "http://127.0.0.1:7380/invite?link=abcdefg" };
    case "GET departments":
      return world.departments;
    case "GET identities":
      return world.identities;
    case "PATCH identities/:id":
      world.identities = world.identities.filter((each) => each.id !== id);
      changed({ kind: "person", id: String(body.person) });
      return {};
    case "GET collaborations":
      return { items: world.collaborations, next: null };
    case "GET collaborations/:id":
      return find(world.collaborations);
    case "PATCH collaborations/:id": {
      const collaboration = find(world.collaborations);
      Object.assign(collaboration, body);
      changed({ kind: "collaboration", id });
      return collaboration;
    }
    case "POST collaborations/:id/members":
      find(world.collaborations).members.push({
        id: `mem_${Math.random()}`,
        person: world.ref(body.person as string),
        role: body.role as never,
        duty: body.duty as string,
      });
      changed({ kind: "collaboration", id });
      return {};
    case "DELETE collaborations/:id/members/:id": {
      const collaboration = find(world.collaborations);
      collaboration.members = collaboration.members.filter((member) => member.id !== path[3]);
      changed({ kind: "collaboration", id });
      return {};
    }
    case "PATCH collaborations/:id/members/:id":
      Object.assign(find(find(world.collaborations).members, path[3]), body);
      changed({ kind: "collaboration", id });
      return {};
    case "GET channels":
      return { items: world.channels.filter((channel) => !channel.collaboration), next: null };
    case "PATCH channels/:id": {
      const channel = find(world.channels);
      if (body.collaboration !== undefined) {
        for (const each of world.collaborations) each.channels = each.channels.filter((other) => other.id !== id);
        const collaboration = world.collaborations.find((each) => each.id === body.collaboration);
        channel.collaboration = collaboration ? { id: collaboration.id, name: collaboration.name } : null;
        collaboration?.channels.push(channel);
      }
      changed({ kind: "channel", id });
      return channel;
    }
    case "GET tasks": {
      const wanted = url.searchParams;
      const list = world.tasks.filter(
        (task) =>
          (!wanted.get("collaboration") || task.collaboration.id === wanted.get("collaboration")) &&
          (!wanted.get("query") || task.name.includes(wanted.get("query") ?? "")),
      );
      return { items: list, next: null, total: list.length };
    }
    case "POST tasks": {
      const task = world.task({
        name: body.name as string,
        owner: world.ref(body.owner as string),
        due_at: (body.due_at as string) ?? null,
        stage: "offered",
        description: (body.description as string) ?? "",
      });
      changed({ kind: "task", id: task.id });
      return task;
    }
    case "GET tasks/:id":
      return find(world.tasks);
    case "PATCH tasks/:id":
      return taskStep(null, "修改了任务", (task) =>
        Object.assign(task, body, {
          helpers: ((body.helpers as string[]) ?? task.helpers.map((each) => each.id)).map(world.ref),
        }),
      );
    case "POST tasks/:id/accept":
      return taskStep("in_progress", "承接了任务");
    case "POST tasks/:id/decline":
      return taskStep("declined", "暂不承接", (task) => {
        const proposal = body.proposal as { owner?: string; due_at?: string; words?: string };
        task.refusal = {
          reason: body.reason as string,
          proposal: {
            owner: proposal.owner ? world.ref(proposal.owner) : null,
            due_at: proposal.due_at ?? null,
            words: proposal.words ?? "",
          },
        };
      });
    case "POST tasks/:id/answer":
      return taskStep("offered", "答复了建议", (task) => {
        task.refusal = null;
      });
    case "POST tasks/:id/reassign":
      return taskStep("offered", "改派", (task) => {
        task.owner = world.ref(body.owner as string);
      });
    case "POST tasks/:id/progress":
      return taskStep(null, `进展：${body.text}`, (task) => {
        task.progress = { text: body.text as string, percent: (body.percent as number) ?? null, at: world.now() };
      });
    case "POST tasks/:id/block":
      return taskStep("blocked", `遇到阻塞：${body.reason}`, (task) => {
        task.blocked_reason = body.reason as string;
      });
    case "POST tasks/:id/resume":
      return taskStep("in_progress", "恢复进行");
    case "POST tasks/:id/finish":
      return taskStep("done", "完成了任务");
    case "POST tasks/:id/reopen":
      return taskStep("in_progress", "重新打开");
    case "POST tasks/:id/cancel":
      return taskStep("cancelled", `取消：${body.reason}`);
    case "GET history":
      return world.history[url.searchParams.get("subject") ?? ""] ?? [];
    case "GET deliveries":
      return world.deliveries.filter((each) => each.subject === url.searchParams.get("subject"));
    case "POST deliveries/:id/retry": {
      const delivery = find(world.deliveries);
      delivery.state = "queued";
      delivery.may_retry = false;
      changed({ kind: "delivery", id });
      return delivery;
    }
    case "GET records": {
      const wanted = url.searchParams;
      const statuses = wanted.get("status")?.split(",");
      let list = world.records.filter(
        (record) =>
          record.collaboration === wanted.get("collaboration") &&
          (!statuses || statuses.includes(record.status)) &&
          (!wanted.get("owner") || record.owner.id === wanted.get("owner")) &&
          (!wanted.get("query") || (record.topic + record.summary).includes(wanted.get("query") ?? "")),
      );
      const sort = wanted.get("sort") ?? "number";
      const by = sort.replace("-", "");
      const value = (record: RecordRow) =>
        String(by === "due" ? record.due_at : by === "updated" ? record.updated_at : record.number);
      list = [...list].sort((a, b) => value(a).localeCompare(value(b)) * (sort.startsWith("-") ? -1 : 1));
      const from = Number(wanted.get("cursor") ?? 0);
      const limit = Number(wanted.get("limit") ?? 50);
      return {
        items: list.slice(from, from + limit),
        next: from + limit < list.length ? String(from + limit) : null,
        total: list.length,
      };
    }
    case "POST records": {
      const record = world.record({
        topic: (body.topic as string) ?? "",
        owner: world.ref((body.owner as string) ?? world.me ?? ""),
        due_at: null,
        status: "pending",
        collaboration: body.collaboration as string,
      });
      changed({ kind: "record", id: record.id });
      return record;
    }
    case "GET records/:id":
      return find(world.records);
    case "PATCH records/:id": {
      const record = find(world.records);
      if (body.version !== record.version)
        throw new Refused(409, "version_conflict", "别人刚改过这一行", { current: record });
      const text = body.follow_up as string | undefined;
      if (text !== undefined && !body.follow_up_excuse) {
        const findings = world.lint(text);
        if (findings.length > 0)
          throw new Refused(422, "follow_up_vague", "后续行动还不够具体", {
            fields: findings.map((finding) => ({ field: "follow_up", ...finding })),
          });
      }
      for (const [field, value] of Object.entries(body)) {
        if (field === "version") continue;
        note(
          record.id,
          {
            kind: "changed",
            field: field === "due_at" ? "due" : field,
            from: String((record as never)[field] ?? ""),
            to: String(value),
          },
          `把「${field}」改为「${JSON.stringify(value)}」`,
        );
        if (field === "owner") record.owner = world.ref(value as string);
        else if (field === "participants")
          record.participants = (value as { kind: string; person?: string; text?: string }[]).map((each) =>
            each.kind === "person"
              ? { kind: "person", person: world.ref(each.person ?? "") }
              : { kind: "named", text: each.text ?? "" },
          );
        else Object.assign(record, { [field]: value });
      }
      record.follow_up_findings = record.follow_up_excuse ? [] : world.lint(record.follow_up);
      record.version++;
      record.updated_at = world.now();
      changed({ kind: "record", id, collaboration: record.collaboration });
      return record;
    }
    case "GET records/:id/history":
      return world.history[id] ?? [];
    case "POST follow_ups/:id/done": {
      for (const record of world.records)
        for (const followUp of record.follow_ups) if (followUp.id === id) followUp.done_at = world.now();
      changed({ kind: "desk", id: "" });
      return {};
    }
    case "POST wording":
      return { findings: world.lint(body.text as string) };
    case "POST time":
      return world.readTime(body.text as string);
    case "GET platforms":
      return world.platforms;
    case "GET accounts":
      return { items: world.accounts, next: null };
    case "PATCH accounts/:id": {
      const account = find(world.accounts);
      const { version: _, ...rest } = body;
      Object.assign(account, rest, { settings: { ...account.settings } });
      changed({ kind: "account", id });
      return account;
    }
    case "POST accounts/:id/check":
      return {
        findings: [
          { severity: "ok", text: "凭证有效，已取得 tenant_access_token" },
          { severity: "ok", text: "机器人能力已开启" },
          {
            severity: "warn",
            text: "缺少权限 contact:user.id:readonly",
            advice: "在开放平台「权限管理」中开通后发布新版本",
            detail: "code 99991672",
          },
        ],
      };
    case "POST accounts/:id/groups/refresh":
      return {};
    case "GET calendar/years":
      return [{ year: 2026, source: "国办发明电〔2025〕7号", verified: true, imported: false }];
    case "PUT calendar/years/:id":
      return { year: Number(id), source: "文件", verified: false, imported: true };
    case "GET tokens":
      return world.tokens;
    case "POST tokens": {
      const token = { id: `tok_${world.tokens.length}`, name: body.name as string, created_at: world.now() };
      world.tokens.push(token);
      return { ...token, token: "huan_6f1c2b9d8e7a4c53b0f1d2e3c4a59687" };
    }
    case "DELETE tokens/:id":
      world.tokens = world.tokens.filter((each) => each.id !== id);
      return {};
    case "POST demo/advance":
      world.offset += body.to === "+1h" ? 3_600_000 : body.to === "+2h" ? 7_200_000 : 57_600_000;
      return {};
    default:
      throw new Refused(404, "not_found", `${key} 不存在`);
  }
}
