/* 网格图册: asks for a job, tells how far it is, and gives the file; the job goes on without this page. */
(function () {
  'use strict';
  const { $, el, note, send } = W, form = $('order'), WAIT_MS = 1500;
  W.menu();
  document.body.dataset.ready = '1';
  if (!form) return;
  let number = 0, timer = 0;

  function show(one) {
    const share = Math.round(100 * one.progress), live = one.state === 'queued' || one.state === 'running';
    $('job').dataset.state = one.state;
    $('bar').hidden = !live;
    $('bar').setAttribute('aria-valuenow', share);
    $('bar').firstElementChild.style.width = `${share}%`;
    $('cancel').hidden = !live;
    const words = one.state === 'failed' ? one.error?.detail || '没做完，数据没有变' : one.words || (one.state === 'queued' ? '前面的做完就开始' : '');
    const files = one.files.map(name => el('a', { href: `/api/jobs/${one.id}/files/${encodeURIComponent(name)}`, text: name }));
    $('said').replaceChildren(...one.state === 'done' ? ['做好了：', ...files] : [words]);
    document.body.dataset.job = one.state;
    return live;
  }
  async function look() {
    clearTimeout(timer);
    try {
      if (show(await send(`/api/jobs/${number}`))) timer = setTimeout(look, WAIT_MS);
    } catch { timer = setTimeout(look, 10 * WAIT_MS); }
  }
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const data = new FormData(form), set = data.get('set');
    try {
      number = (await send('/api/jobs', { kind: 'atlas', args: { code: data.get('code'), size: data.get('size'), ...set && { grid_set: set } } })).id;
    } catch (problem) {
      note('order', 'bad', '没有开始，数据没有变', problem.detail);
      return;
    }
    note('order');
    $('job').hidden = false;
    $('what').textContent = `${$('code').selectedOptions[0].textContent.trim()}网格图册 ${data.get('size')}`;
    await look();
  });
  $('cancel').addEventListener('click', async () => {
    try { show(await send(`/api/jobs/${number}/cancel`, {})); } catch (problem) { note('order', 'bad', '没有取消，任务没有变', problem.detail); }
    await look();
  });
})();
