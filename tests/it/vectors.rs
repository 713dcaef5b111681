//! Ways to run a script or fetch something from a mail's HTML, by family: event handlers, odd spellings of attributes, schemes in
//! whatever takes an address, style sheets, what fetches by itself, and nestings that parsers disagree about. Written for crickets;
//! the payload sets `__pwned`, opens a dialog, or asks the address that is given.

use std::collections::BTreeSet;

const TAGS: [&str; 24] = [
    "img", "svg", "body", "input", "video", "audio", "iframe", "object", "embed", "details", "marquee", "select", "textarea", "button",
    "a", "div", "form", "math", "style", "link", "table", "keygen", "x-y", "p",
];
const EVENTS: [&str; 19] = [
    "onload",
    "onerror",
    "onclick",
    "onmouseover",
    "onfocus",
    "onblur",
    "onanimationstart",
    "ontransitionend",
    "ontoggle",
    "onpointerenter",
    "onwheel",
    "onscroll",
    "onbegin",
    "onpageshow",
    "onstart",
    "oncanplay",
    "onbeforeinput",
    "oncontentvisibilityautostatechange",
    "onbeforematch",
];
const SCRIPT: [&str; 3] = ["self.__pwned=1", "alert(1)", "alert(self.__pwned=1)"];

/// Every vector once, in an order that stays.
pub(crate) fn vectors(url: &str) -> Vec<String> {
    let mut all = Vec::new();
    handlers(&mut all);
    spellings(&mut all);
    schemes(&mut all);
    styles(url, &mut all);
    fetchers(url, &mut all);
    nestings(url, &mut all);
    let mut seen = BTreeSet::new();
    all.retain(|vector| seen.insert(vector.clone()));
    all
}

fn script(n: usize) -> &'static str {
    SCRIPT[n % SCRIPT.len()]
}

fn handlers(all: &mut Vec<String>) {
    for (n, tag) in TAGS.iter().enumerate() {
        for (m, event) in EVENTS.iter().enumerate() {
            let more = ["src=x", "src", "open autofocus tabindex=1", "href=x type=image style=animation:a"][(n + m) % 4];
            all.push(format!("<{tag} {more} {event}={}>", script(n + m)));
        }
    }
}

