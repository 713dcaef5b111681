//! Builders' websites on loopback: one server, any number of builders under it, each with a contact page. The server
//! counts every page load and every form post, and calls a handler for each post, which can send mail as staff would.

mod browser_pages;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Form;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

pub(crate) use browser_pages::Pages;

/// What a builder's site does with an inquiry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 200 with a page that thanks.
    #[default]
    Thanks,
    /// 303 to a page that thanks.
    Redirect,
    /// 200 with a page that says nothing either way.
    Mute,
    /// 403.
    Wall,
}

/// One form post as the site saw it.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// The builder's slug, from the address.
    pub(crate) slug: String,
    /// Names and values in the order sent.
    pub(crate) fields: Vec<(String, String)>,
    /// When the handler began.
    pub(crate) arrived: Instant,
    /// When the answer was handed to the connection.
    pub(crate) answered: Option<Instant>,
}

impl Post {
    /// The value of a field; empty when it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The address the shopper left.
    pub(crate) fn email(&self) -> &str {
        self.field("email")
    }
}

type Handler = Arc<dyn Fn(&Post) + Send + Sync>;

/// A running server; stops when dropped.
pub(crate) struct Site {
    port: u16,
    seen: Arc<Seen>,
    runtime: Option<tokio::runtime::Runtime>,
}

#[derive(Default)]
struct Seen {
    answer: Answer,
    /// How long each page and each post take, drawn anew each time.
    delay: Option<(u64, u64)>,
    loads: Mutex<Vec<String>>,
    posts: Mutex<Vec<Post>>,
    draws: Mutex<u64>,
    handler: Option<Handler>,
}

impl Site {
    /// A site that answers at once.
    pub(crate) fn start(answer: Answer) -> Self {
        Self::with(Seen { answer, ..Seen::default() })
    }

    /// A site whose staff and machines are told about every post.
    pub(crate) fn staffed(answer: Answer, handler: impl Fn(&Post) + Send + Sync + 'static) -> Self {
        Self::with(Seen { answer, handler: Some(Arc::new(handler)), ..Seen::default() })
    }

    /// A site that takes between `least` and `most` milliseconds for every answer.
    pub(crate) fn slow(answer: Answer, least: u64, most: u64) -> Self {
        Self::with(Seen { answer, delay: Some((least, most)), ..Seen::default() })
    }

