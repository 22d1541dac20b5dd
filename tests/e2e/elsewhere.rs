//! Nobody: where every request of a browser goes that is for anyone but the servers of its test. Over the whole suite, the
//! widget asks nobody else for anything, whatever page it stands on.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
};

use crate::{
    browser::{browse_again, until},
    server::Server,
};

/// Whom Chromium asks by itself, in spite of all switches against it: the time, its first page, its updates, whether
/// somebody is logged in, what the fields of a form may be called, whether an address is known to be bad, and hints for its
/// speed. Fonts, scripts and figures would come from others.
const OWN: [&str; 11] = [
    "accounts.google.com",
    "android.clients.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "edgedl.me.gvt1.com",
    "mtalk.google.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsing.googleapis.com",
    "start.duckduckgo.com",
    "update.googleapis.com",
];

/// Whom a line of a request to a proxy names: `CONNECT host:443 HTTP/1.1`, `GET http://host/path HTTP/1.1`.
fn host(line: &str) -> &str {
    let target = line.split(' ').nth(1).unwrap_or_default();
    let target = target.split_once("://").map_or(target, |(_, rest)| rest);
    target.split(['/', ':', '?']).next().unwrap_or_default()
}

/// A proxy that notes down what it is asked for, and answers nothing. Browsers ask no proxy for what lies on loopback.
pub(crate) struct Elsewhere {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Elsewhere {
    pub(crate) async fn open() -> Elsewhere {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut line = String::new();
                    if BufReader::new(stream).read_line(&mut line).await.is_ok_and(|bytes| bytes > 0) {
                        kept.lock().unwrap().push(line.trim_end().to_owned());
                    }
                });
            }
        });
        Elsewhere { port, asked }
    }

    /// How Chromium is told of it.
    pub(crate) fn argument(&self) -> String {
        format!("--proxy-server=http://127.0.0.1:{}", self.port)
    }

    /// What it was asked for since the last time, but for what is the browser's own.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().filter(|line| !OWN.contains(&host(line))).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_elsewhere_is_found() {
    let server = Server::tiny(|_| {}).await;
    browse_again("who_asks_elsewhere_is_found", &server, "nb", async |desk| {
        let person = desk.sits_down().await;
        person.driver().goto("about:blank").await.expect("an empty page");
        for (asks, expected) in [
            (
                "fetch('http://elsewhere.example/a', { mode: 'no-cors' }).catch(() => {})",
                "GET http://elsewhere.example/a HTTP/1.1",
            ),
            ("new Image().src = 'https://elsewhere.example/b'", "CONNECT elsewhere.example:443 HTTP/1.1"),
        ] {
            person.script(&format!("{asks}; return true"), vec![]).await;
            until("the request", async || match desk.elsewhere().asked() {
                asked if asked.iter().any(|line| line == expected) => Ok(()),
                asked => Err(format!("{asked:?}")),
            })
            .await;
        }
        // Chromium may try again by itself; it has left the page by then.
        person.driver().goto(&server.link("nb")).await.expect("a page");
        person.is_at(crate::tiny::WELCOME).await;
        drop(desk.elsewhere().asked());
    })
    .await;
}
