/* 社区规模: communities coloured by how far past a threshold they are, and the same as a list. */
(function () {
  'use strict';
  const { $, token, el, fmt, load, note } = W;
  const map = $('map'), form = $('ask'), district = map.dataset.district, day = map.dataset.day;
  const spots = {};
  let ground = null, drawn = null;

  const m = W.map('map', JSON.parse(map.dataset.view));
  if (district) [['backdrop', '底图'], ['streets', '道路'], ['barriers', '阻隔'], ['districts', '区界'], ['subdistricts', '街道界']]
    .forEach(([role, name]) => W.layer(`/layers/${role}.geojson?area=${district}&as_of=${day}`, { name, role }).addTo(m));
  W.scale(m, $('scale'), 130);
  W.paper(m);
  W.menu();
  $('fold').addEventListener('click', () => $('fold').setAttribute('aria-expanded', String($('keys').classList.toggle('open'))));

  const field = name => form.elements[name], unit = () => field('metric').selectedOptions[0].dataset.unit;
  const metricName = () => field('metric').selectedOptions[0].textContent;
  function choose(code) {
    document.querySelectorAll('.steps tr').forEach(row => row.classList.toggle('on', row.dataset.code === code));
    document.querySelector(`.steps tr[data-code="${code}"]`)?.scrollIntoView({ block: 'nearest' });
    const layer = spots[code];
    if (layer) { m.fitBounds(layer.getBounds().pad(1.2), { maxZoom: 16, animate: false }); layer.openTooltip(); }
  }
  function paint(metric, side, bound) {
    drawn?.remove();
    const past = n => side === 'over' ? n / bound : bound / Math.max(n, 1);
    const fill = n => n == null ? 'cov-none' : past(n) <= 1 ? 'cov-5' : past(n) > 1.5 ? 'cov-1' : 'cov-3';
    drawn = L.geoJSON(ground, {
      pane: 'fill', filter: f => Boolean(f.geometry),
      style: f => ({ renderer: m.canvas.fill, color: token('b-community'), weight: 1, fillOpacity: .86, fillColor: token(fill(f.properties[metric])) }),
      onEachFeature: (f, layer) => { spots[f.properties.code] = layer; layer.bindTooltip(`${f.properties.name}　${f.properties[metric] == null ? '没有这个数' : fmt(f.properties[metric]) + ' ' + unit()}`, { sticky: true }).on('click', () => choose(f.properties.code)); },
    }).addTo(m);
    $('far').textContent = side === 'over' ? `超过 ${fmt(bound * 1.5)}` : `低于 ${fmt(bound / 1.5)}`;
    $('near').textContent = side === 'over' ? `超过 ${fmt(bound)}` : `低于 ${fmt(bound)}`;
  }
  function list(found, note_) {
    const word = found.side === 'over' ? '超过' : '低于', rows = found.candidates;
    $('say').textContent = rows.length ? `${rows.length} 个社区${word} ${fmt(found.threshold)} ${unit()}` : `没有社区${word} ${fmt(found.threshold)} ${unit()}`;
    $('what').textContent = [`按${metricName()}，看了 ${fmt(found.judged)} 个社区`, found.without ? `${fmt(found.without)} 个没有这个数，没有算` : '', note_].filter(Boolean).join('；');
    const body = rows.map(one => el('tr', { 'data-code': one.code }, el('td', {}, el('button', { class: 'link', type: 'button', text: one.name, onclick: () => choose(one.code) }), el('small', { class: 'muted', text: `　${one.code}` })),
      el('td', { class: 'r', text: (one.approximate ? '约 ' : '') + fmt(one.value) }), found.side === 'over' && el('td', { class: 'r', text: `${one.suggested_parts} 个` })));
    $('rows').replaceChildren(rows.length ? el('table', { class: 'steps' }, el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: '社区' }), el('th', { class: 'r', scope: 'col', text: metricName() }), found.side === 'over' && el('th', { class: 'r', scope: 'col', text: '分成' }))), el('tbody', {}, body)) : el('p', { class: 'muted', text: '换一个门槛再看。' }));
  }
  async function show() {
    const metric = field('metric').value, side = field('side').value, bound = Number(field('threshold').value);
    if (!form.reportValidity()) return;
    note('sizes');
    document.body.removeAttribute('data-ready');
    try {
      const words = new URLSearchParams({ area: district, as_of: day, metric, side, threshold: bound });
      const [rows, found] = await Promise.all([load(`/layers/communities.geojson?area=${district}&as_of=${day}`), load(`/api/candidates?${words}`)]);
      ground = rows;
      paint(metric, side, bound);
      list(found, $('rule').selectedOptions[0].dataset.note || '');
    } catch (problem) { $('say').textContent = '没有取到数'; note('sizes', 'bad', '没有取到数', problem.detail || '网络恢复后再试一次。'); }
    document.body.dataset.ready = '1';
  }
  function follow() {
    const one = $('rule').selectedOptions[0].dataset;
    if (one.metric) { field('metric').value = one.metric; field('side').value = one.side; field('threshold').value = one.value; }
    else field('threshold').focus();
    show();
  }
  if (!district) { $('say').textContent = '还没有数据'; document.body.dataset.ready = '1'; return; }
  $('rule').addEventListener('change', follow);
  ['metric', 'side', 'threshold'].forEach(name => field(name).addEventListener('change', () => { $('rule').value = ''; show(); }));
  field('area')?.addEventListener('change', () => { location.href = `/sizes?area=${field('area').value}`; });
  form.addEventListener('submit', event => { event.preventDefault(); show(); });
  follow();
})();
