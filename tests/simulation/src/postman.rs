//! Carries callbacks to whichever process works, as the internet would: to a machine that may be down, and
//! again where it was.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_engine::CallbackRefused;
use ppob_payment::{Attempt, AttemptState};
use ppob_types::AttemptId;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::host::Host;
use crate::provider::Letter;
use crate::random::Random;
use crate::stage::Work;

/// Providers give up after some tries, unless they must be heard.
const TRIES: u32 = 6;

/// Delivers until the world ends.
pub(crate) async fn deliver(host: Arc<Host>, mut letters: UnboundedReceiver<(Letter, Work)>) {
    let mut number = 0;
    while let Some((letter, work)) = letters.recv().await {
        number += 1;
        let random = Random::fork(host.stage.world.seed, 2_000_000 + number);
        tokio::spawn(deliver_one(Arc::clone(&host), letter, work, random));
    }
}

fn is_refused(host: &Host, attempt: &AttemptId) -> bool {
    let owner = host.stage.truth().owner(attempt);
    let stored = owner.and_then(|key| host.stage.on_disk(&key));
    stored.is_some_and(|stored| {
        let mut attempts = stored.payment.attempts.iter();
        let is_it = |known: &Attempt| known.id == *attempt;
        attempts.any(|known| is_it(known) && matches!(known.state, AttemptState::Rejected(_)))
    })
}

async fn deliver_one(host: Arc<Host>, letter: Letter, work: Work, mut random: Random) {
    tokio::time::sleep(letter.after).await;
    let mut tries = 0;
    while tries < TRIES || letter.until_taken {
        tries += 1;
        // A refusal that got lost is no refusal: nobody could see the contradiction.
        if letter.contradicts.as_ref().is_some_and(|attempt| !is_refused(&host, attempt)) {
            break;
        }
        if let Some(process) = host.running() {
            // It may be taken although its sender never hears of it; and of several deliveries that are
            // taken at once, each may ring for the same news.
            if letter.contradicts.is_some() {
                host.stage.contradictions.fetch_add(1, Ordering::SeqCst);
            }
            let taking = process.engine.take_callback(&letter.provider, letter.raw.clone());
            // A provider does not wait for ever.
            let patience = Duration::from_secs(10);
            let taking = tokio::time::timeout(patience, process.ask(taking)).await;
            let answer = taking.ok().flatten();
            host.stage.note(|| format!("callback to {}: {answer:?}", letter.provider));
            match answer {
                Some(Err(CallbackRefused::Later)) | None => {}
                Some(_) => break,
            }
        }
        tokio::time::sleep(random.seconds(5, 40)).await;
    }
    drop(work);
}
