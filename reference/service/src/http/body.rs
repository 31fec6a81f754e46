//! Bodies: each is read within its size and its time, and counted until it is written.
//! Refuses to keep a body that is not there in time.

use crate::data::doorstep::Taken;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use domain::failure::Code;
use hyper::body::{Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// A body took longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("the body was not there in time")]
struct Late;

/// A body with the moment by which it has to be there.
struct Hurried {
    body: Body,
    ends: Pin<Box<Sleep>>,
}

impl HttpBody for Hurried {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.ends.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(axum::Error::new(Late))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The request with as much time for its body, where it has one.
pub(super) fn hurried(request: Request, time: Duration) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    request.map(|body| {
        let ends = Box::pin(tokio::time::sleep(time));
        Body::new(Hurried { body, ends })
    })
}

/// A body that is counted as long as anything of it is held.
struct Laden {
    body: Body,
    room: Arc<Taken>,
}

/// A part of it, wherever that lies: the connection keeps what it has not written yet.
struct Piece {
    bytes: Bytes,
    _room: Arc<Taken>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for Laden {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let piece = |bytes| {
            Bytes::from_owner(Piece {
                bytes,
                _room: Arc::clone(&self.room),
            })
        };
        frame.map_ok(|frame| frame.map_data(piece))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The room of an answer, taken before its body was read.
#[derive(Clone)]
struct Reserved(Arc<Taken>);

/// The answer with room that has been taken for it.
pub(super) fn in_room(mut answer: Response, room: Taken) -> Response {
    answer.extensions_mut().insert(Reserved(Arc::new(room)));
    answer
}

/// The room that has been taken for an answer, if any has.
pub(super) fn reserved(answer: &mut Response) -> Option<Arc<Taken>> {
    let reserved = answer.extensions_mut().remove::<Reserved>();
    reserved.map(|reserved| reserved.0)
}

/// The answer, which gives its room back when the last of it has been written, or its connection has ended.
pub(super) fn laden(answer: Response, room: Arc<Taken>) -> Response {
    answer.map(|body| Body::new(Laden { body, room }))
}

/// How many bytes the body of a request may have at most, where it may have `most`.
pub(super) fn at_most(request: &Request, most: u64) -> u64 {
    let told = request.body().size_hint().upper();
    told.map_or(most, |told| told.min(most))
}

/// How long a body of one call may be: `most` where it tells its length, and else no longer than `untold`. Whoever does
/// not tell takes up all the room that its body might need.
pub(super) fn longest(body: &Body, most: usize, untold: usize) -> usize {
    match body.size_hint().upper() {
        Some(_) => most,
        None => untold.min(most),
    }
}

/// The whole body.
///
/// Errors: it is longer than `most` bytes, or not there in time
pub(super) async fn whole(body: Body, most: usize) -> Result<Bytes, Code> {
    to_bytes(body, most).await.map_err(|error| {
        let first: Option<&(dyn Error + 'static)> = error.source();
        let mut causes = std::iter::successors(first, |cause| (*cause).source());
        match causes.any(|cause| cause.is::<Late>()) {
            true => Code::NotJson,
            false => Code::TooLarge,
        }
    })
}
