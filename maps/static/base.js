/* The map itself: panes, Chinese controls, own vectors as base map, scale. Colours come from tokens.css. */
(function () {
  'use strict';
  const { token, el, load, note } = W;
  const PANES = ['fill', 'gap', 'ground', 'circle', 'border', 'sel', 'route', 'pts', 'label'];
  const FIT = { paddingTopLeft: [24, 48], paddingBottomRight: [20, 74], animate: false };
  /* screen weight of a street class by zoom step; classes are OSM words */
  const WIDTH = { trunk: [2.6, 3.6, 6, 9], primary: [2.2, 3.2, 5.4, 8], secondary: [1.5, 2.4, 4.4, 7], tertiary: [.8, 1.7, 3.6, 6],
    residential: [.5, .9, 2.6, 4.8], service: [0, .5, 1.8, 3.4], footway: [0, 0, 1.2, 2.2], motorway: [3, 4, 6, 9] };
  const SAME = { living_street: 'residential', unclassified: 'residential', road: 'residential',
    pedestrian: 'residential', path: 'footway', steps: 'footway', cycleway: 'footway', track: 'footway', corridor: 'footway' };
  const ORDER = ['footway', 'service', 'residential', 'tertiary', 'secondary', 'primary', 'trunk', 'motorway'];
  const MINOR = ['footway', 'service', 'residential', 'tertiary'];
  const kind = name => { const plain = String(name || '').replace('_link', ''); return WIDTH[plain] ? plain : SAME[plain] || 'residential'; };
  const step = zoom => zoom < 13.3 ? 0 : zoom < 14.4 ? 1 : zoom < 15.6 ? 2 : 3;
  const turn = line => line.map(([x, y]) => [y, x]);
  const lines = g => !g ? [] : g.type === 'LineString' ? [turn(g.coordinates)] : g.type === 'MultiLineString' ? g.coordinates.map(turn) : [];
  const rings = g => !g ? [] : g.type === 'Polygon' ? [g.coordinates.map(turn)] : g.coordinates.map(p => p.map(turn));
  /* is a position inside? parts as rings() gives them */
  const within = (parts, [x, y]) => parts.some(part => {
    let odd = false;
    part.forEach(ring => ring.forEach(([ay, ax], i) => {
      const [by, bx] = ring[(i + 1) % ring.length];
      if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) odd = !odd;
    }));
    return odd;
  });
  const contains = (geometry, at) => within(rings(geometry), at);

  function map(id, view) {
    const m = L.map(id, { zoomControl: false, attributionControl: false, zoomSnap: .1, zoomDelta: .5, wheelPxPerZoomLevel: 90, maxZoom: 18.5, minZoom: 9 });
    L.control.zoom({ position: 'topright', zoomInTitle: '放大', zoomOutTitle: '缩小' }).addTo(m);
    PANES.forEach((name, i) => {
      const pane = m.createPane(name);
      pane.style.zIndex = 300 + i * 20;
      if (name !== 'fill' && name !== 'pts') pane.style.pointerEvents = 'none';
    });
    Object.assign(m, { roles: {}, names: { streets: [], places: [] }, canvas: {}, basemap: view.basemap, home: L.latLngBounds(view.bounds) });
    PANES.forEach(name => { m.canvas[name] = name === 'pts' || view.vector ? L.svg({ pane: name, padding: .15 }) : L.canvas({ pane: name, padding: .15 }); });
    W.ground(m, view.vector);
    if (view.basemap) L.tileLayer(view.basemap, { maxZoom: 18.5, maxNativeZoom: 18 }).addTo(m);
    ['pointerdown', 'wheel', 'keydown'].forEach(name => m.getContainer().addEventListener(name, () => { m.moved = true; }, { once: true, passive: true }));
    return m.fitBounds(m.home, FIT);
  }

  /* first view: the widest one in which no furniture lies on the district */
  function settle(m) {
    if (m.moved || m.settled || !m.outline) return;
    m.settled = true;
    const size = m.getSize(), wide = size.x > 700, frame = m.getContainer().getBoundingClientRect();
    if (!wide) { m.fitBounds(m.home, { paddingTopLeft: [10, 10], paddingBottomRight: [10, 40], animate: false }); return; }
    const plates = [...document.querySelectorAll('.title-block,.legend,.scale,.leaflet-control-zoom')].map(e => e.getBoundingClientRect());
    const line = m.outline.flatMap(part => part[0].map(at => L.latLng(at)));
    let best = null;
    [24, 60, 110, 160, 210, 256].forEach(left => [24, 64, 108].forEach(top => [24, 74, 130, 190, 250].forEach(bottom => {
      const zoom = m.getBoundsZoom(m.home, false, L.point(left + 20, top + bottom));
      if (best && zoom <= best.zoom) return;
      const nw = m.project(m.home.getNorthWest(), zoom), span = m.project(m.home.getSouthEast(), zoom).subtract(nw);
      const from = L.point(left + (size.x - left - 20 - span.x) / 2 + frame.left, top + (size.y - top - bottom - span.y) / 2 + frame.top).subtract(nw);
      const edge = line.some(at => { const p = m.project(at, zoom).add(from); return plates.some(b => p.x > b.left - 6 && p.x < b.right + 6 && p.y > b.top - 6 && p.y < b.bottom + 6); });
      const under = plates.some(b => [[b.left, b.top], [b.right, b.top], [b.left, b.bottom], [b.right, b.bottom]].some(([x, y]) => {
        const at = m.unproject(L.point(x, y).subtract(from), zoom);
        return within(m.outline, [at.lng, at.lat]);
      }));
      if (!edge && !under) best = { zoom, left, top, bottom };
    })));
    if (best) m.fitBounds(m.home, { paddingTopLeft: [best.left, best.top], paddingBottomRight: [20, best.bottom], animate: false });
  }

  /* one layer by address; the role says how it is drawn */
  function layer(url, spec) {
    const group = L.layerGroup();
    Object.assign(group, spec);
    group.once('add', () => {
      const m = group._map;
      m.roles[spec.role] = group;
      group.ready = load(url).then(data => {
        group.data = data;
        W.draw[spec.role](m, group, data);
      }).catch(() => {
        group.data = { features: [] };
        note('layer-' + spec.role, 'bad', `没取到“${spec.name}”图层，其余内容没有变`, '网络恢复后刷新本页。');
      });
    });
    return group;
  }

  W.draw.streets = (m, group, data) => {
    m.names.streets = data.features;
    if (m.basemap) return;
    const byClass = {};
    data.features.forEach(f => (byClass[kind(f.properties.class)] ||= []).push(...lines(f.geometry)));
    const width = (name, zoom) => WIDTH[name][step(zoom)] * (zoom < 12.5 ? .55 : 1);
    const cased = (name, zoom) => !MINOR.includes(name) || step(zoom) > 1 || name === 'tertiary' && step(zoom) > 0;
    ORDER.filter(name => byClass[name]).forEach(name => {
      const shown = zoom => zoom >= 12.5 || !MINOR.includes(name);
      W.ink(byClass[name], zoom => ({ level: 'case', color: token('map-case'), weight: cased(name, zoom) && width(name, zoom) && width(name, zoom) + (step(zoom) > 1 ? 2 : 1.3) })).addTo(group);
      W.ink(byClass[name], zoom => ({ level: 'roads', color: token('map-street'), weight: shown(zoom) ? width(name, zoom) : 0 })).addTo(group);
    });
  };

  W.draw.backdrop = (m, group, data) => {
    const names = new Set(), place = (f, colour, latlng) => {
      const key = f.properties.name + colour;
      if (!f.properties.name || names.has(key)) return;
      names.add(key);
      m.names.places.push({ text: f.properties.name, latlng, colour });
    };
    data.features.filter(f => f.geometry).forEach(f => {
      const what = f.properties.kind, shape = L.geoJSON(f), middle = shape.getBounds().getCenter(), line = lines(f.geometry);
      if (what === 'railway') {
        const track = line.flat(), spot = track[Math.floor(track.length * .25)];
        if (spot) place(f, 'map-rail', L.latLng(spot));
        if (m.basemap) return;
        W.ink(line, { level: 'line', lineCap: 'butt', color: token('map-rail'), weight: 3.4 }).addTo(group);
        W.ink(line, { level: 'line', lineCap: 'butt', color: '#fff', weight: 1.8, dashArray: [9, 9] }).addTo(group);
      } else if (what === 'water' || what === 'green') {
        place(f, `map-${what}-label`, middle);
        if (m.basemap) return;
        const edge = token(what === 'water' ? 'map-water-line' : 'map-green-line');
        if (line.length) W.ink(line, { level: what, color: edge, weight: 3 }).addTo(group);
        else W.ink(rings(f.geometry), { level: what, color: edge, weight: .8, fillColor: token('map-' + what) }).addTo(group);
      }
    });
  };

  /* walls carry ticks; walls of single estates show from close by */
  W.draw.barriers = (m, group, data) => {
    const of = test => data.features.filter(f => test(f.properties.kind || '')).flatMap(f => lines(f.geometry));
    const ticks = (list, weight, opacity, from) => [[weight * .4, null], [weight, [2, 5]]].forEach(([w, dashArray]) =>
      W.ink(list, zoom => ({ level: 'line', lineCap: 'butt', color: token('map-wall'), opacity, dashArray, weight: zoom >= from ? w : 0 })).addTo(group));
    ticks(of(k => k === 'wall' || k === 'city_wall'), 5, 1, 0);
    ticks(of(k => k === 'compound_wall'), 2.6, .5, 15.6);
  };

  W.draw.districts = (m, group, data) => {
    const area = data.features.flatMap(f => rings(f.geometry));
    if (!area.length) return;
    const round = area.map(part => part[0]), edge = area.flat(), world = [[-85, -180], [-85, 180], [85, 180], [85, -180], [-85, -180]];
    W.ink([[world, ...round]], { level: 'mask', fillColor: token('map-out'), fillOpacity: .62 }).addTo(group);
    W.ink(edge, { level: 'border', color: '#fff', weight: 6, opacity: .85 }).addTo(group);
    W.ink(edge, { level: 'border', color: token('b-district'), weight: 2.4 }).addTo(group);
    m.outline = area;
    m.home = L.polygon(area).getBounds();
    m.fire('areas');
  };

  W.draw.subdistricts = (m, group, data) => {
    W.ink(data.features.flatMap(f => rings(f.geometry).flat()), { level: 'border', color: token('b-street'), weight: 1.7, dashArray: [9, 3, 2, 3], opacity: .9 }).addTo(group);
  };

  /* round length, measured at the middle of the map */
  function scale(m, box, most) {
    const draw = () => {
      const size = m.getSize(), y = size.y / 2;
      const metres = m.distance(m.containerPointToLatLng([0, y]), m.containerPointToLatLng([100, y]));
      const length = [20, 50, 100, 200, 500, 1000, 2000, 5000].filter(n => n / metres * 100 <= most).pop() || 20, width = length / metres * 100;
      const words = length >= 1000 ? `${length / 1000} 千米` : `${length} 米`, half = length >= 1000 ? length / 2000 : length / 2;
      box.replaceChildren(el('i', { style: { width: width + 'px' } }),
        el('b', { style: { width: width + 14 + 'px' } }, el('span', { text: '0' }), width < 90 ? null : el('span', { text: half }), el('span', { text: words })));
    };
    m.on('zoomend resize', draw);
    draw();
  }

  /* paper has its own frame: the map is drawn again for it, and afterwards for the screen */
  function paper(m, whole = () => { m.settled = false; settle(m); }) {
    let kept = null;
    const frame = on => {
      document.body.classList.toggle('paper', on);
      m.invalidateSize({ animate: false, pan: false });
    };
    window.addEventListener('beforeprint', () => {
      kept = { centre: m.getCenter(), zoom: m.getZoom() };
      frame(true);
      if (m.moved) m.setView(kept.centre, kept.zoom, { animate: false });
      else whole();
      /* Chromium drops long canvas recordings on paper; a copy is one picture */
      m.getContainer().querySelectorAll('canvas').forEach(canvas => {
        if (!canvas.width || !canvas.height) return; // a map out of sight
        const copy = canvas.cloneNode();
        copy.getContext('2d').drawImage(canvas, 0, 0);
        copy.classList.add('copy');
        canvas.after(copy);
      });
    });
    window.addEventListener('afterprint', () => {
      m.getContainer().querySelectorAll('.copy').forEach(copy => copy.remove());
      frame(false);
      m.setView(kept.centre, kept.zoom, { animate: false });
    });
  }

  Object.assign(W, { map, layer, scale, paper, settle, lines, rings, within, contains });
})();
