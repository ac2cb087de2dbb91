//! Reads that panic.

use ppob_journal::JournalError;

use super::{keys, place};
use crate::open;
use crate::reader::Readers;

#[tokio::test]
async fn a_read_that_panics_fails_alone_and_the_next_ones_are_answered() {
    let (_directory, path) = place();
    let _ready = open::open(&path, &keys()).unwrap();
    let (readers, threads) = Readers::start(&path).unwrap();
    // More often than there are threads.
    for _ in 0..8 {
        let bad = readers.read::<()>(|_| panic!("on purpose")).await;
        assert!(matches!(bad, Err(JournalError::Unavailable(_))), "{bad:?}");
    }
    let read = readers.read(crate::query::latest_cursor).await;
    assert!(read.is_ok(), "{read:?}");
    readers.close();
    for thread in threads {
        thread.join().unwrap();
    }
}
