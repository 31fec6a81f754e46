//! A text as it was before it was packed: gzip and Zstandard, told by their first bytes.
//! Refuses to hold more of it than is asked for.

use super::Input;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Cursor, Read as _};

/// How far back a Zstandard text may refer, as a power of two.
///
/// Source: the highest ordinary level (19) refers back 8 MiB; a decoder is asked for no more than 32 MiB
const WINDOW: u32 = 25;

/// The text of `input`; one that is not packed is given as it is.
///
/// Errors: nothing can be read
pub(super) fn unpacked(mut input: Input) -> io::Result<Input> {
    let mut start = Vec::new();
    input.by_ref().take(4).read_to_end(&mut start)?;
    let packed = start.clone();
    let all = BufReader::new(Cursor::new(packed).chain(input));
    match start.as_slice() {
        [0x1f, 0x8b, ..] => Ok(Box::new(MultiGzDecoder::new(all))),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(all)?;
            decoder.window_log_max(WINDOW)?;
            Ok(Box::new(decoder))
        }
        _ => Ok(Box::new(all)),
    }
}
