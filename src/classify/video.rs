//! A video made for the reader: a watch address, or a thumbnail that is a link. A YouTube icon in a footer is none, and a
//! tracked link is judged by its image's host, for following it would mark the mail as clicked.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};
use crate::collect::mail::Link;

static WATCH: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?://|\.)(?:(?:[\w-]+\.)*bbemaildelivery\.com/bbext/\?\S*p=(?:video_land|vidembed)|(?:[\w-]+\.)*bombbomb\.com/(?:video|play|v|vid|e|gallery|app)\b|bbvid\.\w+/|(?:share|video)\.vidyard\.com/(?:watch|v)/|[\w-]+\.hubs\.vidyard\.com/watch|play\.vidyard\.com/\w{6,}|loom\.com/(?:share|i|embed)/\w|(?:[\w-]+\.)?dubb\.com/v/\w|(?:[\w-]+\.)?hippovideo\.io/video/play/|fast\.wistia\.(?:com|net)/embed|[\w-]+\.wistia\.com/medias/|soapbox\.wistia\.com/videos/|(?:www\.)?vimeo\.com/(?:\w+/)*\d{6,}|player\.vimeo\.com/video/\d+|(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?\S*v=|shorts/|embed/|live/)[\w-]{6,}|youtu\.be/[\w-]{6,}|(?:[\w-]+\.)?covideo\.com/\w|(?:[\w-]+\.)?onemob\.com/\w|(?:[\w-]+\.)?videolicious\.com/\w|(?:[\w-]+\.)?sendspark\.com/(?:share|video|v)/|(?:[\w-]+\.)?bonjoro\.com/[gv]/|(?:www\.)?videoask\.com/\w{6,}|share\.zight\.com/\w|(?:www\.)?tella\.tv/video/\w|(?:[\w-]+\.)?vidalytics\.com/\w)",
    )
});
static THUMBNAIL: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?://|\.)(?:cdn\.loom\.com/sessions/thumbnails/|play\.vidyard\.com/[\w-]+\.(?:jpe?g|gif|png)|i\.vimeocdn\.com/|(?:img\.youtube|i\.ytimg|i3?\.ytimg)\.com/vi(?:_webp)?/|embed(?:-ssl)?\.wistia\.com/|[\w.-]*bombbomb\.com/\S+\.(?:jpe?g|gif|png)|[\w.-]*bbemaildelivery\.com/\S+\.(?:jpe?g|gif|png)|[\w.-]*dubb\.com/\S+\.(?:jpe?g|gif|png)|[\w.-]*hippovideo\.io/\S+\.(?:jpe?g|gif|png)|[\w.-]*covideo\.com/\S+\.(?:jpe?g|gif|png)|[\w.-]*(?:sendspark|bonjoro|videoask|onemob)\.\w+/\S+\.(?:jpe?g|gif|png))",
    )
});
static PLAY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"\b(?:(?:click to )?play (?:the |my |this |your )?video|watch (?:the |my |this |your )?(?:short |quick |personal )?video)\b")
});
static ICON: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^\s*(?:youtube|vimeo|follow us|subscribe|visit our (?:youtube|channel).*)\s*$|icon"));

/// The address of the video.
pub(super) fn found(links: &[Link]) -> Option<String> {
    let watch = links.iter().find(|link| {
        let icon = ICON.is_match(&link.text) || link.image.as_deref().is_some_and(|image| ICON.is_match(image));
        !icon && WATCH.is_match(&plain(&link.href))
    });
    let thumbnail = || {
        links.iter().find(|link| {
            link.image.as_deref().is_some_and(|image| THUMBNAIL.is_match(&plain(image)) || PLAY.is_match(&link.text))
                && link.href.starts_with("http")
        })
    };
    watch.or_else(thumbnail).map(|link| link.href.clone())
}

/// Percent signs of an address inside an address resolved, as far as the patterns need.
fn plain(href: &str) -> String {
    let mut href = href.to_owned();
    for (coded, sign) in [("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%3D", "="), ("%26", "&"), ("-2F", "/")] {
        if href.contains(coded) || href.contains(&coded.to_lowercase()) {
            href = href.replace(coded, sign).replace(&coded.to_lowercase(), sign);
        }
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(href: &str, text: &str, image: Option<&str>) -> Link {
        Link { href: href.into(), text: text.into(), image: image.map(str::to_owned) }
    }

    #[test]
    fn tells_a_video_from_an_icon() {
        for (href, text, image, video) in [
            ("https://www.loom.com/share/0123abcd", "", None, true),
            ("https://share.vidyard.com/watch/AbCdEf", "", None, true),
            ("https://youtu.be/dQw4w9WgXcQ", "Your tour", None, true),
            ("https://vimeo.com/123456789", "", None, true),
            ("https://bbemaildelivery.com/bbext/?p=video_land&id=1", "", None, true),
            ("https://click.crm.example/x1", "", Some("https://cdn.loom.com/sessions/thumbnails/1-with-play.gif"), true),
            ("https://click.crm.example/?u=https%3A%2F%2Fdubb.com%2Fv%2FAbC", "", None, true),
            ("https://click.crm.example/x2", "Click to play video", Some("https://crm.example/t.gif"), true),
            ("https://www.youtube.com/@bluebonnet", "YouTube", Some("https://b.example/yt.png"), false),
            ("https://www.youtube.com/watch?v=abcdefgh", "YouTube", Some("https://b.example/icon-yt.png"), false),
            ("https://vimeo.com/bluebonnet", "Vimeo", None, false),
            ("https://bluebonnet.example/video", "Gallery", None, false),
        ] {
            assert_eq!(found(&[link(href, text, image)]).is_some(), video, "{href}");
        }
    }
}
