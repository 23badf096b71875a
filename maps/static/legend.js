/* The legend always says what the map shows now. */
(function () {
  'use strict';
  const { $, el, svg, token, fmt } = W;
  const sample = (...kids) => svg('svg', { class: 'sw free', viewBox: '0 0 26 14', 'aria-hidden': 'true' }, ...kids);
  const stroke = (colour, width, more) => svg('path', { d: 'M0 7H26', stroke: token(colour), 'stroke-width': width, fill: 'none', ...more });
  const dot = (fill, ring, r) => svg('circle', { cx: 13, cy: 7, r, fill, stroke: ring || 'none', 'stroke-width': 2 });
  const mark = item => sample(svg('rect', { x: 6, y: 0, width: 14, height: 14, rx: 3, fill: token(item.hue) }), svg('text', { x: 13, y: 10.8, 'font-size': 10, fill: '#fff', 'text-anchor': 'middle', 'font-weight': 700 }, item.mark));
  const row = (symbol, words, figure) => el('li', null, symbol, words, el('span', { text: figure || '' }));
  const pair = (a, wordA, b, wordB) => el('li', { class: 'pair' }, a, wordA, b, wordB);
  const head = (words, small) => el('h2', null, words, el('small', { text: small || '' }));

  W.legend = page => {
    const box = $('keys'), j = page.journey;
    box.replaceChildren(...(j?.kind === 'why' ? walk(page) : j?.kind === 'life' ? circles(page) : cover(page)));
  };

  /* before against after, in points of the share */
  const changes = page => [head('覆盖率变化', '改后减改前'), el('ul', null, ...W.changeSteps.map(([, name, words]) => row(el('i', { class: 'sw', style: { background: token(name) } }), words))), el('hr'), el('ul', null,
    row(sample(dot(token('dif-5'), null, 5)), '走得近了的小区'), row(sample(dot(token('dif-1'), null, 5)), '走得远了的小区'), row(mark(page.item), page.item.name))];
  function cover(page) {
    if (page.plan.show === 'change' && page.plan.result) return changes(page);
    const look = page.map.roles.communities?.look, s = page.state, areas = page.data.areas[s.level === 'community' ? 'communities' : 'subdistricts'], unit = s.level === 'community' ? '社区' : '街道';
    const counts = new Map(), limited = page.limited();
    areas.forEach(a => { const step = look && W.classOf(look, page.figure(a).share); counts.set(step ? step[1] : 'none', (counts.get(step ? step[1] : 'none') || 0) + 1); });
    const ramp = !look ? [] : [...look.steps.map(([, name, words]) => row(el('i', { class: 'sw', style: { background: token(name) } }), words, `${counts.get(name) || 0} 个`)),
      row(el('i', { class: 'sw hatch' }), look.none[1], `${counts.get('none') || 0} 个`)];
    const roles = page.map.roles, has = (role, test) => roles[role]?.data?.features.some(test);
    const wall = has('barriers', f => /^(city_)?wall$/.test(f.properties.kind)), rail = has('backdrop', f => f.properties.kind === 'railway');
    return [head(`${unit}覆盖率`, '越深，缺口越大'), el('ul', null, ...ramp), el('hr'), el('ul', null,
      limited ? row(sample(dot('#fff', token('cov-1'), 4.6)), '未覆盖小区', '圆大人多') : null,
      row(mark(page.item), page.item.name, `${fmt(page.points.length)} 处`),
      limited ? el('li', null, el('label', { class: 'check' }, el('input', { type: 'checkbox', checked: s.gaps, onchange: e => page.go({ gaps: e.target.checked }) }), el('i', { class: 'sw gapfill' }), '缺口范围（走不到的地方）')) : null, ...W.gridKeys(page),
      pair(sample(stroke('b-district', 2.4)), '区界', sample(stroke('b-street', 1.8, { 'stroke-dasharray': '8 3 2 3' })), '街道界'),
      has('communities', f => f.properties.status === 'draft') ? row(sample(stroke('b-street', 1.4, { 'stroke-dasharray': '4 3' })), '社区界，草拟') : null,
      rail || wall ? pair(...(rail ? [sample(stroke('map-rail', 3.6), svg('path', { d: 'M0 7H26', stroke: '#fff', 'stroke-width': 1.8, 'stroke-dasharray': '6 6' })), '铁路'] : ['', '']),
        ...(wall ? [sample(stroke('map-wall', 1.8), stroke('map-wall', 5, { 'stroke-dasharray': '2 5' })), '城墙'] : ['', ''])) : null)];
  }
  const walk = page => [head('图例', '浅底色为覆盖率'), el('ul', null, row(sample(stroke('route', 4)), '步行路线'), row(sample(stroke('straight', 2.4, { 'stroke-dasharray': '6 4' })), '到最近点的直线'),
    row(sample(dot('#fff', token('cov-1'), 4.6)), '限值以外的小区'), row(sample(dot(token('ink-2'), null, 3)), '限值以内的小区'), row(mark(page.item), page.item.name))];
  const circles = page => [head('图例', page.journey.name ? '从社区的小区走' : '从服务点走'), el('ul', null, ...[[5, .68], [10, .34], [15, .12]].map(([n, opacity]) => row(sample(svg('rect', { x: 1, y: 1, width: 24, height: 12, fill: token('accent'), 'fill-opacity': opacity, stroke: token('accent') })), `${n} 分钟以内`)),
    row(sample(stroke('accent', 1.4)), '走得到的路'), row(sample(dot('#fff', token('cov-1'), 4.6)), '未覆盖小区'), row(mark(page.item), page.item.name))];
})();
