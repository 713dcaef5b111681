//! Whether a host is this machine: all that a rehearsal may reach, and where nothing need be hidden from a network.

use std::net::IpAddr;

use url::Url;

/// Whether a host, as a URL names it, is this machine: `localhost`, or an address of loopback, with or without brackets.
#[must_use]
pub fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a URL leads to this machine.
#[must_use]
pub fn leads_here(url: &Url) -> bool {
    url.host_str().is_some_and(is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_here() {
        for (url, here) in [
            ("http://localhost:1/", true),
            ("smtp://LocalHost", true),
            ("http://127.0.0.9/", true),
            ("smtp://127.0.0.1:25", true),
            ("http://[::1]:8080/", true),
            ("http://0x7f.1/", true),
            ("http://localhost.example/", false),
            ("http://127.0.0.1.example/", false),
            ("http://10.0.0.1/", false),
            ("http://[::2]/", false),
            ("data:text/plain,localhost", false),
        ] {
            assert_eq!(leads_here(&Url::parse(url).unwrap()), here, "{url}");
        }
    }
}
