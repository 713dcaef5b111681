//! Mail written for many: list headers (RFC 2369, 2919, 8058), marks of mailing services, and the words of advertising.
//! A mailing service's mark alone is machinery, for counselors write through CRMs too.

use std::sync::LazyLock;

use memchr::memmem;

use super::evidence::Evidence;
use super::pattern::{Regex, any_case, exact};
use super::{automatic, disguise, faults};
use crate::collect::mail::Mail;

/// Headers that mailing services leave.
const SERVICES: &[&str] = &[
    "feedback-id",
    "x-csa-complaints",
    "x-sfmc-stack",
    "x-ses-outgoing",
    "x-sg-eid",
    "x-sg-id",
    "x-mailgun-sid",
    "x-mailgun-variables",
    "x-pm-message-id",
    "x-mc-user",
    "x-mandrill-user",
    "x-mj-mid",
    "x-report-abuse",
    "x-report-abuse-to",
    "x-campaign",
    "x-campaignid",
    "x-campaign-id",
    "x-mailer-recptid",
    "x-hs-cid",
    "x-hubspot-correlation-id",
    "x-msfbl",
    "x-mailin-eid",
    "x-mailin-campaign",
    "x-roving-id",
    "x-marketoid",
    "x-job",
    "x-rpcampaign",
    "x-klaviyo-message-id",
    "x-mailchimp-campaign-id",
    "x-emarsys-identify",
    "x-cm-envelope",
    "x-list-id",
    "x-mail-job",
    "x-mailid",
    "x-pardot-route",
    "x-pardot-lb3",
    "x-sib-id",
    "x-kmail-account",
    "x-elqsiteid",
    "x-elqcampaignid",
];

static LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bunsubscri|\bopt[- ]?out\b|manage (?:your )?(?:e?mail )?(?:preferences|subscription)|email preferences|to be (?:removed|taken off|excluded)|(?:be|get) removed from|remove (?:me|yourself|your (?:name|e?-?mail|address))|removal (?:instructions|from)|to (?:remove|stop receiving|cancel|discontinue)|if you (?:do not|don'?t|no longer) (?:wish|want) to (?:receive|be|hear)|(?:reply|text|write back)\b[^\n]{0,30}\b(?:remove|unsubscribe|stop|off)\b|darse de baja|cancelar (?:la |su )?suscripci|d[eé]sabonner|abmelden",
    )
});
/// It speaks to many at once.
static MANY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\s*(?:good (?:morning|afternoon|evening)|hello|hi|dear|greetings|happy \w+|hey)?,? ?(?:all|everyone|everybody|friends?|neighbou?rs?|(?:future |new |prospective )?home ?(?:buyers?|owners?)|realtors?|agents?|brokers?|folks|house hunters?|families|friends and \w+|valued \w+|amigos|clientes)\s*[,!:-]|\b(?:everyone|everybody|all of you|those) (?:who (?:is |are )?)?on (?:our|the|this) (?:\w+ ){0,2}list\b|\bour (?:interest|vip|priority|mailing|e-?mail|insider|contact) list\b|\ball (?:home ?owners|buyers|realtors|agents)\b|(?:agents?|realtors?|brokers?)(?: welcome|s?: )|\bco-?op\b|queridos|estimados clientes",
    )
});
/// It is one of a row of mails, or of those that go out on a calendar.
static SERIES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:tip|step|part|day|lesson|e-?mail|reason|chapter) #?\d+(?: ?of ?\d+|\s*:)|\d+ (?:tips|reasons|things|ways|steps|questions|mistakes) (?:to|for|why|that|you|every)|take you off|(?:next|last|this) (?:week|month|quarter)'?s? (?:e?-?mail|newsletter|tip|update|edition|issue)|in your inbox|(?:monthly|weekly|quarterly) (?:update|newsletter|digest)|\bnewsletter\b|stay tuned|more tips|over the (?:next|coming) (?:few |couple (?:of )?|\d+ |two |three )?(?:days|weeks|months)[^.!?]{0,20}\b(?:i|we)(?:'?ll| will)|boletin|bolet[ií]n",
    )
});
/// What a follow-up plan says on its day, whoever reads it.
static DRIP: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:just (?:checking|following|touching|circling|popping|wanted to)\b|checking (?:in|back)\b|circling back|touch(?:ing)? base|(?:are you )?still (?:looking|interested|searching|in the market|thinking|planning|hoping|on (?:your|the) )|haven'?t heard (?:back|from you)|hear from you|(?:did|have) you (?:get|had|have) a chance|i(?:'ve| have)? (?:reached out|tried|called|emailed|written) (?:a few|several|\d|two|three|many) times|last (?:e?mail|note|message|try)|my last (?:e?mail|note)|take the hint|is this goodbye|close (?:out )?your file|life gets busy|on the fence|big decision|no pressure|take the next step|dream home|exciting (?:things|news|time)|big news|going (?:fast|quickly)|move quickly|on (?:your|the) wish list|keep you posted|best in your search|(?:our|the) (?:latest|newest|current|updated) (?:available |move.in )?(?:homes?|list\w*|prices?|pricing|release|brochure|inventory)|thanks again for your interest|one more thing about|in case you missed|thought you(?:'d| would| might) (?:like|want|enjoy|find)|homes (?:like|similar|you)|based on (?:your|the homes)|you (?:viewed|saved|looked at|searched)|matches? for your|your (?:home )?search|(?:in|within) the next \d|rates? (?:just )?(?:dropped|fell|hit|are down)|market (?:update|minute|report)|meet (?:your|our|the) (?:\w+ ){0,3}(?:agent|team|lender|guide|counselor)|(?:a )?(?:little|bit) about me|(?:here'?s|here is) what you can expect|personal guide|let me introduce (?:myself|our)|get pre-?(?:approved|qualified)|download (?:it|our|the|your)|checklist|free (?:guide|consultation)|(?:two|three|\d+)-page guide|reply (?:yes|\W?[A-Z]{3,}|with the number)|first.time buyers|(?:our|a|my) (?:preferred |favorite )?(?:lender|lending) (?:partner|team)|preferred lender|make sure you (?:saw|got|have)|(?:video|virtual) tours?\b|grateful|thankful|see all (?:photos|homes)|it'?s been (?:a|one|two|three|\d+) (?:year|month|week|while)s?|a year ago|anniversary|happy (?:thanksgiving|holidays|new year|birthday|friday|fall|spring)|grateful for|(?:did|does|do) you know that\b|did you know|sigue (?:buscando|interesad\w+)|solo quer[ií]a|c[oó]mo va (?:todo|tu|su)|primer paso|nuevos precios|nuestro programa|muchas familias|feliz (?:semana|navidad|a[nñ]o)|nice to e-?meet you|so many of (?:my|our) (?:buyers|clients|customers|homeowners)|(?:your|first|next) (?:home ?(?:buying|ownership) )?journey|earn(?:ing)? your business|(?:secure )?link to apply|lista de precios|aprovech[ea]\b|(?:solo|s[oó]lo) hasta|hasta (?:fin|finales) de mes)",
    )
});
/// A line of a list of homes.
static HOMES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"^\W*(?:\d{1,2}[.)] )?\d{1,5} [A-Za-z][^\n]{3,60}(?:\$ ?\d|\d(?:\.\d)? ?(?:bed|bath|br\b|ba\b|/ ?\d)|\bready\b|\bsf\b|sq)")
});
/// The same by its name: "The Camellia - 4 bd, 3 ba - $468,990".
static PRICED: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^[^\n.?!]{3,60}(?:[-|,:\x{2013}\x{2022}]|\.{3,})[^\n.?!]{0,60}\$? ?\d{3},\d{3}\b[^\n.?!]{0,30}$"));
/// What is told to everybody: events, prices, releases.
static NEWS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:you(?:'re| are) (?:all )?invited|save the date|join us\b|open house|ribbon.cutting|bring (?:your|a|the) (?:friends?|family|appetite|kids)|refer (?:a|your)|forward this|price (?:improvements?|updates?|drops?|reductions?|list)|new (?:release|phase|homesites|inventory|listings?|section)|just (?:released|listed|reduced)|now (?:selling|open|available|pre-?selling)|homes (?:start|starting|priced|from)\b|starting (?:at|from|in) (?:the )?(?:low|mid|high|upper|\$)|limited[- ]time|flash sale|black friday|(?:holiday|spring|summer|fall|winter|year[- ]end) (?:savings|special|event|sale|sales)|while (?:they|supplies) last|don'?t (?:wait|miss)|hurry|last chance|sold out in|sneak peek|first to know|\bvips?\b|free (?:food|chili|tacos|hot dogs|ice cream|gift)|prizes?|drawing for|raffle|giveaway|food trucks?|live music|(?:happy|merry) (?:thanksgiving|holidays|new year|christmas|easter|halloween)|season'?s greetings|survey|take (?:our|a) (?:\w+ )?(?:survey|quiz)|rate (?:us|your)|market (?:update|report)|quick (?:move.in|delivery)|felices fiestas|gran inauguraci[oó]n|oferta)",
    )
});
static VIEW: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:view|read|see|open) (?:this|it|the)?\s*(?:e?-?mail|message|newsletter|online|on the web)?\s*(?:in|with|as|on)?\s*(?:your |a |the )?(?:web )?(?:browser|web ?page|online version)|having trouble (?:viewing|reading)|can'?t (?:see|read|view) (?:this|the) (?:e?mail|images)|ver (?:este correo )?en (?:el|su) navegador",
    )
});
static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"all rights reserved|you (?:are|have) (?:receiv|been sent|subscrib|opted|registered)|you(?:'re| are) receiving this|this (?:e?mail|message|newsletter) (?:was|is|has been) (?:sent|intended|being sent|delivered) (?:to|in compliance|as)|privacy policy|terms (?:and|&) conditions|forward (?:this )?to a friend|add us to your address book|\u{a9} ?\d{4}|copyright (?:\(c\) ?|\u{a9} ?)?(?:19|20)\d\d",
    )
});
static PITCH: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"click (?:here|below|the link|this)|\bact now\b|limited time|special offer|order (?:now|today)|free (?:trial|gift|sample|quote|info|report|access|consult|shipping|copy|cd|membership)|(?:100|totally|absolutely|completely) ?%? ?(?:free|guaranteed|risk)|money.?back|no (?:obligation|risk|cost to you|credit check)|risk[- ]free|guarantee[ds]?\b|save (?:up to |over )?[\d$]|% off\b|lowest (?:price|rate)|best (?:price|deal)s?|earn (?:\$|money|extra|up to)|make (?:\$|money|thousands)|\$\$|per (?:week|month) from home|work (?:from|at) home|home.?based business|financial freedom|mortgage rate|refinanc|credit card|weight loss|lose weight|viagra|enlarge|xxx|adult|casino|lottery|winner|congratulations|urgent(?:ly)? (?:business|reply|assistance)|million (?:us )?dollars|next of kin|strictly confidential|toll.?free|call (?:now|today|toll)|as seen on|dear (?:friend|sir|madam|customer|member|homeowner|investor|valued)|verify your account|account (?:has been|will be) (?:suspended|limited|locked)|subscribers?\b|newsletter|this week'?s|sponsor|advertis|download (?:now|the|your)|\bprofits?\b|\bincome\b|(?:business|investment|money.?making|once in a lifetime) opportunit|\binvest(?:ors?|ment)\b|\bstocks?\b|\bloans?\b|\bdebts?\b|insurance (?:quote|polic|rate)|\bcash\b|e-?mail (?:address(?:es)?|marketing|list)s?\b|mailing list|\bsoftware\b|prescription|\bpills?\b|\bmed[sz]\b|\brx\b|pharmac(?:y|ies)|no (?:dr|doctor)\b|\bfda\b|\bdrugs\b|\bsex(?:y|ual)?\b|\bteens?\b|\bporn|\bhot(?:test)? \w+ (?:girls|sites|babes)|\bgirls\b|\bsingles\b|\bdating\b|descrambl|\bhgh\b|herbal|\bpenis\b|diploma|domain names?|toner|cartridge|search engines?|web ?site traffic|credit (?:repair|report|history)|\bamazing\b|\bincredible\b|unbelievabl|\binstantly\b|\boffers?\b|promotion|subscription|\bwholesale\b|\bdiscounts?\b|foreign (?:partner|account)|\bthis (?:pending )?transaction\b|absolute(?:ly)? confiden|\burgent response\b|\binvest (?:under|in|with)\b|\bdeceased\b|\binherit|\bcheck out (?:www|http|my|our|this)|transfer of (?:the )?funds?|\bbank account|\bbeneficiary|\blate (?:president|father|husband)\b|contract sum|\bus\$|\bdollars\b|visit our (?:web ?)?site|\bour (?:products?|service|company|catalog|web ?site)\b|\bbuy\b|\border (?:form|by|online)\b|\bno more\b|\bsecrets?\b|as low as|for only \$|\bbulk\b|million (?:e-?mails|people|addresses)|\bfree\b|mutual (?:benefit|interest)|business (?:proposal|partner|relationship)|under your (?:custody|care|name)|specially selected|have been selected|giveaway|network marketing|downline|make you money|prank|free of charge|great (?:website|site|deal|offer)|visit http|\bclaim (?:your|it)|confirm your entry|your confirmation number|due to expire|automated (?:reminder|notice|notification)|vacation package|sale (?:ends|price)|shop now|learn more|read more|register (?:now|today)|rsvp|grand opening|open house|move-in ready|available now|limited[- ]time|this weekend|don'?t miss|exclusive (?:offer|event|incentive|preview)|\bbacklinks?\b|guest posts?\b|\bseo\b|rank\w* (?:higher|on (?:page|google))|(?:page one|(?:first|top|1st) page) of google|(?:free|complimentary|detailed) (?:website |seo |site )?(?:audit|proposal)|(?:going|went|looking|looked) through your (?:web ?)?site|(?:errors|issues|problems) (?:on|with|in) your (?:web ?)?site|(?:web ?site|app|logo) (?:design|development|redesign)|(?:our|the) packages|businesses like yours|affordable (?:price|rate|fee)s?|pre-?selected|\d ?% apr\b|see (?:if|what) you (?:pre-?)?qualify|what you qualify for|save thousands",
    )
});
/// Words of advertising as everybody writes them: "feel free to call".
static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:feel|feeling|am|i'm|are|you're|be|is|get|set|if|when|been|time) free\b|\bfree (?:to|on|at|for|time|next|this|tomorrow|today|until|after|before|from)\b|\b(?:to|can|could|may|might) offer\b|\boffer (?:on|for the|to (?:buy|sell|help))\b|\bbuy (?:a|the|that|your|this|one|new)\b|\b(?:want|like|going|looking|ready|decide|decided) to buy\b",
    )
});
static SHOUT: LazyLock<Regex> =
    LazyLock::new(|| exact(r"\b[A-Z]{4,}\b[^a-z\n]{0,40}\b[A-Z]{4,}\b|!{2,}|\${2,}|\bFREE\b|\$\d|\d+%|(?i:\bADV\b ?:)"));
