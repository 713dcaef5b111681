//! Hosts and local parts that bear a builder's name without being its own: `bluebonnet-homes.com`, `bluebonnet.newhomes-crm.example`,
//! `bluebonnethomes@lassocrm.com`. They make a candidate and no owner: names are many builders'.

use super::{Target, domain, hosts, words};
use crate::shop::freemail;

/// A core shorter than this is a word of chance: `oak`, `sun`.
const LEAST: usize = 5;
/// Within a longer word, a core must be longer to be one.
const WITHIN: usize = 7;

/// The builder's name as hosts spell it.
pub(super) struct Keys {
    /// The whole name, and the labels of its own domains.
    whole: Vec<String>,
    /// What sets it apart from others.
    core: String,
}

impl Keys {
    /// The keys of a target.
    pub(super) fn of(target: &Target) -> Self {
        let spelt = |name: &str| words::fold(name).replace(' ', "");
        let own = target.domains.iter().filter(|domain| !hosts::is_shared(domain)).filter_map(|domain| label(domain));
        let name = target.builder.replace('&', " and ");
        let short = words::fold(&name).replace(" and ", " ");
        let mut whole: Vec<String> = [spelt(&name), spelt(&short)].into_iter().chain(own).collect();
        whole.retain(|key| key.len() > LEAST);
        Self { whole, core: words::core_of(&target.builder).replace(' ', "") }
    }

    /// How much like the builder's a host is, 0 to 0.6.
    pub(super) fn host(&self, host: &str, target: &Target) -> f64 {
        if freemail::is_free(host) || domain::of_target(host, target) {
            return 0.0;
        }
        let labels = host.rsplit('.').skip(1);
        labels.map(|label| self.label(label)).fold(0.0, f64::max)
    }

    /// How much like the builder's name a local part is, 0 to 0.4.
    pub(super) fn local(&self, local: &str) -> f64 {
        let plain: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        let named = self.whole.iter().any(|key| plain.contains(key.as_str()))
            || (self.core.len() >= LEAST && local.split(['.', '-', '_', '+']).any(|part| part == self.core))
            || (self.core.len() >= WITHIN && plain.contains(&self.core));
        if named { 0.4 } else { 0.0 }
    }

    fn label(&self, label: &str) -> f64 {
        let plain = label.replace('-', "");
        if self.whole.contains(&plain) {
            return 0.6;
        }
        if self.core.len() >= LEAST && (plain == self.core || label.split('-').any(|part| part == self.core)) {
            return 0.5;
        }
        if self.core.len() >= WITHIN && plain.contains(&self.core) { 0.4 } else { 0.0 }
    }
}

/// The label of a domain that its owner chose: `bluebonnet` of `www.bluebonnet.co.uk`.
fn label(domain: &str) -> Option<String> {
    let labels: Vec<&str> = domain.trim_start_matches("www.").split('.').collect();
    let chosen = labels.iter().rev().skip(1).find(|label| !matches!(**label, "co" | "com" | "net" | "org"))?;
    Some(chosen.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;

    #[test]
    fn knows_a_look_alike_and_no_more() {
        let targets = two();
        for (host, blue, cedar) in [
            ("bluebonnet-homes.com", 0.6, 0.0),
            ("bluebonnethomes.net", 0.6, 0.0),
            ("mail.bluebonnet.com", 0.6, 0.0),
            ("bluebonnet.newhomes-crm.example", 0.6, 0.0),
            ("bluebonnet.lassocrm.com", 0.6, 0.0),
            ("em.cedar-stone-builders.com", 0.0, 0.6),
            ("cedarandstonebuilders.com", 0.0, 0.6),
            ("cedarstonetx.com", 0.0, 0.4),
            ("mail.bluebonnet.example", 0.0, 0.0),
            ("blue.example", 0.0, 0.0),
            ("gmail.com", 0.0, 0.0),
            ("bluebonnet", 0.0, 0.0),
        ] {
            let like = |target: &Target| Keys::of(target).host(host, target);
            let found = (like(&targets[0]), like(&targets[1]));
            assert!((found.0 - blue).abs() < 1e-9 && (found.1 - cedar).abs() < 1e-9, "{host}: {found:?}");
        }
        let keys = Keys::of(&targets[0]);
        assert!(keys.local("bluebonnethomes") > 0.0 && keys.local("leads.bluebonnet") > 0.0);
        assert!(keys.local("amy.ortiz") < 1e-9);
    }
}
