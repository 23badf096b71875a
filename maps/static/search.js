/* Search by name, code or coordinates, in what the page has already loaded. */
(function () {
  'use strict';
  const { $, el } = W;
  const MOST = 8, COMMUNITY = 12; // digits

  function find(page, text) {
    const m = page.map, words = text.trim(), pair = words.match(/^(-?\d+(?:\.\d+)?)[,，\s]+(-?\d+(?:\.\d+)?)$/);
    if (!words) return [];
    if (pair) {
      const [a, b] = [Number(pair[1]), Number(pair[2])], [lon, lat] = Math.abs(a) > Math.abs(b) ? [a, b] : [b, a];
      const f = m.roles.communities?.data?.features.find(x => x.geometry && W.contains(x.geometry, [lon, lat]));
      const shifted = W.offline ? [] : [['gcj02', '高德、腾讯'], ['bd09', '百度']].map(([datum, name]) => ({ words: `坐标 ${lon}, ${lat}`, more: `取自${name}地图`, go: () => locate(page, lon, lat, datum) }));
      return [{ words: `坐标 ${lon}, ${lat}`, more: `取自天地图或手机定位，${f ? f.properties.name : '不在已有社区内'}`, go: () => { spot(m, [lat, lon]); if (f) page.go({ area: f.properties.code, level: 'community', why: null, life: null }); } }, ...shifted];
    }
    const areas = [...m.roles.subdistricts?.data?.features || [], ...m.roles.communities?.data?.features || []].filter(f => f.geometry);
    const hit = (name, code) => String(name || '').includes(words) || String(code || '').startsWith(words);
    const found = areas.filter(f => hit(f.properties.name, f.properties.code)).map(f => ({ words: f.properties.name, more: f.properties.code, go: () => show(page, f) }));
    const homes = (page.data?.compounds || []).filter(c => hit(c.name, c.uid)).map(c => ({ words: c.name, more: '小区', go: () => page.go({ why: c.uid, life: null, area: c.community || page.state.area, level: 'community' }) }));
    return [...found, ...homes].slice(0, MOST);
  }
  /* positions of other maps are shifted: the service knows by how much, and nothing is logged there */
  async function locate(page, lon, lat, datum) {
    const areas = await W.send('/api/locate', { lon, lat, datum }).then(found => found.areas, () => null);
    const code = areas?.filter(area => area.code.length <= COMMUNITY).at(-1)?.code, f = page.feature(code);
    W.note('locate', areas && f ? null : 'warn', areas && f ? null : areas ? '这个位置不在本区已有的社区里' : '没查到这个位置', areas ? '检查经度和纬度，或换一种坐标来源。' : '网络恢复后再试一次。');
    if (f) show(page, f);
  }
  function show(page, f) {
    page.map.fitBounds(L.geoJSON(f).getBounds().pad(.5), { animate: false, maxZoom: 15.5 });
    page.go({ area: f.properties.code, level: String(f.properties.code).length === 9 ? 'subdistrict' : 'community', why: null, life: null });
  }
  let pin = null;
  function spot(m, at) {
    pin?.remove();
    pin = L.circleMarker(at, { pane: 'pts', renderer: m.canvas.pts, radius: 8, color: W.token('focus'), weight: 3, fill: false, interactive: false }).addTo(m);
    m.setView(at, Math.max(m.getZoom(), 15), { animate: false });
  }

  W.search = page => {
    const input = $('find'), list = $('found');
    let hits = [], on = -1;
    const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); on = -1; };
    const take = hit => { close(); input.value = hit.words; hit.go(); };
    const point = i => {
      on = i;
      [...list.children].forEach((row, k) => row.setAttribute('aria-selected', String(k === i)));
      input.setAttribute('aria-activedescendant', `hit-${i}`);
    };
    const draw = () => {
      hits = find(page, input.value);
      if (!input.value.trim()) { close(); return; }
      list.replaceChildren(...hits.map((hit, i) => el('li', { role: 'option', id: `hit-${i}`, 'aria-selected': 'false', onmousedown: e => { e.preventDefault(); take(hit); } }, el('b', { text: hit.words }), el('span', { text: hit.more }))));
      if (!hits.length) list.append(el('li', { class: 'none', role: 'option', 'aria-selected': 'false', 'aria-disabled': 'true', text: `没找到“${input.value.trim()}”。可试社区代码，或在地图上点` }));
      list.hidden = false;
      input.setAttribute('aria-expanded', 'true');
      on = -1;
    };
    input.addEventListener('input', draw);
    input.addEventListener('blur', close);
    input.addEventListener('keydown', e => {
      if (e.key === 'Escape') close();
      else if (e.key === 'Enter' && hits.length && !list.hidden) { e.preventDefault(); take(hits[Math.max(on, 0)]); }
      else if (['ArrowDown', 'ArrowUp'].includes(e.key) && hits.length) { e.preventDefault(); point((on + (e.key === 'ArrowDown' ? 1 : hits.length - 1 + (on < 0 ? 1 : 0))) % hits.length); }
    });
  };
})();
