// The page on which one plays the people of the simulated company.

import { closeBoard, drawBoard } from '/sim/board.js';
import { drawCard, element, text } from '/sim/card.js';
import { setPeople, setText, startComposer } from '/sim/composer.js';
import { closePage, drawPage } from '/sim/drive.js';
import { drawFaults, startFaults } from '/sim/faults.js';
import { markdown, plain } from '/sim/markdown.js';

const NAMES = { feishu: '飞书', dingtalk: '钉钉', teambition: 'Teambition', drive: '飞书' };
const EXAMPLE = '@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前';
const $ = (id) => document.getElementById(id);

let company = null;
let state = null;
/** What is open: platform, key of the conversation, key of who speaks. */
let here = null;
/** How many messages of each conversation were seen in this tab. */
const seen = new Map(Object.entries(JSON.parse(sessionStorage.getItem('seen') ?? '{}')));
/** Messages on the screen, by id: what was drawn, and the node. */
const drawn = new Map();

async function call(path, body, method) {
  const options = { method: method ?? (body === undefined ? 'GET' : 'POST') };
  if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  try {
    const answer = await fetch(`/sim/${path}`, options);
    const content = await answer.json();
    if (answer.ok) return content;
    toast(content.message ?? '没有成功', 'error');
  } catch {
    toast('模拟器没有回答', 'error');
  }
  return null;
}

function toast(message, kind = 'info') {
  const node = $('toasts').appendChild(text('div', message, `toast ${kind}`));
  setTimeout(() => node.remove(), 4000);
}

const personOf = (key) => company.people.find((person) => person.key === key);
const nameOf = (key) => personOf(key)?.name ?? key;
const projectOf = ({ key }) => state.teambition.projects.find((one) => one.id === key);
const pagesOf = () => state.drive.spaces.flatMap((space) => space.pages.map((page) => ({ ...page, space: space.name })));
const pageOf = ({ key }) => pagesOf().find((page) => page.token === key || page.object === key);
const conversationOf = ({ platform, key }) => state.platforms[platform].conversations.find((one) => one.key === key);

/** Names shown as mentions. */
const mentionNames = () => [company.robot ?? '环', '所有人', ...company.people.map((person) => person.name)];

// ---- where we are: `#dingtalk/product_v2/wangxiao/MESSAGE`, of which the speaker and the message may be left out;
// ---- a link from outside names the conversation by its id

function readPlace() {
  const [platform, name, speaker, message] = location.hash.slice(1).split('/').map(decodeURIComponent);
  if (platform === 'teambition') return readProject(name, speaker, message);
  if (platform === 'drive') return readPage(name, speaker);
  const open = state.platforms[platform]?.conversations.find((one) => one.key === name || one.id === name);
  if (!open) return null;
  return { platform, key: open.key, speaker: open.members.includes(speaker) ? speaker : open.members[0], message };
}

/** A project and perhaps a task in it: `#teambition/PROJECT/wangxiao/TASK`. */
function readProject(name, speaker, task) {
  const project = projectOf({ key: name });
  if (!project) return null;
  return { platform: 'teambition', key: project.id, speaker: project.members.includes(speaker) ? speaker : project.members[0], task };
}

/** A page of the wiki: `#drive/TOKEN/liqiang`. */
function readPage(name, speaker) {
  const page = pageOf({ key: name });
  if (!page) return null;
  const people = company.people.filter((person) => person.platforms.includes('feishu'));
  const known = people.some((person) => person.key === speaker);
  return { platform: 'drive', key: page.token, speaker: known ? speaker : people[0].key };
}

function go(platform, key, speaker, message) {
  location.hash = [platform, key, speaker, message].filter(Boolean).map(encodeURIComponent).join('/');
}

let refreshing = false;
let stale = false;

