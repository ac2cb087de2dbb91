//! What is proved by how far a connection came.

use ppob_types::{NotSentCause, PayOutcome};

use super::unknown;
use crate::case::{PAYS, cases};
use crate::check::{Checked, ensure, equal};
use crate::ground::{Ground, PATIENT, Paid, SHORT_CONNECT, failed};
use crate::manner::{After, Manner};
use crate::peer::{BlackHole, Habit, Peer, refusing};

cases! {
    PAYS => [
        a_refused_connection_is_not_sent,
        a_black_hole_is_not_sent,
        tls_to_a_peer_without_tls_is_not_sent,
        a_tls_handshake_that_stalls_is_not_sent,
        an_end_before_the_request_is_read_is_unknown,
        a_reset_before_the_request_is_read_is_unknown,
        an_end_in_place_of_the_answer_is_unknown,
        a_reset_in_place_of_the_answer_is_unknown,
        silence_in_place_of_the_answer_is_unknown,
    ],
}

type Patience = (std::time::Duration, std::time::Duration);

/// Pays at another address.
async fn pay_at(ground: &Ground, origin: &str, patience: Patience) -> Checked<Paid> {
    let prepared = ground.prepare_accepted().await?;
    let built = ground.elsewhere(origin, patience)?;
    Ok(ground.pay_by(&*built.provider, &prepared.request, Manner::Pass).await)
}

fn not_sent(paid: &Paid) -> Checked {
    equal("the outcome", &paid.answer.outcome, &PayOutcome::NotSent(NotSentCause::Connect))?;
    ensure(!paid.may_have_sent, || "the permit saw a connection stand".to_owned())
}

async fn a_refused_connection_is_not_sent(ground: &Ground) -> Checked {
    let (_socket, origin) = refusing().map_err(|error| failed(&error))?;
    not_sent(&pay_at(ground, &origin, PATIENT).await?)
}

async fn a_black_hole_is_not_sent(ground: &Ground) -> Checked {
    let hole = BlackHole::open().await.map_err(|error| failed(&error))?;
    not_sent(&pay_at(ground, &hole.origin, SHORT_CONNECT).await?)
}

async fn tls_to_a_peer_without_tls_is_not_sent(ground: &Ground) -> Checked {
    let peer = Peer::start(Habit::PlainHttp).await.map_err(|error| failed(&error))?;
    not_sent(&pay_at(ground, &peer.origin("https"), PATIENT).await?)?;
    equal("connections", &peer.connections(), &1)
}

async fn a_tls_handshake_that_stalls_is_not_sent(ground: &Ground) -> Checked {
    let peer = Peer::start(Habit::Mute).await.map_err(|error| failed(&error))?;
    not_sent(&pay_at(ground, &peer.origin("https"), SHORT_CONNECT).await?)?;
    // It may have given up before the peer noticed.
    peer.was_found().await;
    equal("connections", &peer.connections(), &1)
}

async fn an_end_before_the_request_is_read_is_unknown(ground: &Ground) -> Checked {
    unread(ground, Habit::End).await
}

async fn a_reset_before_the_request_is_read_is_unknown(ground: &Ground) -> Checked {
    unread(ground, Habit::Reset).await
}

/// Nobody at this end can tell how much of the request was read.
async fn unread(ground: &Ground, habit: Habit) -> Checked {
    let peer = Peer::start(habit).await.map_err(|error| failed(&error))?;
    unknown(&pay_at(ground, &peer.origin("http"), PATIENT).await?)?;
    equal("connections", &peer.connections(), &1)
}

async fn an_end_in_place_of_the_answer_is_unknown(ground: &Ground) -> Checked {
    lost(ground, After::End).await
}

async fn a_reset_in_place_of_the_answer_is_unknown(ground: &Ground) -> Checked {
    lost(ground, After::Reset).await
}

async fn lost(ground: &Ground, after: After) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    unknown(&ground.pay_through(&prepared, Manner::Lost(after)).await)
}

async fn silence_in_place_of_the_answer_is_unknown(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let built = ground.impatient()?;
    let silence = Manner::Lost(After::Hold);
    unknown(&ground.pay_by(&*built.provider, &prepared.request, silence).await)
}