/// The subject of a periodical.
static ISSUE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:letter|blast|bulletin|digest|e-?zine|magazine|alert|report)\b\W{1,4}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d|\b(?:issue|vol(?:ume)?\.?) ?#?\d+|\be-?blast\b|\bnews ?letter\b|\be-?zine\b",
    )
});
static SENDER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:newsletters?|news|marketing|offers?|deals?|promo\w*|updates?|events?|announce\w*|mailings?|e?mail(?:er|ing)|campaign\w*|specials?|subscri\w+|members?|list|info-?list|digest|alerts?)\b|(?:^|[-_.@])(?:newsletter|bounce|mailer|news|offers|promo)[-_.@]|@(?:e|email|lists?)\.|e?blast\b",
    )
});

/// The signs of mail for many.
pub(super) fn weigh(mail: &Mail, text: &str) -> Evidence {
    let mut evidence = Evidence::default();
    headers(mail, &mut evidence);
    evidence.found(LEAVE.find(text).map(|found| found.as_str()), "unsubscribe-words", 0.45);
    evidence.found(MANY.find(text).map(|found| found.as_str()), "to-many", 0.45);
    evidence.found(SERIES.find(text).or_else(|| SERIES.find(&mail.subject)).map(|found| found.as_str()), "series", 0.35);
    let homes = HOMES.find_iter(text).take(3).count() >= 2 || PRICED.find_iter(text).take(3).count() >= 3;
    evidence.when(homes, "list-of-homes", 0.35, "one home a line");
    let unfilled = faults::merge_field(&mail.subject, text);
    evidence.found(unfilled.as_deref(), "place-holder", 0.3);
    let mut drip: Vec<String> =
        DRIP.find_iter(text).chain(DRIP.find_iter(&mail.subject)).take(30).map(|found| found.as_str().to_lowercase()).collect();
    drip.sort_unstable();
    drip.dedup();
    evidence.when(!drip.is_empty(), "drip-words", [0.0, 0.15, 0.35, 0.5].get(drip.len()).copied().unwrap_or(0.6), drip.join(", "));
    let mut news: Vec<String> =
        NEWS.find_iter(text).chain(NEWS.find_iter(&mail.subject)).take(30).map(|found| found.as_str().to_lowercase()).collect();
    news.sort_unstable();
    news.dedup();
    evidence.when(!news.is_empty(), "news", [0.0, 0.15, 0.3, 0.45].get(news.len()).copied().unwrap_or(0.55), news.join(", "));
    evidence.when(text.contains("*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*"), "spam-test", 1.0, "the standard test text of spam filters");
    evidence.found(VIEW.find(text).map(|found| found.as_str()), "view-in-browser", 0.45);
    evidence.found(FOOTER.find(text).map(|found| found.as_str()), "footer", 0.2);
    let courteous = COURTESY.replace_all(text, " ");
    let mut pitches: Vec<String> = PITCH.find_iter(&courteous).take(60).map(|found| found.as_str().to_lowercase()).collect();
    pitches.sort_unstable();
    pitches.dedup();
    #[expect(clippy::cast_precision_loss, reason = "at most 60")]
    evidence.when(
        !pitches.is_empty(),
        "advertising",
        (pitches.len() as f64 * 0.12).min(0.75),
        pitches.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
    );
    evidence.found(SHOUT.find(&mail.subject).map(|found| found.as_str()), "loud-subject", 0.25);
    evidence.when(SHOUT.find_iter(text).take(4).count() >= 3, "loud-text", 0.2, "capitals, exclamation marks, prices");
    let address = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    evidence.when(SENDER.is_match(address), "bulk-sender", 0.3, address);
    evidence.when(automatic::no_reply(mail), "no-reply-sender", 0.3, address);
    evidence.found(ISSUE.find(&mail.subject).map(|found| found.as_str()), "issue", 0.3);
    senders(mail, address, &mut evidence);
    disguise::weigh(mail, text, &mut evidence);
    markup(mail, text, &mut evidence);
    evidence
}

