/* The course of a plan in a dialog: what was done by whom, comments, the next step, adoption, papers, names. */
(function () {
  'use strict';
  const { $, el, fmt, clock } = W, box = $('dlg'), body = $('dlgbody');
  const NEXT = { 草案: '征求意见', 征求意见: '上报', 上报: '批准' };
  const PAPERS = [['request', 'docx', '请示（Word）'], ['request', 'pdf', '请示（PDF）'], ['notice', 'docx', '公示（Word）'], ['notice', 'pdf', '公示（PDF）'], ['compounds', 'xlsx', '小区对照表（Excel）'], ['plates', 'xlsx', '公示牌重印清单（Excel）']];
  const RULE = { centres: '每片有服务中心', grids: '网格不拆开', core: '原社区留住核心', households: '户数在容差内', together: '不拆小区', barriers: '不跨指定的边界', contiguous: '连成一片', parts: '部分数' };
  const b = () => W.bench, plan = () => b().active().plan;

  function show(title, ...kids) {
    $('dlgname').textContent = title;
    body.replaceChildren(...kids.flat().filter(Boolean));
    if (!box.open) box.showModal();
  }
  const sec = (name, ...kids) => el('section', { class: 'sec' }, name && el('h3', { text: name }), ...kids);
  /* fields: [id, words, attributes or 'text'] */
  function form(fields, button, act, primary = true) {
    const wrong = el('p', { class: 'bad', role: 'alert', hidden: true });
    const rows = fields.flatMap(([id, words, attrs]) => [el('label', { for: id, text: words }), el(attrs.long ? 'textarea' : 'input', { id, name: id, class: attrs.long ? null : 'in', ...attrs, long: null })]);
    const send = el('button', { class: 'btn' + (primary ? ' primary' : ''), type: 'submit', text: button });
    const made = el('form', {}, el('div', { class: 'fields' }, rows), wrong, el('div', { class: 'acts' }, send));
    made.addEventListener('submit', async event => {
      event.preventDefault();
      send.disabled = true;
      const said = await act(Object.fromEntries(new FormData(made)));
      send.disabled = false;
      wrong.hidden = !said;
      wrong.textContent = said || '';
      b().ready();
    });
    return made;
  }
  /* send, take the plan anew, show the dialog again; the sentence of a refusal comes back */
  async function act(verb, values) {
    try {
      await W.send(`/api/plans/${plan().id}/${verb}`, values);
      await b().open(b().active(), plan().id);
      await b().list();
      open();
      return '';
    } catch (problem) { return problem.detail; }
  }

  function words(event) {
    const d = event.detail || {};
    return [d.days != null && `征求意见 ${d.days} 天，到 ${d.until}`, d.comments != null && `收到 ${d.comments} 条意见`, d.document_no && `文号 ${d.document_no}`, d.effective && `${d.effective} 起${event.to_state === '撤销' ? '撤销' : '生效'}`, d.areas && d.areas.map(a => `${a.name}（${a.code}）`).join('、'), d.note].filter(Boolean).join('；');
  }
  function next() {
    const p = plan(), version = p.version;
    if (b().view.closed) return el('p', { class: 'small muted', text: b().view.closed });
    const back = ['征求意见', '上报', '批准'].includes(p.state) && form([['note', '退回的原因', { maxlength: 500 }]], '退回草案', v => act('state', { version, to: '草案', note: v.note || '' }), false);
    if (p.state === '草案') return [form([['days', '征求意见天数', { type: 'number', min: 0, max: 365, value: 30, required: true }], ['note', '说明', { maxlength: 500 }]], '开始征求意见', v => act('state', { version, to: '征求意见', days: Number(v.days), note: v.note || '' }))];
    if (p.state === '征求意见') return [form([['note', '说明', { maxlength: 500 }]], '上报', v => act('state', { version, to: '上报', note: v.note || '' })), back];
    if (p.state === '上报') return [el('p', { class: 'small muted', text: '经办和审核要是两个账号：由另一位来批准。' }), form([['document_no', '批复文号', { required: true, maxlength: 100, placeholder: '莲政函〔2026〕12号' }], ['effective', '生效日期', { type: 'date', required: true }]], '批准', v => act('state', { version, to: '批准', ...v })), back];
    if (p.state === '批准') return [el('button', { class: 'btn primary', type: 'button', id: 'adopt', text: '采用…', onclick: adopt }), back];
    if (p.state === '生效') return form([['effective', '从哪天起撤销', { type: 'date', required: true }], ['document_no', '撤销的文号', { required: true, maxlength: 100 }], ['note', '原因', { maxlength: 500 }]], '撤销这次调整…', v => revoke({ version, effective: v.effective, document_no: v.document_no, note: v.note || '' }), false);
    return el('p', { class: 'small muted', text: `方案已${p.state}。` });
  }
  function open() {
    const p = plan(), log = [...p.course].reverse();
    const line = one => el('li', {}, el('time', { text: clock(one.at) }), el('div', {}, el('b', { text: one.to_state || one.kind }), ` ${one.actor}`, el('p', { text: one.to_state ? words(one) : one.text })));
    const more = b().view.closed ? null : el('p', { class: 'acts small-only' }, el('button', { class: 'btn', type: 'button', text: '另存…', onclick: copy }), p.state === '草案' && el('button', { class: 'btn', type: 'button', text: '改名…', onclick: rename }));
    show(`${p.name}：${p.state}`, more && sec('', more),
      sec(NEXT[p.state] ? `下一步：${NEXT[p.state]}` : p.state === '批准' ? '下一步：生效' : '现在', next()),
      sec('材料', el('p', { class: 'papers' }, PAPERS.map(([name, kind, title]) => el('a', { href: `/api/plans/${p.id}/papers/${name}.${kind}`, text: title })))),
      sec('经过', el('ol', { class: 'log' }, log.map(line), el('li', {}, el('time', { text: clock(p.created_at) }), el('div', {}, el('b', { text: '草案' }), ` ${p.author}`)))),
      sec(`意见和备注（${fmt(p.comments.length)}）`, el('ol', { class: 'log', id: 'comments' }, p.comments.map(line)), b().view.closed ? null : form([['text', p.state === '征求意见' ? '收到的意见' : '备注', { long: true, required: true, maxlength: 2000 }]], '记下', v => act('comment', v), false)));
  }
  function adopt() {
    const p = plan(), soft = p.broken.filter(one => !one.hard), parts = p.parts;
    const fields = [['document_no', '批复文号', { required: true, maxlength: 100, value: p.document_no || '' }], ['effective', '生效日期', { type: 'date', required: true, value: p.effective || '' }],
      ...parts.map(part => [`name${part.no}`, `${b().letter(part.no)}片的名称`, { required: true, maxlength: 60, value: part.name }]),
      ...soft.map(one => [`why-${one.rule}`, `特殊情况说明：${RULE[one.rule] || one.rule}`, { long: true, required: true, maxlength: 2000, placeholder: one.text }]),
      ...['划分片区', '合并'].includes(p.kind) ? [] : [['recut', `新边界切开的网格沿边界切分${p.grids.cut.length ? `（现有 ${p.grids.cut.length} 个）` : ''}`, { type: 'checkbox', value: 'yes', class: null }]]];
    const name = b().view.name, many = p.kind === '合并' ? `${p.communities.map(c => c.name).join('、')}合成一个社区。` : p.kind === '边界微调' ? `${p.communities.map(c => c.name).join('、')}之间的边界按方案改。` : p.kind === '分设' ? `${name}的一片留用原名原代码，新设 ${parts.length - 1} 个社区。` : `${name}分成 ${parts.length} 个片区。`;
    show(`采用：${p.name}`, sec('', el('p', { text: `采用后从生效日期起，${many}网格、小区和服务点随之改属。以后可以凭文号撤销。` }), soft.length ? el('p', { class: 'small muted', text: `有 ${soft.length} 条“尽量”的规则没做到，各写一句说明。` }) : null,
      form(fields, '采用', v => act('adopt', { version: p.version, document_no: v.document_no, effective: v.effective, recut: v.recut === 'yes', names: parts.map(part => v[`name${part.no}`]), waivers: Object.fromEntries(soft.map(one => [one.rule, v[`why-${one.rule}`]])) }))));
  }
  /* what goes and what comes back is said before it is written */
  function revoke(values) {
    const p = plan();
    show(`撤销调整：${p.name}`, sec('', el('p', { text: `${values.effective} 起，${p.communities.map(c => c.name).join('、')}恢复调整前的边界和名称，网格、小区和服务点改回原来的归属。` }),
      el('p', { class: 'small muted', text: `文号 ${values.document_no}。调整和撤销都留在沿革里；撤销以后要再调整，就另做一个方案。` }),
      form([], '确认撤销', () => act('revoke', values)), el('p', { class: 'acts' }, el('button', { class: 'btn', type: 'button', text: '返回，不撤销', onclick: open }))));
    return '';
  }
  function rename() {
    const p = plan();
    show('改名', sec('', form([['name', '方案', { required: true, maxlength: 60, value: p.name }], ...p.parts.map(part => [`n${part.no}`, `${b().letter(part.no)}片`, { required: true, maxlength: 60, value: part.name }])], '保存', async v => {
      const said = await act('rename', { version: p.version, name: v.name, names: p.parts.map(part => v[`n${part.no}`]) });
      if (!said) box.close();
      return said;
    })));
  }
  function copy() {
    show('另存一份', sec('', el('p', { class: 'small muted', text: '新的一份是草案，从现在的样子开始；原来的不变。' }), form([['name', '叫什么', { required: true, maxlength: 60, value: `${plan().name} 副本`.slice(0, 60) }]], '另存', async v => {
      const said = await b().copy(v.name);
      if (!said) box.close();
      return said;
    })));
  }
  W.course = { open, rename, copy };
})();
