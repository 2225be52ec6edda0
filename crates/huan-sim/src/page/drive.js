// Feishu's wiki: the pages of a space, which one reads and edits as any person: words of a document, cells of a Bitable.

import { element, text } from '/sim/card.js';

const board = document.getElementById('board');
/** What is drawn; it is drawn anew only when that changed and nobody writes in it. */
let shown = '';

/** Draws a page. `context` has `page`, `people` (key and name of each), `person` (key of who acts), `act(what)` and `go(person)`. */
export function drawPage(context) {
  const look = JSON.stringify([context.page, context.person]);
  if (look === shown || board.contains(document.activeElement?.closest('.drive-edit'))) return;
  shown = look;
  const scrolled = board.querySelector('.drive')?.scrollTop ?? 0;
  const head = element('header');
  const who = element('select');
  who.setAttribute('aria-label', '以谁的身份操作');
  who.append(...context.people.map(({ key, name }) => new Option(name, key)));
  who.value = context.person;
  who.addEventListener('change', () => context.go(who.value));
  const label = text('label', '以 ');
  label.append(who, ' 的身份编辑');
  head.append(label);
  const main = element('div', 'board-main');
  const body = element('div', 'drive');
  const { content } = context.page;
  body.append(...(content.kind === 'document' ? documentNodes(context, content.blocks) : content.tables.map((table) => tableNode(context, table))));
  main.append(head, body);
  board.replaceChildren(main);
  body.scrollTop = scrolled;
}

export function closePage() {
  shown = '';
}

/** Something to be typed over: what is written goes out when the field is left or Enter is pressed. */
function editable(tag, value, label, save) {
  const node = text(tag, value, 'drive-edit');
  node.contentEditable = 'plaintext-only';
  node.setAttribute('role', 'textbox');
  node.setAttribute('aria-label', label);
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      node.blur();
    }
  });
  node.addEventListener('blur', () => {
    shown = '';
    if (node.textContent !== value) save(node.textContent);
  });
  return node;
}

const TAGS = { heading1: 'h3', heading2: 'h4', heading3: 'h5' };

function documentNodes(context, blocks) {
  const { object } = context.page;
  const nodes = blocks.map((block) => {
    const row = element('div', `drive-block ${block.kind}`);
    if (block.by) row.classList.add('theirs');
    if (block.kind === 'divider') row.append(element('hr'));
    else {
      if (block.kind === 'todo') row.append(text('span', block.done ? '☑' : '☐'));
      if (block.kind === 'bullet') row.append(text('span', '•'));
      row.append(editable(TAGS[block.kind] ?? 'p', block.text, '一段文字', (words) => context.act({ do: 'edit_block', document: object, block: block.id, text: words })));
    }
    const away = text('button', '×');
    away.type = 'button';
    away.title = '删除这一段';
    away.setAttribute('aria-label', '删除这一段');
    away.addEventListener('click', () => context.act({ do: 'delete_block', document: object, block: block.id }));
    row.append(away);
    return row;
  });
  const form = element('form', 'new-task');
  const words = element('input', 'drive-edit');
  words.placeholder = '写一段，回车插入到末尾';
  words.setAttribute('aria-label', '新的一段');
  form.append(words);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const written = words.value.trim();
    words.value = '';
    shown = '';
    words.blur();
    if (written) context.act({ do: 'add_block', document: object, index: null, text: written });
  });
  return [...nodes, form];
}

const TEXT = 1;
const CHOICE = 3;
const CHOICES = 4;
const MOMENT = 5;
const LINK = 15;

function tableNode(context, table) {
  const base = context.page.object;
  const section = element('section', 'drive-table');
  section.append(text('h3', `${table.name}（${table.rows.length} 行）`));
  const grid = element('table');
  const head = element('tr');
  head.append(...table.fields.map(([, name]) => text('th', name)), element('th'));
  grid.append(head);
  for (const row of table.rows) {
    const line = element('tr', row.by ? 'theirs' : '');
    for (const [, name, kind] of table.fields) line.append(cell(context, table, row, name, kind));
    const last = element('td');
    const away = text('button', '×');
    away.type = 'button';
    away.setAttribute('aria-label', '删除这一行');
    away.addEventListener('click', () => context.act({ do: 'delete_row', base, table: table.id, record: row.id }));
    last.append(away);
    line.append(last);
    grid.append(line);
  }
  const add = text('button', '＋ 加一行');
  add.type = 'button';
  const [, first] = table.fields[0];
  add.addEventListener('click', () => context.act({ do: 'add_row', base, table: table.id, cells: { [first]: '新的一行' } }));
  const wide = element('div', 'drive-wide');
  wide.append(grid);
  section.append(wide, add);
  return section;
}

function cell(context, table, row, name, kind) {
  const value = row.cells[name];
  const save = (written) => context.act({ do: 'edit_row', base: context.page.object, table: table.id, record: row.id, cells: { [name]: written } });
  const node = element('td');
  if (kind === TEXT) node.append(editable('div', value ?? '', name, (words) => save(words || null)));
  else if (kind === CHOICE) {
    const select = element('select', 'drive-edit');
    select.setAttribute('aria-label', name);
    select.append(new Option('', ''), ...(table.options[name] ?? []).map((option) => new Option(option, option)));
    select.value = value ?? '';
    select.addEventListener('change', () => {
      select.blur();
      shown = '';
      save(select.value || null);
    });
    node.append(select);
  } else if (kind === CHOICES) node.append(editable('div', (value ?? []).join('、'), name, (words) => save(words ? words.split(/[、,，]/) : null)));
  else if (kind === MOMENT) {
    const input = element('input', 'drive-edit');
    input.type = 'datetime-local';
    input.setAttribute('aria-label', name);
    if (value) input.value = new Date(value - new Date(value).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    input.addEventListener('blur', () => {
      const written = input.value ? new Date(input.value).getTime() : null;
      shown = '';
      if (written !== (value ?? null)) save(written);
    });
    node.append(input);
  } else if (kind === LINK && value) {
    const link = text('a', value.text);
    link.href = value.link;
    link.target = '_blank';
    link.rel = 'noopener';
    node.append(link);
  } else node.append(text('span', value === undefined ? '' : JSON.stringify(value)));
  return node;
}