/** One fetch at a time; whatever changes meanwhile is fetched once more afterwards. */
async function refresh() {
  stale = true;
  if (refreshing) return;
  refreshing = true;
  while (stale) {
    stale = false;
    const viewer = here ? `&viewer=${encodeURIComponent(here.speaker)}` : '';
    const fresh = await call(`state?last=200${viewer}`);
    if (!fresh) break;
    state = fresh;
    drawAll();
  }
  refreshing = false;
}

async function placeChanged() {
  const before = here;
  here = readPlace();
  document.body.classList.toggle('talking', Boolean(here));
  document.body.classList.toggle('boarding', here?.platform === 'teambition' || here?.platform === 'drive');
  if (here && (here.platform !== before?.platform || here.key !== before?.key)) {
    drawn.clear();
    $('messages').replaceChildren();
    closeBoard();
    closePage();
  }
  if (here) drawHeader();
  sought = here?.message;
  await refresh();
}

// ---- drawing ----

/** A message that a link leads to and that was not shown yet. */
let sought = null;

function drawAll() {
  if (here?.platform === 'teambition') drawProject();
  else if (here?.platform === 'drive') drawWiki();
  else if (here) drawMessages();
  drawCalendar();
  drawSidebar();
  drawNow();
  drawRings();
  drawFaults(state);
}

function avatar(name, kind, small) {
  return text('span', name.slice(-2), `avatar ${kind}${small ? ' small' : ''}`);
}

function conversationButton(platform, conversation, title, note) {
  const id = `${platform}/${conversation.key}`;
  const node = element('button', 'conversation');
  node.type = 'button';
  const who = element('span', 'who');
  who.append(text('b', title), text('small', note));
  node.append(avatar(title.replace(/群$/, ''), platform, true), who);
  const current = here?.platform === platform && here.key === conversation.key;
  node.setAttribute('aria-current', current);
  const fresh = conversation.total - (seen.get(id) ?? 0);
  if (fresh > 0 && !current) node.append(text('span', String(fresh), 'unread'));
  node.addEventListener('click', () => go(platform, conversation.key, current ? here.speaker : undefined));
  return node;
}

function lastLine(conversation) {
  const last = conversation.messages.at(-1);
  if (!last) return `${conversation.members.length} 人`;
  return `${last.sender}：${last.recalled ? '消息已撤回' : last.text.replaceAll('\n', ' ')}`;
}

function drawSidebar() {
  const nodes = [];
  for (const platform of ['dingtalk', 'feishu']) {
    nodes.push(text('h3', `${NAMES[platform]}群`));
    for (const conversation of state.platforms[platform].conversations) {
      if (conversation.kind === 'group') nodes.push(conversationButton(platform, conversation, conversation.name, lastLine(conversation)));
    }
  }
  nodes.push(text('h3', 'Teambition 项目'), ...state.teambition.projects.map(projectButton));
  const pages = pagesOf();
  if (pages.length) nodes.push(text('h3', '飞书知识库'), ...pages.map(pageButton));
  nodes.push(text('h3', '每个人的客户端（与机器人私聊）'));
  for (const person of company.people) {
    for (const platform of person.platforms.filter((name) => state.platforms[name])) {
      const conversation = state.platforms[platform].conversations.find((one) => one.kind === 'direct' && one.key === person.key);
      if (!conversation) continue;
      const line = conversation.messages.length ? lastLine(conversation) : person.job_title;
      const row = element('div', 'person');
      row.append(conversationButton(platform, conversation, person.name, line), text('span', NAMES[platform][0], `badge ${platform}`));
      nodes.push(row);
    }
  }
  $('conversations').replaceChildren(...nodes);
}

function projectButton(project) {
  const node = element('button', 'conversation');
  node.type = 'button';
  const open = project.tasks.filter((task) => !task.done && !task.archived).length;
  const who = element('span', 'who');
  who.append(text('b', project.name), text('small', `${open} 个未完成任务`));
  node.append(text('span', project.name.slice(0, 2), 'avatar teambition small'), who);
  node.setAttribute('aria-current', here?.key === project.id);
  node.addEventListener('click', () => go('teambition', project.id, here?.speaker));
  return node;
}

