// page.js -- draws the report from the JSON in #data. All text of evidence becomes text nodes, never markup.
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const grades = ['critical', 'high', 'medium', 'low', 'info'];
const marks = {critical: 7, high: 6, medium: 5, low: 4, info: 3}; // half the size of a mark in the timeline
const techniques = {
  T1003: 'OS Credential Dumping', T1021: 'Remote Services', T1027: 'Obfuscated Files or Information', T1036: 'Masquerading',
  T1037: 'Boot or Logon Initialization Scripts', T1053: 'Scheduled Task/Job', 'T1053.003': 'Cron', 'T1053.006': 'Systemd Timers',
  T1059: 'Command and Scripting Interpreter', T1068: 'Exploitation for Privilege Escalation', T1070: 'Indicator Removal',
  T1078: 'Valid Accounts', T1105: 'Ingress Tool Transfer', T1112: 'Modify Registry', T1134: 'Access Token Manipulation',
  T1136: 'Create Account', T1190: 'Exploit Public-Facing Application', T1222: 'File and Directory Permissions Modification',
  T1489: 'Service Stop', T1505: 'Server Software Component', T1543: 'Create or Modify System Process',
  'T1543.001': 'Launch Agent', 'T1543.002': 'Systemd Service', 'T1543.003': 'Windows Service', 'T1543.004': 'Launch Daemon',
  T1546: 'Event Triggered Execution', T1547: 'Boot or Logon Autostart Execution', T1548: 'Abuse Elevation Control Mechanism',
  T1554: 'Compromise Host Software Binary', T1556: 'Modify Authentication Process', T1564: 'Hide Artifacts',
  T1569: 'System Services', 'T1569.001': 'Launchctl', 'T1569.002': 'Service Execution', 'T1569.003': 'Systemctl',
  T1572: 'Protocol Tunneling', T1574: 'Hijack Execution Flow', 'T1574.006': 'Dynamic Linker Hijacking',
  'T1574.010': 'Services File Permissions Weakness', 'T1574.011': 'Services Registry Permissions Weakness',
  T1610: 'Deploy Container', T1611: 'Escape to Host', T1620: 'Reflective Code Loading',
};

// Elements ---------------------------------------------------------------------------------------

// What a reader would not see, or would see in another order than it is written.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

function visible(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(unseen)) {
    nodes.push(text.slice(from, found.index));
    nodes.push(el('span', {class: 'hidden-character'}, 'U+' + found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0')));
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes.filter(node => node !== '');
}

function fill(element, attributes, kids) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value);
  for (const kid of kids.flat(Infinity))
    if (kid !== null && kid !== undefined)
      element.append(...(kid instanceof Node ? [kid] : visible(String(kid))));
  return element;
}

function el(name, attributes = {}, ...kids) {
  return fill(document.createElement(name), attributes, kids);
}

function svg(name, attributes = {}, ...kids) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, kids);
}

function button(text, press, attributes = {}) {
  const made = el('button', {type: 'button', ...attributes}, text);
  made.addEventListener('click', press);
  return made;
}

const section = name => document.getElementById(name);
const say = text => { section('status').textContent = text; };
const count = (n, one, many = one + 's') => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
const when = time => typeof time === 'number' ? new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ') : '';
const grade = severity => el('span', {class: 'grade ' + (grades.includes(severity) ? severity : '')}, severity);
const quote = value => "'" + String(value).replaceAll("'", "''") + "'";
const distinct = values => [...new Set(values.filter(value => value !== null && value !== undefined && value !== ''))].sort();
const lists = ['technique', 'signals', 'analytic']; // columns of words with commas between them
const list = text => text ? String(text).split(',') : [];

function technique_links(ids) {
  return list(ids).map((id, i) => {
    const address = /^T[0-9]{4}(\.[0-9]{3})?$/.test(id) ? 'https://attack.mitre.org/techniques/' + id.replace('.', '/') + '/' : null;
    const name = techniques[id] || techniques[id.slice(0, 5)];
    return [i ? ', ' : '', address ? el('a', {href: address, rel: 'noreferrer noopener', title: name}, id) : id];
  });
}

