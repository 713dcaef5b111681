//! A page as a stream: the text a person sees, block by block, with pictures, telephone links, frames and structured data at
//! their places, so that what stands together can be told from what does not. Filled while the page is read; no second walk.

use scraper::ElementRef;
use url::Url;

use super::elements::{attr, ends_block, ends_section, lower};
use super::page::collapse;

const MAX_TEXT: usize = 200_000;
const MAX_DATA: usize = 200_000;
const MAX_OBJECTS: usize = 4_000;
/// Ends a section, as `\n` ends a block.
pub const SECTION: char = '\u{c}';

/// Something that is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An `img` that is seen.
    Picture {
        /// Its `alt`.
        alt: String,
        /// Its address as written, lower case.
        source: String,
        /// `width` and `height` where both stand there.
        size: Option<(u32, u32)>,
    },
    /// What follows `tel:` in a link.
    Phone(String),
    /// A JSON-LD script.
    Data(String),
    /// An `iframe`.
    Frame(Url),
    /// A `<link>` with its `rel`.
    Relation(String, Url),
}

/// A thing at its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Bytes of text before it.
    pub at: usize,
    /// What it is.
    pub thing: Thing,
}

/// The stream.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Visible text; `\n` ends a block, [`SECTION`] a section.
    pub text: String,
    /// Everything else, in document order.
    pub objects: Vec<Object>,
    /// `og:site_name`.
    pub site_name: Option<String>,
    data: usize,
}

impl Outline {
    /// Visible words, one space apart.
    pub(super) fn say(&mut self, words: &str) {
        if self.text.len() >= MAX_TEXT {
            return;
        }
        if !self.text.is_empty() && !self.text.ends_with(['\n', ' ', SECTION]) {
            self.text.push(' ');
        }
        self.text.push_str(words);
    }

    /// Parts what stands on either side of a tag, where the tag does so.
    fn part(&mut self, tag: &str) {
        if ends_section(tag) {
            self.close(SECTION);
        } else if ends_block(tag) {
            self.close('\n');
        }
    }

    fn close(&mut self, mark: char) {
        if !self.text.is_empty() && !self.text.ends_with(['\n', SECTION]) || mark == SECTION && self.text.ends_with('\n') {
            self.text.push(mark);
        }
    }

    fn add(&mut self, thing: Thing) {
        if self.objects.len() < MAX_OBJECTS {
            self.objects.push(Object { at: self.text.len(), thing });
        }
    }

    /// An element begins.
    pub(super) fn enter(&mut self, element: ElementRef<'_>, tag: &str, unseen: bool, base: &Url) {
        self.part(tag);
        let address = |name: &str| attr(element, name).map(str::trim).filter(|text| !text.is_empty());
        match tag {
            "img" if !unseen => {
                let source = ["data-src", "data-lazy-src", "src"].into_iter().find_map(address).unwrap_or_default();
                let inline = source.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
                let number = |name| address(name)?.trim_end_matches("px").parse::<u32>().ok();
                self.add(Thing::Picture {
                    alt: collapse(attr(element, "alt").unwrap_or_default(), 200),
                    source: if inline { "data:".to_owned() } else { source.to_ascii_lowercase() },
                    size: number("width").zip(number("height")),
                });
            }
            "a" => {
                if let Some(number) = address("href").and_then(crate::number::written_in) {
                    self.add(Thing::Phone(number));
                }
            }
            "script" if lower(element, "type").starts_with("application/ld+json") && self.data < MAX_DATA => {
                let text: String = element.text().collect();
                self.data += text.len();
                self.add(Thing::Data(text));
            }
            "iframe" => {
                let source = address("src").or_else(|| address("data-src")).and_then(|source| base.join(source).ok());
                if let Some(url) = source.filter(|url| matches!(url.scheme(), "http" | "https")) {
                    self.add(Thing::Frame(url));
                }
            }
            "link" => {
                let rel = lower(element, "rel");
                if rel == "contact"
                    && let Some(url) = address("href").and_then(|href| base.join(href).ok())
                {
                    self.add(Thing::Relation(rel, url));
                }
            }
            "meta"
                if self.site_name.is_none()
                    && attr(element, "property").is_some_and(|property| property.trim().eq_ignore_ascii_case("og:site_name")) =>
            {
                self.site_name = address("content").map(|name| collapse(name, 200)).filter(|name| !name.is_empty());
            }
            _ => {}
        }
    }

    /// An element ends.
    pub(super) fn leave(&mut self, tag: &str) {
        self.part(tag);
    }

    /// The structured data, in document order, with its place.
    pub fn data(&self) -> impl Iterator<Item = (usize, &str)> {
        self.objects.iter().filter_map(|object| match &object.thing {
            Thing::Data(text) => Some((object.at, text.as_str())),
            _ => None,
        })
    }

    /// The blocks of text with the place where each begins.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut at = 0;
        self.text.split(['\n', SECTION]).map(move |block| {
            let begins = at;
            at += block.len() + 1;
            (begins, block)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::Page;
    use super::*;

    #[test]
    fn a_page_reads_as_a_stream() {
        let html = "<head><meta property=og:site_name content=' Bluebonnet  Homes'><link rel=contact href=/map.xml></head><body><header><a href='TEL:+1 512'>Call</a></header>\
                    <section><p>Amy <b>Ortiz</b></p><img src=/A.jpg alt=Amy width=10 height=12><p style='display:none'>no<img src=x></p>\
                    <script type=application/ld+json>{\"a\":1}</script><iframe src=/Form></iframe></section>";
        let page = Page::parse(html.as_bytes(), &Url::parse("http://x.example/").unwrap(), None);
        let outline = &page.outline;
        assert_eq!(outline.text, "Call\u{c}Amy Ortiz\n\u{c}");
        assert_eq!(outline.site_name.as_deref(), Some("Bluebonnet Homes"));
        assert_eq!(outline.objects.len(), 5, "{outline:?}");
        assert_eq!(outline.objects[1], Object { at: 0, thing: Thing::Phone("+1 512".into()) });
        let picture = Thing::Picture { alt: "Amy".into(), source: "/a.jpg".into(), size: Some((10, 12)) };
        assert_eq!(outline.objects[2], Object { at: 15, thing: picture });
        assert_eq!(outline.data().collect::<Vec<_>>(), [(15, "{\"a\":1}")]);
        assert!(matches!(&outline.objects[4].thing, Thing::Frame(url) if url.path() == "/Form"));
        assert_eq!(outline.blocks().filter(|(_, block)| !block.is_empty()).collect::<Vec<_>>(), [(0, "Call"), (5, "Amy Ortiz")]);
    }
    #[test]
    fn the_stream_and_the_page_part_text_at_the_same_tags() {
        let url = Url::parse("http://x.example/").unwrap();
        for tag in ["p", "blockquote", "button", "figcaption", "label", "legend", "pre", "section", "span", "b"] {
            let page = Page::parse(format!("one<{tag}>two</{tag}>three").as_bytes(), &url, None);
            let blocks: Vec<&str> = page.outline.blocks().map(|(_, block)| block).filter(|block| !block.is_empty()).collect();
            let want = if matches!(tag, "span" | "b") { vec!["one two three"] } else { vec!["one", "two", "three"] };
            assert_eq!((blocks, page.lines.trim_end().split('\n').map(str::trim).collect::<Vec<_>>()), (want.clone(), want), "{tag}");
        }
    }
}
