// What a person could press. With a control as argument: inside its form, or where there is none, inside the nearest part of
// the page that has a button. Without: everywhere, as openers of what is still hidden. Nothing is pressed or changed.
const [field, fields, hidden] = arguments;
const WHAT = 'button, input[type=submit], input[type=button], input[type=image], a, [role=button], summary';
const seen = (e) => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && (!e.checkVisibility || e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }));
};
const picture = (e) => { const p = e.querySelector('img'); return p ? p.alt || p.title : ''; };
const said = (e) => (e.innerText || e.value || e.getAttribute('aria-label') || e.title || e.alt || picture(e) || '').trim().replace(/\s+/g, ' ').slice(0, 80);
const leads = (e) => {
  const href = e.localName === 'a' ? e.getAttribute('href') : null;
  return href !== null && href !== '' && !href.startsWith('#') && !href.toLowerCase().startsWith('javascript:');
};
const told = (e) => ({
  element: e,
  text: said(e),
  submits: Boolean(e.form) && (e.type === 'submit' || e.type === 'image'),
  validates: Boolean(e.form) && (e.type === 'submit' || e.type === 'image') && !e.form.noValidate && !e.formNoValidate,
  link: e.localName === 'a',
  after: !field || Boolean(field.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
  target: null,
});
const usable = (e) => seen(e) && !e.disabled && e.getAttribute('aria-disabled') !== 'true' && !leads(e);
if (field) {
  const form = field.form;
  if (form) {
    const inside = [...form.querySelectorAll(WHAT), ...[...form.elements].filter((e) => !form.contains(e) && e.matches(WHAT))];
    const found = inside.filter(usable).map(told);
    if (found.length) return found;
  }
  let part = form || field.parentElement;
  const holds = (e) => fields.every((f) => e.contains(f));
  while (part && part !== document.documentElement) {
    const found = holds(part) ? [...part.querySelectorAll(WHAT)].filter((e) => usable(e) && (!e.form || e.form === form)).map(told) : [];
    if (found.length) return found;
    part = part.parentElement || (part.getRootNode() instanceof ShadowRoot ? part.getRootNode().host : null);
  }
  return [];
}
const target = (e) => {
  for (const name of ['data-bs-target', 'data-target', 'aria-controls', 'href', 'data-modal', 'data-popup', 'data-src', 'data-open']) {
    const value = (e.getAttribute(name) || '').trim().replace(/^#/, '');
    if (!value || /[\s/:?]/.test(value)) continue;
    const found = document.getElementById(value);
    if (found && hidden && found.contains(hidden)) return 'form';
    if (found && !seen(found)) return 'hidden';
  }
  return null;
};
const sends = (e) => e.form && e.type !== 'button';
return [...document.querySelectorAll(WHAT)].filter((e) => usable(e) && !sends(e)).slice(0, 400).map((e) => ({ ...told(e), target: target(e) }));