// Names and values, without those that have none.
function facts(pairs) {
  return el('dl', {}, pairs.filter(pair => pair[1] !== null && pair[1] !== undefined && pair[1] !== '')
    .map(pair => [el('dt', {}, pair[0]), el('dd', {}, pair[1])]));
}

// The evidence of a finding: JSON where it is an object.
function evidence(text) {
  try {
    const object = JSON.parse(text);
    if (object && typeof object === 'object' && !Array.isArray(object))
      return facts(Object.entries(object).map(([name, value]) => [name, value === null ? null : el('code', {}, typeof value === 'object' ? JSON.stringify(value) : value)]));
  } catch (error) {
    // Not JSON: shown as it is.
  }
  return el('code', {}, text);
}

// Tables -----------------------------------------------------------------------------------------

const tables = {}; // by section, for links such as #findings&host=web1

// columns: {key, title, show, kind}; selects: keys with a list of values; more: what a row unfolds to.
function table(place, {columns, rows, selects = [], more, caption, page = 100}) {
  const state = {q: '', from: 0, sort: null, down: false};
  const body = el('tbody'), counted = el('p', {class: 'quiet'}), inputs = {};
  let size = page, shown = rows;

  const text_of = new Map();
  const searched = row => {
    if (!text_of.has(row))
      text_of.set(row, Object.values(row).filter(value => value !== null).join('\n').toLowerCase());
    return text_of.get(row);
  };
  const value = (row, key) => key === 'severity' ? grades.indexOf(row[key]) : row[key];
  const passes = row => selects.every(key => !state[key] || (lists.includes(key) ? list(row[key]).includes(state[key]) : String(row[key]) === state[key])) &&
    (!state.q || searched(row).includes(state.q.toLowerCase()));

  function order(a, b) {
    const x = value(a, state.sort), y = value(b, state.sort);
    if (x === y) return 0;
    if (x === null || x === undefined) return 1;
    if (y === null || y === undefined) return -1;
    return (x < y ? -1 : 1) * (state.down ? -1 : 1);
  }

  function unfold(row, line) {
    const open = line.nextSibling && line.nextSibling.className === 'more';
    if (open) line.nextSibling.remove();
    else line.after(el('tr', {class: 'more'}, el('td', {colspan: columns.length + 1}, more(row))));
    line.firstChild.firstChild.setAttribute('aria-expanded', String(!open));
  }

  function draw() {
    shown = rows.filter(passes);
    if (state.sort) shown = shown.slice().sort(order);
    if (state.from >= shown.length) state.from = 0;
    body.replaceChildren(...shown.slice(state.from, state.from + size).map(row => {
      const line = el('tr', {}, more ? el('td', {}, button('+', () => unfold(row, line), {'aria-expanded': 'false', 'aria-label': 'More of this row'})) : null,
        columns.map(column => el('td', {class: column.kind}, column.show ? column.show(row) : row[column.key])));
      return line;
    }));
    const last = Math.min(state.from + size, shown.length);
    counted.textContent = shown.length ? `${(state.from + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${count(shown.length, 'row')}` : 'no rows';
    pager.hidden = shown.length <= size && rows.length <= size;
    back.disabled = state.from === 0;
    on.disabled = last >= shown.length;
  }

  function turn(by) {
    state.from = Math.max(0, state.from + by * size);
    draw();
    say(counted.textContent);
  }
  const back = button('Earlier rows', () => turn(-1)), on = button('Later rows', () => turn(1));
  const pager = el('div', {class: 'pager'}, back, on);

  function set(values) {
    for (const key of ['q', ...selects]) {
      state[key] = values[key] || '';
      inputs[key].value = state[key];
    }
    state.from = 0;
    draw();
    say(counted.textContent);
  }
  const read = () => set(Object.fromEntries(['q', ...selects].map(key => [key, inputs[key].value])));

  inputs.q = el('input', {type: 'search', name: 'q'});
  inputs.q.addEventListener('input', read);
  const form = el('form', {role: 'search'}, el('label', {}, 'Search', inputs.q), selects.map(key => {
    const values = key === 'severity' ? grades.filter(name => rows.some(row => row.severity === name)) : distinct(rows.flatMap(row => lists.includes(key) ? list(row[key]) : [row[key]]));
    inputs[key] = el('select', {name: key}, el('option', {value: ''}, 'all'), values.map(name => el('option', {value: name}, name)));
    inputs[key].addEventListener('change', read);
    return el('label', {}, key.replaceAll('_', ' '), inputs[key]);
  }));
  form.addEventListener('submit', event => event.preventDefault());

  const heads = columns.map(column => {
    const head = el('th', {scope: 'col', class: column.kind});
    head.append(button(column.title, () => {
      state.down = state.sort === column.key && !state.down;
      state.sort = column.key;
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
      draw();
      say(`sorted by ${column.title}`);
    }));
    return head;
  });
  place.append(form, el('div', {class: 'wide'}, el('table', {}, caption ? el('caption', {}, caption) : null,
    el('thead', {}, el('tr', {}, more ? el('td') : null, heads)), body)), counted, pager);
  addEventListener('beforeprint', () => { size = Infinity; state.from = 0; draw(); });
  addEventListener('afterprint', () => { size = page; draw(); });
  tables[place.id] = {set};
  draw();
}

