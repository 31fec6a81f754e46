//! A call as it is on the wire, without any client's view of it.

use crate::support::{BODY, PATH};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How the other side ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Closed,
    Reset,
}

/// What came back, and how it ended.
async fn call(address: SocketAddr) -> (Vec<u8>, Ending) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ending = match stream.read_to_end(&mut answer).await {
        Ok(_) => Ending::Closed,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ending::Reset,
        Err(error) => panic!("{error}"),
    };
    (answer, ending)
}

pub async fn answer(address: SocketAddr) -> String {
    String::from_utf8(call(address).await.0).unwrap()
}

pub async fn ending(address: SocketAddr) -> Ending {
    call(address).await.1
}

/// Text of every source below the folder.
pub fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
}
