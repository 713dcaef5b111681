//! Hosts that many share: free mail, and the CRMs and mailing services through which builders write. Whoever writes from there
//! is not known by it.

use crate::shop::freemail;

/// CRMs, mailing services, and what carries mail and links for many.
const SERVICES: &[&str] = &[
    "activecampaign.com",
    "activehosted.com",
    "amazonses.com",
    "anewgo.com",
    "bombbomb.com",
    "boomtownroi.com",
    "brevo.com",
    "buildertrend.com",
    "calendly.com",
    "ccsend.com",
    "cincpro.com",
    "constantcontact.com",
    "exacttarget.com",
    "facebook.com",
    "followupboss.com",
    "freshsales.io",
    "google.com",
    "hs-send.com",
    "hs-sites.com",
    "hubspot.com",
    "hubspotemail.net",
    "hubspotlinks.com",
    "instagram.com",
    "keap.com",
    "klaviyomail.com",
    "kvcore.com",
    "lassocrm.com",
    "linkedin.com",
    "list-manage.com",
    "mailchimp.com",
    "mailgun.org",
    "mailjet.com",
    "mandrillapp.com",
    "marketo.com",
    "mcsv.net",
    "mktomail.com",
    "newhomesource.com",
    "office365.com",
    "onmicrosoft.com",
    "pardot.com",
    "pipedrive.com",
    "postmarkapp.com",
    "rsgsv.net",
    "salesforce.com",
    "salesforce-communications.com",
    "salesloft.com",
    "sendgrid.net",
    "sendinblue.com",
    "sparkpostmail.com",
    "topbuilder.com",
    "topproducer.com",
    "topproducer8i.com",
    "twilio.com",
    "wiseagent.com",
    "youtube.com",
    "zendesk.com",
    "zillow.com",
    "zoho.com",
    "zohocrm.com",
];

/// Whether a CRM's or a mailing service's, or below one.
pub(super) fn is_service(host: &str) -> bool {
    SERVICES.iter().any(|service| below(host, service))
}

/// Whether no sender is known by that host alone.
pub(super) fn is_shared(host: &str) -> bool {
    freemail::is_free(host) || is_service(host)
}

/// Whether a host is the domain or below it.
pub(super) fn below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// The host of an address, lower case.
pub(super) fn of_address(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, host)| host.trim_end_matches(['.', '>']).to_lowercase()).filter(|host| host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_shared_hosts_from_own_ones() {
        for (host, shared) in [
            ("gmail.com", true),
            ("notgmail.com", false),
            ("bluebonnet.lassocrm.com", true),
            ("lassocrm.com", true),
            ("mylassocrm.com", false),
            ("bluebonnet.example", false),
        ] {
            assert_eq!(is_shared(host), shared, "{host}");
        }
        assert!(SERVICES.iter().all(|host| *host == host.to_lowercase()));
        assert_eq!(of_address("Amy@Mail.Example.").as_deref(), Some("mail.example"));
    }
}