// Pictures ---------------------------------------------------------------------------------------

const WIDTH = 1000, LEFT = 150, LANE = 24;

// Round steps for the marks of a time axis, in seconds.
const steps = [1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 86400, 604800, 2592000, 7776000, 31536000];

function axis(from, to, height) {
  const step = steps.find(seconds => (to - from) / seconds <= 8) || (to - from) / 8;
  const made = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const x = LEFT + (time - from) / (to - from) * (WIDTH - LEFT);
    made.push(svg('line', {class: 'tick', x1: x, x2: x, y1: 0, y2: height}),
      svg('text', {x: Math.min(x + 3, WIDTH - 70), y: height + 14}, step < 86400 ? when(time).slice(5, step < 60 ? 19 : 16) : when(time).slice(0, 10)));
  }
  return made;
}

function lanes(names, from, to, title, draw) {
  const height = names.length * LANE, width = to > from ? to - from : 1;
  return svg('svg', {viewBox: `0 0 ${WIDTH} ${height + 20}`, role: 'group', 'aria-label': title}, svg('title', {}, title),
    names.map((name, i) => svg('rect', {class: 'lane', x: LEFT, y: i * LANE + 2, width: WIDTH - LEFT, height: LANE - 4})),
    axis(from, from + width, height),
    names.map((name, i) => svg('text', {x: 0, y: i * LANE + 16}, name.length > 22 ? name.slice(0, 21) + '…' : name)),
    names.map((name, i) => draw(name, i * LANE, time => LEFT + (time - from) / width * (WIDTH - LEFT))));
}

// One mark for findings that fall on the same few pixels, of the gravest grade among them.
function lane_marks(rows, y, x) {
  const places = new Map();
  for (const row of rows) {
    const place = Math.round(x(row.time) / 8) * 8;
    if (!places.has(place)) places.set(place, []);
    places.get(place).push(row);
  }
  return [...places].map(([place, found]) => {
    const gravest = grades.find(name => found.some(row => row.severity === name)) || 'info', half = marks[gravest];
    const text = `${when(found[0].time)}: ${count(found.length, 'finding')}, ${gravest}: ${found[0].subject}`;
    return svg('a', {href: '#findings' + hash({host: found[0].host, q: found.length === 1 ? found[0].subject : ''}), 'aria-label': text},
      svg('rect', {class: gravest, x: place - half, y: y + LANE / 2 - half, width: 2 * half, height: 2 * half, rx: gravest === 'critical' ? 0 : half}), svg('title', {}, text));
  });
}

