// Writing a message: who speaks, what, and whom it mentions.

import { element, text } from '/sim/card.js';

const form = document.getElementById('composer');
const box = document.getElementById('text');
const speaker = document.getElementById('speaker');
const list = document.getElementById('suggestions');

let people = [];
let chosen = 0;

/** `send(text)` is called with what was written; when it gives true, the box is emptied. */
export function startComposer(send, speakerChanged) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const written = box.value.trim();
    if (written && (await send(written))) setText('');
  });
  box.addEventListener('input', () => (grow(), suggest()));
  box.addEventListener('keydown', keyed);
  box.addEventListener('blur', () => setTimeout(hide, 150));
  speaker.addEventListener('change', () => speakerChanged(speaker.value));
}

/** Who may speak here and who can be mentioned: lists of `{key, name, note}`. */
export function setPeople(speakers, current, mentionable) {
  people = mentionable;
  speaker.replaceChildren(...speakers.map(({ key, name, note }) => new Option(note ? `${name}（${note}）` : name, key)));
  speaker.value = current;
  speaker.disabled = speakers.length < 2;
}

export function setText(written) {
  box.value = written;
  grow();
  hide();
  if (written) box.focus();
}

function grow() {
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight + 2, 160)}px`;
}

/** What stands between the last `@` and the cursor. */
function begun() {
  const before = box.value.slice(0, box.selectionStart);
  const found = /@([^\s@]{0,12})$/.exec(before);
  return found && { start: before.length - found[1].length, part: found[1] };
}

function suggest() {
  const word = begun();
  const fitting = word ? people.filter(({ key, name }) => name.includes(word.part) || key.startsWith(word.part.toLowerCase())) : [];
  if (!fitting.length) return hide();
  chosen = 0;
  list.replaceChildren(
    ...fitting.map(({ name, note }, index) => {
      const item = element('li');
      item.setAttribute('role', 'option');
      item.append(text('span', name), text('small', note ?? ''));
      item.addEventListener('mousedown', (event) => (event.preventDefault(), take(index)));
      item.dataset.name = name;
      return item;
    }),
  );
  list.hidden = false;
  mark();
}

function mark() {
  [...list.children].forEach((item, index) => item.setAttribute('aria-selected', index === chosen));
  list.children[chosen]?.scrollIntoView({ block: 'nearest' });
}

function hide() {
  list.hidden = true;
}

function take(index) {
  const word = begun();
  if (!word) return;
  const name = list.children[index].dataset.name;
  const after = box.value.slice(box.selectionStart);
  const before = `${box.value.slice(0, word.start)}${name} `;
  box.value = before + after.trimStart();
  box.setSelectionRange(before.length, before.length);
  hide();
  grow();
  box.focus();
}

function keyed(event) {
  if (event.isComposing) return;
  if (!list.hidden) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = (chosen + step + list.children.length) % list.children.length;
      return mark();
    }
    if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault();
      return take(chosen);
    }
    if (event.key === 'Escape') return hide();
  }
  if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
}
