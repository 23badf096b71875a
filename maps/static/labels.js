/* Names on the map: areas first, then water, parks and railways, then streets along their line; collisions are dropped. */
(function () {
  'use strict';
  const { el, token, lines } = W;
  const STEEP = 55, LETTER = 14, RANK = { motorway: 2, trunk: 2, primary: 2, secondary: 1 };

  /* segments of one name, chained to paths of projected points (metres of Web Mercator) */
  function chains(features) {
    const byName = new Map();
    features.forEach(f => f.properties.name && lines(f.geometry).forEach(line => {
      const name = f.properties.name;
      const path = line.map(at => L.CRS.EPSG3857.project(L.latLng(at)));
      path.rank = RANK[String(f.properties.class).replace('_link', '')] || 0;
      byName.set(name, [...byName.get(name) || [], path]);
    }));
    const key = p => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`, out = [];
    byName.forEach((parts, name) => {
      const ends = new Map(), used = new Set();
      parts.forEach((part, i) => [part[0], part[part.length - 1]].forEach(p => ends.set(key(p), [...ends.get(key(p)) || [], i])));
      const grow = path => {
        for (;;) {
          const next = (ends.get(key(path[path.length - 1])) || []).find(i => !used.has(i));
          if (next === undefined) return path;
          used.add(next);
          const part = parts[next], forward = key(part[0]) === key(path[path.length - 1]);
          path = [...path, ...(forward ? part : [...part].reverse()).slice(1)];
        }
      };
      parts.forEach((part, i) => {
        if (used.has(i)) return;
        used.add(i);
        out.push({ ...measured(name, grow(grow([...part]).reverse())), rank: Math.max(...parts.map(p => p.rank)) });
      });
    });
    return out.sort((a, b) => b.length - a.length);
  }
  function measured(name, path) {
    const along = [0];
    for (let i = 1; i < path.length; i++) along.push(along[i - 1] + path[i].distanceTo(path[i - 1]));
    return { name, path, along, length: along[along.length - 1] };
  }
  function at(chain, s) {
    let i = 1;
    while (i < chain.along.length - 1 && chain.along[i] < s) i++;
    const t = (s - chain.along[i - 1]) / (chain.along[i] - chain.along[i - 1] || 1), a = chain.path[i - 1], b = chain.path[i];
    return L.point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
  }

  /* point inside a polygon farthest from its edges, on a coarse lattice */
  function heart(feature) {
    const parts = W.rings(feature.geometry).map(part => part[0]);
    const ring = parts.reduce((best, part) => area(part) > area(best) ? part : best);
    const c = Math.cos(ring[0][0] * Math.PI / 180), pts = ring.map(([y, x]) => [x * c, y]);
    const xs = pts.map(p => p[0]), ys = pts.map(p => p[1]), x0 = Math.min(...xs), y0 = Math.min(...ys), w = Math.max(...xs) - x0, h = Math.max(...ys) - y0;
    let best = [-1, x0 + w / 2, y0 + h / 2];
    for (let i = 1; i < 16; i++) for (let j = 1; j < 16; j++) {
      const x = x0 + w * i / 16, y = y0 + h * j / 16;
      let inside = false, near = Infinity;
      for (let k = 0, l = pts.length - 1; k < pts.length; l = k++) {
        const [ax, ay] = pts[k], [bx, by] = pts[l], dx = bx - ax, dy = by - ay;
        if ((ay > y) !== (by > y) && x < dx * (y - ay) / dy + ax) inside = !inside;
        const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
        near = Math.min(near, Math.hypot(x - ax - t * dx, (y - ay - t * dy) * 1.6));
      }
      if (inside && near > best[0]) best = [near, x, y];
    }
    return L.latLng(best[2], best[1] / c);
  }
  const area = ring => Math.abs(ring.reduce((sum, [y, x], i) => { const [v, u] = ring[(i + 1) % ring.length]; return sum + x * v - u * y; }, 0));

  /* `areas()` gives {latlng, name, figure, cls, force} in order of importance */
  function labels(m, areas) {
    /* one box for all names: a marker each would be a picture of its own to the browser, put together anew at every step */
    const all = el('div', { class: 'map-names' });
    let paths = null, source = null, boxes = [], placed = [];
    m.getPane('label').prepend(all);
    const free = (p, w, h) => {
      const box = [p.x - w / 2, p.y - h / 2, p.x + w / 2, p.y + h / 2];
      if (boxes.some(b => !(b[2] < box[0] || b[0] > box[2] || b[3] < box[1] || b[1] > box[3]))) return false;
      boxes.push(box);
      return true;
    };
    const put = (latlng, node) => {
      const p = m.latLngToLayerPoint(latlng);
      node.style.left = p.x + 'px';
      node.style.top = p.y + 'px';
      placed.push(node);
    };

    function streets() {
      if (source !== m.names.streets) { source = m.names.streets; paths = chains(source); }
      const z = m.getZoom(), view = m.getPixelBounds().pad(.1), origin = m.getPixelOrigin(), per = L.CRS.EPSG3857.scale(z) / (2 * Math.PI * 6378137), seen = [];
      const least = z < 13.6 ? 900 : z < 14.4 ? 600 : 0, rank = z < 13.6 ? 2 : z < 14.4 ? 1 : 0, apart = z < 14.4 ? 900 : 420;
      (paths || []).forEach(chain => {
        const need = chain.name.length * LETTER, px = chain.length * per;
        if (px < need * 1.2 || chain.length < least || chain.rank < rank) return;
        const many = Math.max(1, Math.floor(px / (apart * .6)));
        for (let k = 0; k < many; k++) {
          const s = chain.length * (k + .5) / many, mid = at(chain, s), a = at(chain, s - need / 2 / per), b = at(chain, s + need / 2 / per);
          if (a.distanceTo(b) * per < need * .96) continue;
          const latlng = L.CRS.EPSG3857.unproject(mid), p = m.project(latlng, z);
          if (!view.contains(p) || z < 14 && m.outline && !W.within(m.outline, [latlng.lng, latlng.lat]) || seen.some(q => q[0] === chain.name && Math.hypot(q[1] - p.x, q[2] - p.y) < apart)) continue;
          let angle = Math.atan2(a.y - b.y, b.x - a.x) * 180 / Math.PI;
          if (angle > 90) angle -= 180;
          if (angle <= -90) angle += 180;
          const upright = Math.abs(angle) > STEEP, turned = upright ? (angle > 0 ? angle - 90 : angle + 90) : angle;
          const lean = Math.abs(Math.sin(angle * Math.PI / 180)) * need;
          if (!free(p.subtract(origin), upright ? 20 : need + 8, upright ? need + 8 : Math.max(20, lean))) continue;
          seen.push([chain.name, p.x, p.y]);
          put(latlng, el('div', { class: upright ? 'rl v' : 'rl', text: chain.name, style: { transform: `translate(-50%,-50%) rotate(${turned}deg)` } }));
        }
      });
    }
    function draw() {
      [boxes, placed] = [[], []];
      const z = m.getZoom(), origin = m.getPixelOrigin();
      areas().forEach(a => {
        const width = Math.max(34, a.name.length * (a.force ? 14 : 12) + 4);
        if (!free(m.project(a.latlng, z).subtract(origin), width, a.force ? 38 : 32) && !a.force) return;
        put(a.latlng, el('div', { class: 'cl ' + a.cls }, el('span', { text: a.name }), a.figure ? el('b', { text: a.figure }) : null));
      });
      m.names.places.forEach(a => {
        if (z < 12.5 || a.colour === 'map-green-label' && z < 13.2 || !m.getBounds().contains(a.latlng)) return;
        if (free(m.project(a.latlng, z).subtract(origin), a.text.length * 14, 16)) put(a.latlng, el('span', { class: 'bl', text: a.text, style: { color: token(a.colour) } }));
      });
      if (!m.basemap && z >= 12.5) streets();
      all.replaceChildren(...placed);
      all.hidden = false;
    }
    m.on('zoomstart', () => { all.hidden = true; });
    m.on('moveend', draw);
    return draw;
  }

  Object.assign(W, { labels, heart });
})();
