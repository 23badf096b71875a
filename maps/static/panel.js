/* The panel: the answer in a sentence, the area's scorecard, and every gap as a list for the keyboard. */
(function () {
  'use strict';
  const { $, el, fmt, people, pct, pct1, clock, note } = W;
  const LISTED = 12, BIG = 3000;

  const tag = (cls, text, title) => el('span', { class: 'tag ' + cls, text, title });
  const em = text => el('em', { text });
  const who = page => page.state.group === 'all' ? '' : ` ${page.group()}的`;

  W.panel = page => {
    heading(page);
    sentence(page);
    banners(page);
    W.journeyPanel(page);
    areaCard(page);
    gapList(page);
    pointList(page);
    proof(page);
  };
  W.panel.empty = (head, text) => { $('say').textContent = head; $('say2').textContent = text; $('title').textContent = head; $('lead').textContent = text; };

  const stateOf = (page, j) => page.data.compounds.find(c => c.uid === j.compound.uid)?.state;
  /* one date where all agree, else each of the three that a walk rests on */
  function stateOfData(dates) {
    const known = [['service_points', '服务点'], ['compounds', '小区'], ['streets', '道路']].filter(([layer]) => dates[layer]);
    const days = [...new Set(known.map(([layer]) => dates[layer]))];
    return days.length > 1 ? `数据：${known.map(([layer, word]) => `${word} ${dates[layer]}`).join('，')}` : days.length ? `数据日期 ${days[0]}` : '';
  }
  /* title block: what, for whom, how counted, state of the data */
  function heading(page) {
    const { item, state: s, journey: j, view } = page, date = stateOfData(page.home.data_date || view.dates || {}), speed = page.data.speeds?.[s.group];
    const lead = { m: `${page.group()}，沿道路走 ${fmt(item.metres)} 米以内，按标准距离`, min: `${page.group()}，步行 ${speed ? speed.toFixed(2) : '—'} 米/秒，沿道路计算，不用于评价`, radius: `${page.group()}，直线距离，不看能不能走通，只作对照` }[s.measure];
    const limited = page.limited();
    const title = { m: item.metres != null ? `${item.name} ${page.limit()}步行覆盖率` : `${item.name}步行 ${page.limit()}覆盖率`, min: `${item.name}步行 ${item.minutes} 分钟覆盖率`, radius: `${item.name} ${fmt(item.metres)} 米直线覆盖率（对照）` }[s.measure];
    $('title').textContent = j?.kind === 'why' ? `${j.compound.name}：走到${item.name} ${W.walkWords(page, { state: stateOf(page, j), ...j })}`
      : j?.kind === 'life' ? `${j.name || j.point?.properties.name || item.name}：5、10、15 分钟生活圈` : limited ? title : `${item.name}的位置（没有规定距离）`;
    $('lead').replaceChildren((j?.kind === 'life' ? `${page.group()}，步行 ${speed ? speed.toFixed(2) : '—'} 米/秒，沿道路计算` : item.metres == null && s.measure === 'm' ? `${page.group()}，沿道路计算${limited ? '，按标准时间' : ''}` : lead) + (date && ' · '), el('span', { class: 'nb', text: date }));
    if (!j && page.plan.result && page.plan.show !== 'before') $('title').textContent += '（试改后）';
    $('back').hidden = !j;
  }

  /* what the sums over compounds are of: outside the viewer's scope there are no compounds */
  const reachOf = page => page.home.approximate ? '你管辖范围内的' : '全区';
  const about = rounded => rounded ? '约 ' : '';
  function sentence(page) {
    const { item, state: s } = page, sum = page.totals(), out = sum.people - sum.inside;
    const reach = s.measure === 'radius' ? `直线 ${page.limit()}内没有${item.name}` : s.measure === 'min' ? `步行 ${page.limit()}到不了${item.name}` : `走 ${page.limit()}到不了${item.name}`;
    const say = $('say'), more = $('say2');
    more.textContent = '';
    if (!page.points.length) {
      say.textContent = `本区还没有${item.name}数据，先导入或在现场核对。`;
      more.textContent = '没有数据不等于没有设施，这一项不评价。';
    } else if (!page.limited()) {
      say.textContent = `${item.name}没有规定走多远，图上只标位置，不评价。`;
    } else if (!sum.known) {
      say.textContent = s.group === 'all' ? '小区还没有人数，先导入户数或人数。' : `无分年龄数据，看不出 ${page.group()}的覆盖。`;
      more.textContent = s.group === 'all' ? '' : '先导入小区的老人和儿童人数。没有的数不推算。';
    } else if (!out) {
      say.textContent = `${reachOf(page)}${who(page)}居民都能${s.measure === 'min' ? '步行' : '走'} ${page.limit()}到${item.name}。`;
    } else {
      say.replaceChildren(`${reachOf(page)}${who(page)} `, em(people(out)), `${reach}，占 ${pct1(out / sum.people)}。`);
      more.textContent = compare(page, sum) + (sum.undecided ? `另有 ${sum.undecided} 个小区离道路太远，无法判定，未计入。` : '');
    }
  }
  /* the other measures beside the chosen one, each by its name */
  function compare(page, sum) {
    const by = measure => page.limited(measure) ? page.totals(measure) : null;
    const words = [], radius = by('radius'), time = by('min'), way = by('m');
    if (page.state.measure !== 'min' && time?.people) words.push(`按步行时间（${page.limit('min')}）是 ${pct1(1 - time.inside / time.people)}`);
    if (page.state.measure !== 'm' && way?.people) words.push(`按标准距离（${page.limit('m')}）是 ${pct1(1 - way.inside / way.people)}`);
    if (page.state.measure !== 'radius' && radius?.people) {
      const missed = radius.inside - sum.inside;
      words.push(`按直线半径是 ${pct1(1 - radius.inside / radius.people)}` + (missed > 0 ? `，会漏掉 ${people(missed)}` : ''));
    }
    return words.length ? words.join('；') + '。' : '';
  }

  function banners(page) {
    const home = page.home, draft = page.view.draft;
    const waiting = home.items?.filter(i => i.stale).length, which = waiting && waiting < home.items.length ? `受影响的有 ${waiting} 项，其余不变。` : '';
    note('stale', 'warn', home.stale && '数据已变化，待重算', `图上还是 ${clock(home.computed_at)} 的结果，仍可看、可打印。${which}${W.offline ? `在服务里打开，或用 wangge refresh ${page.view.code} 重新计算。` : ''}`, W.offline ? null : { text: '重新计算', onclick: () => W.again(page) });
    note('draft', 'warn', (home.draft_borders || draft) && '草拟边界，非法定，请街道确认', draft ? `已草拟 ${draft[0]}/${draft[1]} 个社区，其余没有边界；全区合计和小区清单不受影响。` : '社区界由道路和锚点草拟，只供参考。');
    document.body.classList.toggle('stale', Boolean(home.stale));
  }

  const parentName = (page, code) => (page.view.subdistricts.find(([c]) => code?.startsWith(c)) || [])[1];
  function areaCard(page) {
    const box = $('area'), card = page.card, s = page.state, f = page.feature(s.area), whole = !s.area || s.area === page.view.code;
    if (!card) {
      box.replaceChildren(el('h2', { text: f?.properties.name || s.area }), el('p', { text: W.offline ? '这份单文件页面没有带上它的评价表。' : '没取到它的评价表。网络恢复后再点一次。' }));
      return;
    }
    const p = f?.properties || {}, households = p.resident_households, living = whole ? null : p.population;
    const big = card.level === 'community' && households > BIG, units = whole ? [page.view.subdistricts.length && `${page.view.subdistricts.length} 个街道`, page.view.communities && `${page.view.communities} 个社区`, !card.approximate && `${fmt(page.data.compounds.length)} 个小区`]
      : [card.level === 'community' && parentName(page, card.code) && street(parentName(page, card.code)), households && `${about(p.approximate)}${fmt(households)} 户`, living && `${about(p.approximate)}${fmt(living)} 人`];
    box.replaceChildren(
      el('h2', null, el('span', { text: whole ? `${card.name}（全区）` : card.name }), verdictTag(card), card.approximate ? tag('plain', '约数', '不在你的管辖范围，人数四舍五入到 5，合计可能对不上') : null, big ? tag('warn', '超 3,000 户') : null, p.status === 'draft' ? tag('draft', '草拟') : null,
        card.level === 'community' && !W.offline ? el('button', { class: 'link', type: 'button', text: '看生活圈', onclick: () => page.go({ life: `community:${card.code}`, why: null }) }) : null,
        W.offline ? null : el('a', { class: 'link', href: W.dated(`/old-young?area=${card.code}`), text: '一老一小' }),
        whole ? null : el('button', { class: 'link', type: 'button', text: '看全区', onclick: () => page.go({ area: null }) })),
      el('p', { class: 'small muted', text: units.filter(Boolean).join(' · ') }),
      el('p', { class: 'told', text: told(page, card) }),
      scorecard(page, card),
      W.offline ? '' : el('p', { class: 'small since' }, el('label', null, '与这一天比 ', el('input', { class: 'txt', type: 'date', value: s.since || '', max: new Date().toISOString().slice(0, 10), onchange: e => page.go({ since: e.target.value || null }) })), s.since ? el('button', { class: 'link', type: 'button', text: '不比', onclick: () => page.go({ since: null }) }) : ''),
      below(page, card),
      W.source(page) || '',
      el('p', { class: 'small muted std-line', text: [page.home.standard?.title && `标准：${page.home.standard.title}`, page.view.unverified ? `待核 ${page.view.unverified} 项，以原文为准` : ''].filter(Boolean).join(' · ') }));
  }
  const street = name => /街道$/.test(name) ? name : name + '街道';
  const verdictTag = card => card.required ? tag(card.met / card.required >= .8 ? 'good' : card.met / card.required >= .5 ? 'warn' : 'bad', `${card.required} 项达标 ${card.met} 项`) : tag('plain', '无可评价的项');
  const fullName = (page, i) => page.items.filter(x => x.category === i.category).length > 1 && i.circle_min ? `${i.name}（${i.circle_min} 分钟圈）` : i.name;
  function told(page, card) {
    const unmet = card.items.filter(i => i.verdict === 'unmet').sort((a, b) => (b.people - b.people_in) - (a.people - a.people_in)).slice(0, 3).map(i => fullName(page, i)), share = Math.max(0, ...card.items.map(i => i.people ? (i.people_estimated || 0) / i.people : 0));
    return [`按标准距离评价 ${card.required} 项，达标 ${card.met} 项${card.no_data ? `；另有 ${card.no_data} 项无数据，不评价` : ''}。`, unmet.length ? `缺口人数最多的是${unmet.join('、')}。` : '', share > 0 ? `人数中至多 ${pct1(share)} 是推算的。` : ''].join('');
  }

  /* the areas below, those that miss most first: the keyboard way to every area */
  function below(page, card) {
    const rows = [...card.children || []].filter(c => c.required).sort((a, b) => a.met / a.required - b.met / b.required);
    return rows.length ? el('details', { class: 'rest' }, el('summary', { text: `下一级 ${fmt(rows.length)} 个，达标少的在前` }), el('ul', { class: 'spots' }, ...rows.map(c => el('li', null,
      el('button', { class: 'link', type: 'button', text: c.name, onclick: () => page.go({ area: c.code, level: c.code.length === 9 ? 'subdistrict' : 'community' }) }), el('span', { class: 'r', text: `${c.required} 项达标 ${c.met} 项` }))))) : null;
  }
  const isJudged = i => i.verdict === 'met' || i.verdict === 'unmet';
  function scorecard(page, card) {
    const judged = card.items.filter(isJudged), rest = card.items.filter(i => !isJudged(i)), empty = rest.filter(i => i.verdict === 'no_data').length, marks = new Set(judged.map(i => itemOf(page, i)?.pass ?? .9));
    const head = el('thead', null, el('tr', null, el('th', { scope: 'col', text: '服务设施' }), el('th', { scope: 'col', text: '标准' }), el('th', { scope: 'col', text: marks.size === 1 ? `覆盖率，达标线 ${pct([...marks][0])}` : '覆盖率，竖线达标' }), el('th', { scope: 'col', class: 'r', text: '未覆盖' })));
    const table = (rows, label) => el('table', { class: 'score', 'aria-label': label }, head.cloneNode(true), el('tbody', null, ...rows.map(i => row(page, i, card.approximate))));
    return el('div', null, judged.length ? table(judged, `${card.name}评价表`) : null,
      rest.length ? el('details', { class: 'rest', open: rest.some(i => same(page, i)) }, el('summary', { text: [empty && `${empty} 项无数据`, rest.length > empty && `${rest.length - empty} 项标准没有限值`].filter(Boolean).join('，') + '，不评价' }), table(rest, '不评价的项')) : null);
  }
  /* against the day chosen below the table; samples are never compared */
  function moved(page, i) {
    const then = page.card?.trend?.items.find(x => x.category === i.category && x.circle_min === i.circle_min);
    return then && (then.change == null ? tag('plain', then.note || '—') : Math.abs(then.change) < .0005 ? tag('plain', '不变', `当时 ${pct1(then.share_then)}`) : tag(then.change < 0 ? 'bad' : 'good', `${then.change < 0 ? '−' : '+'}${Math.abs(then.change * 100).toFixed(1)} 点`, `当时 ${pct1(then.share_then)}`));
  }
  const itemOf = (page, i) => page.byKey.get(`${i.category}@${i.circle_min ?? ''}`);
  const same = (page, i) => page.item === itemOf(page, i);
  function row(page, i, rounded) {
    const item = itemOf(page, i), judged = isJudged(i), low = i.verdict === 'unmet', pass = item?.pass ?? .9, limit = i.limit_m != null ? `${fmt(i.limit_m)} 米` : i.limit_min != null ? `${fmt(i.limit_min)} 分` : '—';
    const tags = [i.stale && tag('warn', '待重算', '它的数据已变化'), moved(page, i), i.sample && tag('plain', '样本', '只有一部分点，算出来只供看，不评价'), i.reference && tag('est', '参考', '一半以上人数是推算的'), i.proxy && tag('est', '代', String(i.proxy) === 'true' ? '用相近年龄代替' : String(i.proxy))];
    const name = fullName(page, i);
    const meter = i.share == null ? el('span', { class: 'muted', text: '—' }) : el('div', { class: 'cell' }, el('div', { class: 'meter' + (low ? ' lo' : ''), role: 'img', 'aria-label': `覆盖率 ${pct(i.share)}，达标线 ${pct(pass)}，${judged ? low ? '未达标' : '达标' : '不评价'}` },
      el('i', { style: { width: i.share * 100 + '%' } }), judged ? el('u', { style: { left: pass * 100 + '%' } }) : null), el('b', { class: low ? 'low' : '', text: pct(i.share), title: [i.share_time == null ? '' : `按步行时间 ${pct(i.share_time)}`, i.people_estimated ? `其中 ${fmt(i.people_estimated)} 人是推算的` : ''].filter(Boolean).join('；') }));
    return el('tr', { class: same(page, i) ? 'cur' : null }, el('th', { scope: 'row' }, el('div', { class: 'nm' }, el('span', { class: 'fac', 'aria-hidden': 'true', text: item?.mark || '点', style: { background: W.token(item?.hue || 'fac-transport') } }),
      item ? el('button', { class: 'link', type: 'button', text: name, title: '在图上看这一项', onclick: () => page.go({ item, why: null, life: null }) }) : el('span', { text: name }), ...tags)),
      el('td', { class: 'muted', text: limit }), el('td', null, meter), el('td', { class: 'r', text: i.share == null ? '' : i.people === i.people_in ? '无' : about(rounded) + fmt(i.people - i.people_in) }));
  }

  /* uncovered compounds of the chosen area, most people first: the keyboard way to every gap */
  function gapList(page) {
    const s = page.state, here = page.data.compounds.filter(c => !s.area || String(c.community || '').startsWith(s.area) || s.area === page.view.code);
    const gaps = here.filter(c => page.inside(c) === false).sort((a, b) => (b.people?.[s.group] ?? 0) - (a.people?.[s.group] ?? 0));
    const box = $('gaplist'), open = page.allGaps, list = open ? gaps : gaps.slice(0, LISTED);
    if (!page.points.length || !page.limited()) { box.replaceChildren(); return; }
    const many = c => { const n = c.people?.[s.group]; return n == null ? `${fmt(c.households)} 户` : `${fmt(n)} 人`; };
    box.replaceChildren(el('h2', null, s.area ? '这里未覆盖的小区' : page.home.approximate ? '你管辖范围内未覆盖的小区' : '全区未覆盖的小区', el('small', { text: gaps.length ? `${fmt(gaps.length)} 个，人多的在前` : '' })),
      gaps.length ? el('ul', { class: 'gap' }, ...list.map(c => el('li', { class: c.uid === s.why ? 'on' : null }, el('span', null, el('button', { class: 'link', type: 'button', text: c.name, onclick: () => page.go({ why: c.uid, life: null }) }), c.estimated ? tag('est', '推算', c.households_estimated ? '户数和人数都是推算的' : '人数按户数推算') : null),
        el('span', { class: 'r', text: W.walkWords(page, c) }), el('span', { class: 'r', text: many(c) })))) : el('p', { text: '没有。小区都在限值以内。' }),
      gaps.length > LISTED ? el('button', { class: 'btn', type: 'button', text: open ? '只看前 12 个' : `看全部 ${fmt(gaps.length)} 个`, onclick: () => { page.allGaps = !open; gapList(page); } }) : '');
  }

  function pointList(page) {
    const f = page.feature(page.state.area), inside = f ? page.points.filter(p => W.contains(f.geometry, p.geometry.coordinates)) : page.points, list = inside.slice(0, LISTED);
    const box = $('points');
    if (!page.points.length) { box.replaceChildren(); return; }
    box.replaceChildren(el('h2', null, f ? `这里的${page.item.name}` : `全区的${page.item.name}`, el('small', { text: `${fmt(inside.length)} 处，点开看生活圈` })),
      inside.length ? el('ul', { class: 'spots' }, ...list.map(p => el('li', null, el('button', { class: 'link', type: 'button', text: p.properties.name, onclick: () => page.go({ life: p.properties.uid, why: null }) }), el('span', { class: 'r muted', text: p.properties.open_hours || '' })))) : el('p', { text: '没有。居民要走到外面去。' }),
      inside.length > LISTED ? el('p', { class: 'small muted', text: f ? `只列出 ${LISTED} 处，其余在图上点。` : `只列出 ${LISTED} 处。先点一个社区，看那里的。` }) : '');
  }

  function proof(page) {
    const home = page.home, d = home.digest || '';
    $('proof').textContent = [d && `结果摘要 ${d.slice(0, 4)}·${d.slice(4, 8)}`, home.computed_at && `${clock(home.computed_at)} 计算`, home.stale ? '数据已变化，待重算' : '与数据一致'].filter(Boolean).join(' · ');
  }
})();