function timeline(place) {
  const rows = data.findings.filter(row => typeof row.time === 'number');
  if (!rows.length) {
    place.append(el('p', {class: 'quiet'}, 'No finding has a time.'));
    return;
  }
  let first = Infinity, last = -Infinity;
  for (const row of rows) {
    first = Math.min(first, row.time);
    last = Math.max(last, row.time);
  }
  const hosts = distinct(rows.map(row => row.host)), picture = el('div', {class: 'wide'}), counted = el('p', {class: 'quiet'});
  const host = el('select', {}, el('option', {value: ''}, 'all'), hosts.map(name => el('option', {value: name}, name)));
  const span = el('select', {}, [['all time', 0], ['30 days', 2592000], ['a week', 604800], ['a day', 86400], ['an hour', 3600], ['a minute', 60]]
    .map(([name, seconds]) => el('option', {value: seconds}, name)));
  const at = el('input', {type: 'range', min: 0, max: 1000, value: 1000});
  function draw() {
    const all = Math.max(last - first, 1), seconds = Number(span.value) || all * 1.02;
    const from = Number(span.value) ? first - seconds / 20 + Math.max(all - seconds * .9, 0) * at.value / 1000 : first - all * .01;
    const inside = rows.filter(row => row.time >= from && row.time <= from + seconds && (!host.value || row.host === host.value));
    const names = host.value ? [host.value] : hosts.slice(0, 200);
    at.disabled = !Number(span.value);
    counted.textContent = `${count(inside.length, 'finding')} from ${when(from)} to ${when(from + seconds)} UTC` + (names.length < hosts.length && !host.value ? `; the first ${names.length} of ${hosts.length} hosts` : '');
    picture.replaceChildren(lanes(names, from, from + seconds, 'Findings by host and time', (name, y, x) => lane_marks(inside.filter(row => row.host === name), y, x)));
  }
  for (const input of [host, span, at]) input.addEventListener('input', draw);
  place.append(el('form', {}, el('label', {}, 'host', host), el('label', {}, 'zoom', span), el('label', {}, 'earlier or later', at)), counted, picture);
  tables.timeline = {set: values => { host.value = values.host || ''; draw(); }};
  draw();
}

function coverage_picture(place) {
  const spans = data.spans.filter(row => typeof row.first === 'number' && typeof row.last === 'number');
  if (!spans.length) return;
  const name = row => `${row.host} ${row.log}`, names = distinct(spans.map(name)).slice(0, 200);
  const from = spans.reduce((least, row) => Math.min(least, row.first), Infinity), to = spans.reduce((most, row) => Math.max(most, row.last), -Infinity);
  place.append(el('h3', {}, 'Times that the logs cover'), el('div', {class: 'wide'}, lanes(names, from, to, 'Times that the logs cover, by host and log', (lane, y, x) => [
    spans.filter(row => name(row) === lane).map(row => svg('rect', {class: 'span', x: x(row.first), y: y + 7, width: Math.max(x(row.last) - x(row.first), 2), height: LANE - 14},
      svg('title', {}, `${lane}: ${when(row.first)} to ${when(row.last)}`))),
    data.gaps.filter(row => name(row) === lane && typeof row.time === 'number').map(row => svg('rect', {class: 'gap', x: x(row.time), y: y + 4, width: Math.max(x(row.until || row.time) - x(row.time), 3), height: LANE - 8},
      svg('title', {}, `${lane}: ${row.gap} from ${when(row.time)}${row.until ? ' to ' + when(row.until) : ''}`)))])));
  if (data.gaps.length)
    place.append(el('ul', {}, data.gaps.slice(0, 200).map(row => el('li', {}, `${name(row)}: ${row.gap}, ${when(row.time)}${row.until ? ' to ' + when(row.until) : ''} UTC. ${row.detail || ''}`))));
}

// Sections ---------------------------------------------------------------------------------------

const hash = values => Object.entries(values).filter(([, value]) => value).map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join('');

