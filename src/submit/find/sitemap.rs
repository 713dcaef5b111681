//! Sitemaps (sitemaps.org 0.9): the addresses of a `urlset`, or the further sitemaps of a `sitemapindex`. Read leniently, for
//! nothing but the addresses; compressed files and anything but XML are passed over.

use url::Url;

/// Addresses looked at in one sitemap; a builder's site has some hundreds.
const MAX_ADDRESSES: usize = 20_000;

/// What a sitemap lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sitemap {
    /// Pages.
    Pages(Vec<Url>),
    /// Further sitemaps, likeliest first.
    Index(Vec<Url>),
}

/// Reads a sitemap that was loaded from `base`.
pub(super) fn parse(body: &[u8], base: &Url) -> Sitemap {
    let text = String::from_utf8_lossy(body);
    let index = text.contains("<sitemapindex");
    let mut found = Vec::new();
    for piece in text.split("<loc>").skip(1).take(MAX_ADDRESSES) {
        let address = piece.split("</loc>").next().unwrap_or_default().trim();
        let address = address.strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>")).unwrap_or(address);
        let address = address.replace("&amp;", "&").replace("&#38;", "&");
        if let Ok(url) = base.join(address.trim())
            && matches!(url.scheme(), "http" | "https")
        {
            found.push(url);
        }
    }
    if !index {
        return Sitemap::Pages(found);
    }
    found.retain(|url| !std::path::Path::new(url.path()).extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")));
    // Contact pages stand among the pages, hardly among posts, products or pictures.
    let rank = |url: &Url| {
        let path = url.path().to_ascii_lowercase();
        let file = path.rsplit('/').next().unwrap_or_default();
        let unlikely = ["post", "image", "video", "news", "blog", "categor", "tag", "author", "product", "attachment"];
        match file {
            _ if file.contains("page") => 0,
            _ if file.contains("communit") => 1,
            _ if unlikely.iter().any(|word| file.contains(word)) => 3,
            _ => 2,
        }
    };
    found.sort_by_key(rank);
    Sitemap::Index(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_further_sitemaps_are_read() {
        let base = Url::parse("http://x.example/sitemap.xml").unwrap();
        let at = |path: &str| base.join(path).unwrap();
        let pages = "<?xml version='1.0'?><urlset xmlns='x'><url><loc> http://x.example/a?b=1&amp;c=2 </loc></url><url><loc><![CDATA[/b]]></loc></url></urlset>";
        assert_eq!(parse(pages.as_bytes(), &base), Sitemap::Pages(vec![at("/a?b=1&c=2"), at("/b")]));
        let index = "<sitemapindex><sitemap><loc>/post-sitemap.xml</loc></sitemap><sitemap><loc>/other.xml</loc></sitemap><sitemap><loc>/a.xml.gz</loc></sitemap><sitemap><loc>/page-sitemap.xml</loc></sitemap></sitemapindex>";
        assert_eq!(
            parse(index.as_bytes(), &base),
            Sitemap::Index(vec![at("/page-sitemap.xml"), at("/other.xml"), at("/post-sitemap.xml")])
        );
        assert_eq!(parse(b"<html>not found", &base), Sitemap::Pages(vec![]));
    }
}
