/* What every page needs on the client: colours by token, elements as text, numbers in Chinese, answers by address. */
(function () {
  'use strict';
  const css = getComputedStyle(document.documentElement);
  const tokens = new Map();
  const token = name => {
    if (!tokens.has(name)) tokens.set(name, css.getPropertyValue('--' + name).trim());
    return tokens.get(name);
  };
  const $ = id => document.getElementById(id);
  const SVG = 'http://www.w3.org/2000/svg';

  /* An element. `style` goes through the object model, which the policy allows; names are text and never HTML. */
  function fill(node, attrs, kids) {
    Object.entries(attrs || {}).forEach(([key, value]) => {
      if (value == null || value === false) return;
      if (key === 'text') node.textContent = value;
      else if (key === 'style') Object.entries(value).forEach(([name, v]) => node.style.setProperty(name, v));
      else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? '' : value);
    });
    node.append(...kids.flat().filter(kid => kid != null && kid !== false));
    return node;
  }
  const el = (tag, attrs, ...kids) => fill(document.createElement(tag), attrs, kids);
  const svg = (tag, attrs, ...kids) => fill(document.createElementNS(SVG, tag), attrs, kids);

  /* numbers */
  const fmt = n => n == null ? '—' : Math.round(n).toLocaleString('en-US').replace('-', '−');
  const people = n => Math.abs(n) >= 1e5 ? (n / 1e4).toFixed(1).replace('-', '−') + '\u00a0万人' : fmt(n) + '\u00a0人';
  const pct = share => share == null ? '—' : Math.floor(share * 100 + 1e-9) + '%';
  const pct1 = share => (share * 100).toFixed(1) + '%';
  const minutes = value => Math.ceil(value - 1e-9);
  /* a moment with its offset, in the clock of this desk */
  const clock = text => {
    const at = new Date(text), two = n => String(n).padStart(2, '0');
    return isNaN(at) ? '' : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
  };

  /* Answers: embedded ones first (one-file page), else fetched; 'no-cache' asks with the ETag and gets a 304. */
  const embedded = new Map([...document.querySelectorAll('script[data-url]')].map(box => [box.dataset.url, box]));
  const offline = embedded.size > 0, memory = new Map();
  /* base64 of gzip -> value; an old browser without DecompressionStream is told so by name */
  async function unpack(text) {
    if (typeof DecompressionStream === 'undefined') throw Object.assign(new Error('gzip'), { detail: '浏览器太旧，打不开单页文件。换新版 Chrome、Edge 或 Firefox' });
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
  }
  /* a page opened for another day asks for everything as of that day */
  const day = new URLSearchParams(location.search).get('as_of');
  const dated = url => day && !offline && !url.includes('as_of=') ? url + (url.includes('?') ? '&' : '?') + 'as_of=' + day : url;
  async function get(url) {
    if (embedded.has(url)) return unpack(embedded.get(url).textContent);
    if (offline) throw Object.assign(new Error(url), { absent: true });
    const answer = await fetch(dated(url), { cache: 'no-cache', credentials: 'same-origin' });
    if (answer.ok) return answer.json();
    const problem = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(url), { status: answer.status, detail: problem.detail });
  }
  /* asked once and never kept: a body goes as JSON by POST unless a method is named; what went wrong carries a sentence */
  async function send(url, body, method) {
    const given = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(dated(url), { method: method || (body === undefined ? 'GET' : 'POST'), credentials: 'same-origin', cache: 'no-cache', ...given }).catch(() => null);
    if (answer?.status === 204) return null;
    const said = answer ? await answer.json().catch(() => ({})) : {};
    if (answer?.ok) return said;
    throw Object.assign(new Error(url), { status: answer?.status, code: said.code, detail: said.detail || '网络恢复后再试一次。' });
  }
  function load(url) {
    if (!memory.has(url)) {
      const asked = get(url);
      memory.set(url, asked);
      asked.catch(() => memory.delete(url));
    }
    return memory.get(url);
  }

  /* A banner: what happened and what did not change, then what to do. */
  function note(key, kind, head, text, act) {
    const box = $('notes');
    box.querySelector(`[data-key="${key}"]`)?.remove();
    if (head) box.append(el('div', { class: 'banner ' + kind, 'data-key': key }, el('b', { text: head }), el('p', { text }), act ? el('button', { class: 'btn small', type: 'button', ...act }) : null));
  }

  /* the navigation folds away on small screens */
  function menu() {
    const button = $('menu'), nav = $('nav');
    button?.addEventListener('click', () => button.setAttribute('aria-expanded', String(nav.classList.toggle('open'))));
  }

  window.W = { menu, $, token, el, svg, fmt, people, pct, pct1, minutes, clock, load, send, dated, note, offline, draw: {} };
})();