function summary(place) {
  const cells = new Map(data.hosts.map(row => [row.host, {host: row.host, all: 0}]));
  for (const row of data.findings) {
    if (!cells.has(row.host)) cells.set(row.host, {host: row.host, all: 0});
    const cell = cells.get(row.host);
    cell[row.severity] = (cell[row.severity] || 0) + 1;
    cell.all++;
  }
  const worst = grades.find(name => data.findings.some(row => row.severity === name));
  place.append(el('p', {}, data.findings.length ? [count(data.findings.length, 'finding'), ' on ', count(distinct(data.findings.map(row => row.host)).length, 'host'), ' of ', String(data.hosts.length), '; the gravest is ', grade(worst), '. ', count(data.incidents.length, 'incident'), '.'] : 'Nothing was found.'));
  const lost = data.problems.length;
  if (lost)
    place.append(el('p', {}, el('a', {href: '#coverage'}, count(lost, 'source')), ' could not be read, or not whole: an empty answer from these says nothing.'));
  table(place, {rows: [...cells.values()], page: 50, columns: [
    {key: 'host', title: 'host', show: row => el('a', {href: '#findings' + hash({host: row.host})}, row.host)},
    ...grades.map(name => ({key: name, title: name, kind: 'number', show: row => row[name] ? el('a', {class: name, href: '#findings' + hash({host: row.host, severity: name})}, String(row[name])) : '0'})),
    {key: 'all', title: 'all', kind: 'number'}]});
}

function incident(row, i) {
  let story = [];
  try {
    story = JSON.parse(row.timeline) || [];
  } catch (error) {
    // An incident without steps is shown by its facts.
  }
  return el('details', {id: 'incident-' + (i + 1)},
    el('summary', {}, grade(row.severity), ` ${row.entity} on ${row.host}, ${when(row.first_time)}, ${count(story.length || row.steps, 'step')}`),
    facts([['what', row.why], ['about', row.entities], ['user', row.user], ['login user', row.login_user], ['session', row.session], ['remote host', row.remote_host],
      ['technique', technique_links(row.technique)], ['closer', el('code', {}, `SELECT * FROM incident_events WHERE incident = ${quote(row.incident)} ORDER BY time;`)]]),
    el('div', {class: 'wide'}, el('table', {}, el('thead', {}, el('tr', {}, ['time', 'step', 'subject', 'user', 'tool', 'signals', 'source'].map(name => el('th', {scope: 'col'}, name)))),
      el('tbody', {}, story.map(step => el('tr', {}, el('td', {class: 'time'}, (step.time || '').slice(0, 19)), [step.step, step.subject, step.user, [step.tool, step.verb, step.target].filter(Boolean).join(' '), (step.signals || '').replaceAll(',', ', '), step.record && step.record !== step.subject ? `${step.source} ${step.record}` : step.source].map(text => el('td', {}, text))))))));
}

// As many as fit a page; the rest on demand.
function incidents(place) {
  const more = button('More incidents', () => add(50));
  let n = 0;
  function add(by) {
    data.incidents.slice(n, n + by).forEach((row, i) => more.before(incident(row, n + i)));
    n = Math.min(n + by, data.incidents.length);
    more.hidden = n === data.incidents.length;
  }
  place.append(data.incidents.length ? more : el('p', {class: 'quiet'}, 'None.'));
  add(50);
  addEventListener('beforeprint', () => { add(Infinity); for (const each of place.querySelectorAll('details')) each.open = true; });
}

function finding(row) {
  return [facts([['why', row.why], ['signals', (row.signals || '').replaceAll(',', ', ')], ['technique', technique_links(row.technique)], ['analytic', row.analytic], ['user', row.user],
    ['command', [row.tool, row.verb, row.target].filter(Boolean).join(' ')], ['source', row.source], ['record', row.record],
    ['closer', el('code', {}, `SELECT * FROM ${/^[a-z0-9_]+$/.test(row.analytic) ? row.analytic : 'findings'} WHERE host = ${quote(row.host)} AND subject = ${quote(row.subject)};`)],
    ['around it', typeof row.time === 'number' ? el('code', {}, `SELECT * FROM timeline WHERE host = ${quote(row.host)} AND time BETWEEN ${Math.floor(row.time) - 300} AND ${Math.ceil(row.time) + 300} ORDER BY time;`) : null]]), evidence(row.evidence)];
}

