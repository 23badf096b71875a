/* 数据管理: a file is sent, its preview drawn, repairs chosen, and it is accepted or dropped. */
(function () {
  'use strict';
  const { $, token, el, fmt, note, send } = W;
  const NAMES = { OVERLAP: '重叠', GAP: '空地', SLIVER: '窄缝', SELF_CROSSING: '自相交', NOT_CLOSED: '没闭合', MULTIPART: '分成几块', OUTSIDE_PARENT: '出了上级',
    SPLITS_COMPOUND: '切开小区', CROSSES_BARRIER: '跨过阻隔', NO_PARENT: '没有上级', CODE_DUPLICATE: '代码重复', CODE_PARENT_MISMATCH: '代码与上级不符',
    DATUM_OFFSET: '整体偏移', ABSURD_COUNT: '数字离谱', ALL_OR_NOTHING: '全部合格才收', ROW_DROPPED: '去掉的行' };
  const STEPS = { added: '新增', closed: '停用', renamed: '改名', moved: '边界变动', recounted: '数字变动' };
  const REPAIR = { duplicates: '去掉重复的行', snap: '对齐相距不远的边界', overlap: '重叠归一家', gap: '合并窄缝' };
  const FIRST = 40, map = $('map'), number = Number(map.dataset.number), district = map.dataset.district;
  let shown = null, shapes = null, drawn = null;

  const m = W.map('map', JSON.parse(map.dataset.view));
  W.draw.communities = (at, group, data) => L.geoJSON(data, { pane: 'border', renderer: at.canvas.border, interactive: false, style: { fill: false, color: token('b-community'), weight: .7 } }).addTo(group);
  if (district) [['backdrop', '底图'], ['streets', '道路'], ['barriers', '阻隔'], ['districts', '区界'], ['subdistricts', '街道界'], ['communities', '社区界']]
    .forEach(([role, name]) => W.layer(`/layers/${role}.geojson?area=${district}`, { name, role }).addTo(m));
  W.scale(m, $('scale'), 130);
  W.paper(m);
  W.menu();
  [['more', 'choices'], ['fold', 'keys']].forEach(([button, box]) => $(button)?.addEventListener('click', () => $(button).setAttribute('aria-expanded', String($(box).classList.toggle('open')))));

  /* asking the site */
  const busy = on => { document.body.classList.toggle('wait', on); document.querySelectorAll('.acts button,#mend input').forEach(b => { b.disabled = on || b.dataset.off === '1'; }); };

  /* sending a file, with the bytes that went */
  function give(event) {
    event.preventDefault();
    const form = $('give'), file = $('file').files[0], most = Number(form.dataset.most);
    note('send');
    if (!file) { note('send', 'bad', '还没有选文件', '点“文件”选一份，再看结果。'); return; }
    if (file.size > most * 2 ** 20) { note('send', 'bad', `没有收下，现有数据没有变`, `文件有 ${fmt(file.size / 2 ** 20)} MB，超过 ${most} MB。分块导入，或在服务器上用 wangge import。`); return; }
    const body = new FormData(form), call = new XMLHttpRequest();
    [...body.keys()].forEach(key => { if (body.get(key) === '') body.delete(key); });
    $('progress').hidden = false;
    $('send').disabled = true;
    call.upload.onprogress = e => {
      $('bar').style.setProperty('width', `${100 * e.loaded / e.total}%`);
      $('done').textContent = e.loaded < e.total ? `已传 ${fmt(e.loaded / 2 ** 20)} / ${fmt(e.total / 2 ** 20)} MB` : '已传完，正在核对边界，大文件要一两分钟';
    };
    call.onload = call.onerror = () => {
      let said = {};
      try { said = JSON.parse(call.responseText); } catch { /* not ours */ }
      if (call.status === 201) { location.href = `/data?import=${said.id}`; return; }
      $('progress').hidden = true;
      $('send').disabled = false;
      note('send', 'bad', '没有导入，现有数据没有变', said.detail || '网络恢复后再传一次。');
    };
    call.open('POST', '/api/imports');
    call.send(body);
  }
  $('give').addEventListener('submit', give);
  $('file')?.addEventListener('change', () => { const one = $('file').files[0]; $('picked').textContent = one ? one.name : '还没有选'; note('send'); });

  /* the map of a preview */
  const colour = severity => token(severity === 'error' ? 'bad' : 'cov-3');
  async function paint() {
    const base = `/api/imports/${number}`, [borders, places] = await Promise.all([send(`${base}/borders.geojson`), send(`${base}/findings.geojson`)]);
    drawn?.remove();
    drawn = L.layerGroup().addTo(m);
    const line = { pane: 'border', renderer: m.canvas.border, interactive: false, fill: false, color: token('b-grid'), weight: 1.6, dashArray: '5 4' };
    const point = (f, at) => L.circleMarker(at, { pane: 'pts', renderer: m.canvas.pts, radius: 3, weight: 1, color: '#fff', fillColor: token('b-grid'), fillOpacity: 1, interactive: false });
    const whole = L.geoJSON(borders, { style: line, pointToLayer: point }).addTo(drawn);
    shapes = {};
    const spots = L.geoJSON(places, {
      pane: 'pts',
      style: f => ({ renderer: m.canvas.pts, color: colour(f.properties.severity), weight: 2.4, fillColor: colour(f.properties.severity), fillOpacity: .45 }),
      pointToLayer: (f, at) => L.circleMarker(at, { pane: 'pts', renderer: m.canvas.pts, radius: 7 }),
      onEachFeature: (f, layer) => {
        shapes[f.properties.n] = layer;
        const spot = [f.properties.lat, f.properties.lon];
        const mark = layer.getBounds ? L.circleMarker(spot, { pane: 'pts', renderer: m.canvas.pts, radius: 6, weight: 2, color: '#fff', fillColor: colour(f.properties.severity), fillOpacity: 1 }).addTo(drawn) : layer;
        [layer, mark].forEach(one => one.on('click', () => choose(f.properties.n)).bindTooltip(NAMES[f.properties.code] || f.properties.code));
      },
    }).addTo(drawn);
    const all = whole.getBounds().isValid() ? whole.getBounds() : spots.getBounds();
    if (all.isValid() && !m.moved) m.fitBounds(all, { padding: [40, 40], animate: false });
  }
  function choose(n) {
    document.querySelectorAll('.found li').forEach(li => li.classList.toggle('on', Number(li.dataset.n) === n));
    document.querySelector(`.found li[data-n="${n}"]`)?.scrollIntoView({ block: 'nearest' });
    const layer = shapes?.[n];
    if (!layer) return;
    m.moved = true;
    if (layer.getBounds) m.fitBounds(layer.getBounds().pad(1), { maxZoom: 17, animate: false });
    else m.setView(layer.getLatLng(), 16.5, { animate: false });
  }

  /* the words of a preview */
  const measure = one => one.measure == null ? '' : one.unit === 'm' ? `${fmt(one.measure)} 米` : one.measure < 10 ? `${one.measure.toFixed(1)} 平方米` : `${fmt(one.measure)} 平方米`;
  const people = p => p.compounds ? `，涉及 ${fmt(p.compounds)} 个小区、${fmt(p.households)} 户` : '，不涉及小区';
  const box = (id, ...kids) => { $(id).replaceChildren(...kids.flat().filter(Boolean)); $(id).hidden = !$(id).childElementCount; };
  const rowName = row => row == null ? '整个文件' : `第 ${row} 行`;

  function sentence(r) {
    if (shown.state === 'accepted') return `已接受：新增 ${fmt(r.written?.added || 0)}，改动 ${fmt(r.written?.changed || 0)}，不变 ${fmt(r.written?.unchanged || 0)}，停用 ${fmt(r.written?.closed || 0)}${r.leaders ? `，网格长变动 ${fmt(r.leaders)} 位` : ''}`;
    if (shown.state === 'rejected') return '已放弃，没有写入，现有数据没有变';
    const bad = r.findings.filter(f => f.refused && f.row != null).length, total = r.difference?.steps.length;
    if (!shown.acceptable) return `还不能收：${bad ? `${fmt(bad)} 处要先改` : r.findings.find(f => f.refused)?.message || '没有能收的行'}`;
    return total === 0 ? '可以收，与现有数据没有不同' : `可以收：${fmt(r.accepted)} 行`;
  }
  function decide() {
    if (shown.state !== 'pending') { box('decide', links()); return; }
    const off = shown.acceptable ? '0' : '1', yes = el('button', { class: 'btn primary', type: 'button', 'data-off': off, disabled: !shown.acceptable, text: '接受' });
    const no = el('button', { class: 'btn', type: 'button', text: '放弃' });
    yes.addEventListener('click', () => settle('accept'));
    no.addEventListener('click', () => settle('reject'));
    box('decide', el('div', { class: 'acts' }, yes, no, el('span', { class: 'grow' }), links()));
  }
  const links = () => el('span', { class: 'acts' }, el('a', { href: `/api/imports/${number}/report.xlsx`, text: '下载报告' }), el('a', { href: `/api/imports/${number}/original`, text: '原文件' }));
  async function settle(verb) {
    busy(true);
    try { await send(`/api/imports/${number}/${verb}`, {}); location.reload(); } catch (problem) {
      busy(false);
      note('settle', 'bad', verb === 'accept' ? '没有导入，现有数据没有变' : '没有放弃', problem.detail);
      if (problem.status === 409) $('notes').lastElementChild.append(el('button', { class: 'btn', type: 'button', text: '重新预览', onclick: () => mend(chosen()) }));
    }
  }

  const chosen = () => shown.report.repairs?.map(one => one.repair) || [];
  async function mend(repairs) {
    busy(true);
    note('settle');
    note('mend');
    try { shown = await send(`/api/imports/${number}/repairs`, { repairs }); await show(); } catch (problem) { note('mend', 'bad', '没有修复，预览没有变', problem.detail); }
    busy(false);
  }
  function mends(r) {
    const used = r.repairs || [], can = r.offers || [];
    if (shown.state !== 'pending' || !used.length && !can.length) { box('mend'); return; }
    const row = (one, on) => {
      const kind = one.repair.split('=')[0], input = el('input', { type: 'checkbox', checked: on, 'data-repair': one.repair });
      input.addEventListener('change', () => mend(on ? chosen().filter(x => x !== one.repair) : [...chosen().filter(x => x.split('=')[0] !== kind), one.repair]));
      const what = [one.rows ? `${on ? '改了' : '会改'} ${fmt(one.rows)} 个区域、${fmt(one.m2)} 平方米` : '', one.dropped ? `去掉 ${fmt(one.dropped)} 行` : ''].filter(Boolean).join('，');
      return el('li', {}, el('label', {}, input, el('span', { text: one.title }), el('small', { text: (what || '没有改动') + people(one.people) })));
    };
    box('mend', el('h2', {}, '修复', el('small', { text: '一项一项选，选了就重新看结果' })), el('ul', { class: 'mend' }, used.map(one => row(one, true)), can.map(one => row(one, false))));
  }
  function findings(r) {
    const list = r.findings, total = Object.values(r.counts).reduce((a, b) => a + b, 0);
    if (!list.length) { box('faults', el('h2', { text: '没有发现问题' })); return; }
    const item = (one, n) => el('li', { 'data-n': n }, el('span', { class: 'tag ' + (one.refused || one.severity === 'error' ? 'bad' : one.severity === 'warning' ? 'warn' : 'plain'), text: NAMES[one.code] || '其他' }),
      el('button', { class: 'link', type: 'button', onclick: () => choose(n) }, el('p', { text: one.message }), el('small', { text: [rowName(one.row), measure(one)].filter(Boolean).join(' · ') })));
    const rows = list.map((one, n) => [one, n]).filter(([one]) => one.code !== 'ALL_OR_NOTHING'), ul = el('ul', { class: 'found' }, rows.slice(0, FIRST).map(pair => item(...pair)));
    const rest = rows.length > FIRST && el('button', { class: 'btn allrows', type: 'button', text: `再看 ${fmt(rows.length - FIRST)} 条`, onclick: e => { ul.append(...rows.slice(FIRST).map(pair => item(...pair))); e.target.remove(); } });
    box('faults', el('h2', {}, '问题', el('small', { text: `${fmt(total - (r.counts.ALL_OR_NOTHING || 0))} 处` })), ul, rest, total > list.length && el('p', { class: 'small muted', text: `这里列出最要紧的 ${fmt(list.length)} 处。` }));
  }
  function changes(r) {
    const d = r.difference;
    if (!d) { box('change'); return; }
    const boxes = Object.entries(d.counts).map(([what, n]) => el('div', {}, el('b', { text: fmt(n) }), el('span', { text: STEPS[what] })));
    const area = s => s.what === 'moved' ? `＋${fmt(s.won_m2)} −${fmt(s.lost_m2)}` : s.what === 'renamed' ? `原名 ${s.was}` : '';
    const rows = d.steps.slice(0, 200).map(s => el('tr', {}, el('td', { text: STEPS[s.what] }), el('td', { text: s.name || s.code }), el('td', { class: 'r', text: area(s) })));
    const table = rows.length && el('table', { class: 'steps' }, el('thead', {}, el('tr', {}, el('th', { text: '不同' }), el('th', { text: '区域' }), el('th', { class: 'r', text: '平方米' }))), el('tbody', {}, rows));
    box('change', el('h2', {}, '与现有数据的不同'), el('div', { class: 'counts' }, boxes),
      el('p', { class: 'told', text: d.people.compounds ? `${fmt(d.people.compounds)} 个小区、${fmt(d.people.households)} 户要换区域：${d.people.names.slice(0, 6).join('、')}${d.people.compounds > 6 ? ' 等' : ''}` : '没有小区换区域' }),
      table, d.all_steps > rows.length && el('p', { class: 'small muted', text: `共 ${fmt(d.all_steps)} 处，全部在报告里。` }));
  }

  async function show() {
    const r = shown.report;
    $('say').textContent = sentence(r);
    const asked = shown.asked;
    $('what').textContent = `${shown.file_name} · ${shown.title} ${fmt(r.read)} 行 · 数据日期 ${asked.day} · ${r.datum ? r.datum + ' · ' : ''}${r.encoding}`;
    decide();
    mends(r);
    findings(r);
    changes(r);
    await paint();
  }
  async function start() {
    if (number) try { shown = await send(`/api/imports/${number}`); await show(); } catch (problem) { $('say').textContent = '没有取到这份导入'; note('show', 'bad', '没有取到这份导入', problem.detail); }
    document.body.dataset.ready = '1';
  }
  start();
})();
