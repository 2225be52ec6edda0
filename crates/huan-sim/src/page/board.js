// Teambition: the board of a project, and the panel of a task, on which one edits as any member.

import { element, text } from '/sim/card.js';

const board = document.getElementById('board');

/** What the panel shows at present; it is drawn anew only when that changed and nobody writes in it. */
let shown = '';
/** What was drawn last, for when the writing ends. */
let latest = null;
/** Whether the open project was drawn before: what is there at first is no news. */
let settled = false;

/**
 * Draws a project. `context` has `project`, `priorities`, `now`, `person` (key of who acts), `task` (id of the open one),
 * `nameOf(key)`, `userOf(key)` (userId on Teambition), `act(method, path, body)` and `go(person, task)`.
 */
export function drawBoard(context) {
  latest = context;
  const { project, task: open } = context;
  const head = element('header');
  const who = element('select');
  who.setAttribute('aria-label', '以谁的身份操作');
  who.append(...project.members.map((key) => new Option(context.nameOf(key), key)));
  who.value = context.person;
  who.addEventListener('change', () => context.go(who.value, open));
  const label = text('label', '以 ');
  label.append(who, ' 的身份操作');
  head.append(label);
  const columns = element('div', 'board-columns');
  columns.append(...project.statuses.map((status, at) => column(context, status, at === 0)));
  const task = project.tasks.find((one) => one.id === open);
  const kept = board.querySelector('.task-panel');
  const writing = kept?.contains(document.activeElement) && kept.dataset.task === open;
  const draft = board.querySelector('.new-task input');
  const drafting = draft && document.activeElement === draft ? draft.value : null;
  const panel = writing ? kept : task && panelOf(context, task, kept);
  const scrolled = board.querySelector('.board-columns')?.scrollLeft ?? 0;
  const main = element('div', 'board-main');
  main.append(head, columns);
  if (writing) board.querySelector('.board-main').replaceWith(main);
  else board.replaceChildren(main, ...(panel ? [panel] : []));
  settled = true;
  columns.scrollLeft = scrolled;
  if (drafting !== null) {
    const again = board.querySelector('.new-task input');
    again.value = drafting;
    again.focus();
  }
}

/** Forgets what is open, when another window is shown. */
export function closeBoard() {
  latest = null;
  shown = '';
  settled = false;
  looks.clear();
  board.replaceChildren();
}

function column(context, status, first) {
  const node = element('section', `column ${status.kind}`);
  const tasks = context.project.tasks.filter((task) => task.status === status.id && !task.archived);
  const title = text('h3', status.name);
  title.append(text('span', String(tasks.length)));
  node.append(title);
  if (first) node.append(newTask(context));
  node.append(...tasks.map((task) => ticket(context, task)));
  node.addEventListener('dragover', (event) => event.preventDefault());
  node.addEventListener('drop', (event) => {
    event.preventDefault();
    const id = event.dataTransfer.getData('text/plain');
    if (id) context.act('PUT', `/v3/task/${id}/taskflowstatus`, { taskflowstatusId: status.id });
  });
  return node;
}

function newTask(context) {
  const form = element('form', 'new-task');
  const title = element('input');
  title.placeholder = '新任务，回车创建';
  title.setAttribute('aria-label', '新任务的标题');
  title.maxLength = 500;
  form.append(title);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const content = title.value.trim();
    if (!content) return;
    const made = await context.act('POST', '/v3/task/create', { projectId: context.project.id, content });
    if (!made) return;
    title.value = '';
    context.go(context.person, made.id);
  });
  return form;
}

function ticket(context, task) {
  const node = element('button', task.done ? 'ticket done' : 'ticket');
  node.type = 'button';
  node.draggable = true;
  node.setAttribute('aria-current', task.id === context.task);
  const title = text('b', task.content);
  const level = context.priorities.find(([value]) => value === task.priority)?.[1];
  if (task.priority > 0 && level) title.prepend(text('i', level));
  const line = element('small');
  const name = task.executor && context.nameOf(task.executor);
  line.append(text('span', name ? name.slice(-2) : '?', name ? 'avatar teambition' : 'avatar'), text('span', name ?? '待认领'));
  if (task.due) line.append(text('span', `${short(task.due)} 截止`, !task.done && new Date(task.due) < context.now ? 'bad' : ''));
  const comments = task.activities.filter((one) => one.action === 'comment').length;
  if (comments) line.append(text('span', `评论 ${comments}`));
  node.append(title, line);
  flash(node, task);
  node.addEventListener('click', () => context.go(context.person, task.id));
  node.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', task.id));
  return node;
}

/** What each task was like, and when it was seen to change. */
const looks = new Map();
const FLASH = 1800;

/** Lets a task that has just come or changed stand out for a moment, however often it is drawn meanwhile. */
function flash(node, task) {
  const look = JSON.stringify(task);
  const known = looks.get(task.id);
  if (known?.look !== look) looks.set(task.id, { look, at: known || settled ? performance.now() : -FLASH });
  const past = performance.now() - looks.get(task.id).at;
  if (past >= FLASH) return;
  node.classList.add('fresh');
  node.style.animationDelay = `-${past}ms`;
}

