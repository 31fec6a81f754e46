//! Every way past the boundary that section 16 of the specification names, tried and refused; and the ways that are open.
//! Refuses the real clock: certificates and tokens are judged by the clock of the service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../support/mod.rs"]
mod support;

mod acts;
mod assertions;
mod certificates;
mod development;
mod fort;
mod guesses;
mod handshakes;
mod many;
mod outward;
mod registry;
mod rights;
mod rotation;
mod tokens;

use crate::fort::Fort;
use reference::token::MEMBER_MATCH;
use support::Answer;
use support::request::{Person, member_match};

/// A match about the first person, by a good caller: what everything else has to fail at.
async fn matched(fort: &Fort) -> Answer {
    let token = fort.token(&fort.northwind, MEMBER_MATCH, None).await;
    let body = member_match(&Person::number(0), "northwind");
    fort.ask(&fort.northwind.http, &token, &body).await
}

/// Every future at once, in their order.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(Box::pin).map(Some).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (place, slot) in waiting.iter_mut().enumerate() {
            let polled = slot.as_mut().map(|future| future.as_mut().poll(context));
            if let Some(std::task::Poll::Ready(value)) = polled {
                done[place] = Some(value);
                *slot = None;
            }
        }
        match waiting.iter().all(Option::is_none) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().map(Option::unwrap).collect()
}