fn spellings(all: &mut Vec<String>) {
    for (n, gap) in ["/", "\t", "\n", "\u{c}", "//", "/x/", " x=' ' ", "\r\n"].iter().enumerate() {
        for (open, close) in [("\"", "\""), ("'", "'"), ("", ""), ("`", "`"), ("\"x\" ", "")] {
            for (tag, event) in [("ImG", "oNeRrOr"), ("sVg", "OnLoAd"), ("iNpUt aUtOfOcUs", "ONFOCUS")] {
                let code = script(n);
                all.push(format!("<{tag}{gap}src=x{gap}{event}={open}{code}{close}>"));
            }
        }
    }
    for code in ["self.__pwned=1", "alert(1)"] {
        let decimal: String = code.bytes().map(|b| format!("&#{b};")).collect();
        let padded: String = code.bytes().map(|b| format!("&#{b:07}")).collect();
        let hex: String = code.bytes().map(|b| format!("&#x{b:x};")).collect();
        let unicode: String =
            code.chars().map(|c| if c.is_ascii_alphabetic() { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect();
        for written in [
            decimal,
            padded,
            hex,
            unicode,
            format!("&Tab;&NewLine;{code}"),
            format!("{code}&sol;&sol;"),
            format!("eval&lpar;'{code}'&rpar;"),
        ] {
            all.push(format!("<img src=x onerror=\"{written}\">"));
            all.push(format!("<svg><script>{written}</script></svg>"));
            all.push(format!("<a href=\"javascript:{written}\">a</a>"));
        }
    }
}

fn schemes(all: &mut Vec<String>) {
    let schemes = [
        "javascript:{}",
        "JaVaScRiPt:{}",
        " javascript:{}",
        "java\tscript:{}",
        "java\nscript:{}",
        "java&#10;script:{}",
        "java&Tab;script:{}",
        "&#106;avascript:{}",
        "&#x6A&#x61vascript&colon;{}",
        "\u{1}javascript:{}",
        "javascript&#x3a;{}",
        "vbscript:{}",
        "livescript:{}",
        "data:text/html,<script>{}</script>",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{}'/>",
        "data:text/html;base64,PHNjcmlwdD5zZWxmLl9fcHduZWQ9MTwvc2NyaXB0Pg==",
        "feed:javascript:{}",
        "view-source:javascript:{}",
    ];
    let carriers = [
        "<a href=\"{}\">go</a>",
        "<a ping=\"{}\" href=x>go</a>",
        "<area href=\"{}\">",
        "<form action=\"{}\"><input type=submit></form>",
        "<button formaction=\"{}\">go</button>",
        "<iframe src=\"{}\"></iframe>",
        "<embed src=\"{}\">",
        "<object data=\"{}\"></object>",
        "<img src=\"{}\">",
        "<input type=image src=\"{}\">",
        "<body background=\"{}\">",
        "<table background=\"{}\"><td></table>",
        "<link rel=stylesheet href=\"{}\">",
        "<base href=\"{}\">",
        "<meta http-equiv=refresh content=\"0;url={}\">",
        "<svg><a xlink:href=\"{}\"><text y=9>go</text></a></svg>",
        "<svg><use href=\"{}\"/></svg>",
        "<math href=\"{}\">go</math>",
        "<video poster=\"{}\"></video>",
        "<video><source src=\"{}\"></video>",
        "<svg><animate attributeName=href values=\"{}\"/></svg>",
        "<svg><set attributeName=onload to=\"{}\"/></svg>",
        "<frameset><frame src=\"{}\"></frameset>",
        "<applet code=\"{}\"></applet>",
    ];
    for (n, scheme) in schemes.iter().enumerate() {
        let address = scheme.replace("{}", script(n));
        all.extend(carriers.iter().map(|carrier| carrier.replace("{}", &address)));
    }
}

fn styles(url: &str, all: &mut Vec<String>) {
    let rules = [
        "background:url({})",
        "background-image:image-set('{}' 1x)",
        "list-style:url({})",
        "cursor:url({}),auto",
        "content:url({})",
        "border-image:url({}) 1",
        "mask:url({})",
        "filter:url({}#a)",
        "clip-path:url({}#a)",
        "width:expression(self.__pwned=1)",
        "-moz-binding:url({}#x)",
        "behavior:url({})",
        "src:url({})",
        "shape-outside:url({})",
        "offset-path:url({}#a)",
    ];
    for rule in rules {
        let rule = rule.replace("{}", url);
        for written in [rule.clone(), rule.replace("url(", "\\75 rl("), rule.replace("url(", "URL( "), rule.replace(':', "/**/:/**/")] {
            all.push(format!("<p style=\"{written}\">styled</p>"));
            all.push(format!("<style>*{{{written}}}</style>"));
        }
    }
    for sheet in [
        "@import '{}';",
        "@import url({});",
        "@\\69mport '{}';",
        "@font-face{font-family:a;src:url({})}*{font-family:a}",
        "@namespace url({});",
    ] {
        all.push(format!("<style>{}</style>", sheet.replace("{}", url)));
        all.push(format!("<svg><style>{}</style></svg>", sheet.replace("{}", url)));
    }
}

fn fetchers(url: &str, all: &mut Vec<String>) {
    let elements = [
        "<img src=\"{}\">",
        "<img src={} width=1 height=1 alt>",
        "<image src={}>",
        "<img srcset=\"{} 1x\">",
        "<img lowsrc={}>",
        "<img dynsrc={}>",
        "<picture><source srcset=\"{}\"><img></picture>",
        "<input type=image src={}>",
        "<video poster={}>",
        "<video src={} autoplay>",
        "<audio src={} autoplay>",
        "<video><track default src={}></video>",
        "<iframe src={}></iframe>",
        "<embed src={}>",
        "<object data={}></object>",
        "<iframe srcdoc=\"<img src={}>\"></iframe>",
        "<iframe srcdoc=\"&lt;script&gt;parent.__pwned=1&lt;/script&gt;\"></iframe>",
        "<link rel=stylesheet href={}>",
        "<link rel=prefetch href={}>",
        "<link rel=preload as=image href={}>",
        "<link rel=icon href={}>",
        "<link rel=manifest href={}>",
        "<link rel=dns-prefetch href={}>",
        "<link rel=preconnect href={}>",
        "<link rel=modulepreload href={}>",
        "<link rel=import href={}>",
        "<script src={}></script>",
        "<script type=module src={}></script>",
        "<script async defer src={}></script>",
        "<meta http-equiv=refresh content=\"0;url={}\">",
        "<meta http-equiv=Set-Cookie content=a=b>",
        "<meta http-equiv=Link content=\"<{}>;rel=stylesheet\">",
        "<base href={}><img src=/a>",
        "<base target=_top>",
        "<bgsound src={}>",
        "<body background={}>",
        "<table background={}>",
        "<td background={}>",
        "<svg><image href={} /></svg>",
        "<svg><image xlink:href={} /></svg>",
        "<svg><use href={}#a /></svg>",
        "<svg><feImage href={} /></svg>",
        "<svg><script href={}></script></svg>",
        "<math><annotation-xml encoding=text/html><img src={}></annotation-xml></math>",
        "<form action={}><button autofocus onfocus=form.submit()>go</form>",
        "<form id=f action={}></form><input form=f type=image src={}>",
        "<isindex type=image src={} onerror=self.__pwned=1>",
        "<html manifest={}>",
        "<frameset><frame src={}></frameset>",
        "<portal src={}></portal>",
        "<fencedframe src={}></fencedframe>",
        "<xml src={}></xml>",
        "<layer src={}></layer>",
        "<ilayer src={}></ilayer>",
        "<blockquote cite={}>q</blockquote>",
        "<v:image src={} />",
        "<o:OLEObject src={} />",
        "<p><img/src={}/></p>",
        "<a href={} autofocus onfocus=click()>go</a>",
    ];
    all.extend(elements.iter().map(|element| element.replace("{}", url)));
    all.extend(elements.iter().map(|element| element.replace("{}", url.trim_start_matches("http:"))));
}

fn nestings(url: &str, all: &mut Vec<String>) {
    let bait = format!("<img src={url} onerror=self.__pwned=1>");
    let wrap = [
        "<noscript><p title=\"</noscript>{}\"></noscript>",
        "<template><p title=\"</template>{}\"></template>",
        "<title><p title=\"</title>{}\"></title>",
        "<textarea><p title=\"</textarea>{}\"></textarea>",
        "<xmp><p title=\"</xmp>{}\"></xmp>",
        "<noembed><p title=\"</noembed>{}\"></noembed>",
        "<noframes><p title=\"</noframes>{}\"></noframes>",
        "<iframe><p title=\"</iframe>{}\"></iframe>",
        "<style><p title=\"</style>{}\"></style>",
        "<script><p title=\"</script>{}\"></script>",
        "<!--><p>{}-->",
        "<!--->{}-->",
        "<!-- --!>{}<!-- -->",
        "<!-- a -- >{}-->",
        "<!-{}>",
        "<!doctype \">{}\">",
        "<![CDATA[>{}]]>",
        "<?xml >{}?>",
        "</ {}>",
        "<<b>{}</b>",
        "<b <{}",
        "<p/{}>",
        "<p a='>{}'",
        "<p a=\">{}\"",
        "<p a=`>{}`>",
        "<math><mtext><table><mglyph><style><!--</style><p title=\"--&gt;{}\">",
        "<math><mtext><mglyph><style><math>{}</math></style>",
        "<svg></p><style><a id=\"</style>{}\">",
        "<svg><desc><style><p title=\"</style>{}\">",
        "<svg><foreignObject><p>{}</p></foreignObject></svg>",
        "<svg><title><style><p title=\"</style>{}\">",
        "<svg><![CDATA[</svg>{}]]></svg>",
        "<math><annotation-xml encoding=\"text/html\"><style><p title=\"</style>{}\">",
        "<form><math><mtext></form><form><mglyph><style></math>{}",
        "<table><td><table><b>{}</table>",
        "<select><template shadowrootmode=open>{}</template></select>",
        "<select><option><style></option></select>{}</style>",
        "<p><svg><style>&lt;/style&gt;{}</style></svg>",
        "<details open ontoggle=self.__pwned=1>{}",
        "<plaintext>{}",
        "<listing>&lt;img onerror=self.__pwned=1 src=x&gt;{}",
        "<ruby><rt>{}<rp>",
        "<a><a><a>{}",
        "<b><p></b>{}</p>",
        "<frameset></frameset>{}",
        "<object><param name=src value=x>{}</object>",
        "<video><source onerror=\"self.__pwned=1\">{}",
        "<dialog open>{}</dialog>",
        "<div popover id=x>{}</div>",
        "<base href=//127.0.0.1/>{}",
        "&lt;script&gt;self.__pwned=1&lt;/script&gt;{}",
        "&amp;lt;img src=x onerror=alert(1)&amp;gt;{}",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-{}",
        "\u{0}<scr\u{0}ipt>self.__pwned=1</scr\u{0}ipt>{}",
        "<scr<script>ipt>self.__pwned=1</scr</script>ipt>{}",
        "<img src=\"x` `<script>self.__pwned=1</script>\"` `>{}",
        "<SCRIPT>self.__pwned=1</SCRIPT >{}",
        "<script\n>self.__pwned=1</script\n>{}",
        "<script x>self.__pwned=1</script y>{}",
        "<script>self.__pwned=1//{}",
        "\u{ff1c}script\u{ff1e}self.__pwned=1\u{ff1c}/script\u{ff1e}{}",
        "\u{202e}<img src=x onerror=self.__pwned=1>{}",
    ];
    all.extend(wrap.iter().map(|nest| nest.replace("{}", &bait)));
    all.extend(wrap.iter().map(|nest| nest.replace("{}", "<script>self.__pwned=1</script>")));
    all.extend(wrap.iter().map(|nest| nest.replace("{}", "<svg/onload=alert(1)>")));
}

#[test]
fn there_are_over_a_thousand_and_none_twice() {
    let all = vectors("http://127.0.0.1:1/v");
    let once: BTreeSet<&String> = all.iter().collect();
    assert!(all.len() == once.len() && all.len() > 1_200, "{} vectors, {} different", all.len(), once.len());
}
