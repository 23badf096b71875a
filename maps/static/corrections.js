/* 纠错 on 数据管理: what was said on the spot, taken up or not. */
(function () {
  'use strict';
  const { $, el, clock, note, send } = W, box = $('wrongs');
  if (!box) return;
  const STATE = { open: ['等着处理', 'warn'], accepted: ['已采纳', 'good'], declined: ['未采纳', 'plain'] }, list = $('wronglist');
  let all = false;

  async function decide(one, accepted) {
    try {
      await send(`/api/corrections/${one.id}/decide`, { accepted });
      note('wrongs');
    } catch (problem) { note('wrongs', 'bad', '没有记下，纠错没有变', problem.detail); }
    await draw();
    (list.querySelector('button') || $('oldwrongs')).focus();
  }
  function row(one) {
    const [word, look] = STATE[one.state], button = (text, accepted) => el('button', { class: 'btn', type: 'button', text, 'aria-label': `${text}：${one.name} ${one.kind}`, onclick: () => decide(one, accepted) });
    return el('li', { 'data-id': one.id, 'data-state': one.state }, el('span', { class: 'nm' }, el('a', { href: `/grids/${one.code}`, text: one.name }), `　${one.kind}`, one.words && el('span', { class: 'said', text: `：${one.words}` }), el('small', { text: [clock(one.created_at), one.decided_by && `${one.decided_by} 处理`].filter(Boolean).join(' · ') })),
      el('span', { class: 'tag ' + look, text: word }), el('span', { class: 'get' }, one.state === 'open' && [button('采纳', true), button('不采纳', false)]));
  }
  async function draw() {
    try {
      const found = await send(`/api/corrections?limit=50${all ? '' : '&state=open'}`);
      list.replaceChildren(...found.items.map(row));
      $('nowrongs').textContent = found.next ? '只列出最近 50 条。' : found.items.length ? '' : all ? '还没有人说哪里有误。' : '没有等着处理的纠错。';
    } catch (problem) { $('nowrongs').textContent = `没取到纠错。${problem.detail}`; }
  }
  $('oldwrongs').addEventListener('click', () => {
    all = !all;
    $('oldwrongs').textContent = all ? '只看等着处理的' : '看处理过的';
    draw();
  });
  draw();
})();
