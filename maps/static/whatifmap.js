/* Edits and changed walks on the map: green is built, red is taken away, teal walks less, purple walks more. */
(function () {
  'use strict';
  const { token, el, fmt } = W;
  /* change of a share in points: words, colour; the middle is within one point */
  const STEPS = [[.05, 'dif-5', '多 5 点以上'], [.01, 'dif-4', '多 1 – 5 点'], [-.01, 'dif-3', '变化不到 1 点'], [-.05, 'dif-2', '少 1 – 5 点'], [-9, 'dif-1', '少 5 点以上']];
  let layer = null;
  W.changeSteps = STEPS;
  W.changeClass = change => change == null ? null : STEPS.find(([from], i) => i === 2 ? change > from : change >= from) || STEPS[4];

  const mark = (at, cls, text, title) => L.marker(at, { pane: 'pts', keyboard: false, interactive: Boolean(title) && !W.planning(), zIndexOffset: 700, icon: L.divIcon({ className: '', iconSize: null, html: el('span', { class: 'edit ' + cls, text }) }) }).bindTooltip(title || '').addTo(layer);
  const turn = at => [at[1], at[0]];
  function line(page, path, colour, more) {
    const base = { pane: 'route', renderer: page.map.canvas.route, interactive: false };
    L.polyline(path, { ...base, color: '#fff', weight: 9, opacity: .95 }).addTo(layer);
    L.polyline(path, { ...base, color: token(colour), weight: 5, ...more }).addTo(layer);
  }

  W.planMarks = page => {
    const { plan, map: m } = page;
    layer ||= L.layerGroup().addTo(m);
    layer.clearLayers();
    if (!plan.on || !page.data) return;
    if (plan.first?.at) mark(turn(plan.first.at), 'new', '1');
    walks(page);
    const spot = uid => page.points.find(f => f.properties.uid === uid)?.geometry.coordinates, words = plan.result?.edits || [];
    plan.edits.forEach((edit, i) => {
      const item = page.items.find(x => x.category === edit.category), title = words[i];
      if (edit.kind === 'add') mark(turn(edit.at), 'new', item?.mark || '新', title);
      else if (edit.kind === 'close' && spot(edit.uid)) mark(turn(spot(edit.uid)), 'gone', '撤', title);
      else if (edit.kind === 'move') {
        if (spot(edit.uid)) { line(page, [turn(spot(edit.uid)), turn(edit.at)], 'good', { weight: 3, dashArray: '2 7' }); mark(turn(spot(edit.uid)), 'gone', '撤', title); }
        mark(turn(edit.at), 'new', '搬', title);
      } else if (edit.kind === 'gate') mark(turn(edit.at), 'new', '门', title);
      else if (edit.kind === 'link') line(page, [turn(edit.at), turn(edit.to)], 'good', { dashArray: '1 8', lineCap: 'round' });
      else if (edit.kind === 'close_street') (m.roles.streets?.data?.features || []).filter(f => f.properties.uid === edit.uid).forEach(f => W.lines(f.geometry).forEach(path => line(page, path, 'bad', { dashArray: '4 6' })));
    });
  };
  function walks(page) {
    const { plan } = page, of = new Map(page.base.compounds.map(c => [c.uid, c]));
    if (plan.show === 'before') return;
    (plan.result?.changes || []).filter(c => c.category === page.item.category).forEach(c => {
      const home = of.get(c.uid);
      if (!home || home.lon == null) return;
      const far = 1e9, less = (c.after_cm ?? far) < (c.before_cm ?? far), turned = c.within_before !== c.within_after, metres = cm => cm == null ? '走不到' : `${fmt(Math.ceil(cm / 100))} 米`;
      L.circleMarker([home.lat, home.lon], { pane: 'pts', renderer: page.map.canvas.pts, radius: turned ? 9 : 6, color: '#fff', weight: 2, fillColor: token(less ? 'dif-5' : 'dif-1'), fillOpacity: turned ? 1 : .6 })
        .bindTooltip(() => el('span', null, el('b', { text: home.name }), el('br'), `${metres(c.before_cm)} → ${metres(c.after_cm)}`)).on('add', e => e.target.getElement()?.setAttribute('tabindex', '-1')).addTo(layer);
    });
  }
})();
