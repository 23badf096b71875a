/* 再建哪里最好: the sites that add most people, in order, with the proof; one click tries them as edits. */
(function () {
  'use strict';
  const { $, el, fmt, pct, note, send } = W;
  const asked = { on: false, add: 3, source: 'sites', found: null, key: null };
  let layer = null;

  W.sitesToggle = page => { asked.on = !asked.on; draw(page); if (asked.on) $('sites').scrollIntoView({ block: 'nearest' }); };
  W.sitesPanel = page => {
    if (asked.key !== page.item.key) Object.assign(asked, { found: null, key: page.item.key });
    draw(page);
  };

  async function ask(page) {
    const s = page.state, area = s.area || page.view.code, group = s.group === 'all' ? '' : `&group=${s.group}`;
    document.body.classList.add('busy');
    try {
      asked.found = await send(`/api/site/${area}?category=${page.item.category}&add=${asked.add}&source=${asked.source}${page.circle && '&' + page.circle}${group}`);
      note('sites');
    } catch (problem) {
      asked.found = null;
      note('sites', 'warn', '没有算出选点', problem.detail || '稍后再试。');
    } finally { document.body.classList.remove('busy'); }
    draw(page);
  }

  function draw(page) {
    const box = $('sites'), found = asked.found;
    box.hidden = !asked.on;
    $('do-sites')?.setAttribute('aria-expanded', String(asked.on));
    marks(page);
    if (!asked.on) return;
    const number = el('input', { class: 'txt count', type: 'number', min: 1, max: 20, value: asked.add, 'aria-label': '再建几处', onchange: e => { asked.add = Math.min(20, Math.max(1, Number(e.target.value) || 1)); } });
    const source = el('div', { class: 'seg', role: 'group', 'aria-label': '候选' }, ...[['sites', '候选地块'], ['blocks', '各街坊']].map(([key, word]) => el('button', { type: 'button', 'aria-pressed': String(asked.source === key), text: word, onclick: () => { asked.source = key; draw(page); } })));
    box.replaceChildren(el('h2', null, `再建${page.item.name}，哪里最好`, el('button', { class: 'link', type: 'button', text: '收起', onclick: () => W.sitesToggle(page) })),
      el('form', { class: 'row', onsubmit: e => { e.preventDefault(); ask(page); } }, '再建', number, '处', source, el('button', { class: 'btn small', type: 'submit', text: '计算' })),
      found ? answer(page, found) : el('p', { class: 'muted small', text: `按标准距离算，选中的每一处新增多少人；${page.state.area ? '只看选中的范围' : '看全区'}。` }));
  }
  function answer(page, found) {
    const rows = found.sites.map((one, i) => el('tr', null, el('td', { text: String(i + 1) }), el('th', { scope: 'row' }, el('button', { class: 'link', type: 'button', text: one.name || one.uid, onclick: () => page.map.setView([one.lat, one.lon], Math.max(15, page.map.getZoom()), { animate: false }) })),
      el('td', { class: 'r', text: `+${fmt(one.added)}` }), el('td', { class: 'r', text: fmt(one.total) }), el('td', { class: 'r', text: one.share_of_asking == null ? '—' : pct(one.share_of_asking) })));
    return el('div', null, el('p', { class: 'told', text: found.sentence }),
      rows.length ? el('table', { class: 'both', 'aria-label': '选点' }, el('thead', null, el('tr', null, ...[['', ''], ['候选', ''], ['新增人', 'r'], ['累计', 'r'], ['占还缺的', 'r']].map(([text, cls]) => el('th', { scope: 'col', class: cls, text })))), el('tbody', null, ...rows)) : null,
      rows.length ? el('div', { class: 'row' }, el('button', { class: 'btn small', type: 'button', text: '在图上试建这几处', onclick: () => W.planSet(page, [...page.plan.edits, ...found.sites.map(one => ({ kind: 'add', category: found.category, at: [one.lon, one.lat] }))].slice(0, 50)) })) : null,
      found.unmet.length ? el('details', { class: 'rest' }, el('summary', { text: `${fmt(found.unmet.length)} 个小区没有候选点够得着` }), el('ul', { class: 'spots' }, ...found.unmet.slice(0, 12).map(one => el('li', null, el('button', { class: 'link', type: 'button', text: one.name, onclick: () => page.go({ why: one.uid, life: null }) }), el('span', { class: 'r muted', text: one.why }))))) : null);
  }
  function marks(page) {
    layer ||= L.layerGroup().addTo(page.map);
    layer.clearLayers();
    if (!asked.on || !asked.found) return;
    asked.found.sites.forEach((one, i) => L.marker([one.lat, one.lon], { pane: 'pts', keyboard: false, zIndexOffset: 800, icon: L.divIcon({ className: '', iconSize: null, html: el('span', { class: 'edit pick', text: String(i + 1) }) }) })
      .bindTooltip(() => el('span', null, el('b', { text: one.name || one.uid }), el('br'), `新增 ${fmt(one.added)} 人`)).addTo(layer));
  }
})();
