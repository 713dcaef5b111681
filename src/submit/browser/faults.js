// What the browser itself would object to before it sends the form of this control. No event is fired.
const form = arguments[0].form;
if (!form || form.noValidate) return [];
return [...form.elements].filter((e) => e.willValidate && !e.validity.valid).map((e) => {
  const label = e.labels && e.labels[0] ? e.labels[0].innerText : e.getAttribute('aria-label') || e.placeholder || e.name || e.id;
  return { label: (label || '').trim().replace(/\s+/g, ' ').slice(0, 120), message: e.validationMessage };
});
