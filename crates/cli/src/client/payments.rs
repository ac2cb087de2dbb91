//! `ppob payment get`, `list`, `watch` and `abandon`.

use std::time::Duration;

use ppob_api::v1::{
    AbandonPaymentRequest, AbandonPaymentResponse, AbandonResult, GetPaymentRequest,
    ListPaymentsRequest, Payment, PaymentState, WatchPaymentRequest,
};
use tokio_stream::StreamExt;

use super::{answer, connect, empty_answer, refused};
use crate::args::{ByIdentity, List, PaymentCommand};
use crate::exit::Exit;
use crate::failure::Done;
use crate::show::{self, Asked};

const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn payment(command: &PaymentCommand) -> Done {
    match command {
        PaymentCommand::Get(one) => get(one).await,
        PaymentCommand::List(list) => all(list).await,
        PaymentCommand::Watch(one) => watch(one).await,
        PaymentCommand::Abandon(one) => abandon(one).await,
    }
}

async fn get(one: &ByIdentity) -> Done {
    let mut client = connect(&one.server).await?;
    let mut request = tonic::Request::new(GetPaymentRequest { payment_id: one.id.clone() });
    request.set_timeout(TIMEOUT);
    let json = one.server.json;
    let answered = client
        .payments
        .get_payment(request)
        .await
        .map_err(|status| refused(json, &status, &Asked::Read))?;
    let payment = answered.into_inner().payment.ok_or_else(empty_answer)?;
    answer(json, "Payment", &payment, show::payment)?;
    Ok(Exit::of(&payment))
}

async fn all(list: &List) -> Done {
    let mut client = connect(&list.server).await?;
    let state = list.state.as_deref().map(|state| {
        let name = state.to_ascii_uppercase().replace('-', "_");
        PaymentState::from_str_name(&format!("PAYMENT_STATE_{name}")).unwrap_or_default()
    });
    let mut request = tonic::Request::new(ListPaymentsRequest {
        page_size: list.limit,
        states: state.into_iter().map(Into::into).collect(),
        product_code: list.product.clone().unwrap_or_default(),
        ..ListPaymentsRequest::default()
    });
    request.set_timeout(TIMEOUT);
    let json = list.server.json;
    let answered = client
        .payments
        .list_payments(request)
        .await
        .map_err(|status| refused(json, &status, &Asked::Read))?;
    answer(json, "ListPaymentsResponse", answered.get_ref(), |found| {
        let more =
            if found.next_page_token.is_empty() { "" } else { "\nThere are more; raise --limit." };
        format!("{}{more}", show::payments(&found.payments))
    })?;
    Ok(Exit::Ok)
}

/// Shows every state until the stream ends, which it does when nothing more is to come.
async fn watch(one: &ByIdentity) -> Done {
    let mut client = connect(&one.server).await?;
    let json = one.server.json;
    let failed = |status: tonic::Status| refused(json, &status, &Asked::Read);
    let request = WatchPaymentRequest { payment_id: one.id.clone() };
    let watched = client.payments.watch_payment(request).await;
    let mut news = watched.map_err(failed)?.into_inner();
    let mut last: Option<Payment> = None;
    while let Some(told) = news.next().await {
        if let Some(payment) = told.map_err(failed)?.payment {
            answer(json, "Payment", &payment, show::payment)?;
            last = Some(payment);
        }
    }
    last.as_ref().map(Exit::of).ok_or_else(empty_answer)
}

async fn abandon(one: &ByIdentity) -> Done {
    let mut client = connect(&one.server).await?;
    let mut request = tonic::Request::new(AbandonPaymentRequest { payment_id: one.id.clone() });
    request.set_timeout(TIMEOUT);
    let json = one.server.json;
    let answered = client
        .payments
        .abandon_payment(request)
        .await
        .map_err(|status| refused(json, &status, &Asked::Change))?;
    answer(json, "AbandonPaymentResponse", answered.get_ref(), abandoned)?;
    Ok(Exit::Ok)
}

fn abandoned(answer: &AbandonPaymentResponse) -> String {
    let done = match answer.result() {
        AbandonResult::IdClosed => {
            "The id was unknown. It is closed now: nothing is paid under it from now on, and by what this journal \
             knows nothing was. Only after a restore may it have been paid before: the provider's statement \
             tells."
        }
        AbandonResult::Failed => "Abandoned. Nothing was charged, and nothing will be.",
        AbandonResult::AlreadyFailed | AbandonResult::Unspecified => {
            "It had FAILED before; nothing changed."
        }
    };
    match &answer.payment {
        Some(payment) => format!("{done}\n{}", show::payment(payment)),
        None => done.to_owned(),
    }
}
