//! Writing something down about a payment.

use ppob_api::v1;
use ppob_engine::NewNote;
use tonic::{Request, Status};

use super::operator::{foreign_key, who};
use crate::convert::operator;
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn add_note(
    shared: &Shared,
    request: &Request<v1::AddNoteRequest>,
) -> Result<v1::AddNoteResponse, Status> {
    let message = request.get_ref();
    let who = who(request, &message.actor)?;
    let key = foreign_key(&message.consumer, &message.payment_id)?;
    let text = message.text.as_str().into();
    let note = shared.engine.add_note(NewNote { key, text, who }).await;
    let note = note.map_err(|error| errors::operate(&error))?;
    Ok(v1::AddNoteResponse { note: Some(operator::note(&note)) })
}
