// Copies the document as it stands into an inert one and reads what only a rendering browser knows. The page itself is not
// changed: no attribute, no event, no focus. Marks on the copy: data-crickets-rendered on the root, data-crickets-control on
// each control (its place in `controls`), data-crickets-concealed on what a person cannot see, data-crickets-out on a form that
// stands hidden as a whole, data-crickets-invalid on what the browser itself finds fault with, data-crickets-form where a control belongs to a form elsewhere.
const CONTROLS = ['input', 'select', 'textarea', 'button'];
const LIMIT = 60000;
const inert = document.implementation.createHTMLDocument('');
const controls = [];
const forms = [];
let copied = 0;
const up = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
const wide = Math.max(document.documentElement.scrollWidth, innerWidth);

// How an element is kept from a person's eyes, up to and without `stop`.
function verdict(el, stop) {
  let opacity = 1;
  for (let e = el; e && e !== stop; e = up(e)) {
    const s = getComputedStyle(e);
    if (s.display === 'none') return 'not-shown';
    opacity *= Number(s.opacity);
  }
  if (opacity < 0.05) return 'trick';
  if (getComputedStyle(el).visibility !== 'visible' && getComputedStyle(stop).visibility === 'visible') return 'not-shown';
  if (stop.checkVisibility && stop.checkVisibility() && !el.checkVisibility()) return 'not-shown';
  if (stop !== document.body && stop.getClientRects().length === 0) return null;
  const box = el.getBoundingClientRect();
  const about = stop.getBoundingClientRect();
  const away = about.right + scrollX <= 0 || about.bottom + scrollY <= 0;
  if (box.width < 2 || box.height < 2) return 'trick';
  const right = box.right + scrollX;
  const bottom = box.bottom + scrollY;
  if (!away && (right <= 0 || bottom <= 0)) return right < -900 || bottom < -900 ? 'trick' : 'not-shown';
  if (box.left + scrollX > wide + 2000 && about.left + scrollX <= wide) return 'trick';
  const own = getComputedStyle(el);
  if ((own.position === 'absolute' || own.position === 'fixed') && Number(own.zIndex) < 0) return 'trick';
  for (let e = el; e && e !== stop; e = up(e)) {
    const s = getComputedStyle(e);
    const area = e.getBoundingClientRect();
    const points = /rect\(0(px)?,? 0(px)?,? 0(px)?,? 0(px)?\)|rect\(1px,? 1px,? 1px,? 1px\)/.test(s.clip);
    if (points || /inset\((50|100)%/.test(s.clipPath)) return 'trick';
    if (e === el || s.overflowX === 'visible' && s.overflowY === 'visible') continue;
    if (area.width < 2 || area.height < 2) return 'trick';
    const seen = Math.min(box.right, area.right) - Math.max(box.left, area.left);
    const hidden = s.overflowX === 'hidden' || s.overflowX === 'clip';
    if (hidden && seen <= 0) return 'not-shown';
  }
  return null;
}

// A box or list drawn by other means counts as seen when its label or its stand-in is.
function how(el) {
  if (el.type === 'hidden') return null;
  const stop = el.form && el.form.contains(el) ? el.form : document.body;
  const found = verdict(el, stop);
  if (found && /^(checkbox|radio|file|select-one|select-multiple)$/.test(el.type)) {
    for (const label of el.labels || []) if (label !== el && !verdict(label, stop)) return null;
    const next = el.nextElementSibling;
    if (el.localName === 'select' && next && next.localName !== 'input' && !verdict(next, stop)) return null;
  }
  return found;
}

// Whether nobody sees any control of a form. Transparency counts only in boxes that lie over the page: what fades in as one
// scrolls is there.
function standsOut(form) {
  const asked = [...form.elements].filter((e) => e.type !== 'hidden' && e.localName !== 'fieldset' && e.localName !== 'output');
  const seen = (e) => {
    if (e.checkVisibility && !e.checkVisibility({ checkVisibilityCSS: true })) return false;
    let opacity = 1;
    let over = false;
    for (let at = e; at; at = up(at)) {
      const s = getComputedStyle(at);
      opacity *= Number(s.opacity);
      over = over || s.position === 'fixed' || s.position === 'absolute';
    }
    const box = e.getBoundingClientRect();
    const aside = box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left >= innerWidth && over;
    return box.width > 1 && box.height > 1 && !aside && !(over && opacity < 0.05);
  };
  return asked.length > 0 && !asked.some(seen);
}

function mark(node, twin) {
  const index = controls.push(node) - 1;
  twin.setAttribute('data-crickets-control', String(index));
  const found = how(node);
  if (found) twin.setAttribute('data-crickets-concealed', found);
  // The parser may tie a control to a form that does not hold it; the copy's tree alone would not tell.
  if (node.form && !node.form.contains(node)) twin.setAttribute('data-crickets-form', String(forms.indexOf(node.form)));
  if (node.matches(':disabled')) twin.setAttribute('disabled', ''); else twin.removeAttribute('disabled');
  try {
    if (node.matches(':user-invalid') && !(node.form && node.form.noValidate)) twin.setAttribute('data-crickets-invalid', '');
  } catch { /* an older browser does not know it */ }
  if (node.localName !== 'input') return;
  if (node.type === 'checkbox' || node.type === 'radio') {
    if (node.checked) twin.setAttribute('checked', ''); else twin.removeAttribute('checked');
  } else if (!/^(hidden|submit|button|reset|image|file|password)$/.test(node.type) && (node.value || node.hasAttribute('value'))) {
    twin.setAttribute('value', node.value);
  }
}

function copy(node, into, gone) {
  if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.COMMENT_NODE) {
    into.appendChild(inert.importNode(node));
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || copied++ > LIMIT) return;
  const tag = node.localName;
  if (tag === 'noscript' || tag === 'svg' || tag === 'template') return;
  const twin = inert.importNode(node, false);
  into.appendChild(twin);
  let below = gone;
  if (CONTROLS.includes(tag)) {
    mark(node, twin);
  } else if (!gone && node !== document.documentElement && !document.head.contains(node)) {
    const s = getComputedStyle(node);
    const parent = up(node);
    const veiled = s.visibility !== 'visible' && parent && getComputedStyle(parent).visibility === 'visible';
    if (s.display === 'none' || veiled) {
      twin.setAttribute('data-crickets-concealed', 'not-shown');
      below = s.display === 'none';
    }
  }
  if (tag === 'form') {
    forms.push(node);
    if (standsOut(node)) twin.setAttribute('data-crickets-out', '');
  }
  if (tag === 'textarea') {
    twin.textContent = node.value;
    return;
  }
  if (node.shadowRoot) for (const child of node.shadowRoot.childNodes) copy(child, twin, below);
  for (const child of node.childNodes) copy(child, twin, below);
  if (tag === 'option') {
    if (node.selected) twin.setAttribute('selected', ''); else twin.removeAttribute('selected');
  }
}

const root = document.documentElement;
const twin = inert.importNode(root, false);
twin.setAttribute('data-crickets-rendered', '');
for (const child of root.childNodes) copy(child, twin, false);

// Frames large enough to hold a form, by their place in window.frames.
const frames = [];
const holders = [...document.querySelectorAll('iframe, frame')];
for (let at = 0; at < window.length && at < 40; at++) {
  const holder = holders.find((e) => e.contentWindow === window[at]);
  if (!holder) continue;
  const box = holder.getBoundingClientRect();
  const seen = !holder.checkVisibility || holder.checkVisibility({ checkVisibilityCSS: true });
  if (seen && box.width >= 120 && box.height >= 60) frames.push(at);
}
// A frame that a script wrote has no address of its own; it takes its maker's.
const url = location.protocol === 'about:' ? document.baseURI : location.href;
return { html: '<!DOCTYPE html>' + twin.outerHTML, url, frames, controls };
