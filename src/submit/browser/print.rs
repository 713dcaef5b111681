//! A page of our own, printed. Takes the whole page as text; gives a PDF that readers of the screen understand too (tagged, with the
//! headings as its outline). The browser that does it reaches no host at all: the page is handed over and not loaded, names do not
//! resolve, and requests are blocked. By the Chrome `DevTools` protocol, or by WebDriver's own `print` (W3C) where there is none.

use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use url::Url;

use super::driver::{Extension, Visit};
use super::{Browser, BrowserFault};

/// For the layout and printing of the longest report.
pub(super) const PRINT: Duration = Duration::from_mins(4);
const WHAT: &str = "print";

/// Puts a page in the place of the blank one, and waits for its fonts.
const WRITE: &str =
    "document.open(); document.write(arguments[0]); document.close(); return document.fonts.ready.then(() => document.title);";

impl Browser {
    /// Prints a page that needs nothing but itself; its own style says on what paper.
    ///
    /// # Errors
    /// When there is no browser, or it does not print.
    pub async fn print(&self, page: &str) -> Result<Vec<u8>, BrowserFault> {
        let visit = Visit::sealed(self).await?;
        let printed = print(&visit, page).await;
        visit.close().await;
        printed
    }
}

async fn print(visit: &Visit, page: &str) -> Result<Vec<u8>, BrowserFault> {
    let blank = Url::parse("about:blank").map_err(|error| BrowserFault::Start(error.to_string()))?;
    visit.load(&blank).await?;
    let protocol = visit.cdp("Network.enable", json!({})).await.is_ok();
    if protocol {
        visit.cdp("Network.setBlockedURLs", json!({"urls": ["*"]})).await?;
    }
    visit.script("lay out the report", WRITE, vec![Value::from(page)]).await?;
    let data = if protocol {
        let settings = json!({
            "printBackground": true, "preferCSSPageSize": true, "displayHeaderFooter": false,
            "generateTaggedPDF": true, "generateDocumentOutline": true,
        });
        let printed = visit.command(WHAT, PRINT, Extension::cdp("Page.printToPDF", settings)).await?;
        printed.get("data").and_then(Value::as_str).map(str::to_owned)
    } else {
        // Not shrunk to the paper that the command names: ours is named by the page.
        let settings = json!({"background": true, "shrinkToFit": false});
        let printed = visit.command(WHAT, PRINT, Extension { path: "print", body: settings }).await?;
        printed.as_str().map(str::to_owned)
    };
    let fault = |message: String| BrowserFault::Command { what: WHAT, message };
    let data = data.ok_or_else(|| fault("it gave no document".to_owned()))?;
    base64::engine::general_purpose::STANDARD.decode(data).map_err(|error| fault(error.to_string()))
}
