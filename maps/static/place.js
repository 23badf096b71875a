/* 我的网格: the map of one grid or community and the way to a service; the words are in the page already. */
(function () {
  'use strict';
  const { $, token, el, fmt, load, note } = W;
  const SCALES = [1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 10000, 12500, 15000, 20000, 30000, 50000], PX_M = .0254 / 96, FREE = .8;
  const box = $('map'), facts = box.dataset, paper = !!facts.sheet, day = facts.asof ? `&as_of=${facts.asof}` : '';
  const m = W.map('map', { ...JSON.parse(facts.view), vector: paper });
  const phone = m.getSize().x < 700;
  let ways = null;

  /* the whole place in the middle, as large as its surroundings allow; on paper at a round scale */
  function fit() {
    if (!paper) { m.fitBounds(m.home, { padding: phone || document.body.classList.contains('paper') ? [40, 52] : [120, 90], animate: false }); return; }
    const size = m.getSize(), span = [m.distance(m.home.getSouthWest(), m.home.getSouthEast()), m.distance(m.home.getSouthWest(), m.home.getNorthWest())];
    const ratio = SCALES.find(n => span[0] <= size.x * PX_M * n * FREE && span[1] <= size.y * PX_M * n * FREE) || SCALES[SCALES.length - 1];
    const at = m.home.getCenter(), earth = 2 * Math.PI * 6378137 * Math.cos(at.lat * Math.PI / 180);
    m.options.zoomSnap = 0;
    m.setView(at, Math.log2(earth / (256 * PX_M * ratio)), { animate: false });
    $('ratio').textContent = `1:${fmt(ratio)}`;
  }

  /* where a name stands: the middle of what is seen of an area, away from the edges */
  function seat(feature) {
    const size = m.getSize(), edge = 26, seen = [];
    for (let i = 0; i <= 14; i++) for (let j = 0; j <= 14; j++) {
      const p = L.point(edge + (size.x - 2 * edge) * i / 14, edge + (size.y - 2 * edge) * j / 14), at = m.containerPointToLatLng(p);
      if (W.contains(feature.geometry, [at.lng, at.lat])) seen.push(p);
    }
    if (!seen.length) return null;
    const mid = seen.reduce((s, p) => s.add(p)).divideBy(seen.length);
    return m.containerPointToLatLng(seen.reduce((best, p) => p.distanceTo(mid) < best.distanceTo(mid) ? p : best));
  }
  const number = p => String(Number(p.code.slice(-3))).padStart(2, '0');
  const line = (pane, style) => ({ pane, renderer: m.canvas[pane], interactive: false, ...style });

  function draw(ground) {
    const own = ground.cells.features.find(f => f.properties.code === facts.code), others = ground.cells.features.filter(f => f !== own);
    const group = role => L.layerGroup().addTo(m);
    W.draw.backdrop(m, group('backdrop'), ground.backdrop);
    W.draw.streets(m, ways = group('streets'), ground.streets);
    W.draw.barriers(m, group('barriers'), ground.barriers);
    const shape = (data, pane, style) => L.geoJSON(data, line(pane, { style: () => style })).addTo(m);
    if (own) shape(own, 'fill', { stroke: false, fillColor: '#F0B44C', fillOpacity: .42 });
    const grid = facts.code.length > 12;
    if (grid) shape(ground.cells, 'border', { fill: false, color: token('b-grid'), weight: 1.4, dashArray: '5 4', opacity: .75 });
    shape(ground.communities, 'border', { fill: false, color: token(grid ? 'ink' : 'b-community'), weight: grid ? 2 : 1.2 });
    if (own) [['#fff', 7], [token('b-select'), 3.6]].forEach(([color, weight]) => shape(own, 'sel', { fill: false, color, weight }));
    points();
    /* a grid of another community carries its name: numbers begin anew in each */
    const called = p => ground.communities.features.find(f => p.code.startsWith(f.properties.code) && !facts.code.startsWith(f.properties.code))?.properties.name.replace(/社区$/, ' ') || '';
    const bare = ground.communities.features.filter(f => !ground.cells.features.some(cell => cell.properties.code.startsWith(f.properties.code)));
    const names = W.labels(m, () => [own && { latlng: W.heart(own), name: grid ? facts.label : own.properties.name, figure: grid ? facts.kind : null, cls: 'me', force: true },
      ...others.map(f => { const at = seat(f); return at && { latlng: at, name: grid ? called(f.properties) + number(f.properties) + (paper ? ' 网格' : '') : f.properties.name, cls: 'by' }; }),
      ...grid ? bare.map(f => { const at = seat(f); return at && { latlng: at, name: f.properties.name, cls: 'by' }; }) : []].filter(Boolean));
    names();
  }

  /* the nearest point of every category, one badge where several share a place */
  function points() {
    const taken = new Set();
    document.querySelectorAll('.go[data-lon]').forEach(row => {
      const { lon, lat, name } = row.dataset, key = `${Number(lon).toFixed(4)} ${Number(lat).toFixed(4)}`, badge = row.querySelector('.fac');
      if (taken.has(key)) return;
      taken.add(key);
      const icon = el('span', { class: badge.className + ' on-map', text: badge.textContent, title: name });
      L.marker([lat, lon], { pane: 'pts', keyboard: false, interactive: false, icon: L.divIcon({ className: '', iconSize: null, html: icon }) }).addTo(m);
    });
  }

  /* one way at a time */
  let way = null, pressed = null;
  function back() {
    way?.remove();
    way = null;
    pressed?.setAttribute('aria-pressed', 'false');
    pressed = null;
    $('way').hidden = true;
    fit();
  }
  function callout(at, side, ...kids) {
    L.marker(at, { pane: 'label', interactive: false, keyboard: false, zIndexOffset: 900, icon: L.divIcon({ className: '', iconSize: null, html: el('div', { class: 'callout ' + side }, ...kids) }) }).addTo(way);
  }
  /* streets around a way that leaves the ground fetched first */
  async function widen(bounds) {
    const known = m.home.pad(.6);
    if (known.contains(bounds) || m.basemap) return;
    const streets = await load(`/layers/streets.geojson?area=${facts.district}&bbox=${bounds.pad(.15).toBBoxString()}${day}`).catch(() => null);
    if (streets && ways) W.draw.streets(m, ways, streets);
  }
  async function show(row) {
    const { uid, category, circle, name } = row.dataset;
    if (pressed === row) { back(); return; }
    note('way');
    const query = new URLSearchParams({ area: facts.district, ...circle && { circle_min: circle }, ...facts.asof && { as_of: facts.asof } });
    let j;
    try { j = await load(`/api/why/${encodeURIComponent(uid)}/${category}?${query}`); } catch (problem) {
      note('way', 'warn', `没取到去${name}的路，其余内容没有变`, problem.detail || '网络恢复后再点一次。');
      return;
    }
    way?.remove();
    pressed?.setAttribute('aria-pressed', 'false');
    way = L.layerGroup().addTo(m);
    pressed = row;
    row.setAttribute('aria-pressed', 'true');
    const from = L.latLng(j.compound.lat, j.compound.lon), path = j.route.map(([x, y]) => L.latLng(y, x)), to = j.service && L.latLng(j.service.lat, j.service.lon);
    const style = { pane: 'route', renderer: m.canvas.route, interactive: false };
    L.polyline(path, { ...style, color: '#fff', weight: 9, opacity: .95 }).addTo(way);
    L.polyline(path, { ...style, color: token('route'), weight: 5 }).addTo(way);
    L.circleMarker(from, { pane: 'pts', renderer: m.canvas.pts, radius: 9, color: token('route'), weight: 4, fillColor: '#fff', fillOpacity: 1, interactive: false }).addTo(way);
    callout(from, 'up', el('b', { text: j.compound.name }));
    if (to) callout(to, 'right route', el('b', { text: j.service.name || name }));
    const bounds = L.latLngBounds([from, ...path, ...to ? [to] : []]), minutes = row.querySelector('.mi b').textContent;
    await widen(bounds);
    $('way').hidden = false;
    const why = row.classList.contains('late') && j.cause ? `${j.cause}，直线 ${fmt(j.straight_m)} 米。` : '';
    $('way').replaceChildren(el('p', { text: j.net_m == null ? j.sentence : `从${j.compound.name}走到${j.service?.name || name}，${minutes}，${fmt(j.net_m)} 米。${why}` }),
      el('button', { type: 'button', class: 'link', text: '回到全图', onclick: () => { const last = pressed; back(); last?.focus(); } }));
    m.fitBounds(bounds.pad(.3), { animate: false, maxZoom: 17.4, paddingTopLeft: [10, 40], paddingBottomRight: [10, 40] });
    if (phone) box.scrollIntoView({ block: 'start' });
    document.body.dataset.way = category;
  }

  if (!paper) {
    if (phone) m.scrollWheelZoom.disable();
    document.querySelectorAll('button.go').forEach(row => row.addEventListener('click', () => show(row)));
    $('full').addEventListener('click', () => {
      const wide = document.body.classList.toggle('wide');
      $('full').textContent = wide ? '缩回去' : '放大看';
      $('full').setAttribute('aria-pressed', String(wide));
      m.invalidateSize({ animate: false, pan: false });
      if (!way) fit();
    });
    document.addEventListener('keydown', e => {
      if (e.key !== 'Escape') return;
      if (document.body.classList.contains('wide')) $('full').click();
      else if (way) { const last = pressed; back(); last?.focus(); }
    });
    W.menu();
    W.paper(m, fit);
  } else $('print').addEventListener('click', () => window.print());
  W.scale(m, $('scale'), paper ? 130 : 100);
  fit();
  load(facts.ground).then(draw).catch(problem => note('ground', 'bad', '没取到地图，下面的内容没有变', problem.detail || '网络恢复后刷新本页。'))
    .finally(() => { document.body.dataset.ready = '1'; });
})();
