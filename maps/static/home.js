/* 首页: another day or district applies at once. */
(function () {
  'use strict';
  W.menu();
  const form = W.$('asof');
  form.addEventListener('change', e => { if (e.target.value || e.target.id === 'day') form.submit(); });
  document.body.dataset.ready = '1';
})();