/// Senders who hide or were made up by a program.
fn senders(mail: &Mail, from: &str, evidence: &mut Evidence) {
    let (local, domain) = from.rsplit_once('@').unwrap_or((from, ""));
    let elsewhere = mail
        .reply_to
        .first()
        .map(|to| to.address.as_str())
        .filter(|to| to.rsplit_once('@').is_some_and(|(_, host)| !domain.ends_with(host) && !host.ends_with(domain)));
    evidence.found(elsewhere, "reply-elsewhere", 0.15);
    let host = |href: &str| url::Url::parse(href).ok().and_then(|url| url.host_str().map(str::to_lowercase));
    let targets = || mail.links.iter().filter(|link| link.href.starts_with("http")).take(20).filter_map(|link| host(&link.href));
    let name = domain.rsplit('.').nth(1).unwrap_or(domain);
    let comes_by = mail.header("Received").next().is_some() && !name.is_empty();
    let away = targets().next().filter(|_| comes_by && targets().all(|target| !target.contains(name)));
    evidence.when(away.is_some(), "links-elsewhere", 0.2, away.unwrap_or_default());
    evidence.when(local.chars().filter(char::is_ascii_digit).count() >= 3, "numbered-sender", 0.15, from);
    evidence.when(mail.to.len() > 5, "many-recipients", 0.25, format!("{} recipients", mail.to.len()));
}