function panelOf(context, task, kept) {
  const look = JSON.stringify([task, context.person]);
  if (kept && look === shown) return kept;
  shown = look;
  const node = element('aside', 'task-panel');
  node.dataset.task = task.id;
  node.setAttribute('aria-label', task.content);
  const put = (what, body) => context.act('PUT', `/v3/task/${task.id}/${what}`, body);
  const head = element('header');
  const close = text('button', '×', 'text');
  close.setAttribute('aria-label', '关闭任务');
  close.addEventListener('click', () => context.go(context.person));
  head.append(text('span', `#${task.number}`, 'muted'), close);

  const fields = element('div', 'fields');
  const add = (name, input, changed) => {
    input.addEventListener('change', () => changed(input.value));
    const label = element('label');
    label.append(text('span', name), input);
    fields.append(label);
  };
  add('标题', filled(element('input'), task.content), (content) => put('content', { content }));
  add('状态', choices(context.project.statuses.map(({ id, name }) => [id, name]), task.status), (id) => put('taskflowstatus', { taskflowstatusId: id }));
  const people = context.project.members.map((key) => [key, context.nameOf(key)]);
  add('执行者', choices([['', '待认领'], ...people], task.executor ?? ''), (key) => put('executor', { executorId: key ? context.userOf(key) : null }));
  add('截止时间', when(task.due), (value) => put('dueDate', { dueDate: instant(value) }));
  add('开始时间', when(task.start), (value) => put('startDate', { startDate: instant(value) }));
  add('优先级', choices(context.priorities, task.priority), (value) => put('priority', { priority: Number(value) }));
  add('备注', filled(element('textarea'), task.note), (note) => put('note', { note }));
  for (const field of context.project.fields) {
    const value = task.fields.find(([id]) => id === field.id)?.[1] ?? '';
    add(field.name, fieldInput(field, value, people), (given) => changeField(context, task, field, given));
  }

  const history = element('ol', 'history');
  history.append(...task.activities.map((one) => activity(context, one)));
  const form = element('form', 'comment');
  const comment = filled(element('textarea'), '');
  comment.placeholder = '写评论，Ctrl+Enter 发送';
  comment.setAttribute('aria-label', '评论');
  form.append(comment, text('button', '评论', 'primary'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const content = comment.value.trim();
    if (!content || !(await context.act('POST', `/v3/task/${task.id}/comment`, { content }))) return;
    comment.value = '';
    comment.blur();
  });
  comment.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const bin = text('button', task.archived ? '移出回收站' : '移到回收站', 'danger');
  bin.addEventListener('click', () =>
    task.archived ? context.act('POST', `/v3/task/${task.id}/restore`, {}) : put('archive', {}),
  );
  node.append(head, fields, text('h3', '动态'), history, form, bin);
  // What came meanwhile is shown once the writing has ended.
  node.addEventListener('focusout', () => setTimeout(() => latest && !node.contains(document.activeElement) && drawBoard(latest)));
  return node;
}

function activity(context, one) {
  const node = element('li', one.action === 'comment' ? 'said' : '');
  const time = text('time', new Date(one.at).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' }));
  node.append(text('b', one.person ? context.nameOf(one.person) : '应用'), time, text('p', one.message));
  return node;
}

function fieldInput(field, value, people) {
  if (field.kind === 'select') return choices([['', '—'], ...field.choices], field.choices.find(([, name]) => name === value)?.[0] ?? '');
  if (field.kind === 'member') return choices([['', '—'], ...people], people.find(([, name]) => name === value)?.[0] ?? '');
  if (field.kind === 'date') return when(value || null);
  const input = filled(element('input'), value);
  if (field.kind === 'number') input.type = 'number';
  return input;
}

function changeField(context, task, field, given) {
  const one = {
    select: () => ({ id: given, title: field.choices.find(([id]) => id === given)?.[1] }),
    member: () => ({ id: context.userOf(given), title: context.userOf(given) }),
    date: () => ({ id: '', title: instant(given) }),
  }[field.kind] ?? (() => ({ id: '', title: given }));
  const value = given === '' ? [] : [one()];
  return context.act('POST', `/v3/task/${task.id}/customfield/update`, { customfieldId: field.id, value });
}

function filled(input, value) {
  input.value = value;
  return input;
}

function choices(options, value) {
  const node = element('select');
  node.append(...options.map(([key, name]) => new Option(name, key)));
  node.value = value;
  return node;
}

function when(value) {
  const input = element('input');
  input.type = 'datetime-local';
  if (value) {
    const at = new Date(value);
    input.value = new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }
  return input;
}

const instant = (value) => (value ? new Date(value).toISOString() : null);
const short = (value) => new Date(value).toLocaleString('zh-CN', { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' });