function pageButton(page) {
  const node = element('button', 'conversation');
  node.type = 'button';
  const who = element('span', 'who');
  who.append(text('b', page.title), text('small', `${page.space} · ${page.content.kind === 'base' ? '多维表格' : '文档'}`));
  node.append(text('span', page.content.kind === 'base' ? '表' : '文', 'avatar feishu small'), who);
  node.setAttribute('aria-current', here?.key === page.token);
  node.addEventListener('click', () => go('drive', page.token, here?.speaker));
  return node;
}

function drawWiki() {
  const page = pageOf(here);
  if (!page) return;
  const people = company.people.filter((person) => person.platforms.includes('feishu'));
  const act = (what) => call('feishu/drive', { person: here.speaker, ...what });
  drawPage({ page, people, person: here.speaker, act, go: (person) => go('drive', page.token, person) });
}

function drawProject() {
  const project = projectOf(here);
  const userOf = (key) => personOf(key)?.teambition?.user_id ?? '';
  const act = (method, path, body) => call('teambition/act', { person: here.speaker, method, path, body });
  drawBoard({ project, priorities: state.teambition.priorities, now: new Date(state.now), person: here.speaker, task: here.task, nameOf, userOf, act, go: (person, task) => go('teambition', project.id, person, task) });
}

function drawHeader() {
  if (here.platform === 'teambition') return drawProjectHeader();
  if (here.platform === 'drive') return drawPageHeader();
  const conversation = conversationOf(here);
  const group = conversation.kind === 'group';
  $('title').textContent = group ? conversation.name : `${conversation.name} 的${NAMES[here.platform]}`;
  $('members').textContent = group ? ['环（机器人）', ...conversation.members.map(nameOf)].join('、') : `${personOf(conversation.key)?.job_title ?? ''} · 与机器人「环」的私聊`;
  $('platform').className = `badge ${here.platform}`;
  $('platform').textContent = NAMES[here.platform];
  const entry = (key) => ({ key, name: nameOf(key), note: personOf(key)?.job_title });
  const robot = { key: 'robot', name: '环', note: '机器人' };
  const mentionable = [robot, ...conversation.members.map(entry), ...(group ? [{ key: 'all', name: '所有人' }] : [])];
  setPeople(conversation.members.map(entry), here.speaker, mentionable);
}

/** What stands in the calendar of whom we talk with. */
function drawCalendar() {
  const shown = here && state.platforms[here.platform] ? conversationOf(here) : null;
  const events = shown?.kind === 'direct' ? (state.calendars[here.platform] ?? []).filter((event) => event.people.includes(shown.key)) : [];
  const look = JSON.stringify(events);
  if ($('calendar').dataset.look === look) return;
  $('calendar').dataset.look = look;
  $('calendar').hidden = events.length === 0;
  const clock = (at) => new Date(at).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  $('calendar').replaceChildren(
    text('b', '日程'),
    ...events.map((event) => {
      const line = text('p', `${event.starts_at ? clock(event.starts_at) : '全天'} ${event.title}${event.place ? ` · ${event.place}` : ''}`);
      line.title = event.description;
      if (event.join_url) {
        const link = text('a', '加入会议');
        link.href = event.join_url;
        link.target = '_blank';
        link.rel = 'noopener';
        line.append(' ', link);
      }
      return line;
    }),
  );
}

function drawPageHeader() {
  const page = pageOf(here);
  $('title').textContent = page.title;
  $('members').textContent = `${page.space}（知识库）`;
  $('platform').className = 'badge feishu';
  $('platform').textContent = NAMES.drive;
}

function drawProjectHeader() {
  const project = projectOf(here);
  $('title').textContent = project.name;
  $('members').textContent = project.members.map(nameOf).join('、');
  $('platform').className = 'badge teambition';
  $('platform').textContent = NAMES.teambition;
}

