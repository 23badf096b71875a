/* One side of the desk: the map of a plan with its units, parts, new border and letters, and the cards below it. */
(function () {
  'use strict';
  const { $, token, el, svg, fmt } = W, { LETTERS, MAIN } = W.parts;
  const PROOF = { optimal: ['proven', '已证明最短'], pairwise: ['pair', '两两已证最优'], open: ['open', '未证完'], none: ['none', '无证明'] };
  const GLYPH = { proven: 'M2 6.4 5 9.2 10 3', pair: 'M6 1.5A4.5 4.5 0 1 0 6 10.5Z', open: 'M6 1.8A4.2 4.2 0 1 0 6.01 1.8Z', none: 'M2 6H10' };
  const PLACE = { interactive: false, keyboard: false };
  const sign = share => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}%`;

  /* what the plans on both sides lie on: a joined or adjusted neighbour is looked at as well */
  const homes = [], maps = [], BESIDE_DEG = .006;

  function make(no, view) {
    const m = W.map(`map${no}`, { bounds: view.bounds, basemap: view.basemap });
    W.draw.communities = (at, group, data) => {
      const line = { pane: 'border', renderer: at.canvas.border, interactive: false, fill: false };
      L.geoJSON(data, { ...line, style: { fill: false, color: token('b-community'), weight: 1 } }).addTo(group);
      L.geoJSON(data, { ...line, filter: f => f.properties.code === view.code, style: { fill: false, color: token('b-district'), weight: 2.2 } }).addTo(group);
    };
    const own = L.latLngBounds(view.bounds);
    let drawn = [], box = '';
    const around = wanted => {
      if (wanted === box) return;
      box = wanted;
      drawn.forEach(layer => layer.remove());
      drawn = [['backdrop', '底图'], ['streets', '道路'], ['barriers', '阻隔'], ['communities', '社区界']].map(([role, name]) => W.layer(`/layers/${role}.geojson?area=${view.district}&bbox=${box}`, { name, role }).addTo(m));
    };
    around(view.around);
    homes[no] = own;
    maps[no] = m;
    W.scale(m, $(`scale${no}`), 100);
    const whole = () => {
      const all = homes.reduce((sum, one) => sum.extend(one), L.latLngBounds(view.bounds)), seen = maps.filter(one => one.getContainer().clientWidth), zoom = Math.min(...seen.map(one => one.getBoundsZoom(all, false, L.point(36, 36))));
      /* a pan goes by whole pixels: both are set anew, so that they agree to the last */
      seen.forEach(one => one.setView(all.getCenter(), zoom, { animate: false, reset: true }));
    };
    const fit = () => { if (!m.getContainer().clientWidth) return; m.invalidateSize({ animate: false, pan: false }); if (!m.moved) whole(); };
    new ResizeObserver(fit).observe(m.getContainer());
    const onto = bounds => {
      homes[no] = own.pad(.02).contains(bounds) ? own : bounds;
      around(homes[no] === own ? view.around : [bounds.getWest() - BESIDE_DEG, bounds.getSouth() - BESIDE_DEG, bounds.getEast() + BESIDE_DEG, bounds.getNorth() + BESIDE_DEG].map(x => x.toFixed(5)).join());
      fit();
    };
    return { no, map: m, onto, plan: null, was: null, fit: whole, drawn: L.layerGroup().addTo(m), chosen: L.layerGroup().addTo(m), apart: L.layerGroup().addTo(m), box: document.querySelector(`.plan[data-side="${no}"]`) };
  }

  /* the site numbers parts, people read letters */
  const said = (side, text) => text.replace(/第(\d+)部分/g, (_, n) => `${letter(side, n - 1)}片`);
  const letter = (side, part) => LETTERS[side.letters.of[part]] || String(part + 1);
  const look = (side, part) => `p${side.letters.of[part] % 6 + 1}`;
  const colour = (side, part) => token(`part-${side.letters.of[part] % 6 + 1}`);

  /* geometry once per plan */
  function units(side, data, pick) {
    side.shapes?.remove();
    side.features = data.features;
    side.units = data.features.map(f => f.properties);
    side.middles = data.features.map(f => W.parts.middle(f.geometry));
    side.next = W.parts.touching(data.features);
    side.shapes = L.geoJSON(data, { pane: 'fill', renderer: side.map.canvas.fill, style: { weight: 1, color: '#fff', opacity: .9 }, onEachFeature: (f, layer) => layer.on('click', e => { L.DomEvent.stop(e); pick(side, f.properties.atom, 'map'); }) }).addTo(side.map);
    side.onto(side.shapes.getBounds());
  }

  function origin(side) {
    const first = [...side.plan.assignment];
    [...side.plan.steps].filter(s => s.no <= side.plan.step).reverse().forEach(s => s.moved.forEach(([atom, before]) => { first[atom] = before; }));
    return first;
  }

  function paint(side, borders) {
    const m = side.map, plan = side.plan, before = origin(side);
    side.shapes.setStyle(f => ({ fillColor: colour(side, plan.assignment[f.properties.atom]), fillOpacity: .7 }));
    side.drawn.clearLayers();
    const line = { pane: 'border', renderer: m.canvas.border, interactive: false, lineCap: 'round' };
    const of = f => W.lines(f.geometry), style = kind => MAIN.includes(kind) ? { weight: 4.2 } : kind === 'street' ? { weight: 3.2 } : { weight: 2.4, dashArray: '6 4' };
    borders.features.forEach(f => L.polyline(of(f), { ...line, color: '#fff', weight: 7, opacity: .95 }).addTo(side.drawn));
    borders.features.forEach(f => L.polyline(of(f), { ...line, color: token('ink'), ...style(f.properties.kind) }).addTo(side.drawn));
    side.features.forEach((f, i) => { if (before[i] !== plan.assignment[i]) L.polygon(W.rings(f.geometry), { pane: 'sel', renderer: m.canvas.sel, interactive: false, fill: false, color: token('pend'), weight: 2.6, dashArray: '3 3' }).addTo(side.drawn); });
    const icon = html => L.divIcon({ className: '', iconSize: [0, 0], html });
    const taken = side.units.flatMap((u, i) => u.centre ? [side.middles[i]] : []);
    taken.forEach(([x, y]) => L.marker([y, x], { ...PLACE, pane: 'label', icon: icon(el('span', { class: 'fac fac-service on-map', text: '服' })) }).addTo(side.drawn));
    plan.parts.forEach(part => {
      const mine = plan.assignment.flatMap((p, i) => p === part.no ? [i] : []);
      if (!mine.length) return;
      const w = mine.reduce((s, i) => s + side.units[i].households + 1, 0), x = mine.reduce((s, i) => s + side.middles[i][0] * (side.units[i].households + 1), 0) / w, y = mine.reduce((s, i) => s + side.middles[i][1] * (side.units[i].households + 1), 0) / w;
      const spot = mine.filter(i => !side.units[i].centre).map(i => [Math.hypot((side.middles[i][0] - x) * .83, side.middles[i][1] - y), i]).sort((a, b) => a[0] - b[0])[0];
      if (spot) L.marker([...side.middles[spot[1]]].reverse(), { ...PLACE, pane: 'label', icon: icon(el('span', { class: `plab ${look(side, part.no)}`, text: letter(side, part.no) })) }).addTo(side.drawn);
    });
  }

  function badge(plan) {
    const edited = plan.step > 0 && plan.proof.kind === 'none', [kind, words] = edited ? ['none', '手工调整，无证明'] : PROOF[plan.proof.kind];
    return { kind, words, text: plan.proof.text };
  }
  function head(side) {
    const said = badge(side.plan), box = $(`proof${side.no}`), state = $(`state${side.no}`);
    box.className = `proof ${said.kind}`;
    box.title = said.text;
    box.replaceChildren(svg('svg', { class: 'gl', viewBox: '0 0 12 12', 'aria-hidden': 'true' }, svg('path', { d: GLYPH[said.kind], fill: said.kind === 'pair' ? 'currentColor' : 'none' })), said.words);
    state.hidden = side.plan.state === '草案' && !side.plan.stale;
    state.className = 'tag ' + (side.plan.stale ? 'warn' : side.plan.state === '生效' ? 'good' : 'plain');
    state.textContent = side.plan.stale ? '数据已变化，待重算' : side.plan.state;
  }
  function cards(side, tolerance, lock) {
    $(`parts${side.no}`).replaceChildren(...[...side.plan.parts].sort((a, b) => side.letters.of[a.no] - side.letters.of[b.no]).map(part => {
      const good = Math.abs(part.deviation) <= tolerance + 1e-9, people = [`${fmt(part.residents)} 人`, part.elderly == null ? '' : `60+ ${fmt(part.elderly)}`].filter(Boolean).join('，');
      const was = side.was?.parts[part.no], changed = was && (was.households !== part.households || was.residents !== part.residents);
      const told = changed ? `原 ${fmt(was.households)} 户，${sign(was.deviation)} · ${fmt(was.residents)} → ${people}` : `${part.name} · ${people}`;
      return el('div', {}, el('span', { class: `letter ${look(side, part.no)}`, text: letter(side, part.no) }), el('b', { class: changed ? 'changed' : null }, fmt(part.households), el('small', { text: ' 户' })), el('span', { class: 'tag ' + (W.parts.alike(side.plan) ? good ? 'good' : 'bad' : 'plain'), text: sign(part.deviation) }),
        el('span', { class: 'who' }, el('small', { class: changed ? 'nm was' : 'nm', title: changed ? `${part.name}：${told}` : part.name, text: told }), lock && el('button', { class: 'link', type: 'button', 'aria-pressed': String(part.locked), 'aria-label': `${part.locked ? '解锁' : '锁定'}${letter(side, part.no)}片`, text: part.locked ? '已锁定' : '锁定', onclick: () => lock(side, part.no) })));
    }));
  }
  function select(side, atom) {
    side.chosen.clearLayers();
    if (atom == null) return;
    const shape = W.rings(side.features[atom].geometry), line = { pane: 'sel', renderer: side.map.canvas.sel, interactive: false, fill: false };
    L.polygon(shape, { ...line, color: '#fff', weight: 6.5 }).addTo(side.chosen);
    L.polygon(shape, { ...line, color: token('b-select'), weight: 3.2 }).addTo(side.chosen);
  }
  function differ(side, atoms) {
    side.apart.clearLayers();
    atoms.forEach(i => L.polygon(W.rings(side.features[i].geometry), { pane: 'sel', renderer: side.map.canvas.sel, interactive: false, color: token('dif-1'), weight: 2.4, fillColor: token('dif-1'), fillOpacity: .35 }).addTo(side.apart));
  }

  W.benchmap = { make, units, paint, head, cards, select, differ, letter, said, look, badge, sign };
})();
