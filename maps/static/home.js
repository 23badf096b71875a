/* Pages of words: the menu folds, and another day or district applies at once where there is such a choice. */
(function () {
  'use strict';
  W.menu();
  const form = W.$('asof');
  form?.addEventListener('change', e => { if (e.target.value || e.target.id === 'day') form.submit(); });
  document.body.dataset.ready = '1';
})();