function drawMessages() {
  const conversation = conversationOf(here);
  const log = $('messages');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || !drawn.size;
  sawAll(conversation);
  if (!conversation.messages.length) return drawEmpty(log, conversation);
  log.querySelector('.empty')?.remove();
  for (const message of conversation.messages) {
    const look = JSON.stringify(message) + here.speaker;
    const known = drawn.get(message.id);
    if (known?.look === look) continue;
    const node = messageNode(message, conversation);
    if (known) known.node.replaceWith(node);
    else log.append(node);
    drawn.set(message.id, { look, node });
  }
  if (atEnd) log.scrollTop = log.scrollHeight;
  const found = sought && drawn.get(sought)?.node;
  if (found) {
    sought = null;
    found.scrollIntoView({ block: 'center' });
    found.classList.add('found');
  }
  if (conversation.kind === 'direct') markRead(conversation);
}

function sawAll(conversation) {
  seen.set(`${here.platform}/${here.key}`, conversation.total);
  sessionStorage.setItem('seen', JSON.stringify(Object.fromEntries(seen)));
}

function drawEmpty(log, conversation) {
  const box = element('div', 'empty');
  const group = conversation.kind === 'group';
  box.append(text('p', group ? '还没有人说话。选一个人，写点什么；@环 叫机器人。' : '机器人还没有找过这个人。'));
  if (group) {
    const example = text('button', `填入：${EXAMPLE}`);
    example.type = 'button';
    example.addEventListener('click', () => setText(EXAMPLE));
    box.append(example);
  }
  log.replaceChildren(box);
}

