// Cards: how they look, and what is handed over when a button is pressed.

import { escape, markdown } from '/sim/markdown.js';

/** What people typed into the inputs of cards and have not sent; it survives a redraw. */
const drafts = new Map();

/**
 * Draws a card. `press(button, form)` is called when something is pressed.
 * `names` are the names that are shown as mentions.
 */
export function drawCard(message, card, names, press) {
  const root = element('article', 'card');
  if (card.title || card.subtitle || card.tags.length) {
    const header = root.appendChild(element('header', card.colour ? `hue-${card.colour}` : ''));
    const tags = card.tags.map((tag) => `<span class="tag hue-${escape(tag.colour)}">${escape(tag.text)}</span>`).join('');
    header.innerHTML = `<b>${escape(card.title)}${tags}</b>${card.subtitle ? `<small>${escape(card.subtitle)}</small>` : ''}`;
  }
  const body = root.appendChild(element('div'));
  const draw = new Drawing(message, names, press, root);
  for (const block of card.blocks) body.append(draw.block(block));
  if (!card.blocks.length) body.remove();
  return root;
}

class Drawing {
  constructor(message, names, press, root) {
    Object.assign(this, { message, names, press, root });
  }

  block(block) {
    switch (block.kind) {
      case 'markdown': {
        const node = element('div', 'md');
        node.innerHTML = markdown(block.text, this.names);
        return node;
      }
      case 'text': return text('div', block.text);
      case 'note': return text('div', block.text, 'note');
      case 'divider': return element('hr');
      case 'columns': {
        const onlyButtons = block.columns.every((column) => column.every((inner) => inner.kind === 'button'));
        const node = element('div', onlyButtons ? 'columns' : 'columns wide');
        for (const column of block.columns) {
          const part = node.appendChild(element('div'));
          for (const inner of column) part.append(this.block(inner));
        }
        return node;
      }
      case 'form': {
        const node = element('div', 'form');
        node.dataset.form = block.name;
        for (const inner of block.blocks) node.append(this.block(inner));
        return node;
      }
      case 'input': return this.input(block);
      case 'button': return this.button(block);
      default: return text('div', block.label, 'note');
    }
  }

  button(button) {
    const node = text('button', button.url ? `${button.text} ↗` : button.text, button.style);
    node.type = 'button';
    node.disabled = button.disabled;
    node.addEventListener('click', async () => {
      if (button.confirm && !(await ask(button.confirm))) return;
      node.disabled = true;
      try {
        if (await this.press(button.key, this.filledIn(node))) this.forget(node);
      } finally {
        node.disabled = button.disabled;
      }
    });
    return node;
  }

  input(input) {
    const field = element('label', 'field');
    if (input.label || input.required) {
      field.innerHTML = `<span class="label">${escape(input.label || input.name)}${input.required ? ' <i>*</i>' : ''}</span>`;
    }
    const control = field.appendChild(controlFor(input));
    control.name = input.name;
    control.placeholder = input.placeholder;
    if (input.max_length) control.maxLength = input.max_length;
    const key = `${this.message}/${input.name}`;
    if (input.input === 'checker') control.checked = drafts.get(key) ?? input.value === 'true';
    else control.value = drafts.get(key) ?? input.value;
    control.addEventListener('input', () => drafts.set(key, valueOf(control)));
    control.addEventListener('change', () => {
      const alone = !control.closest('.form') && !this.root.querySelector('button');
      if (alone) this.press(input.name, { [input.name]: valueOf(control) });
    });
    return field;
  }

  /** The inputs of the form that the button stands in, or those outside every form. */
  filledIn(button) {
    const form = button.closest('.form');
    const controls = [...this.root.querySelectorAll('[name]')].filter((control) => control.closest('.form') === form);
    return Object.fromEntries(controls.map((control) => [control.name, valueOf(control)]));
  }

  forget(button) {
    for (const name of Object.keys(this.filledIn(button))) drafts.delete(`${this.message}/${name}`);
  }
}

function controlFor(input) {
  if (input.input === 'select' || input.input === 'person') {
    const select = element('select');
    select.append(new Option(input.placeholder || '请选择', ''));
    for (const [value, label] of input.options) select.append(new Option(label, value));
    return select;
  }
  if (input.multiline) return Object.assign(element('textarea'), { rows: 3 });
  const kinds = { date: 'date', datetime: 'datetime-local', time: 'time', checker: 'checkbox', number: 'number' };
  return Object.assign(element('input'), { type: kinds[input.input] ?? 'text' });
}

/** In the form in which the platforms hand it over: a date with time has a blank and the zone. */
function valueOf(control) {
  if (control.type === 'checkbox') return control.checked;
  if (control.type === 'datetime-local' && control.value) return `${control.value.replace('T', ' ')} +0800`;
  if (control.type === 'date' && control.value) return `${control.value} +0800`;
  return control.value;
}

/** Asks a question; the promise tells whether the answer was yes. */
function ask(question) {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('p').textContent = question;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

export function element(name, classes = '') {
  const node = document.createElement(name);
  if (classes) node.className = classes;
  return node;
}

export function text(name, content, classes = '') {
  const node = element(name, classes);
  node.textContent = content;
  return node;
}
