//! The end of a mock server.
//! Refuses to end it on a task's own thread: it asks for a lock there, and a task that has used up its turn never gets one.

use std::thread;
use wiremock::MockServer;

/// Tells the server to stop, wherever this is called.
pub fn end(server: MockServer) {
    // Where no thread can be had, the server is dropped here, as it would have been.
    if let Ok(ending) = thread::Builder::new().spawn(move || drop(server)) {
        // It panics for an expectation that was not met only, and ours have none.
        let _ = ending.join();
    }
}