function messageNode(message, conversation) {
  const mine = message.person === here.speaker;
  const node = element('div', mine ? 'message mine' : 'message');
  const inside = element('div', 'inside');
  const meta = element('div', 'meta');
  const notes = [message.sender, new Date(message.at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' })];
  if (message.edited && !message.recalled) notes.push('已更新');
  const readers = message.read_by.filter((key) => key !== message.person);
  if (!message.person && readers.length) notes.push(conversation.kind === 'direct' ? '已读' : `已读 ${readers.length}`);
  meta.append(...notes.map((note) => text('span', note)));
  inside.append(meta);
  if (message.reply_to) {
    const answered = conversation.messages.find((one) => one.id === message.reply_to);
    if (answered) inside.append(text('div', `回复 ${answered.sender}：${answered.text.split('\n')[0]}`, 'quote'));
  }
  inside.append(bodyNode(message));
  node.append(avatar(message.sender, message.person ? here.platform : 'robot'), inside);
  return node;
}

function bodyNode(message) {
  const names = mentionNames();
  const body = message.body;
  if (body.kind === 'card') return drawCard(message.id, body.card, names, (button, form) => press(message.id, button, form));
  if (body.kind === 'markdown') {
    const node = element('div', 'bubble md');
    node.innerHTML = `${body.title ? `<h4>${plain(body.title, names)}</h4>` : ''}${markdown(body.text, names)}`;
    return node;
  }
  if (body.kind === 'text') {
    const node = element('div', 'bubble');
    node.innerHTML = plain(body.text, names);
    return node;
  }
  return text('div', body.label, 'bubble quiet');
}

const icon = (path) => `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;
const WAYS = {
  app: [icon('<path d="M18 8a6 6 0 0 0-12 0c0 7-3 9-3 9h18s-3-2-3-9M13.7 21a2 2 0 0 1-3.4 0"/>'), '应用内加急', '查看'],
  sms: [icon('<path d="M4 5h16v12H9l-5 4z"/>'), '短信', '查看'],
  phone: [icon('<path d="M5 3h4l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2"/>'), '来电', '接听'],
};

function drawRings() {
  const open = state.rings.filter((ring) => !ring.answered).slice(-4);
  $('rings').replaceChildren(
    ...open.map((ring) => {
      const [picture, way, verb] = WAYS[ring.way];
      const node = element('div', `ring ${ring.way}`);
      const line = element('p');
      line.append(text('b', `${nameOf(ring.person)} · ${NAMES[ring.platform]}${way}`), text('span', ring.text));
      const answer = text('button', verb);
      answer.addEventListener('click', () => {
        call(`rings/${ring.number}/answer`, {});
        go(ring.platform, ring.person, ring.person);
      });
      const away = text('button', '忽略');
      away.addEventListener('click', () => call(`rings/${ring.number}/answer`, {}));
      const sign = element('span', 'icon');
      sign.innerHTML = picture;
      node.append(sign, line, answer, away);
      return node;
    }),
  );
}

/** The demonstration's time, as far as the page has heard of it. */
function drawNow() {
  $('now').textContent = new Date(state.now).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit' });
}

/** Buttons that whoever runs the simulators has added. */
function drawScenes() {
  $('scenes').hidden = !company.scenes?.length;
  const buttons = (company.scenes ?? []).map((scene) => {
    const node = text('button', scene.name);
    node.type = 'button';
    node.title = scene.explanation;
    node.addEventListener('click', async () => {
      node.disabled = true;
      if (await call(`scenes/${encodeURIComponent(scene.key)}`, {})) toast(scene.explanation);
      node.disabled = false;
    });
    return node;
  });
  $('scenes').querySelector('div').replaceChildren(...buttons);
}

// ---- doing ----

async function send(written) {
  const conversation = conversationOf(here);
  const place = conversation.kind === 'group' ? { group: conversation.id } : 'robot';
  return Boolean(await call('say', { platform: here.platform, person: here.speaker, place, text: written }));
}

async function press(message, button, form) {
  const outcome = await call('press', { platform: here.platform, person: here.speaker, message, button, form });
  if (!outcome) return false;
  if (outcome.error) toast(`${outcome.error.text}（${outcome.error.code}）`, 'error');
  if (outcome.toast?.text) toast(outcome.toast.text, outcome.toast.kind);
  if (outcome.open_url) window.open(outcome.open_url, '_blank', 'noopener');
  return !outcome.error;
}

/** Opening a direct conversation reads what the robot wrote there. */
const reading = new Set();
function markRead(conversation) {
  if (document.visibilityState !== 'visible') return;
  for (const message of conversation.messages) {
    const unread = !message.person && !message.recalled && !message.read_by.includes(conversation.key);
    if (!unread || reading.has(message.id)) continue;
    reading.add(message.id);
    call('read', { platform: here.platform, person: conversation.key, message: message.id });
  }
}

function listen() {
  const changes = new EventSource('/sim/changes');
  changes.onopen = () => {
    $('live').className = 'on';
    $('live').textContent = '实时';
    refresh();
  };
  changes.onmessage = refresh;
  changes.onerror = () => {
    $('live').className = '';
    $('live').textContent = '连接中断';
  };
}

async function start() {
  company = await call('connection');
  state = company && (await call('state'));
  if (!state) return setTimeout(start, 2000);
  $('organisation').textContent = `${company.organisation} · 钉钉、飞书与 Teambition`;
  $('note').textContent = company.note ?? '';
  $('note').hidden = !company.note;
  document.title = `${company.organisation} · 模拟平台`;
  startComposer(send, (speaker) => go(here.platform, here.key, speaker));
  drawScenes();
  startFaults(call, () => drawFaults(state), !company.scenes?.length);
  $('back').addEventListener('click', () => (location.hash = ''));
  document.addEventListener('visibilitychange', refresh);
  window.addEventListener('hashchange', placeChanged);
  if (!location.hash && window.innerWidth > 760) go('dingtalk', 'product_v2', 'wangxiao');
  else await placeChanged();
  listen();
}

start();