function attack(place) {
  const found = new Map(), known = new Set();
  const parent = id => id.slice(0, 5), name = id => techniques[id] || '';
  for (const row of data.techniques) known.add(row.technique);
  for (const row of data.findings)
    for (const id of list(row.technique)) {
      found.set(id, (found.get(id) || 0) + 1);
      known.add(id);
    }
  const line = id => el('p', {class: found.has(id) ? 'found' : 'quiet'}, el('span', {}, technique_links(id), ' ', name(id)),
    found.has(id) ? el('a', {href: '#findings' + hash({technique: id})}, String(found.get(id))) : '0');
  const groups = distinct([...known].map(parent)), first = ['T1569', 'T1543'];
  groups.sort((a, b) => first.includes(b) - first.includes(a) || (a < b ? 1 : -1) * (first.includes(a) ? 1 : -1));
  place.append(el('p', {class: 'quiet'}, `Techniques that detections cover, and findings of each; ATT&CK ${data.made.attack_version}.`),
    el('div', {class: 'matrix'}, groups.map(group => el('div', {}, line(group), [...known].filter(id => id !== group && parent(id) === group).sort().map(line)))));
}

function services(place) {
  const most = data.made.services_most;
  table(place, {rows: data.services.slice(0, most), selects: ['host', 'platform', 'scope', 'state', 'start_type'], page: 50,
    caption: data.services.length > most ? `The first ${most.toLocaleString('en')}; all: SELECT * FROM services;` : null,
    columns: [{key: 'name', title: 'name'}, {key: 'host', title: 'host', kind: 'word'}, {key: 'state', title: 'state'}, {key: 'status', title: 'status'}, {key: 'start_type', title: 'start'},
      {key: 'user_account', title: 'account'}, {key: 'command', title: 'command', show: row => el('code', {}, row.command)}],
    more: row => facts([['description', row.description], ['shown as', row.display_name], ['defined in', row.definition], ['source', row.source]])});
}

function draw() {
  const made = data.made;
  document.title = data.hosts.length === 1 ? `Services of ${data.hosts[0].host}: what was found` : document.title;
  section('made').append(...visible(`svcql ${made.version}, ${made.datetime} UTC. Findings of grade ${made.severity} and above${made.since ? `, events since ${when(made.since)} UTC` : ''}. All times are UTC.`));
  summary(section('summary'));
  timeline(section('timeline'));
  incidents(section('incidents'));
  table(section('findings'), {rows: data.findings, selects: ['host', 'severity', 'technique', 'analytic', 'signals'], more: finding, columns: [
    {key: 'time', title: 'time (UTC)', kind: 'time', show: row => when(row.time)}, {key: 'host', title: 'host', kind: 'word'}, {key: 'severity', title: 'severity', show: row => grade(row.severity)},
    {key: 'subject', title: 'subject'}, {key: 'why', title: 'why'}]});
  attack(section('attack'));
  services(section('services'));
  table(section('posture'), {rows: data.posture, selects: ['host', 'status', 'severity', 'mitigation', 'check_name'], columns: [
    {key: 'host', title: 'host', kind: 'word'}, {key: 'severity', title: 'severity', show: row => grade(row.severity)}, {key: 'status', title: 'status'}, {key: 'subject', title: 'subject'}, {key: 'why', title: 'why'}]});
  coverage_picture(section('coverage'));
  section('coverage').append(el('h3', {}, 'What was not read'));
  table(section('coverage'), {rows: data.problems, selects: ['host', 'status'], columns: [
    {key: 'host', title: 'host', kind: 'word'}, {key: 'status', title: 'status'}, {key: 'source', title: 'source'}, {key: 'skipped', title: 'records lost', kind: 'number'}, {key: 'detail', title: 'detail'},
    {key: 'analytics', title: 'analytics that miss it', show: row => (row.analytics || '').replaceAll(',', ', ')}]});
  document.querySelector('nav').append(...[...document.querySelectorAll('main > section')].map(each => el('a', {href: '#' + each.id}, each.firstElementChild.textContent.split(':')[0])));
}

// A link such as #findings&host=web1&severity=high shows a table so filtered.
function follow() {
  const [name, ...terms] = location.hash.slice(1).split('&');
  if (!terms.length || !tables[name]) return;
  tables[name].set(Object.fromEntries(new URLSearchParams(terms.join('&'))));
  section(name).scrollIntoView();
}

draw();
follow();
addEventListener('hashchange', follow);
