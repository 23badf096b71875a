/* 服务覆盖一张图: the state of the page, its address, and what is asked when it changes. */
(function () {
  'use strict';
  const { $, el, fmt, load, note } = W;
  const GROUPS = { all: '全体居民', elderly: '60 岁以上', elderly_80: '80 岁以上', children: '0–14 岁' };
  const MEASURES = ['m', 'min', 'radius'], LEVELS = ['community', 'subdistrict'], SLOW_MS = 300;

  function read(view, items) {
    const q = new URLSearchParams(location.hash.slice(1)), pick = (key, allowed) => allowed.includes(q.get(key)) ? q.get(key) : allowed[0];
    const circle = q.get('circle_min'), same = items.filter(i => i.category === q.get('category'));
    const first = items.find(i => view.first && i.category === view.first[0] && i.circle === view.first[1]) || items[0];
    return { item: same.find(i => String(i.circle) === circle) || same[0] || first, measure: pick('measure', MEASURES), group: pick('group', ['all', 'elderly', 'children']),
      level: pick('level', LEVELS), area: q.get('area'), why: q.get('why'), life: q.get('life'), gaps: q.get('gaps') === '1', grids: q.get('grids'), grid: q.get('grid'), since: q.get('since'), edits: edits(q.get('edits')), at: q.get('at') };
  }
  /* edits travel in the address, so that a link shows the same what-if */
  function edits(text) {
    try {
      const list = JSON.parse(text || '[]');
      return Array.isArray(list) ? list.slice(0, 50) : [];
    } catch { return []; }
  }
  function write(s, m) {
    const q = new URLSearchParams({ category: s.item.category });
    if (s.item.circle != null) q.set('circle_min', s.item.circle);
    Object.entries({ measure: 'm', group: 'all', level: 'community', area: null, why: null, life: null, grids: null, grid: null, since: null })
      .forEach(([key, usual]) => s[key] && s[key] !== usual && q.set(key, s[key]));
    if (s.gaps) q.set('gaps', '1');
    if (s.edits?.length) q.set('edits', JSON.stringify(s.edits));
    if (m.moved) { const at = m.getCenter(); q.set('at', [at.lat.toFixed(5), at.lng.toFixed(5), m.getZoom().toFixed(1)].join()); }
    history.replaceState(null, '', '#' + q);
  }

  /* Does the row say how far, in this measure? A row in minutes only is judged by them. */
  const limited = (item, measure) => ({ m: item.metres ?? item.timed, min: item.minutes, radius: item.metres })[measure] != null;
  /* Is this compound within the limit, by the chosen measure? null = cannot be told. */
  function inside(c, page, measure = page.state.measure) {
    const { item, state } = page;
    if (c.state === 'undecided' || !limited(item, measure)) return null;
    if (measure === 'radius') return c.straight_m != null && c.straight_m <= item.metres;
    if (measure === 'min') return c.minutes?.[state.group] != null && c.minutes[state.group] <= item.minutes + 1e-9;
    return c.state === 'in';
  }
  function totals(page, list, measure) {
    const sum = { people: 0, inside: 0, known: false, undecided: 0 };
    list.forEach(c => {
      const n = c.people?.[page.state.group], yes = inside(c, page, measure);
      if (n != null) sum.known = true;
      if (c.state === 'undecided') sum.undecided += 1;
      else if (n && yes != null) { sum.people += n; sum.inside += yes ? n : 0; }
    });
    return sum;
  }
  /* the figure of one area in the item's answer */
  function figure(page, area) {
    const key = { m: 'in_m', min: 'in_min', radius: 'in_radius' }[page.state.measure], g = page.state.group;
    const people = area?.people?.[g], within = area?.[key]?.[g];
    return people && within != null && page.limited() ? { share: within / people, out: people - within, people } : { share: null, out: null, people };
  }
  const limitWords = ({ item, state }, measure = state.measure) => measure === 'min' ? `${item.minutes} 分钟` : item.metres != null ? `${fmt(item.metres)} 米` : `${item.timed} 分钟`;

  function items(view) {
    const many = {};
    view.items.forEach(([category]) => { many[category] = (many[category] || 0) + 1; });
    return view.items.map(([category, name, circle, metres, minutes, group, pass, mark, hue]) => {
      const limit = [many[category] > 1 && circle && `${circle} 分钟圈`, metres != null ? `${fmt(metres)} 米` : minutes != null ? `${minutes} 分钟` : '无限值'].filter(Boolean).join('，');
      return { category, name, circle, metres, timed: minutes, minutes: minutes ?? circle, group, pass, mark, hue, key: `${category}@${circle ?? ''}`, label: `${name}（${limit}）` };
    });
  }

  W.coverage = (m, view) => {
    const list = items(view), page = { map: m, view, items: list, state: read(view, list), data: null, card: null, home: null, points: [], turn: 0 };
    W.page = page;
    if (!list.length) { W.panel.empty('还没有标准', '先导入一份标准，就能评价本区的服务。'); return; }
    page.byKey = new Map(list.map(item => [item.key, item]));
    page.totals = measure => totals(page, page.data.compounds, measure);
    page.figure = area => figure(page, area);
    page.inside = c => inside(c, page);
    page.limited = measure => limited(page.item, measure ?? page.state.measure);
    page.limit = measure => limitWords(page, measure);
    page.feature = code => code && ['communities', 'subdistricts'].flatMap(role => m.roles[role]?.data?.features || []).find(f => f.geometry && f.properties.code === code);
    page.group = () => GROUPS[page.state.group];
    page.go = change => {
      Object.assign(page.state, change);
      write(page.state, m);
      return refresh();
    };

    /* households estimated where they are missing: another result, asked for by every address */
    const guess = url => view.estimate ? `${url}${url.includes('?') ? '&' : '?'}estimate=true` : url;
    async function refresh() {
      const turn = ++page.turn, s = page.state, area = `area=${view.code}`;
      const slow = setTimeout(() => document.body.classList.add('busy'), SLOW_MS);
      page.item = s.item;
      page.circle = s.item.circle == null ? '' : `circle_min=${s.item.circle}`;
      controls();
      try {
        const [data, home, points] = await Promise.all([load(guess(`/api/coverage/${view.code}/items/${s.item.category}${page.circle && '?' + page.circle}`)), load(guess(`/api/coverage/${view.code}${since(s)}`)),
          load(`/layers/service_points.geojson?${area}&category=${s.item.category}`), W.readGrids(page)]);
        const known = s.area && s.area !== view.code, card = known ? await load(guess(`/api/coverage/${s.area}${since(s)}`)).catch(() => null) : home;
        if (turn !== page.turn) return;
        Object.assign(page, { base: data, data, home, card, points: points.features });
        W.patch(page);
        note('answer');
        await W.journey(page);
      } catch (problem) {
        if (turn === page.turn) failed(problem);
        return;
      } finally {
        clearTimeout(slow);
        if (turn === page.turn) document.body.classList.remove('busy');
      }
      if (turn !== page.turn) return;
      show();
      document.body.dataset.ready = String(turn);
    }
    function show() {
      [W.picture, W.legend, W.panel, W.gridCard, W.sitesPanel, W.planPanel].forEach(draw => draw(page));
      if (!page.journey) W.settle(m);
    }
    function failed(problem) {
      const what = `没取到“${page.item.name}”的结果`;
      if (problem.absent) note('answer', 'bad', what, '这份单文件页面没有带上这一项。换一项，或在服务里打开。');
      else note('answer', 'bad', page.data ? what + '，图上还是上一次的内容' : what, problem.detail || '网络恢复后刷新本页。');
      document.body.dataset.ready = 'failed';
    }

    const since = s => s.since ? `?since=${s.since}` : '';
    function controls() {
      const s = page.state;
      $('category').value = s.item.key;
      document.querySelectorAll('.seg').forEach(seg => [...seg.children].forEach(b => b.setAttribute('aria-pressed', String(b.dataset.value === s[seg.dataset.key]))));
      ['min', 'radius'].forEach(measure => { document.querySelector(`[data-value="${measure}"]`).disabled = !page.limited(measure); });
      if (s.measure !== 'm' && !page.limited()) page.go({ measure: 'm' });
    }
    $('category').append(...list.map(item => el('option', { value: item.key, text: item.label })));
    $('category').addEventListener('change', e => page.go({ item: page.byKey.get(e.target.value), why: null, life: null }));
    document.querySelectorAll('.seg').forEach(seg => seg.addEventListener('click', e => {
      const value = e.target.dataset.value;
      if (value) page.go(seg.dataset.key === 'level' ? { level: value, area: null } : { [seg.dataset.key]: value });
    }));
    $('filter').addEventListener('submit', e => e.preventDefault());
    $('back').addEventListener('click', () => page.go({ why: null, life: null }));
    $('copy').addEventListener('click', () => copy($('copy')));
    [['menu', 'nav'], ['more', 'choices'], ['fold', 'keys']].forEach(([button, box]) => $(button).addEventListener('click', () => {
      const open = $(box).classList.toggle('open');
      $(button).setAttribute('aria-expanded', String(open));
    }));
    if (W.offline) document.querySelectorAll('.nav a,.brand').forEach(a => a.removeAttribute('href'));
    document.addEventListener('keydown', e => e.key === 'Escape' && (page.state.why || page.state.life) && e.target.id !== 'find' && page.go({ why: null, life: null }));
    window.addEventListener('hashchange', () => { page.state = read(view, list); look(); W.planHash(page); refresh(); });
    W.scale(m, $('scale'), 150);
    W.paper(m);
    W.search(page);
    m.on('areas', () => page.data && show());
    /* where the map stands belongs to the address too */
    function look() {
      const [lat, lon, zoom] = (page.state.at || '').split(',').map(Number);
      if ([lat, lon, zoom].every(Number.isFinite) && page.state.at) { m.moved = true; m.setView([lat, lon], zoom, { animate: false }); }
    }
    look();
    m.on('moveend', () => m.moved && page.data && write(page.state, m));
    W.acts(page);
    W.plan(page);
    refresh();
  };

  /* the clipboard needs a safe context; plain http in an intranet has none */
  async function copy(button) {
    const address = location.href;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const box = el('textarea', { class: 'sr', 'aria-hidden': 'true' });
      box.value = address;
      document.body.append(box);
      box.select();
      document.execCommand('copy');
      box.remove();
      button.focus();
    }
    const words = button.textContent;
    button.textContent = '已复制';
    setTimeout(() => { button.textContent = words === '已复制' ? '复制链接' : words; }, 1600);
  }
})();
