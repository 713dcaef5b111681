//! One control, with all that its document says of it: whose it is, what it is called, what stands around it, whether it is seen.

use scraper::ElementRef;

use super::steps::inner_text;
use super::{MAX_LABEL, MAX_ROW, Reader};
use crate::submit::dom::NodeId;
use crate::submit::elements::{attr, direction_of, kind_of, lower, read_options, read_overrides};
use crate::submit::hidden::Concealed;
use crate::submit::page::{Control, collapse};
use crate::submit::sanitize;

/// Controls of a page that are read; with more it is no page that a person fills.
const MAX_CONTROLS: usize = 10_000;

impl<'a> Reader<'a> {
    fn owner(&self, element: ElementRef<'a>) -> Option<usize> {
        let told = attr(element, "data-crickets-form").and_then(|place| place.parse().ok());
        if let Some(place) = told.filter(|place| *place < self.page.forms.len()) {
            return Some(place);
        }
        if let Some(id) = attr(element, "form") {
            return self.ids.get(id).and_then(|form| self.forms.get(&form.id())).copied();
        }
        let recorded = self.document.owner.get(&element.id()).and_then(|form| self.forms.get(form));
        recorded.copied().or_else(|| element.ancestors().find_map(|node| self.forms.get(&node.id()).copied()))
    }

    fn label_of(&self, element: ElementRef<'a>) -> String {
        if let Some(ids) = attr(element, "aria-labelledby") {
            let text: Vec<String> = ids.split_whitespace().filter_map(|id| self.ids.get(id)).map(|e| inner_text(*e, MAX_LABEL)).collect();
            let text = text.join(" ");
            if !text.trim().is_empty() {
                return text;
            }
        }
        if let Some(text) = attr(element, "id").and_then(|id| self.label_for.get(id))
            && !text.is_empty()
        {
            return text.clone();
        }
        let wrapping = element.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label");
        let text = wrapping.map(|label| inner_text(label, MAX_LABEL)).unwrap_or_default();
        if !text.is_empty() {
            return text;
        }
        attr(element, "aria-label").or(attr(element, "title")).map(|text| collapse(text, MAX_LABEL)).unwrap_or_default()
    }

    pub(super) fn add_control(&mut self, element: ElementRef<'a>, tag: &str) {
        let index = self.page.controls.len();
        if index >= MAX_CONTROLS {
            self.page.cut = true;
            return;
        }
        let form = self.owner(element);
        let kind = kind_of(element, tag);
        let mut control = Control {
            index,
            form,
            kind,
            name: attr(element, "name").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            id: attr(element, "id").unwrap_or_default().to_owned(),
            class: lower(element, "class"),
            has_value: attr(element, "value").is_some(),
            checked: matches!(kind, "checkbox" | "radio") && attr(element, "checked").is_some(),
            multiple: attr(element, "multiple").is_some(),
            autocomplete: lower(element, "autocomplete").split_whitespace().last().unwrap_or_default().to_owned(),
            placeholder: collapse(attr(element, "placeholder").unwrap_or_default(), MAX_LABEL),
            pattern: attr(element, "pattern").unwrap_or_default().to_owned(),
            maxlength: attr(element, "maxlength").and_then(|n| n.trim().parse().ok()),
            dirname: attr(element, "dirname").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            direction: if attr(element, "dirname").is_some() { direction_of(element, kind) } else { "ltr" },
            unreachable_by_tab: attr(element, "tabindex").is_some_and(|n| n.trim().starts_with('-')),
            readonly: attr(element, "readonly").is_some(),
            live: attr(element, "data-crickets-control").and_then(|place| place.parse().ok()),
            label: self.label_of(element),
            ..Control::default()
        };
        control.size = attr(element, "size").and_then(|n| n.trim().parse().ok()).unwrap_or(if control.multiple { 4 } else { 1 });
        control.invalid = lower(element, "aria-invalid") == "true"
            || attr(element, "data-crickets-invalid").is_some()
            || control
                .class
                .split_whitespace()
                .any(|class| matches!(class, "is-invalid" | "wpcf7-not-valid" | "error" | "has-error" | "invalid" | "field-error"));
        control.value = match tag {
            "textarea" => element.text().collect::<String>().replace("\r\n", "\n").replace('\r', "\n"),
            "select" => String::new(),
            _ => sanitize::value(kind, attr(element, "value").unwrap_or_default(), element),
        };
        if tag == "button" && control.label.is_empty() {
            control.label = inner_text(element, MAX_LABEL);
        }
        if matches!(kind, "submit" | "image") {
            control.overrides = read_overrides(element);
        }
        if tag == "select" {
            control.options = read_options(element);
        }
        self.surroundings(element, &mut control);
        let starred = |text: &str| text.contains('*') || text.to_ascii_lowercase().contains("(required)");
        control.required = attr(element, "required").is_some()
            || lower(element, "aria-required") == "true"
            || control
                .class
                .split_whitespace()
                .any(|class| class == "required" || class.ends_with("as-required") || class.ends_with("field-required"))
            || !control.is_button()
                && kind != "hidden"
                && (starred(&control.label) || starred(&control.placeholder) || control.label.is_empty() && starred(&control.before));
        if let Some(form) = form.and_then(|form| self.page.forms.get_mut(form)) {
            form.controls.push(index);
        }
        if kind != "hidden" && kind != "radio" {
            self.before.clear();
        }
        control.comment = std::mem::take(&mut self.comment);
        if kind != "hidden" {
            self.open = Some(index);
        }
        self.nodes.push(element.id());
        self.page.controls.push(control);
    }

