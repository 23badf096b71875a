/* Basic units of a plan: who touches whom along how many metres, letters of parts, numbers of parts before they are sent. */
(function () {
  'use strict';
  const LETTERS = [...'甲乙丙丁戊己庚辛壬癸子丑'], KINDS = { arterial: '主干路', street: '街道', alley: '巷道', block: '街坊内', river: '河', railway: '铁路', rail: '铁路', expressway: '快速路', wall: '围墙' };
  const MAIN = ['arterial', 'river', 'railway', 'rail', 'expressway'];
  const key = (a, b) => a[0] < b[0] || a[0] === b[0] && a[1] < b[1] ? `${a}|${b}` : `${b}|${a}`;
  const metres = (a, b) => Math.hypot((a[0] - b[0]) * Math.cos(a[1] * Math.PI / 180), a[1] - b[1]) * 111195;

  /* neighbours by shared segments: the units are one vertex-matched coverage */
  function touching(features) {
    const of = new Map(), next = features.map(() => new Map());
    features.forEach((f, i) => rings(f.geometry).forEach(ring => ring.slice(1).forEach((b, j) => {
      const a = ring[j], k = key(a, b), other = of.get(k);
      if (other === undefined) { of.set(k, i); return; }
      const length = metres(a, b);
      [[i, other], [other, i]].forEach(([x, y]) => next[x].set(y, (next[x].get(y) || 0) + length));
    })));
    return next;
  }
  const rings = g => !g ? [] : g.type === 'Polygon' ? g.coordinates : g.coordinates.flat();

  /* the middle of the largest ring, for labels and for walking by arrow */
  function middle(geometry) {
    const parts = geometry.type === 'Polygon' ? [geometry.coordinates[0]] : geometry.coordinates.map(p => p[0]);
    let best = null;
    parts.forEach(ring => {
      let area = 0, x = 0, y = 0;
      ring.slice(1).forEach((b, j) => { const a = ring[j], w = a[0] * b[1] - b[0] * a[1]; area += w; x += (a[0] + b[0]) * w; y += (a[1] + b[1]) * w; });
      if (!best || Math.abs(area) > best.area) best = { area: Math.abs(area), at: area ? [x / 3 / area, y / 3 / area] : ring[0] };
    });
    return best.at;
  }

  /* one piece? */
  function whole(next, assignment, part) {
    const mine = assignment.flatMap((p, i) => p === part ? [i] : []);
    const seen = new Set(mine.slice(0, 1)), queue = [...seen];
    while (queue.length) next[queue.pop()].forEach((_, j) => { if (assignment[j] === part && !seen.has(j)) { seen.add(j); queue.push(j); } });
    return seen.size === mine.length;
  }

  /* letters from north to south; another plan takes the letter it shares most households with */
  function letters(side, known) {
    const n = side.plan.parts.length, homes = side.units.map(u => u.households);
    if (!known || known.n !== n || known.assignment.length !== side.plan.assignment.length) {
      const at = Array.from({ length: n }, () => [0, 0]);
      side.plan.assignment.forEach((p, i) => { at[p][0] += side.middles[i][1] * (homes[i] + 1); at[p][1] += homes[i] + 1; });
      const order = at.map(([y, w], p) => [y / (w || 1), p]).sort((a, b) => b[0] - a[0]).map(pair => pair[1]);
      const of = [];
      order.forEach((p, rank) => { of[p] = rank; });
      return { n, of, assignment: [...side.plan.assignment] };
    }
    const pairs = [];
    for (let p = 0; p < n; p++) for (let q = 0; q < n; q++) pairs.push([side.plan.assignment.reduce((s, part, i) => s + (part === p && known.assignment[i] === q ? homes[i] + 1e-6 : 0), 0), p, q]);
    const of = [], taken = new Set();
    pairs.sort((a, b) => b[0] - a[0]).forEach(([, p, q]) => { if (of[p] === undefined && !taken.has(known.of[q])) { of[p] = known.of[q]; taken.add(known.of[q]); } });
    return { ...known, of };
  }

  /* what a move would do, before it is sent: households, border, whether parts stay in one piece */
  function tried(side, atom, part) {
    const from = side.plan.assignment[atom], after = [...side.plan.assignment], sum = side.plan.parts.map(p => p.households);
    after[atom] = part;
    sum[from] -= side.units[atom].households;
    sum[part] += side.units[atom].households;
    let border = 0;
    side.next[atom].forEach((length, j) => { border += (after[j] !== part ? length : 0) - (after[j] !== from ? length : 0); });
    const mean = sum.reduce((a, b) => a + b, 0) / sum.length, worst = Math.max(...[from, part].map(p => Math.abs(sum[p] / mean - 1)));
    return { from, sum, border, worst, torn: !whole(side.next, after, from), apart: !whole(side.next, after, part) };
  }

  /* communities that stay what they are need not be alike, unless the team says so */
  const alike = plan => plan.settings.hard.includes('households') || !['合并', '边界微调'].includes(plan.kind);

  /* the neighbour that lies most in a direction, for the arrow keys */
  function towards(side, atom, dx, dy) {
    const [x, y] = side.middles[atom];
    let best = null;
    side.next[atom].forEach((_, j) => {
      const vx = (side.middles[j][0] - x) * .83, vy = side.middles[j][1] - y, far = Math.hypot(vx, vy) || 1e-9, along = (vx * dx + vy * dy) / far;
      if (along > .3 && (!best || along > best.along)) best = { along, j };
    });
    return best?.j;
  }

  W.parts = { LETTERS, KINDS, MAIN, touching, middle, letters, tried, alike, towards };
})();
