/* 社区调整工作台: two plans on two maps, units moved by click or key, every number from the site at once. */
(function () {
  'use strict';
  const { $, el, fmt, note, send } = W, B = W.benchmap, { tried, towards } = W.parts;
  const main = $('main'), view = JSON.parse(main.dataset.view), sides = [B.make(0, view), B.make(1, view)];
  const state = { plans: [], on: 0, atom: null, known: {}, diff: false, busy: false };
  const active = () => sides[state.on];

  const ready = () => { document.body.dataset.ready = String(Number(document.body.dataset.ready || 0) + 1); };
  const hint = words => { $('hint').textContent = words; };

  /* which plans are looked at, kept in the address */
  const wanted = () => new URLSearchParams(location.hash.slice(1));
  function remember() {
    const words = new URLSearchParams();
    sides.forEach(s => s.plan && words.set('ab'[s.no], s.plan.id));
    words.set('on', state.on);
    history.replaceState(null, '', `#${words}`);
  }

  async function list() {
    state.plans = (await send(`/api/plans?community=${view.code}&limit=500`)).items;
    sides.forEach(side => {
      const pick = $(`pick${side.no}`);
      pick.replaceChildren(...state.plans.map(p => el('option', { value: p.id, text: `${p.name}${p.kind === '分设' || p.name.includes(p.kind) ? '' : ` · ${p.kind}`}` })));
      pick.disabled = !state.plans.length;
      if (side.plan) pick.value = side.plan.id;
      $(`nothing${side.no}`).hidden = state.plans.length > side.no;
      $(`nothing${side.no}`).textContent = side.no ? '有了方案，这里放第二个，两边一起看。' : view.closed ? '还没有方案。' : '还没有方案。定好分成几个，点“求解”。';
    });
  }
  async function open(side, id) {
    const [plan, atoms, borders] = await Promise.all([send(`/api/plans/${id}`), send(`/api/plans/${id}/atoms.geojson`), send(`/api/plans/${id}/borders.geojson`)]);
    side.plan = plan;
    side.was = null;
    side.most = Math.max(0, ...plan.steps.map(s => s.no));
    B.units(side, atoms, pick);
    const known = state.known[plan.run], found = W.parts.letters(side, known);
    side.letters = found;
    if (!known || known.n !== found.n) state.known[plan.run] = found;
    $(`pick${side.no}`).value = id;
    B.paint(side, borders);
    show(side);
  }
  function show(side) {
    B.head(side);
    B.cards(side, side.plan.settings.tolerance, view.closed || side.plan.state !== '草案' ? null : lockPart);
    if (side === active()) panel();
    W.comparing.table(sides);
    remember();
  }

  /* one change of the active plan; what somebody else changed first is a conflict and nothing is lost */
  async function edit(verb, body, told) {
    const side = active();
    if (state.busy || !side.plan) return false;
    state.busy = true;
    const before = side.plan;
    try {
      const said = await send(`/api/plans/${before.id}/${verb}`, { version: before.version, ...body });
      if (verb === 'move' || verb === 'repair') {
        const moved = said.assignment.flatMap((p, i) => p === before.assignment[i] ? [] : [[i, before.assignment[i], p]]);
        if (said.step > before.step) { before.steps = [...before.steps.filter(s => s.no <= before.step), { no: said.step, moved, actor: view.account, at: new Date().toISOString() }]; side.most = said.step; }
      }
      side.plan = { ...before, ...said };
      side.was = verb === 'lock' ? null : before;
      B.paint(side, await send(`/api/plans/${before.id}/borders.geojson`));
      note('edit');
      clearDiff();
      show(side);
      hint(told ? told(before, side.plan) : '');
    } catch (problem) {
      if (problem.status === 409) {
        note('edit', 'warn', '别人先改了，你这一步没有写进去', problem.detail);
        $('notes').lastElementChild.append(el('button', { class: 'btn', type: 'button', id: 'reload', text: '载入最新的', onclick: reload }), ' ', el('button', { class: 'btn', type: 'button', text: '另存一份再改', onclick: () => W.course.copy() }));
      } else note('edit', 'bad', '没有改动，方案还是原来的', problem.detail);
      return false;
    } finally { state.busy = false; ready(); }
    return true;
  }
  async function reload() {
    const atom = state.atom;
    note('edit');
    await open(active(), active().plan.id);
    if (atom != null) pick(active(), atom);
    ready();
  }
  const verdict = (before, after) => {
    const metres = Math.round(after.border_m - before.border_m), hard = after.broken.filter(b => b.hard);
    return `分界 ${metres < 0 ? '−' : '+'}${fmt(Math.abs(metres))} 米。${hard.length ? B.said(active(), hard.map(b => b.text).join('；')) : after.legal ? '仍然合规' : ''}`;
  };

  /* choosing a unit */
  function pick(side, atom) {
    if (side.no !== state.on) turn(side.no);
    state.atom = atom;
    sides.forEach(s => B.select(s, s.plan && s.plan.assignment.length === side.plan.assignment.length && s.plan.run === side.plan.run ? atom : s === side ? atom : null));
    $('lock').disabled = side.plan.state !== '草案' || Boolean(view.closed);
    $('lock').textContent = side.plan.locked_atoms.includes(atom) ? '解锁' : '锁定';
    card();
    units();
  }
  function close() {
    state.atom = null;
    sides.forEach(s => B.select(s, null));
    $('lock').disabled = true;
    card();
    units();
  }
  function turn(no) {
    state.on = no;
    sides.forEach(s => s.box.classList.toggle('active', s.no === no));
    document.querySelectorAll('[data-go]').forEach(b => b.setAttribute('aria-pressed', String(Number(b.dataset.go) === no)));
    const other = sides[1 - no].map;
    if (sides[no].map.getSize().x !== sides[no].map.getContainer().clientWidth) { sides[no].map.invalidateSize({ animate: false, pan: false }); sides[no].map.setView(other.getCenter(), other.getZoom(), { animate: false }); }
    if (state.atom != null) close();
    panel();
    remember();
  }
  function card() {
    const box = $('pop'), side = active(), atom = state.atom;
    box.hidden = atom == null;
    if (atom == null) return;
    const unit = side.units[atom], plan = side.plan, from = plan.assignment[atom], draft = plan.state === '草案' && !view.closed;
    const near = new Set([...side.next[atom].keys()].map(j => plan.assignment[j])), others = plan.parts.filter(p => p.no !== from).sort((a, b) => near.has(b.no) - near.has(a.no) || side.letters.of[a.no] - side.letters.of[b.no]);
    const locked = plan.locked_atoms.includes(atom), held = locked || plan.locked_parts.includes(from);
    const table = el('table'), line = el('p', { class: 'verdict' });
    const look = part => {
      const t = tried(side, atom, part);
      const row = p => el('tr', {}, el('td', { text: `${B.letter(side, p)}片` }), el('td', {}, `${fmt(plan.parts[p].households)} → `, el('b', { text: fmt(t.sum[p]) }), ' 户'));
      table.replaceChildren(row(t.from), row(part), el('tr', {}, el('td', { text: '分界' }), el('td', { text: `${t.border < 0 ? '−' : '+'}${fmt(Math.abs(t.border))} 米` })));
      const wrong = [t.torn && `移走后${B.letter(side, t.from)}片会断开`, t.apart && `和${B.letter(side, part)}片不相邻`, W.parts.alike(plan) && t.worst > plan.settings.tolerance + 1e-9 && `户数差到 ${(100 * t.worst).toFixed(1)}%，超出 ±${Math.round(100 * plan.settings.tolerance)}%`].filter(Boolean);
      line.className = 'verdict ' + (wrong.length ? 'no' : 'ok');
      line.textContent = wrong.length ? `${wrong.join('；')}。` : `移过去仍连成一片${W.parts.alike(plan) ? '，户数在容差内' : ''}。`;
    };
    const buttons = others.map(p => el('button', { class: 'btn', type: 'button', disabled: held, 'data-part': p.no, text: `移到${B.letter(side, p.no)}片`, onfocus: () => look(p.no), onmouseenter: () => look(p.no), onclick: () => move(p.no) }));
    box.replaceChildren(...[el('h3', {}, el('span', { class: `letter ${B.look(side, from)}`, text: B.letter(side, from) }), unit.name, el('button', { class: 'link x', type: 'button', 'aria-label': '关闭', text: '✕', onclick: close })),
      el('p', { text: `${fmt(unit.households)} 户，${fmt(unit.residents)} 人${unit.elderly == null ? '' : `，60+ ${fmt(unit.elderly)} 人`}` }), unit.estate && unit.estate !== unit.name && el('p', { class: 'small muted', text: unit.estate }),
      draft ? [el('div', { class: 'mv' }, buttons), table, line, el('button', { class: 'link small', type: 'button', id: 'lockone', 'aria-pressed': String(locked), text: locked ? '解锁这块' : '锁定这块', onclick: () => lockAtom(atom) }), held && el('p', { class: 'small no', text: locked ? '这块已锁定，先解锁再移。' : `${B.letter(side, from)}片已锁定，先解锁再移。` })] : el('p', { class: 'small muted', text: view.closed || `方案已到“${plan.state}”，不能再改。要改就另存一份。` })].flat().filter(Boolean));
    if (draft && others.length) look(others[0].no);
    place(box, side, atom);
  }
  /* beside the piece, never over it */
  function place(box, side, atom) {
    if (matchMedia('(max-width:640px)').matches) { ['left', 'top'].forEach(name => box.style.removeProperty(name)); return; }
    const desk = document.querySelector('.deskbox'), frame = desk.getBoundingClientRect(), mapbox = side.map.getContainer().getBoundingClientRect();
    if (box.parentElement !== desk) desk.append(box);
    const all = L.geoJSON(side.features[atom]).getBounds(), nw = side.map.latLngToContainerPoint(all.getNorthWest()), se = side.map.latLngToContainerPoint(all.getSouthEast());
    const left = mapbox.left - frame.left, top = mapbox.top - frame.top, wide = box.offsetWidth, high = box.offsetHeight, gap = 14;
    let x = left + se.x + gap;
    if (x + wide > left + mapbox.width - 8) x = left + nw.x - gap - wide;
    if (x < left + 8) x = left + (nw.x + se.x > mapbox.width ? 8 : mapbox.width - wide - 8);
    x = Math.min(Math.max(x, 8), frame.width - wide - 8);
    const y = Math.min(Math.max(top + (nw.y + se.y) / 2 - high / 2, top + 8), Math.max(top + 8, frame.height - high - 64));
    box.style.setProperty('left', `${x}px`);
    box.style.setProperty('top', `${y}px`);
  }
  const move = async part => {
    const atom = state.atom;
    if (atom == null || active().plan.assignment[atom] === part) return;
    if (await edit('move', { atom, part }, verdict)) { pick(active(), atom); ready(); }
  };
  const back = verb => edit(verb, {}, verdict).then(done => { if (done && state.atom != null) pick(active(), state.atom); });
  const lockAtom = async atom => {
    const p = active().plan, atoms = p.locked_atoms.includes(atom) ? p.locked_atoms.filter(a => a !== atom) : [...p.locked_atoms, atom];
    if (await edit('lock', { atoms, parts: p.locked_parts })) pick(active(), atom);
  };
  const lockPart = async (side, part) => {
    if (side.no !== state.on) turn(side.no);
    const p = side.plan;
    await edit('lock', { atoms: p.locked_atoms, parts: p.locked_parts.includes(part) ? p.locked_parts.filter(x => x !== part) : [...p.locked_parts, part] });
  };

  /* what the active plan shows in the bar and in the rail */
  function panel() {
    const side = active(), plan = side.plan, draft = plan && plan.state === '草案' && !view.closed;
    $('undo').disabled = !draft || plan.step < 1;
    $('redo').disabled = !draft || plan.step >= side.most;
    $('lock').disabled = !draft || state.atom == null;
    $('repair').disabled = !draft || !plan.broken.some(b => b.rule === 'contiguous');
    ['saveas', 'rename'].forEach(id => { $(id).disabled = !plan || Boolean(view.closed) || id === 'rename' && !draft; });
    $('course').disabled = !plan;
    $('print').disabled = !plan;
    $('diff').disabled = !sides[0].plan || !sides[1].plan || sides[0].plan.run !== sides[1].plan.run || sides[0].plan.id === sides[1].plan.id;
    $('diff').title = sides[0].plan && sides[1].plan && sides[0].plan.run !== sides[1].plan.run ? '两边不是同一次求解，基本单元不同，不能逐块比' : '';
    hint(plan ? `${draft ? '正在改' : '正在看'}：${plan.name}。生效之前不影响现有社区。` : '');
    const at = plan ? view.course.indexOf(plan.state) : -1;
    document.querySelectorAll('#steps li').forEach((li, i) => { li.className = i < at ? 'done' : i === at ? 'now' : ''; if (i === at) li.setAttribute('aria-current', 'step'); else li.removeAttribute('aria-current'); });
    rules(plan);
    units();
  }
  const RULES = { parts: '部分数', contiguous: '连成一片', households: '户数在容差内', together: '不拆小区', barriers: '不跨指定的边界', centres: '每片有服务中心', core: '原社区留住核心', grids: '网格不拆开' };
  function rules(plan) {
    if (!plan) { $('rules').replaceChildren(); return; }
    const row = rule => {
      const bad = plan.broken.find(b => b.rule === rule), must = plan.settings.hard.includes(rule);
      const never = rule === 'barriers' && plan.settings.never_across.map(word => W.parts.KINDS[word] || word).join('、');
      return el('li', {}, el('span', {}, RULES[rule], never && el('small', { class: 'muted', text: `：${never}` }), bad && el('small', { class: 'why' + (must ? ' hard' : ''), text: B.said(active(), bad.text).replace(/^[^：]*：/, '') })), el('span', { class: 'tag ' + (bad ? must ? 'bad' : 'warn' : 'plain'), text: bad ? must ? '没守住' : '没做到' : must ? '必须' : '尽量' }));
    };
    $('rules').replaceChildren(el('h2', { text: '规则' }), el('ul', { class: 'rule' }, Object.keys(RULES).map(row)));
  }
  function units() {
    const side = active(), box = $('unitlist'), only = $('onlypart').value;
    if (!side.plan) { box.replaceChildren(); $('unitcount').textContent = ''; return; }
    const plan = side.plan, parts = [...plan.parts].sort((a, b) => side.letters.of[a.no] - side.letters.of[b.no]);
    $('onlypart').replaceChildren(el('option', { value: '', text: '全部' }), ...parts.map(p => el('option', { value: p.no, text: `${B.letter(side, p.no)}片` })));
    $('onlypart').value = parts.some(p => String(p.no) === only) ? only : '';
    const rows = side.units.filter(u => $('onlypart').value === '' || plan.assignment[u.atom] === Number($('onlypart').value)).sort((a, b) => side.letters.of[plan.assignment[a.atom]] - side.letters.of[plan.assignment[b.atom]] || b.households - a.households);
    $('unitcount').textContent = `${fmt(rows.length)} 块`;
    box.replaceChildren(...rows.map(u => el('li', { role: 'option', id: `unit${u.atom}`, 'aria-selected': String(u.atom === state.atom), 'data-atom': u.atom }, el('span', { class: `letter ${B.look(side, plan.assignment[u.atom])}`, text: B.letter(side, plan.assignment[u.atom]) }), el('span', { text: u.name + (plan.locked_atoms.includes(u.atom) ? '（锁定）' : '') }), el('small', { text: `${fmt(u.households)} 户` }))));
    if (state.atom != null) { box.setAttribute('aria-activedescendant', `unit${state.atom}`); const one = $(`unit${state.atom}`); if (one) box.scrollTop = Math.max(0, one.offsetTop - box.offsetTop - box.clientHeight / 2); }
  }

  function clearDiff() {
    state.diff = false;
    $('diff').setAttribute('aria-pressed', 'false');
    sides.forEach(s => s.apart.clearLayers());
  }
  async function differ() {
    if (state.diff) { clearDiff(); hint(''); ready(); return; }
    try {
      const [a, b] = sides.map(s => s.plan.id), said = await send(`/api/plans/${a}/compare/${b}`);
      /* parts bear numbers, eyes follow letters: what changes its letter differs */
      const apart = sides[0].units.map((_, i) => i).filter(i => sides[0].letters.of[sides[0].plan.assignment[i]] !== sides[1].letters.of[sides[1].plan.assignment[i]]);
      state.diff = true;
      $('diff').setAttribute('aria-pressed', 'true');
      sides.forEach(s => B.differ(s, apart));
      hint(`${fmt(apart.length)} 块、${fmt(apart.reduce((s, i) => s + sides[0].units[i].households, 0))} 户归属不同（${W.comparing.share(said.difference)} 的居民）。`);
    } catch (problem) { note('edit', 'bad', '没有比出来', problem.detail); }
    ready();
  }

  /* plans that somebody just had solved */
  async function arrived(ids) {
    await list();
    close();
    await open(sides[0], ids[0]);
    if (ids[1]) await open(sides[1], ids[1]);
    turn(0);
  }

  async function copy(name) {
    try {
      const made = await send(`/api/plans/${active().plan.id}/copy`, { name });
      note('edit');
      await list();
      await open(active(), made.id);
      ready();
      return '';
    } catch (problem) { return problem.detail; }
  }

  /* keys */
  function keys(event) {
    if (event.target.closest('input,select,textarea,dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key], side = active();
    const inList = event.target === $('unitlist');
    if (inList && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const rows = [...$('unitlist').children], at = rows.findIndex(li => Number(li.dataset.atom) === state.atom), next = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))];
      if (next) pick(side, Number(next.dataset.atom));
    } else if (arrow && state.atom != null) {
      const next = towards(side, state.atom, ...arrow);
      if (next !== undefined) pick(side, next);
    } else if (event.key === 'Escape' && state.atom != null) close();
    else if (/^[1-9]$/.test(event.key) && state.atom != null) {
      const part = side.letters.of.indexOf(Number(event.key) - 1);
      if (part >= 0 && side.plan.state === '草案' && !view.closed) move(part);
    } else if (event.key.toLowerCase() === 'z' && !$('undo').disabled) back('undo');
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* both maps show the same ground */
  sides.forEach(side => {
    side.map.on('move', () => {
      const other = sides[1 - side.no];
      if (side.led || !other.map.getContainer().clientWidth) return;
      other.led = true;
      other.map.setView(side.map.getCenter(), side.map.getZoom(), { animate: false });
      other.led = false;
      if (state.atom != null && side.no === state.on) place($('pop'), side, state.atom);
    });
    side.box.addEventListener('pointerdown', () => { if (side.plan && side.no !== state.on) turn(side.no); }, true);
    $(`pick${side.no}`).addEventListener('change', async event => { close(); clearDiff(); turn(side.no); await open(side, Number(event.target.value)).catch(p => note('open', 'bad', '没有取到方案', p.detail)); ready(); });
  });
  document.addEventListener('keydown', keys, true);
  document.querySelectorAll('[data-go]').forEach(b => b.addEventListener('click', () => turn(Number(b.dataset.go))));
  $('unitlist').addEventListener('click', event => { const li = event.target.closest('li'); if (li) pick(active(), Number(li.dataset.atom)); });
  $('onlypart').addEventListener('change', units);
  $('undo').addEventListener('click', () => back('undo'));
  $('redo').addEventListener('click', () => back('redo'));
  $('repair').addEventListener('click', () => edit('repair', {}, verdict));
  $('lock').addEventListener('click', () => state.atom != null && lockAtom(state.atom));
  $('diff').addEventListener('click', differ);
  $('saveas').addEventListener('click', () => W.course.copy());
  $('rename').addEventListener('click', () => W.course.rename());
  $('course').addEventListener('click', () => W.course.open());
  $('print').addEventListener('click', () => window.print());
  /* on paper both maps stay on one ground, and nothing bears the marks of the last step */
  let seen = null;
  window.addEventListener('beforeprint', () => {
    const map = active().map;
    seen = { centre: map.getCenter(), zoom: map.getZoom(), moved: sides.some(side => side.map.moved) };
    sides.filter(side => side.plan).forEach(side => { side.was = null; show(side); });
    $('papersaid').textContent = [active().plan && `数据日期 ${active().plan.as_of}`, `${W.clock(new Date()).slice(0, 10)} 打印`].filter(Boolean).join('　');
  });
  sides.forEach(side => W.paper(side.map, () => seen.moved ? side.map.setView(seen.centre, seen.zoom, { animate: false }) : side.fit()));
  window.addEventListener('afterprint', () => sides.forEach(side => seen.moved ? side.map.setView(seen.centre, seen.zoom, { animate: false }) : side.fit()));
  W.menu();
  W.bench = { edit, list, open, copy, arrived, active, view, ready, sides, letter: no => B.letter(active(), no) };

  async function start() {
    const asked = wanted();
    turn(Number(asked.get('on')) === 1 ? 1 : 0);
    try {
      await list();
      const ids = ['a', 'b'].map(k => Number(asked.get(k)) || 0), latest = state.plans[0]?.run, run = state.plans.find(p => ids.includes(p.id))?.run ?? latest;
      const same = state.plans.filter(p => p.run === run).sort((a, b) => (a.rank ?? 99) - (b.rank ?? 99));
      const first = state.plans.find(p => p.id === ids[0]) || same[0], second = state.plans.find(p => p.id === ids[1]) || same.find(p => p.id !== first?.id);
      if (first) await open(sides[0], first.id);
      if (second) await open(sides[1], second.id);
    } catch (problem) { note('open', 'bad', '没有取到方案', problem.detail || '刷新再试。'); }
    panel();
    ready();
  }
  W.bench.started = start();
})();