    fn with(seen: Seen) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let seen = Arc::new(seen);
        let router = Router::new()
            .route("/{slug}/", get(home))
            .route("/{slug}/contact", get(contact).post(inquire))
            .route("/{slug}/thank-you", get(thank_you))
            .with_state(Arc::clone(&seen));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, seen, runtime: Some(runtime) }
    }

    /// A builder's home page.
    pub(crate) fn home(&self, slug: &str) -> String {
        format!("http://127.0.0.1:{}/{slug}/", self.port)
    }

    /// A builder's contact page.
    pub(crate) fn contact(&self, slug: &str) -> String {
        format!("http://127.0.0.1:{}/{slug}/contact", self.port)
    }

    /// Every post so far.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.seen.posts.lock().unwrap().clone()
    }

    /// Every post to one builder so far.
    pub(crate) fn posts_to(&self, slug: &str) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.slug == slug).collect()
    }

    /// The path of every page loaded so far.
    pub(crate) fn loads(&self) -> Vec<String> {
        self.seen.loads.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

impl Seen {
    async fn linger(&self) {
        if let Some((least, most)) = self.delay {
            let draw = {
                let mut draws = self.draws.lock().unwrap();
                *draws += 1;
                least + super::workspace::mix(*draws) % (most - least).max(1)
            };
            tokio::time::sleep(Duration::from_millis(draw)).await;
        }
    }

    fn load(&self, path: String) {
        self.loads.lock().unwrap().push(path);
    }
}

async fn home(State(seen): State<Arc<Seen>>, Path(slug): Path<String>) -> Html<String> {
    seen.load(format!("/{slug}/"));
    Html(page(&format!("<h1>{slug} homes</h1><p>New homes in Austin.</p><p><a href=\"/{slug}/contact\">Contact us</a></p>")))
}

async fn contact(State(seen): State<Arc<Seen>>, Path(slug): Path<String>) -> Html<String> {
    seen.load(format!("/{slug}/contact"));
    seen.linger().await;
    Html(page(&format!(
        r#"<form action="/search" method="get" role="search"><input type="search" name="q" aria-label="Search"><button>Search</button></form>
<h1>Ask {slug} homes</h1>
<form action="/{slug}/contact" method="post">
<input type="hidden" name="form_id" value="inquiry-{slug}">
<p><label>First name <input name="fname" required></label></p>
<p><label>Last name <input name="lname" required></label></p>
<p><label>Email <input name="email" type="email" required></label></p>
<p><label>Phone <input name="phone" type="tel"></label></p>
<p><label>ZIP code <input name="zip"></label></p>
<p><label>Community <select name="community"><option value="">Any</option><option value="wc">Willow Creek</option><option value="hp">Harbor Pines</option></select></label></p>
<p><label>How can we help you? <textarea name="message" required></textarea></label></p>
<p style="display:none"><label>Leave this empty <input name="website_url" tabindex="-1" autocomplete="off"></label></p>
<p><label><input type="checkbox" name="offers" value="yes"> Send me offers and newsletters</label></p>
<p><button type="submit" name="go" value="send">Send inquiry</button></p>
</form>"#
    )))
}

async fn inquire(State(seen): State<Arc<Seen>>, Path(slug): Path<String>, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let post = Post { slug: slug.clone(), fields, arrived: Instant::now(), answered: None };
    let number = {
        let mut posts = seen.posts.lock().unwrap();
        posts.push(post.clone());
        posts.len() - 1
    };
    if let Some(handler) = seen.handler.clone() {
        let staff = tokio::task::spawn_blocking(move || handler(&post));
        assert!(staff.await.is_ok(), "the staff of {slug} failed");
    }
    seen.linger().await;
    seen.posts.lock().unwrap()[number].answered = Some(Instant::now());
    match seen.answer {
        Answer::Thanks => thanks().into_response(),
        Answer::Redirect => Redirect::to(&format!("/{slug}/thank-you")).into_response(),
        Answer::Mute => Html(page("<h1>Homes</h1><p>New homes in Austin.</p>")).into_response(),
        Answer::Wall => (StatusCode::FORBIDDEN, Html(page("<h1>Access denied</h1>"))).into_response(),
    }
}

async fn thank_you(State(seen): State<Arc<Seen>>, Path(slug): Path<String>) -> Result<Html<String>, Infallible> {
    seen.load(format!("/{slug}/thank-you"));
    Ok(thanks())
}

fn thanks() -> Html<String> {
    Html(page("<h1>Thank you!</h1><p>Thank you for your inquiry. We have received your message and will be in touch shortly.</p>"))
}

fn page(body: &str) -> String {
    format!("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Homes</title></head><body>{body}</body></html>")
}

/// Serves one small image on loopback and counts who asks for it; for the proof that a request would be seen.
pub(crate) fn counting_image() -> (Site, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let seen = Arc::new(Seen::default());
    let state = Arc::clone(&seen);
    let image = move |headers: HeaderMap| {
        state.load(format!("/pixel.gif {}", headers.len()));
        async { (StatusCode::OK, "GIF89a") }
    };
    let router = Router::new().route("/pixel.gif", get(image));
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move { axum::serve(listener, router).await });
    (Site { port, seen, runtime: Some(runtime) }, format!("http://127.0.0.1:{port}/pixel.gif"))
}

#[test]
fn a_site_shows_a_form_counts_a_post_and_tells_its_staff() {
    use std::io::{Read, Write};
    let told = Arc::new(Mutex::new(Vec::new()));
    let staff = Arc::clone(&told);
    let site = Site::staffed(Answer::Redirect, move |post| staff.lock().unwrap().push(post.email().to_owned()));
    let ask = |request: String| {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", site.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let head = "Host: 127.0.0.1\r\nConnection: close\r\n";
    let page = ask(format!("GET /harbor/contact HTTP/1.1\r\n{head}\r\n"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("action=\"/harbor/contact\""), "{page}");
    let body = "email=dana%2Bx%40crickets.test&fname=Dana";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = ask(format!("POST /harbor/contact HTTP/1.1\r\n{head}{form}Content-Length: {}\r\n\r\n{body}", body.len()));
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("/harbor/thank-you"), "{answer}");
    assert_eq!(*told.lock().unwrap(), ["dana+x@crickets.test"]);
    let posts = site.posts_to("harbor");
    assert!(posts.len() == 1 && posts[0].answered.is_some() && posts[0].field("fname") == "Dana", "{posts:?}");
    assert_eq!(site.loads(), ["/harbor/contact"]);
    assert!(site.posts_to("other").is_empty());
}
