/* The list of 社区调整工作台: the way to the desk of any community, plans for every candidate as one job in the background. */
(function () {
  'use strict';
  const { $, note, send } = W, button = $('all'), said = $('allsaid'), stop = $('allstop'), bar = $('allprog'), code = $('main').dataset.district;
  W.menu();
  $('goto')?.addEventListener('submit', event => { event.preventDefault(); location.href = `/plans/${$('place').value}`; });
  document.body.dataset.ready = '1';
  if (!button) return;
  const live = job => ['queued', 'running'].includes(job.state);
  async function follow(id) {
    const busy = on => { button.disabled = on; bar.hidden = stop.hidden = !on; };
    busy(true);
    stop.disabled = false;
    stop.onclick = () => { stop.disabled = true; return send(`/api/jobs/${id}/cancel`, {}).catch(problem => { stop.disabled = false; note('all', 'bad', '没有取消，还在算', problem.detail); }); };
    for (;;) {
      const job = await send(`/api/jobs/${id}`).catch(() => null);
      if (job) {
        said.textContent = job.cancel_asked ? '正在停下' : job.words || '排队，前面的算完就开始';
        bar.firstElementChild.style.setProperty('width', `${Math.max(2, 100 * job.progress)}%`);
        if (!live(job)) {
          /* what was found before it ended is kept, and listed */
          if (job.state !== 'failed') location.reload();
          else { busy(false); if (job.error) note('all', 'bad', '没有算完，已经求出的留着', job.error.detail); }
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
