/* Solving on the desk: what is asked for, which rules must hold, and the job that answers, with the best so far. */
(function () {
  'use strict';
  const { $, fmt, note, send } = W, bench = W.bench, form = $('solve'), POLL_MS = 700, JOINT = ['合并', '边界微调'], ALWAYS = ['parts', 'contiguous'];
  const ENDED = ['done', 'failed', 'cancelled'];
  if (!form) return;
  const musts = [...form.querySelectorAll('[name=hard]')];

  function usual() {
    const kind = form.elements.kind.value, joint = JOINT.includes(kind);
    form.querySelectorAll('.with').forEach(node => { node.hidden = !joint; });
    ['parts', 'tolerance'].forEach(name => { form.elements[name].closest('span').hidden = form.querySelector(`[for=${name}]`).hidden = joint && (name === 'parts' || kind === '合并'); });
    musts.forEach(box => { box.checked = box.dataset[joint ? 'joint' : 'alone'] === '1'; });
    counted();
  }
  function counted() {
    const never = form.querySelectorAll('[name=never]:checked').length;
    $('rulecount').textContent = `${fmt(musts.filter(box => box.checked).length + ALWAYS.length)} 条必须${never ? `，不跨 ${never} 条` : ''}`;
  }
  function asked() {
    const data = new FormData(form), kind = data.get('kind');
    return { code: bench.view.code, kind, parts: Number(data.get('parts')), tolerance: Number(data.get('tolerance')) / 100, atoms: data.get('atoms'), seed: Number(data.get('seed')),
      hard: [...ALWAYS, ...data.getAll('hard')], never_across: data.getAll('never'), ...JOINT.includes(kind) && { others: data.getAll('others') } };
  }
  form.addEventListener('change', event => { if (event.target.name === 'kind') usual(); else counted(); });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    note('solve');
    try { await follow((await send('/api/jobs', { kind: 'split', args: asked() })).id); } catch (problem) { note('solve', 'bad', '没有求解，已有的方案没有变', problem.detail); bench.ready(); }
  });

  async function follow(id) {
    const busy = on => { $('running').hidden = !on; $('run').disabled = on; }, bar = document.querySelector('#running .prog');
    busy(true);
    $('sofar').hidden = true;
    $('stop').disabled = false;
    $('stop').onclick = () => { $('stop').disabled = true; return send(`/api/jobs/${id}/cancel`, {}).catch(problem => { $('stop').disabled = false; note('solve', 'bad', '没有取消，还在求解', problem.detail); }); };
    for (;;) {
      const job = await send(`/api/jobs/${id}`).catch(() => null);
      if (job) {
        bar.setAttribute('aria-valuenow', String(Math.round(100 * job.progress)));
        bar.firstElementChild.style.setProperty('width', `${Math.max(6, 100 * job.progress)}%`);
        $('runsaid').textContent = job.cancel_asked ? '正在停下' : job.words || '排队，前面的算完就开始';
        const kept = (job.result?.plans || []).map(plan => plan.id).filter(Boolean);
        $('sofar').hidden = !kept.length;
        $('sofar').onclick = () => bench.arrived(kept).then(bench.ready, problem => note('solve', 'bad', '没有取到方案', problem.detail));
        if (ENDED.includes(job.state)) {
          busy(false);
          if (job.state !== 'done' && kept.length) note('solve', 'warn', '没有算完，留下的是到那时最好的方案', job.error?.detail || '可以接着手工调整，或者再求解一次。');
          else if (job.state === 'failed') note('solve', 'bad', '没有求出方案，已有的没有变', job.error.detail);
          if (kept.length) await bench.arrived(kept);
          bench.ready();
          return;
        }
      }
      await new Promise(go => setTimeout(go, POLL_MS));
    }
  }

  usual();
  bench.started.then(() => send('/api/jobs?limit=20')).then(page => {
    const running = page.items.find(job => job.kind === 'split' && job.code === bench.view.code && !ENDED.includes(job.state));
    if (running) follow(running.id);
  }).catch(() => null);
})();
