// The markdown of both platforms' cards and messages, as far as people write it. Everything is escaped first.

const COLOURS = { red: 'var(--danger)', green: 'var(--good)', orange: 'var(--warn)', grey: 'var(--quiet)', gray: 'var(--quiet)', blue: 'var(--accent)' };

export function escape(text) {
  return text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);
}

/** Plain text with mentions made visible. */
export function plain(text, names) {
  return mentions(escape(text), names);
}

function mentions(html, names) {
  if (!names.length) return html;
  const pattern = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).sort((a, b) => b.length - a.length).join('|');
  return html.replace(new RegExp(`@(${pattern})`, 'g'), '<span class="at">@$1</span>');
}

function inline(text, names) {
  let html = escape(text);
  html = html.replace(/&lt;font color=(?:&#39;|&quot;)?([\w#]+)(?:&#39;|&quot;)?&gt;([\s\S]*?)&lt;\/font&gt;/g, (_, colour, inside) => {
    const shown = COLOURS[colour] ?? (/^#?\w+$/.test(colour) ? colour : 'inherit');
    return `<span style="color:${shown}">${inside}</span>`;
  });
  html = html.replace(/`([^`]+)`/g, '<code>$1</code>');
  html = html.replace(/!\[([^\]]*)\]\(([^)\s]+)\)/g, '[图片 $1]');
  html = html.replace(/\[([^\]]+)\]\(((?:https?|dingtalk|lark):[^)\s]+)\)/g, '<a href="$2" target="_blank" rel="noopener">$1</a>');
  html = html.replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>').replace(/(^|[^*])\*([^*\s][^*]*)\*/g, '$1<i>$2</i>').replace(/~~([^~]+)~~/g, '<s>$1</s>');
  html = html.replace(/&lt;br\s*\/?&gt;/g, '<br>');
  return mentions(html, names);
}

/** Markdown as HTML. */
export function markdown(text, names) {
  const out = [];
  let list = null;
  const close = () => {
    if (list) out.push(`</${list}>`);
    list = null;
  };
  const open = (kind) => {
    if (list === kind) return;
    close();
    out.push(`<${kind}>`);
    list = kind;
  };
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) out.push(`<div>${paragraph.join('<br>')}</div>`);
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    const bullet = /^\s*[-*+]\s+(.*)$/.exec(line);
    const numbered = /^\s*\d+[.)]\s+(.*)$/.exec(line);
    const quoted = /^>\s?(.*)$/.exec(line);
    if (!bullet && !numbered) close();
    if (heading || bullet || numbered || quoted || !line.trim() || /^---+$/.test(line.trim())) flush();
    if (heading) out.push(`<h4>${inline(heading[1], names)}</h4>`);
    else if (bullet) (open('ul'), out.push(`<li>${inline(bullet[1], names)}</li>`));
    else if (numbered) (open('ol'), out.push(`<li>${inline(numbered[1], names)}</li>`));
    else if (quoted) out.push(`<blockquote>${inline(quoted[1], names)}</blockquote>`);
    else if (/^---+$/.test(line.trim())) out.push('<hr>');
    else if (line.trim()) paragraph.push(inline(line, names));
  }
  close();
  flush();
  return out.join('');
}
