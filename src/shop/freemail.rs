//! Domains of mail that everybody may have: whoever writes from there is not known by it.

/// Everybody's mail.
const DOMAINS: &[&str] = &[
    "aol.com",
    "att.net",
    "bellsouth.net",
    "charter.net",
    "comcast.net",
    "cox.net",
    "duck.com",
    "earthlink.net",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "verizon.net",
    "yahoo.com",
    "ymail.com",
    "zoho.com",
    "zohomail.com",
];

/// Whether anybody may have an address there.
#[must_use]
pub fn is_free(domain: &str) -> bool {
    DOMAINS.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_are_in_order() {
        assert!(DOMAINS.is_sorted() && is_free("gmail.com") && !is_free("bluebonnet.example"));
    }
}
