/* Grids on the coverage map. All borders of a set are one line, so that twenty thousand cost little more than a hundred;
   a click finds its grid by ground, never by what was painted. */
(function () {
  'use strict';
  const { $, el, token, fmt, load, note } = W;
  const CELL = .005;
  let shown = null;

  /* features by square of ground, so that one position asks few borders */
  function index(features) {
    const squares = new Map();
    features.forEach(f => {
      const parts = W.rings(f.geometry), box = [180, 90, -180, -90];
      parts.forEach(part => part[0].forEach(([y, x]) => { box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y); }));
      const [w, s, e, n] = box.map(v => Math.floor(v / CELL));
      for (let x = w; x <= e; x++) for (let y = s; y <= n; y++) {
        const key = x + ' ' + y;
        if (!squares.has(key)) squares.set(key, []);
        squares.get(key).push({ f, parts });
      }
    });
    return squares;
  }
  /* every border once, though two grids share it: runs of a ring nobody has drawn yet */
  function borders(features) {
    const seen = new Set(), runs = [];
    features.forEach(f => W.rings(f.geometry).forEach(part => part.forEach(ring => {
      let run = null;
      ring.forEach((from, i) => {
        const to = ring[(i + 1) % ring.length], a = from[0] * 1e7 + from[1], b = to[0] * 1e7 + to[1], key = a < b ? a + ' ' + b : b + ' ' + a;
        if (a === b) return;
        if (seen.has(key)) { run = null; return; }
        seen.add(key);
        if (run) run.push(to);
        else runs.push(run = [from, to]);
      });
    })));
    return runs;
  }
  /* the deepest tier wins, then the smallest code: the same rule as everywhere */
  function under(latlng) {
    const near = shown?.squares.get(Math.floor(latlng.lng / CELL) + ' ' + Math.floor(latlng.lat / CELL)) || [];
    const hits = near.filter(one => W.within(one.parts, [latlng.lng, latlng.lat])).map(one => one.f);
    return hits.sort((a, b) => b.properties.tier - a.properties.tier || (a.properties.code < b.properties.code ? -1 : 1))[0];
  }
  const address = page => `/layers/grids.geojson?area=${page.view.code}&set=${encodeURIComponent(page.state.grids)}`;

  /* fetch the set of the state; the page waits for it so that what is drawn is whole */
  W.readGrids = async page => {
    const set = page.state.grids;
    if (!set) { shown?.group.remove(); shown = null; return; }
    if (shown?.set === set) return;
    const data = await load(address(page)).catch(problem => { note('grids', 'warn', '网格没有显示，其余内容没有变', problem.absent ? '这份单文件页面没有带上网格。' : problem.detail || '稍后再打开“网格界”。'); });
    if (!data || page.state.grids !== set) return;
    note('grids', data.features.length ? null : 'plain', data.features.length ? null : '这一套还没有网格', '先导入网格，或用“划分网格”生成。');
    shown?.group.remove();
    const features = data.features.filter(f => f.geometry), m = page.map, group = L.layerGroup().addTo(m);
    W.ink(borders(features), { level: 'line', color: token('b-grid'), weight: .9, opacity: .8 }).addTo(group);
    shown = { set, group, features, squares: index(features), one: L.layerGroup().addTo(group) };
  };
  /* what a click on the map means while grids are shown */
  W.gridAt = (page, latlng) => {
    const f = under(latlng);
    return f && { grid: f.properties.code, area: f.properties.community, level: 'community' };
  };

  W.gridCard = page => {
    const box = $('grid'), f = page.state.grid && shown?.features.find(one => one.properties.code === page.state.grid);
    box.hidden = !f;
    shown?.one.clearLayers();
    if (!f) { box.replaceChildren(); return; }
    [['#fff', 5.5], [token('b-grid'), 2.8]].forEach(([color, weight]) => L.polygon(W.rings(f.geometry), { pane: 'sel', renderer: page.map.canvas.sel, fill: false, interactive: false, color, weight }).addTo(shown.one));
    const p = f.properties, counts = [[p.resident_households, '户'], [p.population, '人']].filter(([n]) => n != null).map(([n, unit]) => `${fmt(n)} ${unit}`);
    box.replaceChildren(el('h2', null, el('span', { text: p.name || `网格 ${p.code.slice(12)}` }), p.status === 'draft' ? el('span', { class: 'tag draft', text: '草拟' }) : null,
      el('button', { class: 'link', type: 'button', text: '取消选择', onclick: () => page.go({ grid: null }) })),
      el('p', { class: 'small muted', text: [p.set, p.kind, `代码 ${p.code}`, ...counts].filter(Boolean).join(' · ') }),
      W.offline ? null : el('p', null, el('a', { href: `/grids/${p.code}`, text: '打开这一格：边界、网格长、最近的服务' })));
  };
  W.gridKeys = page => {
    const sets = page.view.sets, s = page.state, pick = name => page.go({ grids: name, grid: null });
    if (!sets.length || W.offline) return [];
    const line = W.svg('svg', { class: 'sw free', viewBox: '0 0 26 14', 'aria-hidden': 'true' }, W.svg('path', { d: 'M0 7H26', stroke: token('b-grid'), 'stroke-width': 1.2, fill: 'none' }));
    return [el('li', null, el('label', { class: 'check' }, el('input', { type: 'checkbox', id: 'grids-on', checked: Boolean(s.grids), onchange: e => pick(e.target.checked ? sets[0] : null) }), line, '网格界'),
      s.grids && sets.length > 1 ? el('select', { class: 'sel', 'aria-label': '哪一套网格', onchange: e => pick(e.target.value) }, ...sets.map(name => el('option', { value: name, text: name, selected: name === s.grids }))) : null)];
  };
})();
