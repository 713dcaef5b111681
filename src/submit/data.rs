//! JSON-LD 1.1 as far as sites use it to describe themselves: every object of every script, nested ones and `@graph` too, with
//! its types. What is not JSON, or nests without bound, is passed over.

use serde_json::{Map, Value};

use super::outline::Outline;

const MAX_DEPTH: usize = 12;
const MAX_NODES: usize = 2_000;

/// An object of structured data.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where its script stands in the text of the page.
    pub(super) at: usize,
    /// The key under which it stands in another object; empty at the top.
    pub(super) key: String,
    object: Map<String, Value>,
}

impl Node {
    /// Whether it is of a type, compared without case; `Business` fits `HomeAndConstructionBusiness`.
    pub(super) fn is_a(&self, kind: &str) -> bool {
        let kind = kind.to_ascii_lowercase();
        let fits = |value: &Value| value.as_str().is_some_and(|text| text.to_ascii_lowercase().ends_with(&kind));
        match self.object.get("@type") {
            Some(Value::Array(all)) => all.iter().any(fits),
            Some(one) => fits(one),
            None => false,
        }
    }

    /// A value as it stands.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.object.get(key)
    }

    /// The texts under a key, be it one or a list.
    pub(super) fn texts(&self, key: &str) -> Vec<&str> {
        match self.object.get(key) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one],
            _ => Vec::new(),
        }
    }

    /// The first text under a key, trimmed; an empty one is none.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.texts(key).into_iter().map(str::trim).find(|text| !text.is_empty())
    }
}

/// All objects, in the order in which they stand; an object comes before those inside it.
pub(super) fn nodes(outline: &Outline) -> Vec<Node> {
    let mut found = Vec::new();
    for (at, text) in outline.data() {
        // Some generators wrap the script in comments.
        let text =
            text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_end_matches("-->").trim_end_matches("//]]>");
        if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
            gather(at, "", value, 0, &mut found);
        }
    }
    found
}

fn gather(at: usize, key: &str, value: Value, depth: usize, found: &mut Vec<Node>) {
    if depth > MAX_DEPTH || found.len() >= MAX_NODES {
        return;
    }
    match value {
        Value::Array(all) => all.into_iter().for_each(|one| gather(at, key, one, depth + 1, found)),
        Value::Object(object) => {
            found.push(Node { at, key: key.to_owned(), object: object.clone() });
            for (key, inner) in object {
                if inner.is_object() || inner.is_array() {
                    gather(at, &key, inner, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}
