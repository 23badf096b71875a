/* What one takes away of what is seen: picture, paper, tables, GeoPackage, the weekly list; and computing again. */
(function () {
  'use strict';
  const { $, el, note, send, token } = W;

  const hand = (blob, name) => {
    const link = el('a', { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  W.fetchFile = async (url, body) => {
    document.body.classList.add('busy');
    try {
      const answer = await fetch(W.dated(url), { method: body === undefined ? 'GET' : 'POST', credentials: 'same-origin', headers: body === undefined ? {} : { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
      if (!answer.ok) throw Object.assign(new Error(url), await answer.json().catch(() => ({})));
      const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('Content-Disposition') || '');
      hand(await answer.blob(), named ? decodeURIComponent(named[1]) : url.split('/').pop().split('?')[0]);
      note('file');
    } catch (problem) { note('file', 'bad', '文件没有取到', problem.detail || '网络恢复后再试。'); } finally { document.body.classList.remove('busy'); }
  };

  /* the map as it is seen: canvases and drawings pane by pane, names on top, title and source below */
  W.snapshot = async page => {
    const m = page.map, frame = m.getContainer().getBoundingClientRect(), scale = Math.max(2, window.devicePixelRatio || 1), FOOT = 88;
    const sheet = el('canvas'), c = sheet.getContext('2d');
    sheet.width = frame.width * scale;
    sheet.height = (frame.height + FOOT) * scale;
    c.scale(scale, scale);
    c.fillStyle = '#fff';
    c.fillRect(0, 0, frame.width, frame.height + FOOT);
    c.fillStyle = token('map-out');
    c.fillRect(0, 0, frame.width, frame.height);
    c.save();
    c.beginPath();
    c.rect(0, 0, frame.width, frame.height);
    c.clip();
    const panes = [...m.getContainer().querySelectorAll('.leaflet-pane')].filter(p => p.parentElement.classList.contains('leaflet-map-pane')).sort((a, b) => (Number(getComputedStyle(a).zIndex) || 0) - (Number(getComputedStyle(b).zIndex) || 0));
    for (const pane of panes) {
      for (const part of pane.querySelectorAll('canvas,svg,img,.fac,.edit,.cl,.rl,.bl,.callout')) await paint(c, part, frame);
    }
    c.restore();
    const line = (text, size, weight, y, colour) => { c.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`; c.fillStyle = token(colour); c.textBaseline = 'alphabetic'; c.textAlign = 'left'; c.fillText(text, 16, frame.height + y); };
    line(`${page.view.name}　${$('title').textContent}`, 18, 700, 26, 'ink');
    const told = [$('lead').textContent, ...[...document.querySelectorAll('.foot>span:not(.grow):not(.only-print)')].map(x => x.textContent), document.querySelector('.top .syn') ? '合成示例数据' : ''].filter(Boolean), rows = [''];
    c.font = `400 12px ${getComputedStyle(document.body).fontFamily}`;
    told.forEach(text => {
      const longer = [rows.at(-1), text].filter(Boolean).join(' · ');
      if (c.measureText(longer).width > frame.width - 32) rows.push(text);
      else rows[rows.length - 1] = longer;
    });
    rows.slice(0, 2).forEach((text, i) => line(text, 12, 400, 50 + i * 20, 'ink-2'));
    await legend(c, frame);
    return new Promise(done => sheet.toBlob(done, 'image/png'));
  };
  async function legend(c, frame) {
    const rows = [...document.querySelectorAll('#keys h2,#keys li:not(.pair)')].filter(x => !x.querySelector('input') || x.querySelector('input').checked), high = 20, x = 12, y = frame.height - rows.length * high - 24;
    c.fillStyle = 'rgba(255,255,255,.95)';
    c.fillRect(x, y, 216, rows.length * high + 12);
    c.strokeStyle = token('line');
    c.strokeRect(x, y, 216, rows.length * high + 12);
    for (const [i, box] of rows.entries()) {
      const at = y + 6 + i * high + high / 2, swatch = box.querySelector('.sw'), head = box.tagName === 'H2', words = [...box.childNodes].filter(n => n !== swatch && n.textContent).map(n => n.textContent);
      if (swatch?.tagName === 'I') { c.fillStyle = getComputedStyle(swatch).backgroundColor; c.fillRect(x + 10, at - 7, 26, 14); c.strokeRect(x + 10, at - 7, 26, 14); }
      else if (swatch) await drawing(c, swatch, x + 10, at - 7, 26, 14);
      c.font = `${head ? 700 : 400} 12px ${getComputedStyle(document.body).fontFamily}`;
      c.textBaseline = 'middle';
      c.fillStyle = token('ink');
      c.textAlign = 'left';
      c.fillText(words[0] || '', x + (head ? 10 : 44), at);
      c.textAlign = 'right';
      c.fillStyle = token('ink-3');
      if (words[1]) c.fillText(words[1], x + 206, at);
    }
  }
  async function drawing(c, svg, x, y, width, height) {
    const copy = svg.cloneNode(true), image = new Image();
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', width);
    copy.setAttribute('height', height);
    copy.removeAttribute('style');
    copy.removeAttribute('class');
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await image.decode().catch(() => null);
    if (image.width) c.drawImage(image, x, y, width, height);
  }
  async function paint(c, part, frame) {
    const box = part.getBoundingClientRect(), x = box.left - frame.left, y = box.top - frame.top;
    if (!box.width || getComputedStyle(part).visibility === 'hidden') return;
    if (part.tagName === 'CANVAS' || part.tagName === 'IMG') { c.drawImage(part, x, y, box.width, box.height); return; }
    if (part.tagName === 'svg') {
      if (part.querySelector('path')) await drawing(c, part, x, y, box.width, box.height);
      return;
    }
    words(c, part, x, y, box);
  }
  function words(c, part, x, y, box) {
    const look = getComputedStyle(part), badge = /\b(fac|edit|callout)\b/.test(part.className);
    if (/matrix/.test(look.transform) && !part.matches('.fac,.edit,.cl,.bl,.callout')) { return; }
    if (badge) {
      c.fillStyle = look.backgroundColor;
      c.beginPath();
      c.roundRect(x, y, box.width, box.height, 4);
      c.fill();
      c.strokeStyle = look.borderTopColor;
      c.stroke();
    }
    const lines = part.innerText.split('\n').filter(Boolean), high = box.height / Math.max(1, lines.length);
    c.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    lines.forEach((text, i) => {
      const at = [x + box.width / 2, y + high * (i + .5)];
      if (!badge) { c.strokeStyle = look.color === 'rgb(255, 255, 255)' ? 'rgba(60,18,8,.8)' : 'rgba(255,255,255,.9)'; c.lineWidth = 3; c.strokeText(text, ...at); }
      c.fillStyle = look.color;
      c.fillText(text, ...at);
    });
  }

  W.again = async page => {
    note('stale', 'warn', '正在重新计算…', '只算数据变化影响到的数字，几秒钟。');
    try {
      await send(`/api/refresh/${page.view.code}`, {});
      location.reload();
    } catch (problem) { note('stale', 'bad', '没有算成，图上还是上一次的结果', problem.detail || '网络恢复后再试。'); }
  };

  W.acts = page => {
    const box = $('acts'), go = address => () => W.fetchFile(address), item = () => `/api/coverage/${page.state.area || page.view.code}/items/${page.item.category}`, mark = () => page.circle ? `?${page.circle}&` : '?';
    const files = [['图片 PNG', async () => hand(await W.snapshot(page), `${page.view.name}-${page.item.name}.png`)], ['PDF（打印）', () => window.print()], ['Excel 这一项', () => go(`${item()}${mark()}format=xlsx`)()], ['Excel 评价表', () => go(`/api/coverage/${page.state.area || page.view.code}?format=xlsx`)()],
      ['GeoPackage', () => go(`${item()}${mark()}format=gpkg`)()], ['每周清单 Excel', () => go(`/api/gaps/${page.state.area || page.view.code}?format=xlsx`)()]];
    if (W.offline) { box.remove(); return; }
    box.replaceChildren(el('button', { class: 'btn small', type: 'button', id: 'do-plan', text: '如果这样改', onclick: () => W.planToggle(page) }), el('button', { class: 'btn small', type: 'button', id: 'do-sites', text: '再建哪里最好', onclick: () => W.sitesToggle(page) }),
      el('details', { class: 'menu-of' }, el('summary', { class: 'btn small', text: '带走' }), el('div', { class: 'plate' }, ...files.map(([text, act]) => el('button', { class: 'link', type: 'button', text, onclick: e => { e.target.closest('details').open = false; act(); } })))));
  };
})();
