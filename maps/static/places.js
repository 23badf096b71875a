/* 我的网格, the entry: the position of this device goes to our own server once and is kept nowhere. */
(function () {
  'use strict';
  const { $, note } = W;
  const button = $('locate'), WAIT_MS = 15000;
  W.menu();
  if (window.isSecureContext && navigator.geolocation) {
    button.hidden = false;
    $('where').textContent = '位置只用来找网格，不保存。';
  }
  const lost = text => note('locate', 'warn', '没取到位置', text);
  async function ask({ coords }) {
    const body = JSON.stringify({ lon: coords.longitude, lat: coords.latitude, datum: 'wgs84' }), day = button.dataset.asof;
    const query = day ? `?as_of=${day}` : '';
    const answer = await fetch('/api/locate' + query, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, credentials: 'same-origin' }).catch(() => null);
    const chain = answer?.ok ? await answer.json() : null, place = chain?.areas.filter(a => ['community', 'grid'].includes(a.level)).pop();
    button.disabled = false;
    if (place) location.href = `/grids/${place.code}${query}`;
    else note('locate', 'warn', chain ? '你在的地方还没有社区或网格' : '没查到这个位置', chain ? '输入小区名，或按街道找。' : '网络恢复后再点一次，或输入小区名。');
  }
  button.addEventListener('click', () => {
    button.disabled = true;
    note('locate');
    navigator.geolocation.getCurrentPosition(ask, () => { button.disabled = false; lost('输入小区名，或扫网格牌上的码。'); }, { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 60000 });
  });
  document.body.dataset.ready = '1';
})();
