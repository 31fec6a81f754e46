//! One HTTP/1.1 message as it stands on the wire: read whole, written whole or in chunks.
//! Refuses to know what it says, and to pass on what concerns one connection only.

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// The largest head and the largest body that are carried, in bytes (ours: a stub's messages are small).
const LARGEST_HEAD: u64 = 64 * 1024;
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// Headers that speak of one connection, or that are written anew.
const OF_ONE_HOP: [&str; 6] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
];

/// First line and headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub first: String,
    pub headers: Vec<(String, String)>,
}

/// How long a body is whose head does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// A request: there is none.
    Empty,
    /// An answer: until the connection ends.
    ToTheEnd,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
}

impl Head {
    /// The next head; nothing when the connection ends before one begins.
    ///
    /// Errors: the connection breaks, or what comes is no head
    pub(super) async fn read<S>(stream: &mut S) -> io::Result<Option<Self>>
    where
        S: AsyncBufRead + Unpin + Send,
    {
        let mut stream = stream.take(LARGEST_HEAD);
        let Some(first) = line(&mut stream).await? else {
            return Ok(None);
        };
        let mut headers = Vec::new();
        loop {
            let next = line(&mut stream).await?.ok_or_else(cut_short)?;
            if next.is_empty() {
                return Ok(Some(Self { first, headers }));
            }
            let (name, value) = next.split_once(':').ok_or_else(not_http)?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// The first value of the header, by its name in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Takes the header out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let at = headers.position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.headers.remove(at).1)
    }

    /// The body that follows this head.
    ///
    /// Errors: the connection breaks before the body is whole
    pub(super) async fn body<S>(&self, stream: &mut S, unsaid: Unsaid) -> io::Result<Vec<u8>>
    where
        S: AsyncBufRead + Unpin + Send,
    {
        let chunked = |value: &str| value.to_ascii_lowercase().contains("chunked");
        if self.header("transfer-encoding").is_some_and(chunked) {
            return chunks(stream).await;
        }
        let length = match (self.header("content-length"), unsaid) {
            (Some(length), _) => length.parse().map_err(|_| not_http())?,
            (None, Unsaid::Empty) => 0,
            (None, Unsaid::ToTheEnd) => LARGEST_BODY,
        };
        let mut body = Vec::new();
        let read = stream.take(length.min(LARGEST_BODY));
        let read = { read }.read_to_end(&mut body).await?;
        match self.header("content-length") {
            Some(_) if (read as u64) < length => Err(cut_short()),
            Some(_) | None => Ok(body),
        }
    }

    /// The head as it is written for a body framed like this, on a connection that ends with the message.
    pub(super) fn bytes(&self, framing: Framing) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            if !OF_ONE_HOP.contains(&name.to_ascii_lowercase().as_str()) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let framed = match framing {
            Framing::Length(length) => format!("content-length: {length}"),
            Framing::Chunked => "transfer-encoding: chunked".to_owned(),
        };
        text.push_str(&format!("{framed}\r\nconnection: close\r\n\r\n"));
        text.into_bytes()
    }
}

/// One chunk of a chunked body; the empty one ends it.
pub(super) fn chunk(piece: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{:x}\r\n", piece.len()).into_bytes();
    bytes.extend_from_slice(piece);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

async fn chunks<S: AsyncBufRead + Unpin + Send>(stream: &mut S) -> io::Result<Vec<u8>> {
    let mut stream = stream.take(LARGEST_BODY);
    let mut body = Vec::new();
    loop {
        let size = line(&mut stream).await?.ok_or_else(cut_short)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| not_http())?;
        let read = (&mut stream).take(size).read_to_end(&mut body).await?;
        if (read as u64) < size {
            return Err(cut_short());
        }
        // What follows a piece is its end; what follows the last one may be trailers, which nobody reads.
        while !line(&mut stream).await?.ok_or_else(cut_short)?.is_empty() {}
        if size == 0 {
            return Ok(body);
        }
    }
}

/// The next line without its end; nothing at the end of the connection.
async fn line<S: AsyncBufRead + Unpin + Send>(stream: &mut S) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if stream.read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    let bytes = bytes.strip_suffix(b"\n").ok_or_else(cut_short)?;
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| not_http())?;
    Ok(Some(text))
}

fn cut_short() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

fn not_http() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8], unsaid: Unsaid) -> io::Result<Option<(Head, Vec<u8>)>> {
        let mut stream = bytes;
        let Some(head) = Head::read(&mut stream).await? else {
            return Ok(None);
        };
        let body = head.body(&mut stream, unsaid).await?;
        Ok(Some((head, body)))
    }

    #[tokio::test]
    async fn a_body_is_read_however_it_is_framed() {
        for (bytes, unsaid) in [
            (
                "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello and more",
                Unsaid::Empty,
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: b\r\n\r\n",
                Unsaid::Empty,
            ),
            ("HTTP/1.1 200 OK\r\n\r\nhello", Unsaid::ToTheEnd),
        ] {
            let (_, body) = read(bytes.as_bytes(), unsaid).await.unwrap().unwrap();
            assert_eq!(body, b"hello", "{bytes}");
        }
        let bare = b"GET / HTTP/1.1\r\n\r\nhello";
        let (_, body) = read(bare, Unsaid::Empty).await.unwrap().unwrap();
        assert_eq!(body, b"");
    }

    #[tokio::test]
    async fn a_message_that_ends_early_is_no_message() {
        for bytes in [
            "POST / HTTP/1.1\r\ncontent-len",
            "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhell",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhell",
        ] {
            let error = read(bytes.as_bytes(), Unsaid::Empty).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{bytes}");
        }
        assert!(read(b"", Unsaid::Empty).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_concerns_one_connection_is_not_passed_on() {
        let head =
            "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 9\r\nx-a: b\r\n\r\n";
        let head = Head::read(&mut head.as_bytes()).await.unwrap().unwrap();
        assert_eq!(
            String::from_utf8(head.bytes(Framing::Length(2))).unwrap(),
            "HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\nconnection: close\r\n\r\n"
        );
        assert_eq!(chunk(b"hello world"), b"b\r\nhello world\r\n");
        assert_eq!(chunk(b""), b"0\r\n\r\n");
    }
}
