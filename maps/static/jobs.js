/* 任务 on 数据管理: what runs in the background, how far it is, its log, its files; asked for calmly, not at all when hidden. */
(function () {
  'use strict';
  const { $, el, clock, send } = W, box = $('jobs');
  if (!box) return;
  const STATE = { queued: ['排队', 'plain'], running: ['在算', 'pend'], done: ['完成', 'good'], failed: ['没算完', 'bad'], cancelled: ['已取消', 'plain'] };
  const BUSY_MS = 2000, IDLE_MS = 30000, list = $('joblist'), live = one => one.state === 'queued' || one.state === 'running';
  const opened = new Map();
  let timer = 0, next = null, more = [], told = '';

  function said(one) {
    if (one.state === 'failed') return one.error?.detail || one.words;
    if (one.cancel_asked && one.state === 'running') return '正在停下';
    return one.words || (one.state === 'queued' ? '前面的算完就开始' : '');
  }
  function row(one) {
    const [word, look] = STATE[one.state], open = opened.has(one.id), share = Math.round(100 * one.progress);
    const log = el('ol', { class: 'joblog', id: `log-${one.id}`, hidden: !open }, (opened.get(one.id) || []).map(line => el('li', {}, el('time', { text: clock(line.at).slice(11) }), line.words)));
    const fold = el('button', { class: 'link', type: 'button', 'aria-expanded': String(open), 'aria-controls': `log-${one.id}`, text: '经过', onclick: () => toggle(one.id) });
    const end = live(one) && el('button', { class: 'link', type: 'button', disabled: one.cancel_asked, text: '取消', 'aria-label': `取消${one.title} ${one.code || ''}`, onclick: () => cancel(one.id) });
    const bar = live(one) && el('div', { class: 'prog', role: 'progressbar', 'aria-label': one.title, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': share }, el('i', { style: { width: `${share}%` } }));
    const files = one.files.map(name => el('a', { href: `/api/jobs/${one.id}/files/${encodeURIComponent(name)}`, text: name }));
    return el('li', { 'data-id': one.id, 'data-state': one.state }, el('div', { class: 'jobhead' }, el('span', { class: 'nm' }, one.title, el('small', { text: [one.code, one.actor, clock(one.created_at).slice(5)].filter(Boolean).join(' · ') })), el('span', { class: 'tag ' + look, text: word })),
      bar, el('p', { class: 'small' + (one.state === 'failed' ? ' failed' : ' muted'), text: said(one) }), el('div', { class: 'get' }, files, fold, end), log);
  }
  async function toggle(id) {
    if (opened.has(id)) opened.delete(id); else opened.set(id, []);
    await draw();
    list.querySelector(`[data-id="${id}"] [aria-controls]`)?.focus();
  }
  async function cancel(id) {
    try { await send(`/api/jobs/${id}/cancel`, {}); W.note('jobs'); } catch (problem) { W.note('jobs', 'bad', '没有取消，任务没有变', problem.detail); }
    await draw();
  }
  async function begin(kind) {
    try { await send('/api/jobs', { kind, args: { code: box.dataset.district } }); W.note('jobs'); } catch (problem) { W.note('jobs', 'bad', '没有开始，数据没有变', problem.detail); }
    await draw();
  }

  async function draw() {
    clearTimeout(timer);
    let first = { items: [], next: null };
    try {
      first = await send('/api/jobs?limit=6');
      await Promise.all([...opened.keys()].map(async id => opened.set(id, (await send(`/api/jobs/${id}`)).log)));
    } catch { timer = setTimeout(draw, IDLE_MS); return; }
    const all = [...first.items, ...more.filter(one => !first.items.some(two => two.id === one.id))];
    if (!more.length) next = first.next;
    const now = JSON.stringify([all, [...opened]]);
    if (now !== told) {
      const at = document.activeElement, held = list.contains(at) && [at.closest('[data-id]')?.dataset.id, at.textContent];
      told = now;
      list.replaceChildren(...all.map(row));
      if (held) [...list.querySelectorAll(`[data-id="${held[0]}"] button`)].find(b => b.textContent === held[1])?.focus();
      $('nojobs').hidden = all.length > 0;
      $('oldjobs').hidden = !next;
    }
    document.body.dataset.jobs = String(Number(document.body.dataset.jobs || 0) + 1);
    timer = setTimeout(() => document.hidden || draw(), all.some(live) ? BUSY_MS : IDLE_MS);
  }
  $('oldjobs').addEventListener('click', async () => {
    const page = await send(`/api/jobs?limit=20&cursor=${next}`).catch(() => null);
    if (!page) return;
    more = [...more, ...page.items];
    next = page.next;
    await draw();
  });
  box.querySelectorAll('[data-kind]').forEach(b => b.addEventListener('click', () => begin(b.dataset.kind)));
  document.addEventListener('visibilitychange', () => { if (!document.hidden) draw(); });
  draw();
})();
