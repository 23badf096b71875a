/* 如果这样改: edits made on the map, exactly what they change, before and after; kept as 情景. */
(function () {
  'use strict';
  const { $, el, fmt, pct1, note, send } = W, fill = (box, ...kids) => box.replaceChildren(...kids.filter(Boolean));
  /* word, what to do first, what to do then */
  const TOOLS = { add: ['新增', '在图上点一处，新增一个当前设施'], close: ['撤掉', '点要撤掉的服务点'], move: ['搬迁', '点要搬的服务点', '再点搬到哪里'],
    gate: ['开门', '点要开门的小区', '再点门开在哪条路边'], link: ['建通道', '点通道的一头，如河边、铁路边', '再点另一头'], close_street: ['封路', '点要封闭的路'] };
  const SHOWS = [['before', '改前'], ['after', '改后'], ['change', '变化']], PIXELS = 14, SHOWN = 8;
  const plan = { on: false, tool: null, first: null, edits: [], result: null, show: 'after', name: '', kept: null };

  W.plan = page => {
    page.plan = plan;
    plan.edits = page.state.edits || [];
    plan.on = plan.edits.length > 0;
    page.map.on('click', e => plan.tool && place(page, e.latlng));
    if (plan.on) run(page);
    draw(page);
  };
  W.planHash = page => {
    if (JSON.stringify(page.state.edits) === JSON.stringify(plan.edits)) return;
    Object.assign(plan, { edits: page.state.edits, on: page.state.edits.length > 0 });
    run(page);
  };
  W.planning = () => Boolean(plan.tool);
  /* a click on a service point or compound while a tool is in hand; true where it was taken */
  W.planPick = (page, kind, uid, name) => {
    if (!plan.tool) return false;
    const wants = { close: 'point', move: 'point', gate: 'compound' }[plan.tool];
    if (plan.first == null && wants === kind) {
      if (plan.tool === 'close') add(page, { kind: 'close', uid }, name);
      else { plan.first = { uid, name }; draw(page); }
      return true;
    }
    return false;
  };

  function place(page, latlng) {
    const at = [Number(latlng.lng.toFixed(7)), Number(latlng.lat.toFixed(7))], { tool, first } = plan;
    if (tool === 'add') add(page, { kind: 'add', category: page.item.category, at });
    else if ((tool === 'move' || tool === 'gate') && first) add(page, { kind: tool, uid: first.uid, at }, first.name);
    else if (tool === 'link' && first) add(page, { kind: 'link', at: first.at, to: at });
    else if (tool === 'link') { plan.first = { at }; draw(page); }
    else if (tool === 'close_street') {
      const uid = street(page.map, latlng);
      if (uid) add(page, { kind: 'close_street', uid });
      else note('plan', 'warn', '这里没有路', '放大地图，点在路的中线上。');
    }
  }
  /* the walkable street next to a click */
  function street(m, latlng) {
    const at = m.latLngToLayerPoint(latlng);
    let best = null, near = PIXELS;
    (m.roles.streets?.data?.features || []).filter(f => f.properties.walkable).forEach(f => W.lines(f.geometry).forEach(line => {
      const points = line.map(one => m.latLngToLayerPoint(one));
      for (let i = 1; i < points.length; i += 1) {
        const far = L.LineUtil.pointToSegmentDistance(at, points[i - 1], points[i]);
        if (far < near) { near = far; best = f.properties.uid; }
      }
    }));
    return best;
  }

  function add(page, edit) {
    plan.first = null;
    return change(page, [...plan.edits, edit]);
  }
  async function change(page, edits) {
    const before = plan.edits;
    plan.edits = edits;
    if (!await run(page)) plan.edits = before;
    keep(page);
  }
  function keep(page) {
    W.patch(page);
    page.go({ edits: plan.edits });
  }
  W.planSet = (page, edits) => { Object.assign(plan, { on: true, tool: null, first: null }); return change(page, edits); };

  async function run(page) {
    if (!plan.edits.length) { plan.result = null; note('plan'); return true; }
    document.body.classList.add('busy');
    try {
      /* the ground of the last answer is still at hand there and need not be looked for again */
      const url = `/api/whatif/${page.view.code}`, body = { edits: plan.edits }, base = plan.result?.base;
      plan.result = await send(base ? `${url}?base=${base}` : url, body).catch(problem => base && problem.status === 404 ? send(url, body) : Promise.reject(problem));
      note('plan');
      if (page.base) keep(page);
      return true;
    } catch (problem) {
      note('plan', 'bad', '这一步没有做成，别的修改还在', problem.detail || '网络恢复后再试。');
      return false;
    } finally {
      document.body.classList.remove('busy');
    }
  }

  /* the item's answer with the changed walks in it: everything that draws it needs to know nothing of edits */
  W.patch = page => {
    page.data = page.base;
    if (!plan.result || plan.show === 'before') return;
    const { item, base } = page, groups = base.groups || ['all', 'elderly', 'elderly_80', 'children'], moved = new Map(plan.result.changes.filter(c => c.category === item.category).map(c => [c.uid, c]));
    if (!moved.size) return;
    const parents = new Map(base.areas.communities.map(a => [a.code, a.parent_code])), gains = new Map();
    const gain = (code, key, group, people) => { const at = `${code} ${key} ${group}`; gains.set(at, (gains.get(at) || 0) + people); };
    const compounds = base.compounds.map(c => {
      const to = moved.get(c.uid);
      if (!to || c.state === 'undecided') return c;
      const minutes = Object.fromEntries(groups.map(g => [g, to.after_cm == null || !base.speeds?.[g] ? null : Math.ceil(to.after_cm / 100 / base.speeds[g] / 60)]));
      const inside = to.within_after ?? false;
      groups.forEach(g => {
        const n = c.people?.[g] || 0, timed = v => v != null && item.minutes != null && v <= item.minutes;
        [c.community, parents.get(c.community)].filter(Boolean).forEach(code => {
          gain(code, 'in_m', g, (inside - (c.state === 'in')) * n);
          gain(code, 'in_min', g, (timed(minutes[g]) - timed(c.minutes?.[g])) * n);
        });
      });
      return { ...c, net_m: to.after_cm == null ? null : Math.ceil(to.after_cm / 100), minutes, state: inside ? 'in' : to.after_cm == null ? 'unreachable' : 'out' };
    });
    const again = area => ({ ...area, ...Object.fromEntries(['in_m', 'in_min'].map(key => [key, Object.fromEntries(groups.map(g => [g, (area[key]?.[g] || 0) + (gains.get(`${area.code} ${key} ${g}`) || 0)]))])) });
    page.data = { ...base, compounds, areas: { communities: base.areas.communities.map(again), subdistricts: base.areas.subdistricts.map(again) } };
  };
  /* by how much the share of an area changes, in points */
  W.planChange = (page, code) => {
    const key = { m: 'in_m', min: 'in_min', radius: 'in_radius' }[page.state.measure], g = page.state.group;
    const of = data => [...data.areas.communities, ...data.areas.subdistricts].find(a => a.code === code), a = of(page.base), b = of(page.data), people = a?.people?.[g];
    return people ? ((b[key]?.[g] || 0) - (a[key]?.[g] || 0)) / people : null;
  };

  const button = (text, act, more) => el('button', { class: 'btn small', type: 'button', text, onclick: act, ...more });
  /* bar on the map, section in the panel */
  function draw(page) {
    const bar = $('tools'), tool = plan.tool && TOOLS[plan.tool], m = page.map;
    bar.hidden = !plan.on;
    $('do-plan')?.setAttribute('aria-expanded', String(plan.on));
    m.getContainer().classList.toggle('aiming', Boolean(tool));
    if (plan.on) {
      bar.replaceChildren(el('div', { class: 'seg', role: 'group', 'aria-label': '修改工具' }, ...Object.entries(TOOLS).map(([key, [word]]) =>
        el('button', { type: 'button', 'data-tool': key, 'aria-pressed': String(plan.tool === key), text: word, onclick: () => { Object.assign(plan, { tool: plan.tool === key ? null : key, first: null }); draw(page); } }))),
      el('p', { class: 'small', role: 'status', text: !tool ? '选一个工具，再在图上点。只试算，不改数据。' : plan.first ? `${plan.first.name ? plan.first.name + '：' : ''}${tool[2]}。按 Esc 放下。` : `${tool[1]}${plan.tool === 'add' ? `（${page.item?.name || ''}）` : ''}。按 Esc 放下。` }));
    }
    W.planMarks?.(page);
    section(page);
  }
  W.planPanel = page => draw(page);
  document.addEventListener('keydown', e => { if (e.key === 'Escape' && plan.tool) { Object.assign(plan, { tool: null, first: null }); draw(W.page); } });

  function section(page) {
    const box = $('plan');
    box.hidden = !plan.on;
    if (!plan.on) return;
    const r = plan.result, words = r?.edits || [];
    fill(box,
      el('h2', null, '如果这样改', el('span', { class: 'tag plain', text: '只试算，不改数据' }), el('button', { class: 'link', type: 'button', text: '收起', onclick: () => close(page) })),
      plan.edits.length ? el('ol', { class: 'edits' }, ...plan.edits.map((edit, i) => el('li', null, el('span', { text: words[i] || TOOLS[edit.kind][0] }), el('button', { class: 'link', type: 'button', 'aria-label': `去掉：${words[i] || ''}`, text: '去掉', onclick: () => change(page, plan.edits.filter((_, k) => k !== i)) }))))
        : el('p', { class: 'muted', text: '还没有修改。用图上的工具新增、撤掉、搬迁服务点，开门，建通道，或封路。' }),
      plan.edits.length ? el('div', { class: 'row' }, button('撤回一步', () => change(page, plan.edits.slice(0, -1))), button('全部去掉', () => change(page, [])),
        el('div', { class: 'seg', role: 'group', 'aria-label': '图上看' }, ...SHOWS.map(([key, word]) => el('button', { type: 'button', 'data-show': key, 'aria-pressed': String(plan.show === key), text: word, onclick: () => { plan.show = key; keep(page); } })))) : null,
      r ? result(page, r) : null, keeping(page));
  }
  function close(page) {
    Object.assign(plan, { on: false, tool: null, first: null, edits: [], result: null, kept: plan.kept });
    keep(page);
    draw(page);
  }
  const signed = n => `${n > 0 ? '+' : n < 0 ? '−' : '±'}${fmt(Math.abs(n))}`;
  const gained = one => (one.after.people_in || 0) - (one.before.people_in || 0);
  function result(page, r) {
    const rows = r.area.filter(one => gained(one) || one.before.verdict !== one.after.verdict);
    const near = r.communities.map(c => ({ ...c, gain: c.items.reduce((sum, i) => sum + gained(i), 0) })).filter(c => c.gain).sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
    const lines = rows.map(one => el('tr', null, el('th', { scope: 'row', text: one.name + (one.circle_min && r.area.filter(x => x.category === one.category).length > 1 ? `（${one.circle_min} 分钟圈）` : '') }), el('td', { class: 'r', text: one.before.share == null ? '—' : pct1(one.before.share) }), el('td', { class: 'r', text: one.after.share == null ? '—' : pct1(one.after.share) }),
      el('td', { class: 'r ' + (gained(one) < 0 ? 'worse' : 'better'), text: `${signed(gained(one))} 人` })));
    return el('div', null, el('p', { class: 'told', text: r.compounds_changed ? `${fmt(r.compounds_changed)} 个小区的步行距离有变化${rows.length ? '。' : '，没有人因此进出标准距离。'}` : '没有一个小区的步行距离因此变化。' }),
      rows.length ? el('table', { class: 'both', 'aria-label': '改前改后' }, el('thead', null, el('tr', null, ...[['服务设施', ''], ['改前', 'r'], ['改后', 'r'], ['覆盖的人', 'r']].map(([text, cls]) => el('th', { scope: 'col', class: cls, text })))), el('tbody', null, ...lines)) : null,
      near.length ? el('ul', { class: 'spots' }, ...near.slice(0, SHOWN).map(c => el('li', null, el('button', { class: 'link', type: 'button', text: c.name || c.code, onclick: () => page.go({ area: c.code, level: 'community' }) }), el('span', { class: 'r ' + (c.gain < 0 ? 'worse' : 'better'), text: `${signed(c.gain)} 人` })))) : null,
      el('p', null, el('button', { class: 'link more-link', type: 'button', text: '改前改后和步行变化存成 Excel', onclick: () => W.fetchFile(`/api/whatif/${page.view.code}?format=xlsx`, { edits: plan.edits }) })));
  }

  function keeping(page) {
    const name = el('input', { class: 'txt', id: 'plan-name', maxlength: 60, 'aria-label': '情景的名字', placeholder: '给这组修改起个名字', value: plan.name, oninput: e => { plan.name = e.target.value; } });
    const save = async e => {
      e.preventDefault();
      if (!plan.name.trim()) { name.focus(); return; }
      try {
        await send('/api/scenarios', { code: page.view.code, name: plan.name.trim(), edits: plan.edits });
        note('plan', 'plain', `存成情景“${plan.name.trim()}”`, '以后在“保存的情景”里打开，数据变了会标出来。');
        await list(page);
      } catch (problem) { note('plan', 'bad', '情景没有存下', problem.detail || '网络恢复后再试。'); }
    };
    return el('div', { class: 'keep' }, plan.edits.length ? el('form', { class: 'row', onsubmit: save }, name, el('button', { class: 'btn small', type: 'submit', text: '存成情景' })) : null,
      el('details', { class: 'rest', open: plan.kept ? true : null, ontoggle: e => { if (e.target.open && !plan.kept) list(page); } }, el('summary', { text: '保存的情景' }), kept(page)));
  }
  async function list(page) {
    try { plan.kept = (await send(`/api/scenarios?area=${page.view.code}`)).items; } catch (problem) { plan.kept = []; note('plan', 'bad', '没取到保存的情景', problem.detail || '网络恢复后再试。'); }
    draw(page);
  }
  function kept(page) {
    if (!plan.kept) return el('p', { class: 'muted', text: '正在取…' });
    if (!plan.kept.length) return el('p', { class: 'muted', text: '还没有。起个名字存下来，就能再打开、再比较。' });
    const act = (one, method, path, words) => async () => {
      try { await send(`/api/scenarios/${one.id}${path}`, method === 'POST' ? {} : undefined, method); await list(page); } catch (problem) { note('plan', 'bad', `${words}没有做成`, problem.detail || '网络恢复后再试。'); }
    };
    return el('ul', { class: 'spots' }, ...plan.kept.map(one => el('li', null,
      el('span', null, el('button', { class: 'link', type: 'button', text: one.name, onclick: () => { plan.name = one.name; change(page, one.edits); } }), ' ', one.stale ? el('span', { class: 'tag warn', text: '数据已变化，待重算' }) : null),
      el('span', { class: 'r' }, `${signed(one.people_more - one.people_fewer)} 人次 `, one.stale ? el('button', { class: 'link', type: 'button', text: '重算', onclick: act(one, 'POST', '/refresh', '重算') }) : null, ' ', el('button', { class: 'link', type: 'button', text: '删除', 'aria-label': `删除情景 ${one.name}`, onclick: act(one, 'DELETE', '', '删除') })))));
  }
  W.planToggle = page => {
    if (plan.on) close(page);
    else { plan.on = true; draw(page); $('plan').scrollIntoView({ block: 'nearest' }); }
  };
})();
