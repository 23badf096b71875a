/* The list of 社区调整工作台: plans for every candidate as one job in the background. */
(function () {
  'use strict';
  const { $, note, send } = W, button = $('all'), said = $('allsaid'), bar = $('allprog'), code = $('main').dataset.district;
  W.menu();
  document.body.dataset.ready = '1';
  if (!button) return;
  const live = job => ['queued', 'running'].includes(job.state);
  async function follow(id) {
    button.disabled = true;
    bar.hidden = false;
    for (;;) {
      const job = await send(`/api/jobs/${id}`).catch(() => null);
      if (job) {
        said.textContent = job.words || '排队，前面的算完就开始';
        bar.firstElementChild.style.setProperty('width', `${Math.max(2, 100 * job.progress)}%`);
        if (!live(job)) {
          if (job.state === 'done') location.reload();
          else { button.disabled = false; bar.hidden = true; if (job.error) note('all', 'bad', '没有算完，已经求出的留着', job.error.detail); }
          return;
        }
      }
      await new Promise(go => setTimeout(go, 2000));
    }
  }
  button.addEventListener('click', async () => {
    try { await follow((await send('/api/jobs', { kind: 'split_all', args: { code } })).id); } catch (problem) { note('all', 'bad', '没有开始，数据没有变', problem.detail); }
  });
  send('/api/jobs?limit=20').then(page => { const job = page.items.find(one => one.kind === 'split_all' && one.code === code && live(one)); if (job) follow(job.id); }).catch(() => null);
})();
