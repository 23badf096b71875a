/* Still ground: lines and areas nobody points at, of all layers of a map together. One canvas on the screen, paths on paper.
   Positions are projected once; a step of zoom only strokes again what lies in view. */
(function () {
  'use strict';
  const LEVELS = ['green', 'water', 'case', 'roads', 'line', 'mask', 'border'];
  const EARTH = 6378137, TURN = Math.PI / 180, CELLS = 24, FINEST = 18, SLACK_PX = .8;

  /* metres of Web Mercator, southwards */
  const flat = ([lat, lon]) => ({ x: EARTH * lon * TURN, y: -EARTH * Math.log(Math.tan(Math.PI / 4 + lat * TURN / 2)) });
  const perMetre = zoom => 256 * 2 ** zoom / (2 * Math.PI * EARTH);

  function boxed(runs) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    runs.forEach(run => run.forEach(p => { box[0] = Math.min(box[0], p.x); box[1] = Math.min(box[1], p.y); box[2] = Math.max(box[2], p.x); box[3] = Math.max(box[3], p.y); }));
    return { runs, box, kept: new Map() };
  }
  /* what is painted or left out as one: an area each, lines by the square they begin in */
  function chunks(parts, areas) {
    if (areas) return parts.map(rings => boxed(rings.map(ring => ring.map(flat))));
    const runs = parts.map(part => part.map(flat)).filter(run => run.length > 1), { box } = boxed(runs), side = Math.max(box[2] - box[0], box[3] - box[1]) / CELLS || 1, bins = new Map();
    runs.forEach(run => {
      const key = Math.floor((run[0].x - box[0]) / side) * 2 * CELLS + Math.floor((run[0].y - box[1]) / side);
      if (!bins.has(key)) bins.set(key, []);
      bins.get(key).push(run);
    });
    return [...bins.values()].map(boxed);
  }
  const coarse = (chunk, zoom) => zoom >= FINEST ? chunk.runs : chunk.runs.map(run => L.LineUtil.simplify(run, SLACK_PX / perMetre(zoom)));
  function trace(pen, runs, { x, y }) {
    runs.forEach(run => run.forEach((p, i) => i ? pen.lineTo(p.x - x, p.y - y) : pen.moveTo(p.x - x, p.y - y)));
    return pen;
  }
  /* the path of a chunk, coarse enough for a whole step of zoom, kept from the first time it is seen */
  function path(chunk, zoom, from) {
    const step = Math.min(FINEST, Math.ceil(zoom));
    if (!chunk.kept.has(step)) chunk.kept.set(step, trace(new Path2D(), coarse(chunk, step), from));
    return chunk.kept.get(step);
  }

  const Ink = L.Layer.extend({
    initialize(parts, look) { Object.assign(this, { chunks: chunks(parts, look(FINEST).fillColor), look }); },
    onAdd(m) { m.ground.take(this); },
    onRemove(m) { m.ground.drop(this); },
  });

  const Ground = L.Renderer.extend({
    initialize(options) {
      L.Renderer.prototype.initialize.call(this, options);
      this.inks = [];
    },
    take(ink) {
      this.inks = [...this.inks, ink].sort((a, b) => LEVELS.indexOf(a.look(FINEST).level) - LEVELS.indexOf(b.look(FINEST).level));
      this._soon();
    },
    drop(ink) {
      this.inks = this.inks.filter(one => one !== ink);
      this._soon();
    },
    _soon() { this.waiting ??= requestAnimationFrame(() => { this.waiting = null; if (this._map) this._paint(); }); },
    _initContainer() { this._container = this.options.vector ? L.SVG.create('svg') : L.DomUtil.create('canvas', 'leaflet-zoom-animated'); },
    _destroyContainer() { this._container.remove(); },
    _updatePaths() { /* inks are no paths of Leaflet */ },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const seen = [this._zoom, this._bounds.min.add(this._map.getPixelOrigin()), this._bounds.getSize()].join();
      if (seen !== this.seen) this._paint();
      this.seen = seen;
    },
    _paint() {
      const k = perMetre(this._zoom), corner = this._bounds.min.add(this._map.getPixelOrigin()), half = Math.PI * EARTH, size = this._bounds.getSize();
      const west = corner.x / k - half, north = corner.y / k - half, seen = [west, north, west + size.x / k, north + size.y / k];
      L.DomUtil.setPosition(this._container, this._bounds.min);
      const inks = this.inks.map(ink => ({ ink, look: { weight: 0, opacity: 1, ...ink.look(this._zoom) } })).filter(({ look }) => look.weight || look.fillColor);
      const near = ({ chunks }, weight) => chunks.filter(({ box }) => box[0] - weight / k < seen[2] && box[2] + weight / k > seen[0] && box[1] - weight / k < seen[3] && box[3] + weight / k > seen[1]);
      (this.options.vector ? this._draw : this._stroke).call(this, inks.map(one => ({ ...one, chunks: near(one.ink, one.look.weight) })), { k, west, north, size });
    },
    /* screen */
    _stroke(inks, { k, west, north, size }) {
      const canvas = this._container, dots = L.Browser.retina ? 2 : 1, c = canvas.getContext('2d');
      canvas.width = dots * size.x;
      canvas.height = dots * size.y;
      canvas.style.width = size.x + 'px';
      canvas.style.height = size.y + 'px';
      this.from ??= { x: west, y: north };
      const scale = k * dots;
      c.setTransform(scale, 0, 0, scale, (this.from.x - west) * scale, (this.from.y - north) * scale);
      inks.forEach(({ look, chunks }) => {
        Object.assign(c, { lineCap: look.lineCap || 'round', lineJoin: 'round', lineWidth: look.weight / k, strokeStyle: look.color, fillStyle: look.fillColor });
        c.setLineDash((look.dashArray || []).map(px => px / k));
        chunks.forEach(chunk => {
          const traced = path(chunk, this._zoom, this.from);
          if (look.fillColor) { c.globalAlpha = look.fillOpacity ?? 1; c.fill(traced, 'evenodd'); }
          if (look.weight) { c.globalAlpha = look.opacity; c.stroke(traced); }
        });
      });
    },
    /* paper: points of the sheet, to a tenth */
    _draw(inks, { k, west, north, size }) {
      const svg = this._container, set = (node, values) => Object.entries(values).forEach(([key, value]) => value != null && node.setAttribute(key, value));
      const put = p => `${((p.x - west) * k).toFixed(1)} ${((p.y - north) * k).toFixed(1)}`;
      set(svg, { width: size.x, height: size.y, viewBox: `0 0 ${size.x} ${size.y}` });
      svg.replaceChildren(...inks.filter(one => one.chunks.length).map(({ look, chunks }) => {
        const node = L.SVG.create('path'), runs = chunks.flatMap(chunk => coarse(chunk, this._zoom));
        set(node, { d: runs.map(run => 'M' + run.map(put).join('L')).join(''), fill: look.fillColor || 'none', 'fill-rule': 'evenodd', 'fill-opacity': look.fillOpacity, stroke: look.weight ? look.color : 'none',
          'stroke-width': look.weight, 'stroke-opacity': look.opacity, 'stroke-linecap': look.lineCap || 'round', 'stroke-linejoin': 'round', 'stroke-dasharray': look.dashArray });
        return node;
      }));
    },
  });

  /* `parts` are lines, or areas as lists of rings where the look has a fillColor; positions are [lat, lon]. The look may change with the zoom. */
  W.ink = (parts, look) => new Ink(parts, typeof look === 'function' ? look : () => look);
  W.ground = (m, vector) => { m.ground = new Ground({ pane: 'ground', padding: .15, vector }).addTo(m); };
})();
