//! The commands that write down, and that look at what was done.

use std::time::Duration;

use ppob_api::v1::{AddNoteRequest, ListAuditRequest, RecordDepositRequest};

use super::{answer, connect_operator, refused, time};
use crate::args::{AddNote, Audit, RecordDeposit};
use crate::exit::Exit;
use crate::failure::Done;
use crate::show::{self, Asked};

const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn note(options: &AddNote) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(AddNoteRequest {
        consumer: options.subject.consumer.clone(),
        payment_id: options.subject.id.clone(),
        text: options.text.clone(),
        actor: options.actor.actor.clone(),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .add_note(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "AddNoteResponse", answered.get_ref(), |found| {
        show::noted(found.note.as_ref())
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn deposit(options: &RecordDeposit) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(RecordDepositRequest {
        deposit_id: options.id.clone(),
        provider: options.provider.clone(),
        amount_rupiah: options.amount,
        deposit_time: Some(time(options.at)),
        reference: options.reference.clone(),
        actor: options.actor.actor.clone(),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .record_deposit(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "RecordDepositResponse", answered.get_ref(), |found| {
        show::deposited(found.deposit.as_ref())
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn audit(options: &Audit) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ListAuditRequest {
        page_size: options.limit.into(),
        page_token: String::new(),
        actor: options.by.clone().unwrap_or_default(),
        action: options.action.clone().unwrap_or_default(),
        subject: options.subject.clone().unwrap_or_default(),
        from_time: options.from.map(time),
        before_time: options.before.map(time),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .list_audit(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Read))?;
    answer(server.json, "ListAuditResponse", answered.get_ref(), show::audit)?;
    Ok(Exit::Ok)
}
