//! A proxy on loopback that does as it is told, and remembers what it was asked.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::net::{SocketAddr, TcpListener as Listener};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What the proxy does after it has read the head of a request.
#[derive(Clone)]
pub(crate) enum Does {
    /// Sends an answer that opens the tunnel, and connects to that address, whatever was asked for.
    Tunnels(&'static str, SocketAddr),
    /// Sends this and closes.
    Answers(&'static str),
    /// Closes without a word.
    Closes,
    /// Says nothing until the other side closes.
    Waits,
}

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start(does: Does) -> Self {
        let listener = Listener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a socket");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&asked);
        // It lives as long as the test's process.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let (does, heads) = (does.clone(), Arc::clone(&heads));
                    tokio::spawn(async move {
                        // The other side may leave at any time.
                        let _left = follow(stream, does, &heads).await;
                    });
                }
            });
        });
        Self { address, asked }
    }

    /// The heads of the requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread panicked").clone()
    }
}

async fn follow(mut stream: TcpStream, does: Does, heads: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    heads.lock().expect("no thread panicked").push(String::from_utf8_lossy(&head).into_owned());
    match does {
        Does::Tunnels(answer, address) => {
            let mut target = TcpStream::connect(address).await?;
            stream.write_all(answer.as_bytes()).await?;
            copy_bidirectional(&mut stream, &mut target).await?;
        }
        Does::Answers(answer) => {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
        }
        Does::Closes => {}
        Does::Waits => while stream.read(&mut [0; 1024]).await? > 0 {},
    }
    Ok(())
}
