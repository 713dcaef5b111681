// What puts away a banner or box that lies over the page: refusing is preferred to accepting, closing to both. Takes the button
// to be pressed and the fields of its form: a box that holds one of them is the form's own and stays.
const [kept] = arguments;
const holders = new Set();
for (let at of kept) {
  for (; at; at = at.parentElement || (at.getRootNode() instanceof ShadowRoot ? at.getRootNode().host : null)) holders.add(at);
}
const words = [/^(×|✕|✖|x|close|dismiss|no,? thanks|not now|cerrar)$/i, /^(reject|decline|refuse|deny|necessary|essential|only)\b/i, /\b(reject|decline) all\b/i, /^(ok|okay|got it|i understand|continue)$/i, /\b(accept|agree|allow)\b/i];
const over = (e) => {
  let lies = false;
  for (let at = e; at; at = at.parentElement) {
    const position = getComputedStyle(at).position;
    if (position !== 'fixed' && position !== 'sticky') continue;
    if (holders.has(at)) return false;
    lies = true;
  }
  return lies;
};
const found = [];
for (const e of document.querySelectorAll('button, a, [role=button], input[type=button]')) {
  const box = e.getBoundingClientRect();
  if (box.width < 2 || box.height < 2 || e.form || holders.has(e) || !over(e)) continue;
  if (e.localName === 'a' && /^(https?:|\/)/.test(e.getAttribute('href') || '')) continue;
  const text = (e.innerText || e.value || e.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ');
  const rank = words.findIndex((word) => word.test(text) || word.test(e.getAttribute('aria-label') || ''));
  if (rank >= 0) found.push([rank, e]);
}
found.sort((a, b) => a[0] - b[0]);
return found.map(([, e]) => e).slice(0, 3);
