//! A gate before the server, so that a test can take the network away at the level of connections: nobody listens, or
//! what was answered is lost on the way back.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Mutex,
    task::{JoinHandle, JoinSet},
};

/// The address that browsers know, in front of a server that they do not.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    inner: SocketAddr,
    losing: Arc<AtomicBool>,
    open: Mutex<Option<JoinHandle<()>>>,
}

impl Gate {
    /// Opens a gate before the server at `inner`.
    pub(crate) async fn before(inner: SocketAddr) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let gate = Gate { address, inner, losing: Arc::default(), open: Mutex::default() };
        gate.listen(listener).await;
        gate
    }

    /// Nobody listens any more, and every connection is cut.
    pub(crate) async fn close(&self) {
        if let Some(open) = self.open.lock().await.take() {
            open.abort();
            let _ = open.await;
        }
    }

    /// Listens again, at the same address.
    pub(crate) async fn reopen(&self) {
        self.listen(TcpListener::bind(self.address).await.expect("the port we had")).await;
    }

    /// From now on, or no longer: what is answered to a POST never arrives; the connection ends in its place.
    pub(crate) fn lose_replies(&self, lose: bool) {
        self.losing.store(lose, Ordering::SeqCst);
    }

    async fn listen(&self, listener: TcpListener) {
        let (inner, losing) = (self.inner, self.losing.clone());
        let open = tokio::spawn(async move {
            // The connections end with the task that owns them.
            let mut connections = JoinSet::new();
            loop {
                if let Ok((browser, _)) = listener.accept().await {
                    connections.spawn(connect(browser, inner, losing.clone()));
                }
                while connections.try_join_next().is_some() {}
            }
        });
        *self.open.lock().await = Some(open);
    }
}

async fn connect(browser: TcpStream, inner: SocketAddr, losing: Arc<AtomicBool>) {
    let Ok(server) = TcpStream::connect(inner).await else { return };
    let (from_browser, to_browser) = browser.into_split();
    let (from_server, to_server) = server.into_split();
    let posting = AtomicBool::new(false);
    tokio::select! {
        () = there(from_browser, to_server, &posting) => {}
        () = back(from_server, to_browser, &posting, &losing) => {}
    }
}

async fn there(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, posting: &AtomicBool) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let sent = &bytes[..count];
        if sent.starts_with(b"POST ") {
            posting.store(true, Ordering::SeqCst);
        } else if sent.starts_with(b"GET ") {
            posting.store(false, Ordering::SeqCst);
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, posting: &AtomicBool, losing: &AtomicBool) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let lost = losing.load(Ordering::SeqCst) && posting.load(Ordering::SeqCst);
        if lost || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
