/* Where the number of the shown item comes from: rows and dates, network, standard, speed, software. */
(function () {
  'use strict';
  const { el, fmt, pct1, clock } = W;
  const LAYERS = { compounds: '小区', gates: '出入口', service_points: '服务点', streets: '道路', barriers: '阻隔' };

  W.source = page => {
    if (W.offline || !page.card) return null;
    const code = page.card.code, box = el('div', { class: 'small' }, el('p', { class: 'muted', text: '正在取…' }));
    const open = async e => {
      if (!e.target.open || box.dataset.done) return;
      try {
        const found = await W.load(`/api/provenance/${code}?category=${page.item.category}${page.circle && '&' + page.circle}&group=${page.item.group}`);
        box.dataset.done = '1';
        box.replaceChildren(...lines(found));
      } catch (problem) { box.replaceChildren(el('p', { text: problem.detail || '没取到。网络恢复后再打开。' })); }
    };
    return el('details', { class: 'rest', ontoggle: open }, el('summary', { text: `“${page.item.name}”的数字从哪来` }), box);
  };
  function lines(found) {
    const n = found.number, s = found.standard, net = found.network, from = batch => `${batch.file_name}，${batch.data_date}${batch.inventory ? '，全量登记' : '，样本'}`;
    const facts = [['数字', `${found.name} ${n.share == null ? '—' : pct1(n.share)}，${fmt(n.people_in)} / ${fmt(n.people)} 人`], ['标准', `${s.title}：${[s.limit_m != null && `${fmt(s.limit_m)} 米`, s.clause].filter(Boolean).join('，')}`], ['步速', `${found.speed.m_s.toFixed(2)} 米/秒`],
      ['路网', `${fmt(net.streets)} 条路，查到 ${fmt(net.search_m)} 米，EPSG:${net.epsg}`], ...found.layers.map(one => [LAYERS[one.layer], `${fmt(one.rows)} 行${one.batches.length ? '：' + one.batches.map(from).join('；') : ''}`]),
      ['计算', `${clock(found.computed_at)}，摘要 ${found.digest}${found.stale ? '，数据已变化，待重算' : ''}`], ['软件', Object.entries(found.software).map(([name, version]) => `${name} ${version}`).join('，')]];
    return [el('dl', { class: 'facts' }, ...facts.flatMap(([word, text]) => [el('dt', { text: word }), el('dd', { text })]))];
  }
})();
