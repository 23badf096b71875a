/* The coverage picture: areas by class, gap points by people, service points, gap ground, the chosen area, names. */
(function () {
  'use strict';
  const { token, el, fmt, pct, load, note } = W;
  const NEAR = 14.6, FAR = 12.5, TOP = 16;
  let drawn = null;

  const hatch = () => {
    const box = el('canvas'), c = box.getContext('2d');
    box.width = box.height = 8;
    c.fillStyle = token('cov-none');
    c.fillRect(0, 0, 8, 8);
    c.strokeStyle = token('line-2');
    c.lineWidth = 1.2;
    [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]].forEach(([a, b, d, e]) => { c.beginPath(); c.moveTo(a, b); c.lineTo(d, e); c.stroke(); });
    return c.createPattern(box, 'repeat');
  };
  W.classOf = (look, share) => look.steps.find(([from]) => share != null && share >= from) || null;

  function shape(m, data) {
    const page = () => W.page;
    return L.geoJSON(data, { pane: 'fill', renderer: m.canvas.fill, filter: f => f.geometry, onEachFeature: (f, l) => {
      l.on('click', e => W.planning() || page().go(W.gridAt(page(), e.latlng) || { area: page().state.area === f.properties.code ? null : f.properties.code, grid: null }));
      l.bindTooltip(() => {
        const area = page().areas?.get(f.properties.code), figure = page().figure?.(area) || {};
        return el('span', null, el('b', { text: f.properties.name }), el('br'), figure.share == null ? '无数据，不评价' : `覆盖 ${pct(figure.share)}，未覆盖 ${area?.approximate ? '约 ' : ''}${fmt(figure.out)} 人`);
      }, { sticky: true, direction: 'top', offset: [0, -6] });
    } });
  }
  W.draw.communities = (m, group, data) => {
    group.shape = shape(m, data);
    const draft = data.features.filter(f => f.geometry && f.properties.status === 'draft').flatMap(f => W.rings(f.geometry).flat());
    W.ink(draft, { level: 'line', color: token('b-street'), weight: 1.2, dashArray: [4, 3] }).addTo(group);
    m.fire('areas');
  };

  /* everything that lives on the map for this page; made once */
  function start(page) {
    const m = page.map, make = () => L.layerGroup().addTo(m);
    drawn = { pattern: hatch(), gap: make(), points: make(), chosen: make(), fill: null, hearts: new Map(), near: m.getZoom() > NEAR, far: m.getZoom() < FAR };
    drawn.labels = W.labels(m, () => names(page));
    m.on('moveend', () => {
      const near = m.getZoom() > NEAR, far = m.getZoom() < FAR;
      if (near === drawn.near && far === drawn.far && (!near || drawn.around?.contains(m.getBounds()))) return;
      Object.assign(drawn, { near, far });
      marks(page);
    });
  }

  W.picture = page => {
    const m = page.map, s = page.state, roles = m.roles;
    if (!drawn) start(page);
    page.areas = new Map([...page.data.areas.communities, ...page.data.areas.subdistricts].map(a => [a.code, a]));
    const look = roles.communities?.look, group = s.level === 'community' ? roles.communities : roles.subdistricts;
    if (!look || !group?.data) return;
    group.shape ||= shape(m, group.data);
    if (drawn.fill !== group.shape) {
      drawn.fill?.remove();
      drawn.fill = group.shape.addTo(m);
    }
    const opacity = page.journey ? .26 : m.basemap ? .7 : 1;
    drawn.fill.setStyle(f => {
      const code = f.properties.code, step = changing(page) ? W.changeClass(W.planChange(page, code)) : W.classOf(look, page.figure(page.areas.get(code)).share);
      return { fillColor: step ? token(step[1]) : drawn.pattern, fillOpacity: opacity, color: token(look.line), weight: look.weight, opacity: .75 };
    });
    chosen(page);
    marks(page);
    ground(page);
    drawn.labels();
  };

  const changing = page => page.plan.show === 'change' && page.plan.result;
  function chosen(page) {
    drawn.chosen.clearLayers();
    const f = page.feature(page.state.area);
    if (!f) return;
    const line = { pane: 'sel', renderer: page.map.canvas.sel, fill: false, interactive: false };
    [['#fff', 6.5], [token('b-select'), 3.2]].forEach(([color, weight]) => L.polygon(W.rings(f.geometry), { ...line, color, weight, opacity: .95 }).addTo(drawn.chosen));
  }

  /* gap points and service points: dots from afar; badges and every compound from close by, as far as one sees and half as far again */
  function marks(page) {
    const m = page.map, { near, far } = drawn, s = page.state, base = { pane: 'pts', renderer: m.canvas.pts };
    drawn.points.clearLayers();
    drawn.around = near ? m.getBounds().pad(.5) : null;
    const seen = (lat, lon) => !near || drawn.around.contains([lat, lon]);
    page.data.compounds.forEach(c => {
      const yes = page.inside(c), n = c.people?.[s.group] ?? c.households ?? 0;
      if (c.lon == null || yes && !near || !seen(c.lat, c.lon)) return;
      const radius = yes ? 3 : Math.max(near ? 5 : far ? 1.2 : 2.2, Math.min(near ? 16 : 9, Math.sqrt(n) * (near ? .125 : far ? .034 : .066)));
      const style = yes ? { stroke: false, fillColor: token('ink-2'), fillOpacity: .75 }
        : { color: token(yes == null ? 'ink-3' : 'cov-1'), weight: near ? 2 : far ? .9 : 1.3, dashArray: c.estimated && near ? '3 2' : null, fillColor: '#fff', fillOpacity: .92 };
      L.circleMarker([c.lat, c.lon], { ...base, ...style, radius }).bindTooltip(() => compoundTip(page, c)).on('click', e => take(page, 'compound', c.uid, c.name, e) || page.go({ why: c.uid, life: null })).on('add', quiet).addTo(drawn.points);
    });
    page.points.forEach(f => {
      const [lon, lat] = f.geometry.coordinates, item = page.item;
      if (!seen(lat, lon)) return;
      const open = e => take(page, 'point', f.properties.uid, f.properties.name, e) || page.go({ life: f.properties.uid, why: null });
      const spot = near ? L.marker([lat, lon], { pane: 'pts', keyboard: false, icon: L.divIcon({ className: '', iconSize: null, html: el('span', { class: 'fac on-map', text: item.mark, style: { background: token(item.hue) } }) }) })
        : L.circleMarker([lat, lon], { ...base, radius: far ? 1.6 : 2.6, color: '#fff', weight: far ? .5 : 1, fillColor: token(item.hue), fillOpacity: 1 });
      spot.bindTooltip(() => pointTip(f.properties)).on('click', open).on('add', quiet).addTo(drawn.points);
    });
  }
  /* with a tool in hand a click belongs to the tool */
  const take = (page, kind, uid, name, e) => {
    if (W.planPick(page, kind, uid, name)) L.DomEvent.stopPropagation(e);
    return W.planning();
  };
  /* every point is in a list of the panel; hundreds of tab stops on the map would bury it */
  const quiet = e => e.target.getElement()?.setAttribute('tabindex', '-1');
  const compoundTip = (page, c) => el('span', null, el('b', { text: c.name }), el('br'), `${c.households == null ? '户数未知' : fmt(c.households) + ' 户'}，${W.walkWords(page, c)}`);
  const pointTip = p => el('span', null, el('b', { text: p.name }), el('br'), [p.open_hours, p.verified_on && `${p.verified_on} 核对`].filter(Boolean).join('，') || '点开看生活圈');

  /* how far, in the words of the chosen measure */
  W.walkWords = (page, c) => {
    const s = page.state;
    if (c.state === 'undecided') return '无法判定';
    if (s.measure === 'radius') return c.straight_m == null ? '附近没有' : `直线 ${fmt(c.straight_m)} 米`;
    const minutes = c.minutes?.[s.group];
    if (c.net_m == null) return c.state === 'unreachable' ? '不可达' : `超过 ${page.data.beyond_min?.[s.group] ?? page.item.minutes} 分钟`;
    return s.measure === 'min' && minutes != null ? `${W.minutes(minutes)} 分钟` : `${fmt(c.net_m)} 米`;
  };

  /* ground beyond the limit, whoever lives there */
  let asked = null;
  function ground(page) {
    const m = page.map, url = `/layers/gaps.geojson?area=${page.view.code}&category=${page.item.category}${page.circle && '&' + page.circle}`;
    if (!page.state.gaps || page.journey) { asked = null; drawn.gap.clearLayers(); return; }
    if (asked === url) return;
    asked = url;
    drawn.gap.clearLayers();
    const slow = setTimeout(() => note('gaps', 'plain', '正在画缺口范围', '第一次要几秒，可以先看别的。'), 600);
    load(url).finally(() => clearTimeout(slow)).then(data => {
      if (asked !== url) return;
      note('gaps');
      L.geoJSON(data, { pane: 'gap', renderer: m.canvas.gap, interactive: false, style: { color: token('cov-1'), weight: 1, opacity: .7, fillColor: strokes(), fillOpacity: .55 } }).addTo(drawn.gap);
    }).catch(problem => note('gaps', 'warn', '缺口范围没有显示，其余内容没有变', problem.absent ? '这份单文件页面没有带上缺口范围。' : problem.detail || '稍后再打开“缺口范围”。'));
  }
  const strokes = () => {
    const box = el('canvas'), c = box.getContext('2d');
    box.width = box.height = 7;
    c.strokeStyle = token('cov-1');
    c.lineWidth = 1.1;
    [[0, 0, 7, 7], [-2, 5, 2, 9], [5, -2, 9, 2]].forEach(([a, b, d, e]) => { c.beginPath(); c.moveTo(a, b); c.lineTo(d, e); c.stroke(); });
    return c.createPattern(box, 'repeat');
  };

  function heart(f) {
    const code = f.properties.code;
    if (!drawn.hearts.has(code)) drawn.hearts.set(code, W.heart(f));
    return drawn.hearts.get(code);
  }
  /* the chosen area, then the areas with most people outside; all of them from close by */
  function names(page) {
    const m = page.map, s = page.state, group = m.roles[s.level === 'community' ? 'communities' : 'subdistricts'], look = m.roles.communities?.look;
    if (!group?.data || !page.areas) return [];
    const list = group.data.features.filter(f => f.geometry).map(f => ({ f, on: f.properties.code === s.area, ...page.figure(page.areas.get(f.properties.code)) }));
    if (changing(page)) {
      const told = list.map(one => ({ ...one, change: W.planChange(page, one.f.properties.code) })).filter(one => one.on || Math.abs(one.change || 0) >= .0005).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
      return told.slice(0, 60).map(({ f, on, change }) => ({ latlng: heart(f), name: f.properties.name.replace(/(社区|街道)$/, ''), figure: change ? `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)} 点` : '', cls: (on ? 'on' : '') + (Math.abs(change) >= .05 ? ' inv' : ''), force: on }));
    }
    list.sort((a, b) => b.on - a.on || (b.out || 0) - (a.out || 0));
    const shown = page.journey ? list.slice(0, s.area ? 1 : 0) : list.slice(0, m.getZoom() > 14 || s.level === 'subdistrict' ? 400 : m.getSize().x < 600 ? TOP / 2 : TOP);
    const at = page.journey?.kind === 'why' && m.latLngToContainerPoint([page.journey.compound.lat, page.journey.compound.lon]);
    return shown.filter(({ f }) => !at || at.distanceTo(m.latLngToContainerPoint(heart(f))) > 90).map(({ f, on, share }) => {
      const dark = !page.journey && share != null && share < .65 && W.classOf(look, share) ? ' inv' : '';
      return { latlng: heart(f), name: on ? f.properties.name : f.properties.name.replace(/(社区|街道)$/, ''), figure: share == null ? '' : pct(share), cls: (on ? 'on' : '') + dark, force: on };
    });
  }
})();
