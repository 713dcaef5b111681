//! What of the network a public site may lead to: no address of this machine and none of a private network. [`PublicOnly`] is
//! asked by the connection itself, so that a name that answers otherwise at its second asking (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

/// Whether an address is of this machine or a private network.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let special = matches!(ip.octets(), [0 | 240..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..]);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_multicast() || special
        }
        IpAddr::V6(ip) => {
            // An IPv4 address within: mapped, NAT64 (RFC 6052) and 6to4 (RFC 3056).
            let within = match ip.segments() {
                [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
                    is_private(IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))))
                }
                _ => false,
            };
            within || ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}

/// Resolves names to their public addresses alone.
#[derive(Debug)]
pub(super) struct PublicOnly {
    /// Hosts of proxies, which may well stand on a private network.
    proxies: Vec<String>,
}

impl PublicOnly {
    /// One that also finds the proxies which the environment names.
    #[expect(clippy::disallowed_methods, reason = "the client reads its proxies from the same variables")]
    pub(super) fn beside_proxies() -> Arc<Self> {
        let named = ["http_proxy", "https_proxy", "all_proxy"].into_iter().flat_map(|name| [name.to_owned(), name.to_ascii_uppercase()]);
        let host = |text: String| {
            let url = Url::parse(&text).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{text}")).ok());
            url.and_then(|url| url.host_str().map(str::to_owned))
        };
        Arc::new(Self { proxies: named.filter_map(|name| std::env::var(name).ok()).filter_map(host).collect() })
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let proxy = self.proxies.contains(&name);
        Box::pin(async move {
            let mut found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            found.retain(|address| proxy || !is_private(address.ip()));
            if found.is_empty() {
                return Err(format!("{name} is on a private network").into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_is_no_public_name_unless_it_is_the_proxys() {
        for (proxies, found) in [(vec![], false), (vec!["localhost".to_owned()], true)] {
            let resolver = PublicOnly { proxies };
            let answer = resolver.resolve("localhost".parse().unwrap()).await;
            assert_eq!(answer.is_ok(), found);
        }
    }
}
