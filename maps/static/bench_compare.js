/* The numbers of plans side by side; after a change those that are new bear what they were, the rest stays calm. */
(function () {
  'use strict';
  const { $, el, fmt } = W, B = W.benchmap, { KINDS } = W.parts;
  const LONG = 14; // sentences are marked as new, numbers with what they were
  const share = x => `${(100 * x).toFixed(1)}%`;
  const metreWords = plan => Object.entries(plan.border_by_kind_m).sort((a, b) => b[1] - a[1]).map(([k, v]) => `${KINDS[k] || '其他'} ${fmt(v)}`).join('，');
  const walks = plan => plan.parts.some(p => p.centre_min != null) ? Math.max(...plan.parts.map(p => p.centre_min ?? 0)) : null;
  /* a part in which nobody is counted has no share */
  const judged = plan => plan.parts.filter(p => p.coverage?.required);
  const metWords = (plan, side) => `${plan.parts[0].coverage.met_before}/${plan.parts[0].coverage.required_before} → ` + plan.parts.map(p => `${B.letter(side, p.no)} ${p.coverage.required ? `${p.coverage.met}/${p.coverage.required}` : '—'}`).join('，');
  /* name, value, whether less is better, its words, and what is said beside it */
  const ROWS = [
    ['户数最大偏差', p => p.max_deviation, true, share],
    ['新分界总长', p => p.border_m, true, x => `${fmt(x)} 米`, metreWords],
    ['沿主干路、河、铁路', p => p.natural_share, false, share],
    ['片内跨过的阻隔', p => p.straddled_m, true, x => `${fmt(x)} 米`],
    ['换社区的人', p => p.moved_residents, true, x => `${fmt(x)} 人`, p => p.moved_elderly == null ? '' : `60+ ${fmt(p.moved_elderly)}`],
    ['要重划的网格', p => p.grids_split, true, x => `${fmt(x)} 个`, p => p.grids ? `换社区 ${fmt(p.grids.reparented)} 个` : ''],
    ['形状紧凑（最差）', p => Math.min(...p.parts.map(q => q.polsby_popper ?? 1)), false, x => x.toFixed(2)],
    ['到服务中心（最远）', walks, true, x => x == null ? '—' : `${Math.ceil(x)} 分钟`],
    ['达标项（原 → 各片）', p => judged(p).length ? Math.min(...judged(p).map(q => q.coverage.met / q.coverage.required)) : null, false, (x, p, side) => x == null ? '—' : metWords(p, side)],
    ['没做到的', p => p.broken.length, true, (x, p, side) => p.broken.length ? B.said(side, p.broken.map(b => b.text).join('；')) : '没有'],
    ['证明', () => 0, true, (_, p) => B.badge(p).text],
  ];

  function cell([, of, , words, beside], side, better) {
    const now = words(of(side.plan), side.plan, side), was = side.was && words(of(side.was), side.was, side), more = beside?.(side.plan);
    const changed = was != null && was !== now;
    return el('td', { class: [better && 'better', changed && 'changed'].filter(Boolean).join(' ') || null }, changed && was.length < LONG && [el('del', { text: was }), el('span', { class: 'to', text: ' → ' })], changed ? el('ins', { text: now }) : now, more && [el('span', { class: 'sep', text: '，' }), el('span', { class: 'muted', text: more })]);
  }
  function table(sides) {
    const shown = sides.filter(s => s.plan);
    if (!shown.length) { $('cmp').replaceChildren(); return; }
    const row = one => {
      const values = shown.map(s => one[1](s.plan));
      if (values.every(v => v == null)) return null;
      const best = values.length === 2 && values.every(v => v != null) && Math.abs(values[0] - values[1]) > 1e-9 ? (one[2] ? values[0] < values[1] : values[0] > values[1]) ? 0 : 1 : -1;
      return el('tr', {}, el('th', { scope: 'row', text: one[0] }), shown.map((side, i) => cell(one, side, i === best)));
    };
    $('cmp').replaceChildren(el('thead', {}, el('tr', {}, el('th', { text: '比一比' }), shown.map(s => el('th', { scope: 'col', text: s.plan.name + (s.plan.step ? '（已调整）' : '') })))), el('tbody', {}, ROWS.map(row)));
  }

  W.comparing = { table, share };
})();
