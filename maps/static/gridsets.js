/* 划分网格、比较网格: one community or subdistrict is asked for at a time, drawn, told, and written when it is wanted. */
(function () {
  'use strict';
  const { $, token, el, fmt, note, send } = W;
  const map = $('map'), form = $('ask'), cut = form.dataset.mode === 'divide', district = map.dataset.district, FIRST = 60;
  const box = (id, ...kids) => { $(id).replaceChildren(...kids.flat().filter(Boolean)); $(id).hidden = !$(id).childElementCount; };
  let drawn = null, spots = {}, shown = null;

  const m = W.map('map', JSON.parse(map.dataset.view));
  W.draw.communities = (at, group, data) => L.geoJSON(data, { pane: 'border', renderer: at.canvas.border, interactive: false, style: { fill: false, color: token('b-community'), weight: .9 } }).addTo(group);
  if (district) [['backdrop', '底图'], ['streets', '道路'], ['barriers', '阻隔'], ['districts', '区界'], ['subdistricts', '街道界'], ['communities', '社区界']]
    .forEach(([role, name]) => W.layer(`/layers/${role}.geojson?area=${district}`, { name, role }).addTo(m));
  W.scale(m, $('scale'), 130);
  W.paper(m);
  W.menu();
  $('fold').addEventListener('click', () => $('fold').setAttribute('aria-expanded', String($('keys').classList.toggle('open'))));

  function wanted(code, write) {
    const data = new FormData(form);
    if (!cut) return { code, sets: data.getAll('sets'), write: write ? data.get('write').trim() : '' };
    const numbers = Object.fromEntries(['low', 'high', 'target'].map(name => [name, Number(data.get(name))]));
    return { code, ...numbers, set: data.get('set').trim(), exclusive: data.has('exclusive'), write };
  }
  /* the whole district goes subdistrict by subdistrict, so that the bar says what is done */
  const codes = () => $('place').value !== 'all' ? [$('place').value] : [...$('place').querySelectorAll('optgroup')].map(g => g.querySelector('option').value).filter(one => one.length === 9);
  const nameOf = code => $('place').querySelector(`option[value="${code}"]`)?.textContent.split('（')[0] || code;

  async function run(write) {
    const list = codes(), parts = [], skipped = [];
    note('run');
    document.querySelectorAll('.btn').forEach(b => { b.disabled = true; });
    $('progress').hidden = false;
    for (const [i, code] of list.entries()) {
      $('doing').textContent = `正在${write ? '写入' : cut ? '划分' : '比较'}：${nameOf(code)}`;
      $('bar').style.setProperty('width', `${100 * i / list.length}%`);
      $('done').textContent = list.length > 1 ? `${i} / ${list.length} 个街道` : code.length === 9 ? '一个街道要几秒' : '';
      try { parts.push(await send(`/api/grids/${cut ? 'divide' : 'overlay'}`, wanted(code, write))); } catch (problem) {
        if (list.length === 1) note('run', 'bad', write ? '没有写入，现有数据没有变' : '没有结果', problem.detail);
        else skipped.push(`${nameOf(code)}：${problem.detail}`);
      }
    }
    $('progress').hidden = true;
    document.querySelectorAll('.btn').forEach(b => { b.disabled = false; });
    if (skipped.length) note('run', 'warn', `${skipped.length} 个街道没有结果`, skipped.slice(0, 5).join('；'));
    if (parts.length) { shown = parts; (cut ? division : comparison)(write); }
  }

  const features = name => shown.flatMap(one => one[name].features);
  function paint(data, style, text, under) {
    drawn?.remove();
    drawn = L.layerGroup().addTo(m);
    spots = {};
    if (under) L.geoJSON({ type: 'FeatureCollection', features: under }, { pane: 'fill', style: f => ({ renderer: m.canvas.fill, stroke: false, fillOpacity: .42, fillColor: token(f.properties.households ? 'bad' : 'cov-none') }),
      onEachFeature: (f, layer) => layer.bindTooltip(`${f.properties.said}，${fmt(f.properties.households)} 户`, { sticky: true }) }).addTo(drawn);
    const rims = { pane: 'border', renderer: m.canvas.border, interactive: false, fill: false, color: token('b-grid'), weight: 2.2 };
    L.geoJSON({ type: 'FeatureCollection', features: data }, { style: { ...rims, color: '#fff', weight: 4, opacity: .8 } }).addTo(drawn);
    L.geoJSON({ type: 'FeatureCollection', features: data }, { style: rims }).addTo(drawn);
    const whole = L.geoJSON({ type: 'FeatureCollection', features: data }, { pane: 'fill', style, onEachFeature: (f, layer) => { spots[f.properties.code] = layer; layer.bindTooltip(text(f.properties), { sticky: true }).on('click', () => choose(f.properties.code)); } });
    whole.addTo(drawn);
    const names = L.layerGroup().addTo(drawn), label = () => {
      names.clearLayers();
      if (m.getZoom() < 14) return;
      const taken = [];
      data.forEach(f => {
        const at = spots[f.properties.code].getBounds().getCenter(), p = m.latLngToLayerPoint(at);
        if (taken.some(q => Math.abs(q.x - p.x) < 88 && Math.abs(q.y - p.y) < 18)) return;
        taken.push(p);
        names.addLayer(L.marker(at, { pane: 'label', interactive: false, keyboard: false, icon: L.divIcon({ className: '', iconSize: [0, 0], html: el('div', { class: 'gl-label', text: `${f.properties.code.slice(12)}　${fmt(f.properties.households)} 户` }) }) }));
      });
    };
    if (paint.label) m.off('zoomend', paint.label);
    paint.label = label;
    m.on('zoomend', label);
    if (whole.getBounds().isValid()) m.fitBounds(whole.getBounds(), { padding: [40, 40], animate: false });
    label();
  }
  function choose(code) {
    document.querySelectorAll('.steps tr').forEach(row => row.classList.toggle('on', row.dataset.code === code));
    document.querySelector(`.steps tr[data-code="${code}"]`)?.scrollIntoView({ block: 'nearest' });
    const layer = spots[code];
    if (layer) { m.fitBounds(layer.getBounds().pad(.6), { maxZoom: 17, animate: false }); layer.openTooltip(); }
  }
  const table = (heads, rows) => el('table', { class: 'steps' }, el('thead', {}, el('tr', {}, heads.map(([text, right]) => el('th', { class: right && 'r', scope: 'col', text })))), el('tbody', {}, rows));
  const pick = (code, text) => el('button', { class: 'link', type: 'button', text, onclick: () => choose(code) });
  const more = (list, rows, body) => list.length > FIRST && el('button', { class: 'btn allrows', type: 'button', text: `再看 ${fmt(list.length - FIRST)} 行`, onclick: e => { body().append(...rows.slice(FIRST)); e.target.remove(); } });
  const sum = name => shown.reduce((total, one) => total + (one[name] || 0), 0);
  const wrote = () => shown.map(one => one.written).filter(Boolean).reduce((all, one) => { Object.keys(one).forEach(key => { all[key] = (all[key] || 0) + one[key]; }); return all; }, {});
  function decide(written, blocked) {
    const yes = el('button', { class: 'btn primary', type: 'button', disabled: Boolean(blocked), text: '写成草拟网格' });
    yes.addEventListener('click', () => run(true));
    const w = wrote();
    box('decide', written ? el('p', { text: `已写入“${shown[0].set}”：新增 ${fmt(w.added)}，改动 ${fmt(w.changed)}，不变 ${fmt(w.unchanged)}，停用 ${fmt(w.closed)}。草拟，非法定。` }) : el('div', { class: 'acts' }, yes, el('span', { class: 'small muted', text: blocked || '现在还没有写入' })));
  }

  function division(written) {
    const of = shown.flatMap(one => one.communities), grids = of.flatMap(one => one.grids), [low, high] = shown[0].range, out = one => one.kind === '基础' && one.households != null && (one.households < low || one.households > high);
    const bad = new Set(grids.filter(out).map(one => one.code));
    paint(features('grids_geojson'), f => ({ renderer: m.canvas.fill, stroke: false, fillColor: token(bad.has(f.properties.code) ? 'bad' : f.properties.kind === '专属' ? 'map-green' : 'paper'), fillOpacity: bad.has(f.properties.code) ? .35 : .25 }), p => `${p.name || p.code}　${fmt(p.households)} 户`);
    $('say').textContent = `${of.length > 1 ? `${fmt(of.length)} 个社区` : of[0].name}划成 ${fmt(grids.length)} 个网格`;
    const cuts = sum('compounds_cut'), loose = sum('not_contiguous');
    $('what').textContent = `共 ${fmt(sum('households'))} 户；${cuts ? `切开 ${cuts} 个小区` : '没有切开小区'}，${loose ? `${loose} 个不连片` : '都连成一片'}；${bad.size ? `${fmt(bad.size)} 个在 ${low}–${high} 户之外` : `都在 ${low}–${high} 户之间`}`;
    decide(written);
    const rows = grids.map(one => el('tr', { 'data-code': one.code }, el('td', {}, pick(one.code, one.name || one.code), el('small', { class: 'muted', text: `　${one.code}` })), el('td', { class: out(one) ? 'r out' : 'r', text: fmt(one.households) }), el('td', { class: 'r', text: fmt(one.elderly) }), el('td', { class: 'r', text: fmt(one.compounds) })));
    box('rows', el('h2', {}, '网格', el('small', { text: shown[0].synthetic ? '合成示例数据' : '' })), table([['网格'], ['户数', 1], ['60岁以上', 1], ['小区', 1]], rows.slice(0, FIRST)), more(grids, rows, () => document.querySelector('#rows tbody')));
    const found = of.flatMap(one => one.findings), without = shown.flatMap(one => one.without_border);
    box('faults', el('h2', {}, found.length ? '提示' : '没有要提示的', el('small', { text: found.length ? `${fmt(found.length)} 条，只提醒，不妨碍写入` : '' })), el('ul', { class: 'past' }, found.slice(0, FIRST).map(one => el('li', {}, el('span', { text: one.message })))), without.length && el('p', { class: 'small muted', text: `${without.length} 个社区没有边界，没有划：${without.slice(0, 6).join('、')}` }));
  }

  function comparison(written) {
    const of = shown.flatMap(one => one.communities), pairs = {}, households = sum('households');
    shown.flatMap(one => one.pairs).forEach(one => { const at = pairs[`${one.first}与${one.second}`] ||= { apart: 0, m2: 0 }; at.apart += one.households_apart; at.m2 += one.area_apart_m2; });
    paint(features('proposal_geojson'), () => ({ renderer: m.canvas.fill, stroke: false, fillOpacity: 0, fill: true }), p => `${p.name || p.code}　${fmt(p.households)} 户，以${p.base}为底`, features('apart_geojson'));
    const worst = Object.entries(pairs).sort((a, b) => b[1].apart - a[1].apart)[0];
    $('say').textContent = worst[1].apart ? `${worst[0]}有 ${fmt(worst[1].apart)} 户划得不一样` : '几套网格划得一样';
    $('what').textContent = `比较 ${fmt(of.length)} 个社区、${fmt(households)} 户；建议合成 ${fmt(features('proposal_geojson').length)} 个网格。不一致：两套网格逐个配对后，不在同一对里的户数。`;
    decide(written, form.elements.write.value.trim() ? '' : '先填合成的网格名');
    const rows = of.map(one => { const p = one.proposal, move = Math.max(...p.moves.map(x => x.households)); return el('tr', { 'data-code': one.code }, el('td', {}, pick(p.grids[0]?.code, one.name)), el('td', { class: 'r', text: fmt(Math.max(...one.pairs.map(x => x.households_apart))) }), el('td', { class: 'r', text: fmt(move) }), el('td', { text: `${p.base}${p.majority ? '，随多数' : ''}` })); });
    box('rows', el('h2', { text: '各对网格' }), table([['网格'], ['不一致户数', 1], ['占比', 1]], Object.entries(pairs).map(([name, one]) => el('tr', {}, el('td', { text: name }), el('td', { class: 'r', text: fmt(one.apart) }), el('td', { class: 'r', text: households ? W.pct1(one.apart / households) : '—' })))),
      el('h2', { text: '各社区' }), table([['社区'], ['不一致', 1], ['最多改动', 1], ['底']], rows.slice(0, FIRST)), more(of, rows, () => document.querySelector('#rows table:last-of-type tbody')));
    const without = shown.flatMap(one => one.without);
    box('faults', without.length && el('p', { class: 'small muted', text: `${without.length} 个社区不到两套网格，没有比较。` }));
  }

  form.addEventListener('submit', event => { event.preventDefault(); if (form.reportValidity()) run(false); });
  form.elements.write?.addEventListener?.('input', () => { if (shown) decide(false, form.elements.write.value.trim() ? '' : '先填合成的网格名'); });
  document.body.dataset.ready = '1';
})();
