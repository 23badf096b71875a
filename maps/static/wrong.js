/* 此处有误: one tap and one line to the community; nothing else is sent. */
(function () {
  'use strict';
  const { $ } = W, form = $('wrongform'), said = $('wrongsaid');
  form.addEventListener('submit', async e => {
    e.preventDefault();
    const kind = e.submitter?.value, buttons = [...form.querySelectorAll('button')], words = $('wrongwords').value.trim();
    if (!kind) { said.textContent = '再点一下是哪一种。'; buttons[0].focus(); return; }
    buttons.forEach(one => { one.disabled = true; });
    said.textContent = '正在送出';
    try {
      const answer = await fetch(form.dataset.to, { method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind, words }) });
      if (!answer.ok) throw Object.assign(new Error(kind), { detail: (await answer.json().catch(() => ({}))).detail });
      form.hidden = true;
      said.textContent = `已告诉社区：${kind}${words ? '，' + words : ''}。核实后下次更新数据时改。`;
    } catch (problem) {
      said.textContent = `没有送出。${problem.detail || '网络恢复后再点一次。'}`;
      buttons.forEach(one => { one.disabled = false; });
    }
  });
})();