fn headers(mail: &Mail, evidence: &mut Evidence) {
    let first = |name: &str| mail.header(name).next().map(str::trim).map(str::to_owned);
    let list = first("List-Id")
        .or_else(|| first("List-Post"))
        .or_else(|| first("X-Mailing-List"))
        .or_else(|| first("Mailing-List"))
        .or_else(|| first("X-BeenThere"));
    evidence.found(list.as_deref(), "list", 0.7);
    evidence.found(first("List-Unsubscribe").as_deref(), "list-unsubscribe", 0.45);
    evidence.found(first("List-Unsubscribe-Post").as_deref(), "list-unsubscribe-post", 0.1);
    let precedence = first("Precedence").or_else(|| first("X-Precedence")).map(|value| value.to_ascii_lowercase());
    // A list's program sets it beside the list's name, and says nothing new by it.
    let weight = if list.is_some() { 0.15 } else { 0.6 };
    evidence.found(precedence.as_deref().filter(|value| matches!(*value, "bulk" | "list" | "junk")), "precedence", weight);
    let services: Vec<&str> = mail
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| SERVICES.iter().any(|service| service.eq_ignore_ascii_case(name)))
        .collect();
    evidence.when(!services.is_empty(), "mailing-service", if services.len() > 1 { 0.35 } else { 0.25 }, services.join(", "));
    let own = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    // What came into the sender's own mailbox has no hidden reader.
    let delivered = mail.header("Delivered-To").chain(mail.header("X-Original-To")).any(|to| to.trim().eq_ignore_ascii_case(own));
    let to_self = !delivered && !own.is_empty() && !mail.to.is_empty() && mail.cc.is_empty() && mail.to.iter().all(|to| to.address == own);
    evidence.when(to_self, "to-self", 0.4, "sent to the sender, with hidden copies");
    let strangers =
        mail.to.iter().all(|to| to.address.is_empty() || to.address.contains("undisclosed") || to.address.contains("recipient"));
    evidence.when(
        strangers && mail.cc.is_empty() && !mail.headers.is_empty() && mail.header("Received").next().is_some(),
        "hidden-recipients",
        0.3,
        "the reader is not named as a recipient",
    );
    let software = first("X-Mailer").unwrap_or_default().to_ascii_lowercase();
    let mass = [
        "mailchimp",
        "bulk",
        "mass",
        "phpmailer",
        "swiftmailer",
        "campaign",
        "group mail",
        "blaster",
        "mailer pro",
        "aristotle",
        "dmailer",
        "sendy",
        "php",
    ]
    .iter()
    .any(|word| software.contains(word));
    evidence.when(mass, "mass-mailer", 0.35, software);
    let spam = [("X-Spam-Flag", "yes"), ("X-Spam-Status", "yes")].into_iter().find_map(|(name, yes)| {
        mail.header(name).next().filter(|value| value.trim_start().get(..3).is_some_and(|start| start.eq_ignore_ascii_case(yes)))
    });
    evidence.found(spam, "spam-header", 0.6);
}

