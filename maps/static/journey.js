/* One compound and its walk, or one service point and its life circle: drawn on the map, told in the panel. */
(function () {
  'use strict';
  const { $, token, el, fmt, load, note, minutes } = W;
  const AREA = 'community:';
  const STEPS = { 5: .34, 10: .22, 15: .12 };
  let layer = null, shown = null, before = null;

  /* page.journey = null | {kind, ...answer}; the map and the panel read it */
  W.journey = async page => {
    const s = page.state, m = page.map, key = s.why ? `why ${s.why} ${s.item.key} ${s.group} ${s.measure}` : s.life ? `life ${s.life} ${s.group}` : null;
    if (key === shown) return;
    layer ||= L.layerGroup().addTo(m);
    let journey = null;
    note('journey');
    try {
      if (s.why) journey = { kind: 'why', ...await load(`/api/why/${encodeURIComponent(s.why)}/${s.item.category}${page.circle && '?' + page.circle}`) };
      else if (s.life?.startsWith(AREA)) journey = { kind: 'life', name: page.feature(s.life.slice(AREA.length))?.properties.name, circles: await load(`/api/life-circles/${encodeURIComponent(s.life.slice(AREA.length))}?group=${s.group}`) };
      else if (s.life) journey = { kind: 'life', circles: await load(`/api/life-circle/${encodeURIComponent(s.life)}?group=${s.group}`), point: page.points.find(f => f.properties.uid === s.life) };
    } catch (problem) {
      const what = s.why ? '这个小区的路线' : '这个服务点的生活圈';
      note('journey', 'warn', `没有显示${what}，其余内容没有变`, problem.absent ? `单文件页面不带${what}，在服务里打开能看到。` : problem.detail || '稍后再点一次。');
      Object.assign(s, { why: null, life: null });
    }
    layer.clearLayers();
    shown = journey ? key : null;
    if (journey && !page.journey) before = { centre: m.getCenter(), zoom: m.getZoom() };
    page.journey = journey;
    if (!journey) {
      if (before) m.setView(before.centre, before.zoom, { animate: false });
      before = null;
    } else if (journey.kind === 'why') walk(page, journey);
    else circles(page, journey);
  };

  const text = (latlng, cls, ...kids) => L.marker(latlng, { pane: 'label', interactive: false, keyboard: false, zIndexOffset: 900,
    icon: L.divIcon({ className: '', iconSize: null, html: el('div', { class: 'callout ' + cls }, ...kids) }) }).addTo(layer);
  function line(page, path, colour, weight, more) {
    const base = { pane: 'route', renderer: page.map.canvas.route, interactive: false };
    L.polyline(path, { ...base, color: '#fff', weight: weight + 4, opacity: .95 }).addTo(layer);
    L.polyline(path, { ...base, color: token(colour), weight, ...more }).addTo(layer);
  }
  function walk(page, j) {
    const m = page.map, at = L.latLng(j.compound.lat, j.compound.lon), route = (j.route || []).map(([x, y]) => L.latLng(y, x));
    /* nearest in a straight line: need not be the one reached first on foot */
    const target = j.straight_to && L.latLng(j.straight_to.lat, j.straight_to.lon), mins = j.minutes?.[page.state.group];
    m.fitBounds(L.latLngBounds([at, ...route, target || at]).pad(.42), { animate: false, maxZoom: 16.6 });
    if (target) {
      line(page, [at, target], 'straight', 2.4, { dashArray: '8 6' });
      text(L.latLng((at.lat + target.lat) / 2, (at.lng + target.lng) / 2), 'left straight', `直线 ${fmt(j.straight_m)} 米`);
    }
    if (route.length) line(page, route, 'route', 5);
    L.circleMarker(at, { pane: 'pts', renderer: m.canvas.pts, radius: 9, color: token('route'), weight: 4, fillColor: '#fff', fillOpacity: 1, interactive: false }).addTo(layer);
    text(at, 'up', el('b', { text: j.compound.name }), j.compound.households == null ? '' : `　${fmt(j.compound.households)} 户`);
    if (j.service) text(L.latLng(j.service.lat, j.service.lon), 'right route', `走到最近的${page.item.name}，`, el('b', { text: mins != null ? `${minutes(mins)} 分钟` : `${fmt(j.net_m)} 米` }));
  }

  function circles(page, j) {
    const m = page.map, all = j.circles.features || [], of = kind => all.filter(f => f.properties.kind === kind).sort((a, b) => b.properties.minutes - a.properties.minutes);
    const estimated = page.data.compounds.some(c => c.estimated);
    of('circle').forEach(f => L.geoJSON(f, { pane: 'circle', renderer: m.canvas.circle, interactive: false, style: { color: token('accent'), weight: 1.5, dashArray: estimated && f.properties.minutes === 15 ? '6 4' : null, fillColor: token('accent'), fillOpacity: STEPS[f.properties.minutes] || .12 } }).addTo(layer));
    of('streets').forEach(f => L.geoJSON(f, { pane: 'circle', renderer: m.canvas.circle, interactive: false, style: { color: token('accent'), weight: 1.2, opacity: .55 } }).addTo(layer));
    if (all.length) m.fitBounds(L.geoJSON(j.circles).getBounds().pad(.12), { animate: false });
    if (!j.point) return;
    const [lon, lat] = j.point.geometry.coordinates;
    L.marker([lat, lon], { pane: 'pts', keyboard: false, interactive: false, zIndexOffset: 500, icon: L.divIcon({ className: '', iconSize: null, html: el('span', { class: 'fac on-map big', text: page.item.mark, style: { background: token(page.item.hue) } }) }) }).addTo(layer);
    text(L.latLng(lat, lon), 'right route', el('b', { text: j.point.properties.name }));
  }

  /* the sentence first, then the two bars */
  W.journeyPanel = page => {
    const box = $('why'), j = page.journey;
    box.hidden = !j;
    if (!j) return;
    if (j.kind === 'life') box.replaceChildren(...lifeWords(page, j));
    else box.replaceChildren(...whyWords(page, j));
  };
  /* no polygon is exact: by how much this one is off, on test addresses beside the streets */
  function trust(j) {
    const worst = (j.circles.features || []).find(f => f.properties.minutes === 15 && f.properties.measured)?.properties.measured;
    return worst ? el('p', { class: 'small muted', text: `范围只供看，人数不按它算。15 分钟的范围与 ${fmt(worst.addresses)} 个试验地址比，多画了 ${W.pct1(worst.false_share)}，漏了 ${W.pct1(worst.missed_share)}。` }) : '';
  }
  function lifeWords(page, j) {
    const p = j.point?.properties || {}, facts = [p.size_m2 && `${fmt(p.size_m2)} 平方米`, p.open_hours && `开放 ${p.open_hours}`, p.step_free === true ? '无台阶' : p.step_free === false ? '有台阶' : null, p.verified_on && `${p.verified_on} 核对`];
    return [el('h2', { text: j.name || p.name || page.item.name }), el('p', { text: `图上是${page.group()}从${j.name ? '这里任何一个小区' : '这里'}走 5、10、15 分钟能到的范围，走过的路画成细线。` }), trust(j),
      el('p', { class: 'small muted', text: facts.filter(Boolean).join(' · ') })];
  }
  function whyWords(page, j) {
    const c = page.data.compounds.find(x => x.uid === j.compound.uid), out = c && page.inside(c) === false, mins = j.minutes?.[page.state.group];
    const most = Math.max(j.net_m || 0, j.straight_m || 0, 1), bar = (word, metres, cls) => [el('span', { text: word }), el('i', { class: cls, style: { width: (metres || 0) / most * 100 + '%' } }), el('span', { class: 'r', text: metres == null ? '—' : `${fmt(metres)} 米` })];
    const limit = page.limit(page.state.measure === 'radius' ? 'm' : page.state.measure), usual = j.net_m == null ? `走不到${page.item.name}。`
      : `走到最近的${page.item.name}要 ${fmt(j.net_m)} 米，${mins == null ? '' : `约 ${minutes(mins)} 分钟，`}${out ? '超过' : '在'} ${limit}${out ? '' : '以内'}。`;
    return [el('h2', null, out ? '为什么没覆盖：' : '走得到：', el('span', { text: j.compound.name }), j.cause && out ? el('span', { class: 'tag bad', text: j.cause }) : null, c?.estimated ? el('span', { class: 'tag est', text: '推算', title: '人数按户数推算' }) : null),
      el('p', { text: j.sentence || usual }),
      el('div', { class: 'cmpbar' }, ...bar('沿路步行', j.net_m, 'net'), ...bar('直线距离', j.straight_m, 'straight')),
      el('p', { class: 'small muted', text: mins == null ? '' : `${page.group()}步行约 ${minutes(mins)} 分钟；标准是 ${limit}。` })];
  }
})();
