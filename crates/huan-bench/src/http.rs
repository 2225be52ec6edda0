//! The program's own HTTP server and a plain caller of it.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use huan_app::{Caller, actions::token};
use huan_core::{history::Source, person::Person};
use huan_web::{Options, Web};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// The program, serving.
pub(crate) struct Served {
    /// Where.
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

impl Served {
    /// Begins to serve on a free port.
    pub(crate) async fn start(world: &World) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let web = Web::new(world.app.clone(), Options::default(), stop.clone());
        Ok(Self { address, stop, server: tokio::spawn(huan_web::serve(listener, web)) })
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<TcpStream> {
        let connection = TcpStream::connect(self.address).await?;
        connection.set_nodelay(true)?;
        Ok(connection)
    }

    /// Ends.
    pub(crate) async fn end(self) -> Result<()> {
        self.stop.cancel();
        Ok(self.server.await??)
    }
}

/// A bearer token of `person`.
pub(crate) async fn token(world: &World, person: &Person) -> Result<String> {
    let caller = Caller::of(person, Source::Web, world.app.now()).context("they belong here")?;
    let mut work = world.app.begin(&caller).await?;
    let (_, secret) = token::create(&mut work, "benchmark", None).await?;
    work.commit().await?;
    Ok(secret.reveal().to_owned())
}

/// The request for a page of the API.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// Sends a request and reads its answer, whole, into `answer`; gives where the body begins.
pub(crate) async fn exchange(connection: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) -> Result<usize> {
    connection.write_all(request).await?;
    answer.clear();
    loop {
        if let Some(body) = whole(answer)? {
            return Ok(body);
        }
        ensure!(connection.read_buf(answer).await? > 0, "the server closed the connection");
    }
}

/// Where the body begins, once the answer has come with all of it; an error when it is not 200.
fn whole(answer: &[u8]) -> Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = str::from_utf8(&answer[..end])?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("a length")?;
    Ok((answer.len() >= end + 4 + length.parse::<usize>()?).then_some(end + 4))
}
