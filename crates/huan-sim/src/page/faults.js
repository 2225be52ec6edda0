// The drawer with fault switches, the clock, the program's connections, and what happened last.

import { element, text } from '/sim/card.js';
import { escape } from '/sim/markdown.js';

const drawer = document.getElementById('faults');

const KINDS = [
  ['delay', '延迟'], ['drop', '丢失'], ['duplicate', '重复送达'], ['reorder', '乱序送达'], ['rate_limit', '限流'],
  ['server_error', '平台 5xx'], ['disconnect', '断开连接'], ['answer_lost', '已受理但应答丢失'],
];
const OPERATIONS = [
  ['*', '一切'], ['POST *', '程序的写请求'], ['GET *', '程序的读请求'], ['event *', '事件推送'], ['callback *', '按钮回调（飞书）'],
  ['event v3.task.*', 'Teambition：事件推送'], ['PUT */v3/task/*', 'Teambition：修改任务'],
  ['POST /open-apis/im/v1/messages', '飞书：发消息'], ['PATCH /open-apis/im/v1/messages/*', '飞书：更新卡片与加急'],
];
const MODES = { connection: '长连接', http: 'HTTP 回调' };
const NAMES = { feishu: '飞书', dingtalk: '钉钉', teambition: 'Teambition' };

/**
 * `call(path, body, method)` reaches the control API; `opened()` is called when the drawer is opened. `alone` says that
 * nobody else moves the clock.
 */
export function startFaults(call, opened, alone) {
  drawer.innerHTML = `
    <section><h3>程序的连接 <button type="button" class="text" data-do="close">关闭</button></h3><div data-part="connections"></div></section>
    <section><h3>被测程序</h3>
      <div class="buttons"><button type="button" data-reachable="false">关掉：推送都到不了</button><button type="button" data-reachable="true">重新开机</button></div>
      <p class="muted" data-part="webhook"></p></section>
    <section><h3>时钟</h3><p class="muted" data-part="now"></p>
      <div ${alone ? '' : 'hidden'}><div class="buttons">${[[600, '10 分钟'], [3600, '1 小时'], [7200, '2 小时'], [86400, '1 天']].map(([seconds, name]) => `<button type="button" data-advance="${seconds}">快进 ${name}</button>`).join('')}</div>
      <p class="muted">只移动模拟平台的时钟（令牌到期、重推），不移动被测程序的时钟。</p></div></section>
    <section><h3>故障开关</h3>
      <form>
        <label>故障<select name="fault">${KINDS.map(([value, name]) => `<option value="${value}">${name}</option>`).join('')}</select></label>
        <label>平台<select name="platform"><option value="">所有</option><option value="feishu">飞书</option><option value="dingtalk">钉钉</option><option value="teambition">Teambition</option></select></label>
        <label class="whole">哪些操作（* 代表任意）<input name="operation" value="*" list="operations"></label>
        <datalist id="operations">${OPERATIONS.map(([value, name]) => `<option value="${value}">${name}</option>`).join('')}</datalist>
        <label>次数（空为一直）<input name="times" type="number" min="1" value="1"></label>
        <label>毫秒 / 状态码<input name="number" type="number" min="0" value="3000"></label>
        <button class="primary whole">打开</button>
      </form>
      <div data-part="faults"></div></section>
    <section><h3>最近发生 <button type="button" class="text" data-do="journal">刷新</button></h3><ol data-part="journal"></ol></section>`;
  drawer.addEventListener('click', (event) => {
    const { do: what, advance, fault, disconnect, reachable } = event.target.dataset;
    if (what === 'close') drawer.hidden = true;
    if (what === 'journal') drawJournal(call);
    if (advance) call('time/advance', { seconds: Number(advance) });
    if (fault) call(`faults/${fault}`, undefined, 'DELETE');
    if (disconnect) call('disconnect', { platform: disconnect });
    if (reachable) call('reachable', { reachable: reachable === 'true' });
  });
  drawer.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const number = Number(form.get('number'));
    const fault = { fault: form.get('fault'), operation: form.get('operation'), platform: form.get('platform') || null };
    if (form.get('times')) fault.times = Number(form.get('times'));
    if (fault.fault === 'delay') fault.millis = number;
    if (fault.fault === 'server_error') fault.status = number >= 500 && number < 600 ? number : 502;
    call('faults', fault);
  });
  document.getElementById('open-faults').addEventListener('click', () => {
    drawer.hidden = !drawer.hidden;
    if (drawer.hidden) return;
    opened();
    drawJournal(call);
  });
}

export function drawFaults(state) {
  if (drawer.hidden) return;
  part('now').textContent = new Date(state.now).toLocaleString('zh-CN');
  const { webhook, silent, waiting_events: waiting } = state.teambition;
  const notes = [webhook ? `Teambition 推送到 ${webhook}` : 'Teambition 没有配置推送地址'];
  if (silent) notes.push('长期失败，已停推，等程序调用 listen');
  if (waiting) notes.push(`${waiting} 件待确认`);
  part('webhook').textContent = notes.join('；');
  part('connections').replaceChildren(
    ...Object.entries(state.platforms).map(([name, platform]) => {
      const row = element('div', 'row');
      const ready = platform.delivery.mode === 'http' || platform.connections > 0;
      const count = platform.delivery.mode === 'http' ? '' : ` × ${platform.connections}`;
      const waiting = platform.waiting_events ? `，${platform.waiting_events} 件待确认` : '';
      row.append(text('span', `${NAMES[name]}：${MODES[platform.delivery.mode]}${count}${waiting}`, ready ? 'good' : 'bad'));
      if (platform.connections) {
        const button = text('button', '断开');
        button.dataset.disconnect = name;
        row.append(button);
      }
      return row;
    }),
  );
  part('faults').replaceChildren(
    ...state.faults.map((fault) => {
      const row = element('div', 'row');
      const kind = KINDS.find(([value]) => value === fault.fault)?.[1] ?? fault.fault;
      const where = fault.platform ? NAMES[fault.platform] : '所有平台';
      row.append(text('span', `${kind} · ${where} · ${fault.operation}${fault.times ? ` · 剩 ${fault.times} 次` : ''}`));
      const button = text('button', '关闭');
      button.dataset.fault = fault.id;
      row.append(button);
      return row;
    }),
  );
}

async function drawJournal(call) {
  const entries = (await call('journal')) ?? [];
  const outcome = (entry) => {
    const { status, answered, fault, why } = entry.outcome ?? {};
    if (fault) return `<span class="bad">故障 ${escape(fault)}</span>`;
    if (status) return `<span class="${status < 400 ? 'good' : 'bad'}">${status}</span>`;
    if (answered !== undefined) return answered ? '<span class="good">已确认</span>' : `<span class="bad">未确认 ${escape(why ?? '')}</span>`;
    return '';
  };
  part('journal').innerHTML = entries
    .slice(-60)
    .reverse()
    .map((entry) => `<li><time>${new Date(entry.at).toLocaleTimeString('zh-CN')}</time>${NAMES[entry.platform]} ${escape(entry.operation)} ${outcome(entry)}</li>`)
    .join('');
}

function part(name) {
  return drawer.querySelector(`[data-part="${name}"]`);
}
