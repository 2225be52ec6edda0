// The small organisation of the stand-in server.
import type {
  Account,
  Channel,
  Clock,
  Collaboration,
  Counts,
  Delivery,
  Desk,
  Finding,
  HistoryEntry,
  Identity,
  Language,
  Person,
  PersonRef,
  PlatformDescriptor,
  RecordRow,
  Status,
  Task,
  TimeReading,
  Token,
} from "../../src/api/types";

export type World = ReturnType<typeof makeWorld>;

const counts = (
  pending: number,
  in_progress: number,
  awaiting_feedback: number,
  blocked: number,
  done: number,
): Counts => ({
  pending,
  in_progress,
  awaiting_feedback,
  blocked,
  done,
});

export function makeWorld() {
  const world = {
    me: "per_1" as string | null,
    language: (process.env.HUAN_MOCK_LANGUAGE ?? "zh-CN") as Language,
    offset: 0,
    workspace: { id: "wsp_1", name: "青禾科技", zone: "Asia/Shanghai" },
    departments: ["产品部", "研发部", "设计部", "运维部", "市场部", "客服部"].map((name, index) => ({
      id: `dep_${index}`,
      name,
    })),
    people: [] as Person[],
    collaborations: [] as Collaboration[],
    channels: [] as Channel[],
    tasks: [] as Task[],
    records: [] as RecordRow[],
    history: {} as Record<string, HistoryEntry[]>,
    deliveries: [] as Delivery[],
    identities: [] as Identity[],
    accounts: [] as Account[],
    platforms: [] as PlatformDescriptor[],
    tokens: [] as Token[],
    now: () => new Date(Date.now() + world.offset).toISOString(),
    at: (minutes: number) => new Date(Date.now() + world.offset + minutes * 60_000).toISOString(),
    ref: (id: string): PersonRef => {
      const person = world.people.find((each) => each.id === id);
      return { id, name: person?.name ?? "?", job: person?.job ?? "", department: person?.department?.name };
    },
    clock: (kind: string, ago: number, length: number): Clock => ({
      id: `clk_${Math.random()}`,
      kind,
      stage: "running",
      stage_name: kind === "acceptance" ? "承接确认" : "每日进展",
      started_at: world.at(-ago),
      next_at: world.at(length / 2 - ago),
      due_at: world.at(length - ago),
      state: "running",
      assumed_years: [],
    }),
    task: (input: Partial<Task> & { name: string }): Task => {
      const stage = input.stage ?? "in_progress";
      const statuses: Record<string, Status | null> = {
        offered: "pending",
        declined: "awaiting_feedback",
        in_progress: "in_progress",
        blocked: "blocked",
        done: "done",
        cancelled: null,
      };
      const task: Task = {
        id: `tsk_${world.tasks.length + 1}`,
        number: 12 + world.tasks.length,
        collaboration: { id: "col_1", name: "产品V2.0需求评审" },
        description: "",
        initiator: world.ref("per_1"),
        owner: world.ref("per_2"),
        helpers: [],
        due_at: world.at(60 * 26),
        priority: "normal",
        criteria: "",
        level: "internal",
        stage,
        status: statuses[stage] ?? null,
        created_at: world.at(-60 * 5),
        updated_at: world.at(-30),
        version: 1,
        may: { answer: true, direct: true },
        clock: stage === "offered" ? world.clock("acceptance", 40, 120) : null,
        ...input,
      };
      world.tasks.push(task);
      return task;
    },
    record: (input: Partial<RecordRow> & { topic: string }): RecordRow => {
      const record: RecordRow = {
        id: `rec_${world.records.length + 1}`,
        number: `产品部-2026-${String(world.records.length + 1).padStart(4, "0")}`,
        collaboration: "col_1",
        participants: [],
        platforms: ["dingtalk"],
        summary: "",
        owner: world.ref("per_2"),
        due_at: world.at(60 * 20),
        status: "pending",
        follow_up: "",
        follow_up_findings: [],
        follow_ups: [],
        level: "internal",
        created_at: world.at(-600),
        updated_at: world.at(-60),
        version: 1,
        may_edit: true,
        ...input,
      };
      record.follow_up_findings = world.lint(record.follow_up);
      world.records.push(record);
      return record;
    },
    lint: (text: string): Finding[] => {
      const findings: Finding[] = [];
      const vague = /需?尽快\S{0,4}|抓紧\S{0,2}|下周(?!一|二|三|四|五)/.exec(text);
      if (vague)
        findings.push({
          code: "vague_time",
          span: [vague.index, vague.index + vague[0].length],
          message: "没有写明时间",
          suggestion: "市场经理今日17:00前确认客户反馈",
        });
      if (text && !/[\u4e00-\u9fff](经理|组长|专员|代表|工程师)|林晓|陈思远|周岚/.test(text))
        findings.push({ code: "no_person", span: [0, text.length], message: "没有写明由谁来做", suggestion: null });
      return findings;
    },
    readTime: (text: string): TimeReading => {
      if (/^\d{1,2}点/.test(text))
        return {
          kind: "ambiguous",
          candidates: [
            { label: `上午 ${text}`, at: world.at(600) },
            { label: `下午 ${text}`, at: world.at(1320) },
          ],
        };
      if (/昨天/.test(text)) return { kind: "past", at: world.at(-1400) };
      if (/周|明|今|后天|日|小时|月|\d:\d\d/.test(text)) return { kind: "found", at: world.at(60 * 30), text };
      return { kind: "none" };
    },
    desk: (): Desk => {
      const mine = world.tasks.filter((task) => task.owner.id === "per_1");
      const waiting: Desk["waiting"] = [
        ...mine
          .filter((task) => task.stage === "offered")
          .map((task) => ({ kind: "accept" as const, task, clock: task.clock, since: task.created_at })),
        ...world.tasks
          .filter((task) => task.stage === "declined" && task.initiator.id === "per_1")
          .map((task) => ({ kind: "answer_proposal" as const, task, clock: task.clock, since: task.updated_at })),
        ...world.records.flatMap((record) =>
          record.follow_ups
            .filter((each) => each.person.id === "per_1" && !each.done_at)
            .map((follow_up) => ({ kind: "follow_up" as const, follow_up, record, since: record.created_at })),
        ),
        ...world.tasks
          .filter((task) => task.stage === "blocked" && task.initiator.id === "per_1")
          .map((task) => ({ kind: "blocked" as const, task, since: task.updated_at })),
      ];
      return {
        waiting,
        mine: { in_progress: mine.filter((task) => task.stage === "in_progress" || task.stage === "blocked") },
        watched: world.tasks.filter(
          (task) =>
            task.initiator.id === "per_1" &&
            task.owner.id !== "per_1" &&
            task.stage !== "done" &&
            task.stage !== "cancelled",
        ),
        today: { digest_at: world.at(120) },
        guide: {
          step: 1,
          sentence: "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前",
          group: "产品V2.0项目群",
          done: [true, true, false, false, false],
        },
      };
    },
  };

  const people: [string, string, number][] = [
    ["林晓", "产品经理", 0],
    ["陈思远", "研发组长", 1],
    ["周岚", "设计专员", 2],
    ["高建国", "研发总监", 1],
    ["赵一鸣", "运维工程师", 3],
    ["孙晴", "市场经理", 4],
    ["吴桐", "客服专员", 5],
    ["Ada Meyer", "项目助理", 0],
  ];
  people.forEach(([name, job, department], index) => {
    const id = `per_${index + 1}`;
    world.people.push({
      id,
      name,
      job,
      department: world.departments[department] ?? null,
      superior: index === 1 ? { id: "per_4", name: "高建国" } : null,
      zone: "Asia/Shanghai",
      language: "zh-CN",
      mobile: `1380000000${index}`,
      mail: `user${index + 1}@example.com`,
      staff_number: null,
      administrator: index === 0,
      standing: { kind: index === 7 ? "guest" : "active", until: index === 7 ? world.at(60 * 24 * 30) : undefined },
      identities: [
        {
          id: `idn_${id}d`,
          account: "acc_1",
          platform: "dingtalk",
          user: `ding${index}`,
          name,
          preferred: index % 2 === 0,
        },
        ...(index % 2
          ? [{ id: `idn_${id}f`, account: "acc_2", platform: "feishu", user: `ou_${index}`, name, preferred: true }]
          : []),
      ],
      version: 1,
    });
  });
  world.identities = [
    { id: "idn_x1", account: "acc_1", platform: "dingtalk", user: "ding_918", name: "小吴", preferred: false },
    { id: "idn_x2", account: "acc_2", platform: "feishu", user: "ou_3f2a", name: "刘工（外包）", preferred: false },
  ];
  const channel = (id: string, platform: string, title: string, outsiders = false): Channel => ({
    id,
    account: platform === "dingtalk" ? "acc_1" : "acc_2",
    platform,
    conversation: `cid${id}`,
    title,
    collaboration: null,
    has_outsiders: outsiders,
    present: true,
  });
  world.channels = [
    channel("chn_1", "dingtalk", "产品V2.0项目群"),
    channel("chn_2", "feishu", "V2.0 研发"),
    channel("chn_3", "dingtalk", "客户对接群", true),
    channel("chn_4", "feishu", "市场部日常"),
  ];
  const collaboration = (id: string, name: string, goal: string, overdue: number): Collaboration => ({
    id,
    name,
    goal,
    goal_on: "2026-12-18",
    state: "active",
    role: "initiator",
    counts: { tasks: counts(2, 4, 1, 1, 6), records: counts(3, 6, 1, 1, 12), overdue },
    members: [],
    channels: [],
    levels: {
      acceptance: {
        answer_within: { minutes: 120, basis: "working" },
        escalate_every: { minutes: 120, basis: "working" },
      },
      daily_progress: { digest_at: "17:00:00", remind_before_minutes: 30, time_zone: null },
      follow_up: {
        remind_before_minutes: 60,
        escalate_after: { minutes: 1440, basis: "elapsed" },
        escalate_every: { minutes: 1440, basis: "elapsed" },
      },
    },
    may_manage: true,
    version: 1,
  });
  world.collaborations = [
    collaboration("col_1", "产品V2.0需求评审", "12月18日前完成产品V2.0需求文档评审", 2),
    collaboration("col_2", "Q3营销活动", "推动Q3营销活动落地", 0),
    collaboration("col_3", "支付系统稳定性", "支付模块压测通过，月内零中断", 0),
  ];
  const first = world.collaborations[0];
  if (first) {
    const bind = (index: number) => {
      const found = world.channels[index];
      if (!found) return;
      found.collaboration = { id: first.id, name: first.name };
      first.channels.push(found);
    };
    bind(0);
    bind(1);
    const roles = ["initiator", "member", "member", "member", "member", "member", "member", "assistant"] as const;
    const duties = [
      "提出需求、确认验收",
      "评估技术可行性、安排开发",
      "原型与视觉",
      "",
      "",
      "活动配合",
      "",
      "维护记录表、整理纪要",
    ];
    first.members = world.people.map((person, index) => ({
      id: `mem_${index}`,
      person: world.ref(person.id),
      role: roles[index] ?? "member",
      duty: duties[index] ?? "",
    }));
  }
  const origin = {
    message: "msg_1",
    platform: "dingtalk",
    conversation_title: "产品V2.0项目群",
    speaker: "林晓",
    text: "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前",
    sent_at: world.at(-41),
    link: "dingtalk://dingtalkclient/",
  };
  world.task({
    name: "确认验收标准初稿",
    owner: world.ref("per_1"),
    initiator: world.ref("per_4"),
    stage: "offered",
    clock: world.clock("acceptance", 95, 120),
    priority: "high",
    origin: { ...origin, speaker: "高建国", text: "@环 任务 确认验收标准初稿 @林晓 明天10:00前" },
  });
  world.task({
    name: "评估数据导出的技术可行性",
    stage: "declined",
    origin,
    refusal: {
      reason: "本周接口改造占满，周五前排不开",
      proposal: { due_at: world.at(60 * 72), words: "先出 CSV 方案，Excel 放到下一版", owner: null },
    },
    clock: world.clock("proposal", 20, 120),
    record: { id: "rec_1", number: "产品部-2026-0001" },
    description: "客户希望按月导出全部订单，约 20 万行。请评估：\n1. 能否在后台任务里跑\n2. 对主库的影响",
    criteria: "给出方案与工期，含风险说明",
    helpers: [world.ref("per_5")],
  });
  world.task({
    name: "导出权限的原型",
    owner: world.ref("per_3"),
    stage: "offered",
    clock: world.clock("acceptance", 20, 120),
  });
  world.task({
    name: "整理客户访谈纪要",
    owner: world.ref("per_1"),
    initiator: world.ref("per_1"),
    progress: { text: "已整理 3 份，等客户确认第 4 份", percent: 60, at: world.at(-70) },
    due_at: world.at(180),
  });
  world.task({
    name: "支付模块压测环境",
    owner: world.ref("per_5"),
    stage: "blocked",
    blocked_reason: "缺 2 台压测机，等运维采购",
    due_at: world.at(-90),
    priority: "urgent",
  });
  world.task({ name: "主视觉定稿同步销售", owner: world.ref("per_6"), stage: "done" });
  world.task({
    name: "接口字段对齐",
    owner: world.ref("per_2"),
    due_at: world.at(60 * 100),
    progress: { text: "字段表已发", percent: 30, at: world.at(-200) },
  });
  world.task({ name: "灰度发布方案", owner: world.ref("per_4"), due_at: null });
  const p = (id: string) => ({ kind: "person" as const, person: world.ref(id) });
  world.record({
    topic: "产品V2.0需求评审",
    participants: [p("per_1"), p("per_2"), p("per_3")],
    platforms: ["feishu", "dingtalk"],
    summary: "客户提出新增数据导出功能，需评估技术可行性",
    owner: world.ref("per_2"),
    status: "in_progress",
    follow_up: "设计专员周岚11月27日12:00前输出初版原型",
    task: { id: "tsk_2", number: 13 },
    origin,
    follow_ups: [{ id: "fup_1", person: world.ref("per_1"), action: "确认初版原型", due_at: world.at(300) }],
  });
  world.record({
    topic: "系统故障处理",
    participants: [p("per_5"), p("per_7"), { kind: "named", text: "值班电话" }],
    platforms: ["dingtalk", "telephone"],
    summary: "支付模块中断，初步判断为服务器负载过高",
    owner: world.ref("per_5"),
    status: "done",
    due_at: world.at(-300),
    follow_up: "提交故障报告，下周进行压力测试",
  });
  world.record({
    topic: "Q3营销活动方案",
    participants: [p("per_6"), { kind: "named", text: "销售代表" }],
    platforms: ["feishu", "teambition"],
    summary: "主视觉定稿，同步销售端",
    owner: world.ref("per_6"),
    status: "done",
    due_at: world.at(-1200),
    follow_up: "销售代表3日内反馈客户初步意向",
  });
  const more = Number(process.env.HUAN_MOCK_ROWS ?? 60);
  const topics = [
    "导出字段确认",
    "灰度范围",
    "接口限流",
    "客户演示安排",
    "发票流程",
    "权限模型",
    "埋点补充",
    "文案走查",
  ];
  const states: Status[] = ["pending", "in_progress", "awaiting_feedback", "blocked", "done"];
  for (let index = 0; index < more; index++)
    world.record({
      topic: `${topics[index % topics.length]} ${index + 1}`,
      participants: [p(`per_${(index % 7) + 1}`), p(`per_${((index + 3) % 7) + 1}`)],
      platforms: index % 3 ? ["dingtalk"] : ["feishu", "dingtalk"],
      summary: "与客户核对了范围，遗留两点待确认；详见群内讨论。",
      owner: world.ref(`per_${(index % 6) + 1}`),
      due_at: world.at(-600 + index * 190),
      status: states[index % 5],
      follow_up: index % 4 ? `陈思远${(index % 5) + 1}日内给出结论` : "需尽快确认",
    });
  world.history.tsk_2 = [
    {
      id: "his_1",
      at: world.at(-41),
      actor: world.ref("per_1"),
      source: {
        kind: "chat",
        platform: "dingtalk",
        message: "msg_1",
        link: "dingtalk://dingtalkclient/",
        conversation: "产品V2.0项目群",
      },
      event: { kind: "created" },
      text: "林晓建了任务，请陈思远负责，周五 12:00 前",
    },
    {
      id: "his_2",
      at: world.at(-41),
      actor: null,
      source: { kind: "huan" },
      event: { kind: "clock_started" },
      text: "承接确认的 2 小时时限开始",
    },
    {
      id: "his_3",
      at: world.at(-40),
      actor: null,
      source: { kind: "huan", platform: "feishu" },
      event: { kind: "sent" },
      text: "卡片已发给陈思远",
    },
    {
      id: "his_4",
      at: world.at(-20),
      actor: world.ref("per_2"),
      source: { kind: "card", platform: "feishu" },
      event: { kind: "declined" },
      text: "陈思远暂不承接：本周接口改造占满，周五前排不开",
    },
  ];
  world.deliveries = [
    {
      id: "dlv_1",
      subject: "tsk_2",
      what: "任务卡片",
      platform: "feishu",
      to: world.ref("per_2"),
      state: "read",
      queued_at: world.at(-41),
      sent_at: world.at(-41),
      delivered_at: world.at(-40),
      read_at: world.at(-36),
      attempts: [{ at: world.at(-41), outcome: "sent" }],
      may_retry: false,
    },
    {
      id: "dlv_2",
      subject: "tsk_2",
      what: "暂不承接的通知",
      platform: "dingtalk",
      to: world.ref("per_1"),
      state: "failed",
      queued_at: world.at(-20),
      attempts: [
        { at: world.at(-20), outcome: "transient", reason: "钉钉限流" },
        { at: world.at(-18), outcome: "never", reason: "对方不在可见范围" },
      ],
      reason: "对方不在机器人的可见范围内",
      may_retry: true,
    },
  ];
  world.accounts = [
    {
      id: "acc_1",
      platform: "dingtalk",
      name: "青禾钉钉",
      enabled: true,
      state: { kind: "connected", since: world.at(-500) },
      abilities: ["send", "listen", "edit", "call"],
      callback_url: "https://huan.example.com/callback/dingtalk/acc_1",
      settings: { client_id: "dingabc123", client_secret: { secret: true, set: true }, mode: "stream" },
      last_heard_at: world.at(-2),
      version: 1,
    },
    {
      id: "acc_2",
      platform: "feishu",
      name: "青禾飞书",
      enabled: true,
      state: { kind: "waiting", until: world.at(1), reason: "长连接断开，30 秒后重连" },
      abilities: ["send", "listen"],
      callback_url: "https://huan.example.com/callback/feishu/acc_2",
      settings: { app_id: "cli_9f", app_secret: { secret: true, set: true }, mode: "long_connection" },
      last_heard_at: world.at(-40),
      version: 1,
    },
  ];
  world.platforms = [
    {
      key: "dingtalk",
      name: "钉钉",
      settings: [
        {
          key: "client_id",
          label: "Client ID（AppKey）",
          help: "开放平台 → 应用 → 凭证与基础信息",
          kind: "text",
          required: true,
        },
        { key: "client_secret", label: "Client Secret", help: "同一页", kind: "secret", required: true },
        {
          key: "mode",
          label: "接收方式",
          kind: "choice",
          choices: ["stream", "http"],
          required: true,
          default: "stream",
        },
      ],
      permissions: [
        { scope: "qyapi_robot_sendmsg", reason: "发送机器人消息" },
        { scope: "Contact.User.Read", reason: "按手机号找到成员" },
      ],
    },
    {
      key: "feishu",
      name: "飞书",
      settings: [
        { key: "app_id", label: "App ID", kind: "text", required: true },
        { key: "app_secret", label: "App Secret", kind: "secret", required: true },
        {
          key: "mode",
          label: "接收方式",
          kind: "choice",
          choices: ["long_connection", "http"],
          required: true,
          default: "long_connection",
        },
      ],
      permissions: [
        { scope: "im:message:send_as_bot", reason: "发送卡片和消息" },
        { scope: "im:message.group_at_msg:readonly", reason: "听到 @环 的消息" },
      ],
    },
  ];
  world.tokens = [{ id: "tok_a", name: "报表脚本", created_at: world.at(-90000), last_used_at: world.at(-60) }];
  return world;
}