/// What the HTML is made of; counted in the text of the part, which was parsed once already.
fn markup(mail: &Mail, text: &str, evidence: &mut Evidence) {
    let Some(html) = mail.html.as_deref() else {
        return;
    };
    let lower = html.get(..html.len().min(400_000)).unwrap_or(html).to_ascii_lowercase();
    let count = |mark: &str| memmem::find_iter(lower.as_bytes(), mark).count();
    let images = count("<img");
    evidence.when(images > 5, "many-images", 0.25, format!("{images} images"));
    let pixel = images > 0
        && ["width=\"1\"", "width=1 ", "width='1'", "height=\"1\"", "height=1 ", "width:1px"]
            .iter()
            .any(|mark| memmem::find(lower.as_bytes(), mark.as_bytes()).is_some());
    evidence.when(pixel, "pixel", 0.15, "an image of one pixel");
    evidence.when(mail.links.len() > 12, "many-links", 0.2, format!("{} links", mail.links.len()));
    let only_html = !mail.part_types.iter().any(|kind| kind.starts_with("text/plain"));
    evidence.when(only_html && !mail.links.is_empty(), "html-only", 0.2, "no plain part");
    evidence.when(count("<font") + count("<table") > 4, "layout", 0.2, "tables and fonts");
    evidence.when(
        text.chars().count() < 300 && images > 0 && mail.links.iter().any(|link| link.image.is_some()),
        "picture-mail",
        0.3,
        "pictures that link, little text",
    );
}