    /// The text of the smallest element around a control that has any, as long as it holds no other.
    fn row_of(&self, element: ElementRef<'a>) -> (String, String) {
        let mut wrappers = String::new();
        let mut row = String::new();
        for ancestor in element.ancestors().filter_map(ElementRef::wrap).take(6) {
            let tag = ancestor.value().name();
            if matches!(tag, "form" | "body" | "html") || self.holds.get(&ancestor.id()).is_some_and(|held| *held > 1) {
                break;
            }
            for name in ["class", "id"] {
                wrappers.push_str(&lower(ancestor, name));
                wrappers.push(' ');
            }
            if row.is_empty() {
                row = inner_text(ancestor, MAX_ROW * 2);
            }
        }
        (if row.len() > MAX_ROW { String::new() } else { row }, wrappers)
    }

    /// What the ancestors say: disabled, concealed, legend, text before.
    fn surroundings(&mut self, element: ElementRef<'a>, control: &mut Control) {
        control.disabled = attr(element, "disabled").is_some();
        let mut within = true;
        let mut passed: Vec<NodeId> = vec![element.id()];
        let mut concealed = self.rules.conceals(element).map(|how| (how, element.id()));
        control.aria_hidden = lower(element, "aria-hidden") == "true";
        for ancestor in element.ancestors().filter_map(ElementRef::wrap) {
            let tag = ancestor.value().name();
            if matches!(tag, "form" | "body") {
                within = false;
            }
            match tag {
                "datalist" => control.in_datalist = true,
                "fieldset" => {
                    let legend = ancestor.child_elements().find(|child| child.value().name() == "legend");
                    if attr(ancestor, "disabled").is_some() && !legend.is_some_and(|legend| passed.contains(&legend.id())) {
                        control.disabled = true;
                    }
                    if control.legend.is_empty() {
                        control.legend = legend.map(|legend| inner_text(legend, MAX_LABEL)).unwrap_or_default();
                    }
                }
                _ if control.legend.is_empty() && matches!(attr(ancestor, "role"), Some("group" | "radiogroup")) => {
                    control.legend = self.label_of(ancestor);
                }
                _ => {}
            }
            if within {
                let class = lower(ancestor, "class");
                if concealed.is_none_or(|(how, _)| how == Concealed::NotShown) {
                    let here = if class.contains("honeypot") {
                        Some(Concealed::Trick)
                    } else if self.rules.rendered {
                        None
                    } else {
                        self.rules.conceals(ancestor)
                    };
                    concealed = here.map(|how| (how, ancestor.id())).or(concealed);
                }
                // A dialog is hidden from readers while it is closed; a trap is hidden alone.
                let few = self.holds.get(&ancestor.id()).is_some_and(|held| *held <= 2);
                control.aria_hidden |= few && lower(ancestor, "aria-hidden") == "true";
                control.invalid |= class.split_whitespace().any(|c| matches!(c, "gfield_error" | "has-error"));
                if class.contains("wpcf7-acceptance") && !class.contains("optional") {
                    control.class.push_str(" required");
                }
            }
            passed.push(ancestor.id());
        }
        if let Some((how, node)) = concealed.filter(|_| control.kind != "hidden") {
            control.concealed = Some(how);
            if control.is_typed() || control.kind == "select" {
                self.concealing.entry(node).or_default().push(control.index);
            }
        }
        (control.before, control.context) = self.text_before();
        (control.row, control.wrappers) =
            if control.kind == "hidden" || control.is_button() { Default::default() } else { self.row_of(element) };
    }
}
