//! Gathers controls that no `form` holds into groups that a person would take for a form: the smallest parts of the page
//! with something to fill and something to press. Takes each control's way down from the root; gives groups of them.

use super::dom::NodeId;

/// A control without a form.
pub(super) struct Orphan {
    /// Its place in the list of controls.
    pub(super) control: usize,
    /// From the root down to its parent.
    pub(super) way: Vec<NodeId>,
    /// Something is typed, ticked or chosen.
    pub(super) asks: bool,
    /// Something is pressed.
    pub(super) presses: bool,
}

/// Controls that belong together.
#[derive(Debug)]
pub(super) struct Group {
    /// The controls, in document order.
    pub(super) controls: Vec<usize>,
    /// The element that holds them all.
    pub(super) holder: NodeId,
}

/// The groups of a document. `roof` is the depth of the body: what only the whole page holds together is not merged.
pub(super) fn group(orphans: &[Orphan], roof: usize) -> Vec<Group> {
    let all: Vec<&Orphan> = orphans.iter().collect();
    let (mut groups, strays) = split(&all, 0, roof);
    groups.extend(gather(&strays).filter(|_| strays.iter().filter(|orphan| orphan.asks).count() > 1));
    groups.sort_by_key(|group| group.controls.first().copied());
    groups
}

/// The groups below a node, and the controls that are in none yet.
fn split<'a>(orphans: &[&'a Orphan], depth: usize, roof: usize) -> (Vec<Group>, Vec<&'a Orphan>) {
    let (mut groups, mut strays) = (Vec::new(), Vec::new());
    for branch in orphans.chunk_by(|a, b| a.way.get(depth).is_some() && a.way.get(depth) == b.way.get(depth)) {
        match branch {
            [first, _, ..] if first.way.len() > depth => {
                let (inner, left) = split(branch, depth + 1, roof);
                groups.extend(inner);
                strays.extend(left);
            }
            _ => strays.extend_from_slice(branch),
        }
    }
    let asks = strays.iter().any(|orphan| orphan.asks);
    if let ([only], true, true) = (groups.as_mut_slice(), asks, depth > roof) {
        // A button inside a row must not split the form around it.
        only.controls.extend(strays.iter().map(|orphan| orphan.control));
        only.controls.sort_unstable();
        if let Some(holder) = depth.checked_sub(1).and_then(|at| strays.first()?.way.get(at)) {
            only.holder = *holder;
        }
        return (groups, Vec::new());
    }
    if asks && strays.iter().any(|orphan| orphan.presses) {
        groups.extend(gather(&strays));
        return (groups, Vec::new());
    }
    (groups, strays)
}

fn gather(strays: &[&Orphan]) -> impl Iterator<Item = Group> {
    let common = strays.iter().skip(1).fold(strays.first().map_or(0, |first| first.way.len()), |common, orphan| {
        let first = strays.first().map_or(&[][..], |first| first.way.as_slice());
        common.min(first.iter().zip(&orphan.way).take_while(|(a, b)| a == b).count())
    });
    let holder = strays.first().and_then(|first| first.way.get(common.checked_sub(1)?)).copied();
    holder.map(|holder| Group { controls: strays.iter().map(|orphan| orphan.control).collect(), holder }).into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::page::Page;

    #[test]
    fn what_is_filled_and_pressed_together_is_one_form() {
        let search = "<div class=top><input name=q placeholder=Search><button>Go</button></div>";
        let rows = "<div><label>Name</label><input id=a></div><div><label>Email</label><input id=b></div>";
        for (html, expected) in [
            (format!("{search}<section>{rows}<div><textarea id=c></textarea></div><p><button>Send</button></p></section>"), vec![2, 4]),
            (format!("<main>{rows}<div><input id=p><button>Check</button></div><div><button>Send</button></div></main>"), vec![5]),
            (format!("<main>{rows}</main>"), vec![2]),
            (format!("{search}<form>{rows}<button>Send</button></form>"), vec![3, 2]),
            ("<p><button>Menu</button></p><p><input type=checkbox></p>".to_owned(), vec![]),
        ] {
            let page = Page::parse(html.as_bytes(), &url::Url::parse("http://x.example/").unwrap(), None);
            let sizes: Vec<usize> = page.forms.iter().map(|form| form.controls.len()).collect();
            assert_eq!(sizes, expected, "{html}");
        }
    }
}
